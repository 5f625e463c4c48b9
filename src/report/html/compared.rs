//! Comparisons as a page: each plan beside the first.

use maud::{Markup, html};

use super::{Contents, chart, charts, page as whole, theme};
use crate::compare::attribution::Change;
use crate::compare::{Comparison, Moved, SiteChange, SiteChanges, Unit, same};
use crate::report::compared::{difference, inputs_lines, kept, shown, signed};
use crate::report::terminal::{counted, grouped};

/// The most rows of a list on the page; all of them are in the JSON.
const SHOWN: usize = 200;

/// The page of comparisons.
pub fn page(comparisons: &[Comparison]) -> String {
    let mut contents = Contents::default();
    for (number, own) in comparisons.iter().enumerate() {
        let chart = charts::waterfall(&own.waterfall, &own.from, &own.to);
        contents.charts.insert(format!("waterfall-{number}"), chart);
        if let Some(chart) = charts::steps_by_country(&own.waterfall) {
            contents.charts.insert(format!("steps-{number}"), chart);
        }
    }
    let title = match comparisons {
        [one] => format!("{} → {}", one.from, one.to),
        [first, ..] => format!("{} and {} others", first.from, comparisons.len()),
        [] => "Nothing to compare".to_owned(),
    };
    let header = html! { div .top { h1 { (title) } (theme()) } };
    let main = html! { @for (number, own) in comparisons.iter().enumerate() { (section(number, own, &contents, comparisons.len() > 1)) } };
    let footer = html! { p { "Made by sparenet " (env!("CARGO_PKG_VERSION")) ". Charts: plotly.js (MIT)." } };
    whole(&title, &header, &main, &footer, contents)
}

fn section(number: usize, own: &Comparison, contents: &Contents, several: bool) -> Markup {
    let known = own.waterfall.whole.given.is_some();
    html! {
        section {
            @if several { h2 { (own.from) " → " (own.to) } }
            (given(own))
            @if !own.differs() { p { b { "Nothing differs." } } } @else {
                (kpis(own))
                h3 { "Where the cost goes" }
                @if known {
                    p .soft {
                        "Each step is split between what was given otherwise and what is decided otherwise: the mean over both "
                        "orders in which the two may have changed (Shapley value)."
                    }
                }
                @if let Some(words) = kept(own) { p { (words) "." } }
                p .soft { "The axis begins near the two costs, not at zero." }
                (chart(&format!("waterfall-{number}"), &format!("Cost a year [{}]", own.currency), &components(own)))
                @if contents.charts.contains_key(&format!("steps-{number}")) {
                    (chart(&format!("steps-{number}"), "Cost steps by country of the site", &countries(own)))
                }
                (sites("Outlets", &own.outlets))
                (sites("Depots", &own.depots))
                (hands("Regions served by others", &own.served))
                (hands("Outlets replenished by others", &own.replenished))
                (service(own))
                (stock(own))
            }
        }
    }
}

fn given(own: &Comparison) -> Markup {
    html! {
        h3 { "What was given otherwise" }
        @match &own.inputs {
            Some(inputs) if !inputs.is_empty() => ul { @for line in inputs_lines(inputs) { li { (line) } } },
            Some(_) => p { "Nothing: the same input." },
            None if own.same_input => p { "Nothing: the same input." },
            None => p { "The input is another one; the scenarios were not at hand to say how." },
        }
    }
}

fn kpis(own: &Comparison) -> Markup {
    html! {
        h3 { "What comes of it" }
        div .scroll {
            table {
                thead { tr { th scope="col" {} th .number scope="col" { (own.from) } th .number scope="col" { (own.to) } th .number scope="col" { "change" } } }
                tbody {
                    @for kpi in &own.kpis {
                        tr {
                            td { (kpi.name) }
                            td .number { (shown(kpi.from, kpi.unit)) }
                            td .number { (shown(kpi.to, kpi.unit)) }
                            td .number { (difference(kpi.from, kpi.to, kpi.unit)) }
                        }
                    }
                }
            }
        }
    }
}

fn steps<'a>(of: &str, rows: impl Iterator<Item = (String, &'a Change)>) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { (of) } th .number scope="col" { "change" } th .number scope="col" { "given" } th .number scope="col" { "decided" } } }
            tbody {
                @for (name, change) in rows {
                    tr {
                        td { (name) }
                        td .number { (signed(change.amount())) }
                        td .number { (change.given.map_or(String::new(), signed)) }
                        td .number { (change.decided().map_or(String::new(), signed)) }
                    }
                }
            }
        }
    }
}

