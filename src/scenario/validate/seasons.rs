//! The rows of `seasons.csv` and `campaigns.csv`.

use std::collections::BTreeMap;

use super::guarantees::country;
use super::{Ids, Reader};
use crate::scenario::schema::Table;
use crate::scenario::{
    Campaign, Climate, DistanceMetric, Hemisphere, Installed, Month, ProductId, Region, Season, Travel,
};
use crate::season::normalised;

/// What rows of `seasons.csv` speak of, but for their months.
type Subject = (Option<ProductId>, Climate);

/// E05, E06, E07, E16, E28: each month of what the rows speak of stands once, not all are 0, and hemispheres can be told.
pub(crate) fn seasons<'a>(ids: &Ids<'a>, regions: &[Region], travel: &Travel, reader: &mut Reader<'a>) -> Vec<Season> {
    let table = Table::Seasons;
    let column = |name: &str| reader.column(table, name);
    let (product, half, place) = (column("product"), column("hemisphere"), column("country"));
    let (month, factor) = (column("month"), column("factor"));
    let mut found: BTreeMap<Subject, ([f64; 12], [Option<usize>; 12])> = BTreeMap::new();
    let mut first_half = None;
    for row in 0..reader.sheet(table).rows {
        let own = ids.products.find(&product, row, reader).map(ProductId);
        let known = own.is_some() || product.text(row).is_empty();
        let half_of = reader.choice(&half, row).map(|choice| match choice {
            0 => Hemisphere::North,
            1 => Hemisphere::South,
            _ => Hemisphere::Tropics,
        });
        let country = country(&place, row, ids, reader);
        let (month_of, factor_of) = (reader.count(&month, row), reader.number(&factor, row));
        let (Some(country), Some(month_of), Some(factor_of), true) = (country, month_of, factor_of, known) else {
            continue;
        };
        let climate = match (country, half_of) {
            (Some(_), Some(_)) => {
                let message = "a season is of a country or of a hemisphere";
                reader.faults.add("E28", half.span(row), message).hint("leave one of both blank");
                continue;
            }
            (Some(country), None) => Climate::Country(country),
            (None, Some(half_of)) => {
                first_half.get_or_insert(row);
                Climate::Hemisphere(half_of)
            }
            (None, None) => Climate::Everywhere,
        };
        let (factors, rows) = found.entry((own, climate)).or_insert(([1.0; 12], [None; 12]));
        let at = month_of as usize - 1;
        if let Some(before) = rows[at] {
            let hint = format!("first at {}", reader.line(table, before));
            let message = format!("month {month_of} of the same season stands twice");
            reader.faults.add("E06", month.span(row), message).hint(hint);
            continue;
        }
        (factors[at], rows[at]) = (factor_of, Some(row));
    }
    if let Some(row) = first_half {
        halves_are_known(&half, row, &found, regions, travel, reader);
    }
    let mut list = Vec::new();
    for ((product, climate), (factors, rows)) in found {
        match normalised(factors) {
            Some(factors) => list.push(Season { product, climate, factors }),
            None => {
                let row = rows.iter().flatten().copied().min().unwrap_or(0);
                let message = "the months of the season have no mean";
                reader.faults.add("E05", factor.span(row), message).hint("a month may be 0, a year may not");
            }
        }
    }
    list
}

/// E16: a region whose hemisphere is asked for has a latitude.
fn halves_are_known(
    half: &crate::scenario::sheet::Column<'_>,
    row: usize,
    found: &BTreeMap<Subject, ([f64; 12], [Option<usize>; 12])>,
    regions: &[Region],
    travel: &Travel,
    reader: &mut Reader<'_>,
) {
    if travel.metric == DistanceMetric::Planar {
        let message = "places on a plane lie in no hemisphere";
        reader.faults.add("E16", half.span(row), message).hint("name the country instead");
        return;
    }
    let by_country = |region: &Region| {
        region.country.is_some_and(|country| found.keys().any(|(_, climate)| *climate == Climate::Country(country)))
    };
    let unknown = |region: &&Region| region.place.is_none() && !by_country(region);
    let Some(first) = regions.iter().find(unknown) else { return };
    let others = match regions.iter().filter(unknown).count() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let message = format!("region `{}` has no latitude, so its hemisphere is unknown{others}", first.id);
    reader.faults.add("E16", half.span(row), message).hint("latitude in regions.csv, or a season of its country");
}

