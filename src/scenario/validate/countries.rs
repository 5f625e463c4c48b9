//! The rows of `countries.csv`.

use std::collections::BTreeMap;

use super::{Ids, Reader, bare_country};
use crate::scenario::Country;
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;

/// What a scenario's money is in where no currency is given.
pub(crate) const CURRENCY: &str = "EUR";

/// The countries in order of code, with what their rows say; E06: each has one row.
pub(crate) fn countries<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Country> {
    let mut list: Vec<Country> = ids.countries.keys().map(|code| bare_country(code)).collect();
    let mut first: Vec<Option<usize>> = vec![None; list.len()];
    let column = |name: &str| -> Column<'a> { reader.column(Table::Countries, name) };
    let (code, union) = (column("country"), column("customs_union"));
    let (labour, vat) = (column("labour_cost_per_hour"), column("vat_rate"));
    let (customs, deviation, duty) = (column("customs_days"), column("customs_days_deviation"), column("duty_rate"));
    let (money, rate) = (column("currency"), column("exchange_rate"));
    let (clock, languages) = (column("utc_offset_hours"), column("languages"));
    let mut rates = Rates::of(reader);
    for row in 0..reader.sheet(Table::Countries).rows {
        let Some(id) = ids.countries.get(code.text(row)) else { continue };
        if let Some(before) = first[id.at()].replace(row) {
            let place = reader.line(Table::Countries, before);
            let message = format!("`{}` stands twice in countries.csv", code.text(row));
            reader.faults.add("E06", code.span(row), message).hint(format!("first at {place}"));
            continue;
        }
        let exchange_rate = reader.number(&rate, row);
        let currency = currency(&money, row, reader);
        if let Some(currency) = &currency {
            rates.agree(currency, exchange_rate, [&money, &rate], row, reader);
        }
        list[id.at()] = Country {
            code: code.text(row).to_string(),
            labour_cost_per_hour: reader.money(&labour, row).unwrap_or_default(),
            customs: reader.days(&customs, row).unwrap_or_default(),
            duty_rate: reader.share(&duty, row).unwrap_or_default(),
            customs_union: reader.text(&union, row),
            currency,
            exchange_rate,
            vat_rate: reader.share(&vat, row).unwrap_or_default(),
            utc_offset_hours: reader.number(&clock, row),
            languages: spoken(&languages, row, reader),
            customs_deviation: reader.days(&deviation, row).unwrap_or_default(),
        };
    }
    list
}

/// E04: a currency is three capital letters.
fn currency(column: &Column<'_>, row: usize, reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.text(column, row)?;
    let is_code = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code(&text) {
        return Some(text);
    }
    let capitals = text.to_uppercase();
    let hint = if is_code(&capitals) {
        format!("did you mean `{capitals}`?")
    } else {
        "three capital letters such as JPY".into()
    };
    reader.faults.add("E04", column.span(row), format!("`{text}` is not an ISO 4217 currency code")).hint(hint);
    None
}

/// E04: languages are pairs of small letters with semicolons between.
pub(super) fn spoken(column: &Column<'_>, row: usize, reader: &mut Reader<'_>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for language in column.text(row).split(';').map(str::trim).filter(|language| !language.is_empty()) {
        if language.len() != 2 || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
            let message = format!("`{language}` is not an ISO 639-1 language code");
            let hint = "two small letters each, with semicolons between: de;fr";
            reader.faults.add("E04", column.span(row), message).hint(hint);
        } else if !list.iter().any(|known| known == language) {
            list.push(language.to_owned());
        }
    }
    list
}

/// What was read of currencies so far.
struct Rates {
    own: String,
    /// The rate of a currency and the row that gave it.
    known: BTreeMap<String, (f64, usize)>,
}

impl Rates {
    fn of(reader: &Reader<'_>) -> Self {
        let own = reader.draft.settings.text("currency", &mut Default::default());
        Self { own: own.unwrap_or(CURRENCY).to_owned(), known: BTreeMap::new() }
    }

    /// E05, E08: a currency has its rate, one wherever it is the currency, and the scenario's own is worth itself.
    fn agree(
        &mut self,
        currency: &str,
        rate: Option<f64>,
        [money, rates]: [&Column<'_>; 2],
        row: usize,
        reader: &mut Reader<'_>,
    ) {
        let own = &self.own;
        match rate {
            None if currency != own && rates.text(row).is_empty() => {
                let message = format!("{currency} is not the scenario's currency {own} and has no `exchange_rate`");
                let hint = format!("{own} for one {currency}; 1 if the country's money is written in {own}");
                reader.faults.add("E08", money.span(row), message).hint(hint);
            }
            Some(rate) if currency == own && rate != 1.0 => {
                let message = format!("{own} is the scenario's own currency, so its rate is 1, not {rate}");
                reader.faults.add("E05", rates.span(row), message);
            }
            Some(rate) => {
                let (known, before) = *self.known.entry(currency.to_owned()).or_insert((rate, row));
                if known != rate {
                    let hint = format!("{known} at {}", reader.line(Table::Countries, before));
                    let message = format!("{currency} has two rates");
                    reader.faults.add("E05", rates.span(row), message).hint(hint);
                }
            }
            None => {}
        }
    }
}