fn components(own: &Comparison) -> Markup {
    let components = own.waterfall.by_component();
    let rows = components.iter().map(|(component, change)| (component.name().to_owned(), change));
    steps("component", rows.chain(std::iter::once(("together".to_owned(), &own.waterfall.whole))))
}

fn countries(own: &Comparison) -> Markup {
    let countries = own.waterfall.by_country();
    steps("country", countries.iter().map(|(country, change)| (country.clone(), change)))
}

fn sites(what: &str, changes: &SiteChanges) -> Markup {
    let list = |word: &str, sites: &[SiteChange]| {
        html! {
            @if !sites.is_empty() {
                p { b { (word) " " (sites.len()) } ": " (sites.iter().map(|site| site.name.as_str()).collect::<Vec<_>>().join(", ")) }
            }
        }
    };
    html! {
        h3 { (what) }
        p { (grouped(changes.kept as f64)) " open in both" @if !changes.any() { ", no other" } "." }
        (list("Opened", &changes.opened))
        (list("Closed", &changes.closed))
    }
}

fn hands(what: &str, moved: &[Moved]) -> Markup {
    let side = |hands: &str| if hands.is_empty() { "–".to_owned() } else { hands.to_owned() };
    let loads = moved.iter().any(|own| own.load.is_some());
    html! {
        @if !moved.is_empty() {
            h3 { (what) ": " (grouped(moved.len() as f64)) }
            div .long .scroll tabindex="0" role="region" aria-label=(what) {
                table {
                    thead {
                        tr {
                            th scope="col" {} th scope="col" { "from" } th scope="col" { "to" }
                            @if loads { th .number scope="col" { "jobs a year" } }
                        }
                    }
                    tbody {
                        @for own in moved.iter().take(SHOWN) {
                            tr {
                                td { (own.name) } td { (side(&own.from)) } td { (side(&own.to)) }
                                @if loads { td .number { (own.load.map_or(String::new(), grouped)) } }
                            }
                        }
                    }
                }
            }
            @if moved.len() > SHOWN { p .soft { "… and " (grouped((moved.len() - SHOWN) as f64)) " more." } }
        }
    }
}

fn service(own: &Comparison) -> Markup {
    let changed = own.service.iter().filter(|row| row.from.zip(row.to).is_none_or(|(from, to)| !same(from, to)));
    let changed: Vec<_> = changed.collect();
    html! {
        @if !changed.is_empty() {
            h3 { "Service by country" }
            div .long .scroll tabindex="0" role="region" aria-label="Service by country" {
                table {
                    thead { tr { th scope="col" { "country" } th scope="col" { "metric" } th .number scope="col" { (own.from) } th .number scope="col" { (own.to) } th .number scope="col" { "change" } } }
                    tbody {
                        @for row in changed {
                            @let unit = if row.measure.starts_with("mean_response_hours") { Unit::Hours } else { Unit::Share };
                            tr {
                                td { @if row.country.is_empty() { "network" } @else { (row.country) } }
                                td { (row.measure) }
                                td .number { (shown(row.from, unit)) }
                                td .number { (shown(row.to, unit)) }
                                td .number { (difference(row.from, row.to, unit)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn stock(own: &Comparison) -> Markup {
    let stock = &own.stock;
    let order = |(units, value): (u64, Option<f64>)| {
        let worth = value.map_or(String::new(), |value| format!(" worth {} {}", grouped(value), own.currency));
        format!("{}{worth}", counted(usize::try_from(units).unwrap_or(usize::MAX), "unit"))
    };
    html! {
        h3 { "Stock order" }
        @if stock.parts.is_empty() { p { "The stock stays as it is." } } @else {
            p { "Buy " b { (order(stock.buy())) } ", move " b { (order(stock.moved())) } ", left over " b { (order(stock.surplus())) } "." }
            div .long .scroll tabindex="0" role="region" aria-label="Stock order" {
                table {
                    thead { tr { th scope="col" { "part" } @for column in ["from", "to", "buy", "move", "left over"] { th .number scope="col" { (column) } } } }
                    tbody {
                        @for part in &stock.parts {
                            tr {
                                td { (part.part) }
                                @for units in [part.from, part.to, part.buy, part.moved, part.surplus] { td .number { (grouped(units as f64)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
