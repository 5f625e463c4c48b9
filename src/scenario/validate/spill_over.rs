//! `spill_over.csv` and `[share] spill_over_same_language`: who hears of whose trouble, and how much of it counts.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::{is_country_code, no_country_code};
use super::{Ids, Reader};
use crate::scenario::diagnostic::did_you_mean;
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::source::Span;
use crate::scenario::{Country, CountryId, Markets, SpillOver};

/// Whom a row speaks of: a blank country is every one.
type Whom = (Option<CountryId>, Option<CountryId>);

/// The weights between every two markets, those of nothing left out, in order of who hears and of whom.
///
/// The row that names both countries holds, else the row that names `from`, else the one that names `to`, else the one that names
/// neither, else the weight of a language in common.
pub(super) fn spill_over<'a>(
    ids: &Ids<'a>,
    countries: &[Country],
    markets: Option<&Markets>,
    reader: &mut Reader<'a>,
) -> Vec<SpillOver> {
    let in_common = reader.draft.settings.number("share.spill_over_same_language", reader.faults).unwrap_or(0.0);
    let sold_in: BTreeSet<CountryId> = markets.iter().flat_map(|own| own.rows.iter().map(|row| row.country)).collect();
    has_markets(markets, reader);
    let rows = rows(ids, &sold_in, reader);
    let weight = |from: CountryId, to: CountryId| {
        let given = [(Some(from), Some(to)), (Some(from), None), (None, Some(to)), (None, None)];
        let spoken = &countries[to.at()].languages;
        let understood = countries[from.at()].languages.iter().any(|language| spoken.contains(language));
        let otherwise = if understood { in_common } else { 0.0 };
        given.iter().find_map(|whom| rows.get(whom).copied()).unwrap_or(otherwise)
    };
    let pairs =
        sold_in.iter().flat_map(|to| sold_in.iter().map(move |from| (*from, *to))).filter(|(from, to)| from != to);
    let heard = pairs.map(|(from, to)| SpillOver { from, to, weight: weight(from, to) });
    heard.filter(|own| own.weight > 0.0).collect()
}

/// W07: only a roll-out hears of trouble abroad, and one has markets.
fn has_markets(markets: Option<&Markets>, reader: &mut Reader<'_>) {
    if markets.is_some() || reader.sheet(Table::Markets).broken || reader.sheet(Table::Markets).source.is_some() {
        return;
    }
    let hint = "a roll-out hears of trouble abroad, and it needs markets.csv";
    if let Some(source) = reader.sheet(Table::SpillOver).source {
        reader.faults.add("W07", Span::whole(source), "spill_over.csv has no effect").hint(hint);
    }
    if let Some(setting) = reader.draft.settings.get("share.spill_over_same_language") {
        reader.faults.add("W07", setting.key_span, "`spill_over_same_language` has no effect").hint(hint);
    }
}

/// E04, E07: the countries are known. E06: nobody is spoken of twice. E05: nobody hears of himself. W07: both have a market.
fn rows<'a>(ids: &Ids<'a>, sold_in: &BTreeSet<CountryId>, reader: &mut Reader<'a>) -> BTreeMap<Whom, f64> {
    let table = Table::SpillOver;
    let (from, to, weight) = (reader.column(table, "from"), reader.column(table, "to"), reader.column(table, "weight"));
    let mut first: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut rows = BTreeMap::new();
    for row in 0..reader.sheet(table).rows {
        let number = reader.number(&weight, row);
        let whom = [&from, &to].map(|column| known(column, row, ids, sold_in, reader));
        let codes = (from.text(row), to.text(row));
        if let Some(before) = first.insert(codes, row) {
            let place = reader.line(table, before);
            let fault = reader.faults.add("E06", weight.span(row), "these two countries are spoken of twice");
            fault.hint(format!("first at {place}"));
            continue;
        }
        if !codes.0.is_empty() && codes.0 == codes.1 {
            let message = format!("what `{}` hears of itself is in its own access already", codes.0);
            reader.faults.add("E05", to.span(row), message).hint("name another country, or leave one of the two blank");
            continue;
        }
        if let ([Some(from), Some(to)], Some(number)) = (whom, number) {
            rows.insert((from, to), number);
        }
    }
    rows
}

/// The country in a field: all of them where it is blank, none where it is faulty or has no market.
fn known<'a>(
    column: &Column<'a>,
    row: usize,
    ids: &Ids<'a>,
    sold_in: &BTreeSet<CountryId>,
    reader: &mut Reader<'a>,
) -> Option<Option<CountryId>> {
    let code = column.text(row);
    if code.is_empty() {
        return Some(None);
    }
    if !is_country_code(code) {
        no_country_code(code, column, row, reader);
        return None;
    }
    let Some(country) = ids.countries.get(code).copied() else {
        let hint = did_you_mean(code, ids.countries.keys().copied());
        reader.faults.add("E07", column.span(row), format!("unknown country `{code}`")).hint_if(hint);
        return None;
    };
    if !sold_in.is_empty() && !sold_in.contains(&country) {
        let message = format!("`{code}` has no market: nothing is heard from it or in it");
        reader.faults.add("W07", column.span(row), message).hint("markets.csv lists the markets");
        return None;
    }
    Some(Some(country))
}