/// E05, E06, E07: each campaign speaks once of a product and a place. W07: of one that is installed, and it does something.
pub(crate) fn campaigns<'a>(ids: &Ids<'a>, installed: &[Installed], reader: &mut Reader<'a>) -> Vec<Campaign> {
    let table = Table::Campaigns;
    let column = |name: &str| reader.column(table, name);
    let (id, product, place, month) = (column("campaign"), column("product"), column("country"), column("month"));
    let names = ["visits_per_unit", "cost_per_visit", "hours_per_visit", "failure_reduction"];
    let (figures, months, on) = (names.map(column), column("months"), column("on"));
    let mut first: BTreeMap<(&str, u32, Option<crate::scenario::CountryId>), usize> = BTreeMap::new();
    let mut list = Vec::new();
    for row in 0..reader.sheet(table).rows {
        let found = ids.products.find(&product, row, reader);
        let country = country(&place, row, ids, reader);
        let month = reader.count(&month, row);
        let [visits, cost, hours, reduction] = figures.each_ref().map(|column| reader.number(column, row));
        let length = reader.number(&months, row).unwrap_or(0.0);
        if length.fract() != 0.0 {
            let message = format!("`months` must be a whole number, not {length}");
            reader.faults.add("E05", months.span(row), message);
        }
        let held = reader.choice(&on, row) != Some(1);
        let (Some(found), Some(country), Some(month)) = (found, country, month) else { continue };
        if let Some(&before) = first.get(&(id.text(row), found, country)) {
            let hint = format!("first at {}", reader.line(table, before));
            let message = format!("the campaign `{}` stands twice for the same product and place", id.text(row));
            reader.faults.add("E06", id.span(row), message).hint(hint);
            continue;
        }
        first.insert((id.text(row), found, country), row);
        if !held {
            continue;
        }
        let reduction = reduction.unwrap_or(0.0);
        if (reduction > 0.0) != (length > 0.0) {
            let (column, other) =
                if reduction > 0.0 { (&figures[3], "months") } else { (&months, "failure_reduction") };
            let message = format!("`{}` has no effect", column.schema.name);
            reader.faults.add("W07", column.span(row), message).hint(format!("`{other}` is 0"));
        }
        if reader.faults.errors() == 0 && installed.iter().all(|row| row.product != ProductId(found)) {
            let message = format!("`{}` is installed nowhere: nobody is visited", product.text(row));
            reader.faults.add("W07", product.span(row), message).hint("installed_base.csv says where how many are");
        }
        list.push(Campaign {
            id: id.text(row).to_owned(),
            product: ProductId(found),
            country,
            month: month as usize - 1,
            visits: visits.unwrap_or(1.0),
            cost: cost.unwrap_or(0.0),
            hours,
            reduction,
            months: length as usize,
        });
    }
    list
}

/// W07: a month is chosen where every month is like the others.
pub(crate) fn month_has_an_effect(month: Month, seasons: &[Season], campaigns: &[Campaign], reader: &mut Reader<'_>) {
    // The mean is the default, written out or not.
    let differ = !seasons.is_empty() || !campaigns.is_empty();
    if month == Month::Mean || differ || reader.faults.errors() > 0 {
        return;
    }
    if let Some(setting) = reader.draft.settings.get("planning.month") {
        let fault = reader.faults.add("W07", setting.key_span, "`month` has no effect");
        fault.hint("seasons.csv and campaigns.csv say how months differ");
    }
}
