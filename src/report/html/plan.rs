//! The report of a plan: where, what it costs, what service it gives, what lies on which shelf, how close to the best it is.

use maud::{Markup, html};

use super::{Contents, chart, charts, map, page as whole, tables, theme};
use crate::cost::sums;
use crate::plan::figures::{Figures, PromiseFigures, ServiceFigures};
use crate::report::aftersales;
use crate::report::conditions::{COLUMNS, row};
use crate::report::terminal::{counted, grouped, percent_text, taken};
use crate::scenario::{Objective, Scenario};

/// What the recomputation of the plan found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Everything agrees: so many figures and promises.
    Holds(usize, usize),
    /// What does not.
    Broken(Vec<String>),
    /// It could not be recomputed, and why.
    Unknown(String),
}

/// The page of a plan.
pub fn page(scenario: &Scenario, plan: &Figures, proof: &Proof) -> String {
    let drawing = map::map(scenario, plan);
    let mut contents = Contents::default();
    contents.charts.insert("cost-components".into(), charts::components(plan));
    let by_country = plan.costs.iter().any(|row| !row.country.is_empty());
    if by_country {
        contents.charts.insert("cost-countries".into(), charts::countries(plan));
    }
    let service = charts::service(plan);
    if let Some(service) = service.clone() {
        contents.charts.insert("service-countries".into(), service);
    }
    let parts = charts::parts(plan);
    if let Some(parts) = parts.clone() {
        contents.charts.insert("stock-parts".into(), parts);
    }
    contents.tables.insert("sites".into(), tables::sites(scenario, plan));
    if !plan.stock.is_empty() {
        contents.tables.insert("stock".into(), tables::stock(scenario, plan));
    }
    let main = html! {
        (tiles(plan))
        (after_sales(scenario))
        @if let Some(drawing) = &drawing { (map_section(drawing)) }
        section aria-labelledby="cost" {
            h2 #cost { "Cost" }
            div .pair {
                (chart("cost-components", "Cost by component", &components_table(plan)))
                @if by_country { (chart("cost-countries", "Cost by country of the site", &countries_table(plan))) }
            }
        }
        section aria-labelledby="service" {
            h2 #service { "Service" }
            @if service.is_some() { (chart("service-countries", "Service by country", &service_table(plan))) }
            (promises(&plan.summary.promises, &plan.summary.currency))
        }
        section aria-labelledby="sites" {
            h2 #sites { "Sites" }
            (searched("sites", "Search sites by name, country or depot"))
        }
        @if !scenario.staffing.is_empty() { (desks(scenario)) }
        @if !plan.stock.is_empty() {
            section aria-labelledby="stock" {
                h2 #stock { "Stock" }
                p .soft {
                    "An order is sent when stock on hand, on order and not owed falls to the minimum; it fills up to the maximum."
                }
                @if parts.is_some() { (chart("stock-parts", "Holding cost by part, the dearest first", &parts_table(plan))) }
                (searched("stock", "Search the shelves by site or part"))
            }
        }
        (conditions(scenario))
        (certificate(scenario, plan, proof))
    };
    contents.map = drawing.map(|drawing| drawing.value);
    let title = format!("Plan of {}", scenario.name);
    let header = html! {
        div .top {
            div {
                h1 { (title) }
                @if !scenario.description.is_empty() { p .soft { (scenario.description) } }
                @if let Some(options) = taken(scenario) { p { (options) } }
            }
            (theme())
        }
        nav aria-label="Sections" {
            @if contents.map.is_some() { a href="#where" { "Map" } }
            a href="#cost" { "Cost" }
            a href="#service" { "Service" }
            a href="#sites" { "Sites" }
            @if !scenario.staffing.is_empty() { a href="#desks" { "Desks" } }
            @if !plan.stock.is_empty() { a href="#stock" { "Stock" } }
            @if !scenario.conditions.is_empty() { a href="#conditions" { "Conditions" } }
            a href="#certificate" { "Certificate" }
        }
    };
    let footer = html! {
        p {
            "Made by sparenet " (plan.summary.version) ". Charts: plotly.js (MIT). Land and borders: Natural Earth (public domain)."
        }
    };
    whole(&title, &header, &main, &footer, contents)
}

/// What desks do: it follows from the scenario alone.
fn desks(scenario: &Scenario) -> Markup {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    html! {
        section aria-labelledby="desks" {
            h2 #desks { "Desks" }
            table {
                thead { tr {
                    th scope="col" { "Desk" } th .number scope="col" { "Contacts a year" } th .number scope="col" { "Agents" } th .number scope="col" { "Answered in time" }
                    th .number scope="col" { "Come while it is open" } th .number scope="col" { "Cost a year" }
                } }
                tbody {
                    @for own in &scenario.staffing {
                        tr {
                            td { (scenario.desks[own.desk].id) }
                            td .number { (grouped(own.contacts)) }
                            td .number { (own.agents) }
                            td .number { (percent(own.in_time)) }
                            td .number { (percent(own.in_hours)) }
                            td .number { (grouped(own.cost)) }
                        }
                    }
                }
            }
        }
    }
}

fn tile(value: &str, what: &str) -> Markup {
    html! { div .tile { b { (value) } span { (what) } } }
}

fn tiles(plan: &Figures) -> Markup {
    let own = &plan.summary;
    let open = |sites: &[crate::plan::figures::SiteFigures]| {
        let open = sites.iter().filter(|site| site.open).count();
        format!("{} of {}", grouped(open as f64), grouped(sites.len() as f64))
    };
    let kept = own.promises.iter().filter(|promise| promise.kept).count();
    let units: f64 = plan.stock.iter().map(|row| f64::from(row.base_stock)).sum();
    let network = plan.countries.iter().find(|row| row.of.is_empty() && row.metric == "mean_response_hours");
    html! {
        div .tiles {
            (tile(&grouped(own.cost_per_year), &format!("{} a year", own.currency)))
            (tile(&own.gap.map_or("unknown".to_owned(), |gap| format!("{:.2} %", 100.0 * gap)), "gap to the lower bound"))
            (tile(&open(&plan.outlets), "outlets open"))
            @if !plan.depots.is_empty() { (tile(&open(&plan.depots), "depots open")) }
            @if !own.promises.is_empty() { (tile(&format!("{kept} of {}", own.promises.len()), "promises kept")) }
            @if let Some(row) = network { (tile(&format!("{:.1} h", row.value), "mean response time")) }
            @if units > 0.0 { (tile(&grouped(units), "units of stock")) }
        }
    }
}

/// What the after-sales service comes to.
fn after_sales(scenario: &Scenario) -> Markup {
    let sentences = aftersales::sentences(scenario);
    let currency = &scenario.currency;
    html! {
        @if !sentences.is_empty() {
            section aria-labelledby="after-sales" {
                h2 #after-sales { "After-sales service" }
                @for sentence in &sentences { p { (sentence) } }
                @if !scenario.guaranteed.is_empty() {
                    div .long .scroll tabindex="0" role="region" aria-label="Guarantees" {
                        table {
                            thead { tr {
                                th scope="col" { "product" } th scope="col" { "country" }
                                @for title in ["claims a year", "repaired", "replaced", "refunded"] { th .number scope="col" { (title) } }
                                th .number scope="col" { "cost, " (currency) " a year" }
                                th .number scope="col" { "contracts earn" }
                                th .number scope="col" { "a unit" }
                            } }
                            tbody {
                                @for row in &scenario.guaranteed {
                                    tr {
                                        td { (scenario.products[row.product.at()].name) }
                                        td { @if let Some(country) = row.country { (scenario.countries[country.at()].code) } }
                                        td .number { (grouped(row.claims())) }
                                        @for share in [row.split.repaired, row.split.replaced, row.split.refunded] {
                                            td .number { (format!("{:.1} %", 100.0 * share)) }
                                        }
                                        td .number { (grouped(row.cost + row.returns)) }
                                        td .number { (grouped(row.revenue)) }
                                        td .number { @if let Some(cost) = row.cost_per_unit() { (format!("{cost:.2}")) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn map_section(drawing: &map::Drawing) -> Markup {
    let moves = [
        ("in", "+", "zoom in"),
        ("out", "−", "zoom out"),
        ("left", "←", "west"),
        ("right", "→", "east"),
        ("up", "↑", "north"),
        ("down", "↓", "south"),
        ("whole", "all", "whole network"),
    ];
    html! {
        section aria-labelledby="where" {
            h2 #where { "Map" }
            fieldset .controls {
                legend .skip { "Layers of the map" }
                @for (layer, title, on) in &drawing.layers {
                    label { input type="checkbox" data-layer=(layer) checked[*on]; (title) }
                }
            }
            div .controls {
                @if !drawing.measures.is_empty() {
                    label {
                        "Colour regions by "
                        select #measure {
                            @for (number, measure) in drawing.measures.iter().enumerate() {
                                option value=(number) { (measure) }
                            }
                        }
                    }
                }
                span .group {
                    @for (move_, sign, words) in moves {
                        button type="button" data-move=(move_) aria-label=(words) title=(words) { (sign) }
                    }
                }
            }
            div .map #map tabindex="0" role="application"
                aria-label="Map of the network: arrow keys move it, plus and minus zoom, 0 shows all of it" {}
            p .soft {
                "Every depot and what it replenishes have one colour; a region's size tells its jobs, an outlet's its load. "
                "Point at anything for its figures."
            }
        }
    }
}

fn components_table(plan: &Figures) -> Markup {
    let spent = sums(plan.costs.iter().map(|row| (row.component, row.amount)));
    html! {
        table {
            thead { tr { th scope="col" { "component" } th .number scope="col" { (plan.summary.currency) " a year" } th .number scope="col" { "share" } } }
            tbody {
                @for (component, amount) in &spent {
                    tr {
                        td { (component.name()) }
                        td .number { (grouped(*amount)) }
                        td .number { (format!("{:.1} %", 100.0 * amount / plan.summary.cost_per_year)) }
                    }
                }
                tr .total { td { "together" } td .number { (grouped(plan.summary.cost_per_year)) } td {} }
            }
        }
    }
}

fn countries_table(plan: &Figures) -> Markup {
    let spent = sums(plan.costs.iter().map(|row| (row.country.as_str(), row.amount)));
    html! {
        table {
            thead { tr { th scope="col" { "country" } th .number scope="col" { (plan.summary.currency) " a year" } } }
            tbody {
                @for (country, amount) in &spent {
                    tr { td { @if country.is_empty() { "none" } @else { (country) } } td .number { (grouped(*amount)) } }
                }
            }
        }
    }
}

fn parts_table(plan: &Figures) -> Markup {
    let held = sums(plan.stock.iter().map(|row| (row.part.as_str(), row.holding_cost)));
    html! {
        table {
            thead { tr { th scope="col" { "part" } th .number scope="col" { "holding, " (plan.summary.currency) " a year" } } }
            tbody {
                @for (part, cost) in &held { tr { td { (part) } td .number { (grouped(*cost)) } } }
            }
        }
    }
}

fn service_table(plan: &Figures) -> Markup {
    let mut kinds: Vec<&ServiceFigures> = Vec::new();
    for row in &plan.countries {
        if !kinds.iter().any(|known| known.same_measure(row)) {
            kinds.push(row);
        }
    }
    let mut countries: Vec<&str> = plan.countries.iter().map(|row| row.of.as_str()).collect();
    countries.sort_unstable();
    countries.dedup();
    let value = |country: &str, kind: &ServiceFigures| {
        let row = plan.countries.iter().find(|row| row.of == country && row.same_measure(kind));
        row.map_or(String::new(), |row| {
            if row.metric == "mean_response_hours" {
                format!("{:.2}", row.value)
            } else {
                format!("{:.2} %", 100.0 * row.value)
            }
        })
    };
    html! {
        table {
            thead { tr { th scope="col" { "country" } @for kind in &kinds { th .number scope="col" { (kind.measure().replace('_', " ")) } } } }
            tbody {
                @for country in countries {
                    tr {
                        td { @if country.is_empty() { "network" } @else { (country) } }
                        @for kind in &kinds { td .number { (value(country, kind)) } }
                    }
                }
            }
        }
    }
}

fn promises(promises: &[PromiseFigures], currency: &str) -> Markup {
    let priced = promises.iter().any(|promise| promise.one_more_point_per_year.is_some());
    let word = |promise: &PromiseFigures| match (promise.kept, promise.hard) {
        (true, _) => html! { span .good { "kept" } },
        (false, true) => html! { span .bad { "broken" } },
        (false, false) => html! { span .bad { "missed, penalty paid" } },
    };
    html! {
        h3 { "Promises" }
        @if promises.is_empty() { p { "No promises were asked for." } } @else {
            div .long .scroll tabindex="0" role="region" aria-label="Promises" {
                table {
                    thead { tr {
                        th scope="col" { "promise" } th .number scope="col" { "computed" } th scope="col" {}
                        @if priced { th .number scope="col" { "one more point, " (currency) " a year" } }
                    } }
                    tbody {
                        @for promise in promises {
                            tr {
                                td .wide { (promise.target) } td .number { (format!("{:.4}", promise.computed)) } td { (word(promise)) }
                                @if priced { td .number { (promise.one_more_point_per_year.map_or(String::new(), grouped)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The condition ledger; nothing without one.
fn conditions(scenario: &Scenario) -> Markup {
    let on = scenario.conditions.iter().filter(|own| own.on).count();
    html! {
        @if !scenario.conditions.is_empty() {
            section aria-labelledby="conditions" {
                h2 #conditions { "Conditions" }
                p .soft {
                    (on) " of " (scenario.conditions.len()) " conditions of the ledger hold. Before and after: the least and the most \
                     of the numbers that a condition acted on; money is in the country's currency."
                }
                div .long .scroll tabindex="0" role="region" aria-label="Conditions" {
                    table {
                        thead { tr {
                            @for column in COLUMNS { th scope="col" { (column) } }
                            th scope="col" { "on" }
                        } }
                        tbody {
                            @for condition in &scenario.conditions {
                                tr {
                                    @for cell in row(scenario, condition) { td { (cell) } }
                                    td { @if condition.on { span .good { "yes" } } @else { span .soft { "no" } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A table that is searched.
fn searched(table: &str, what: &str) -> Markup {
    html! {
        div data-table=(table) {
            p .controls { input type="search" placeholder=(what) aria-label=(what); span .soft data-count aria-live="polite" {} }
            div .long .scroll tabindex="0" role="region" aria-label=(table) { table { thead {} tbody {} } }
            p { button type="button" data-more { "Show more" } }
        }
    }
}

fn certificate(scenario: &Scenario, plan: &Figures, proof: &Proof) -> Markup {
    let own = &plan.summary;
    let unit = match scenario.planning.objective {
        Objective::Cost => format!("{} a year", own.currency),
        Objective::Coverage { within } => format!("jobs a year beyond {} h", within.get()),
        Objective::Farthest => "hours, the longest way".to_owned(),
    };
    let measured = |number: f64| if number.abs() >= 1000.0 { grouped(number) } else { format!("{number:.4}") };
    let made_of_this = own.input_hash == scenario.input_hash;
    html! {
        section aria-labelledby="certificate" {
            h2 #certificate { "Certificate" }
            @match (own.lower_bound, own.gap) {
                (Some(bound), Some(gap)) if gap < 1.0 => p {
                    "This plan's objective is " b { (measured(own.objective)) } " " (unit) ". No plan of this scenario that keeps its "
                    "promises has one below " b { (measured(bound)) } ", stock included: whatever is done, at most "
                    b { (format!("{:.3} %", 100.0 * gap)) } " of it can be gained"
                    @if let Some(asked) = own.gap_asked { " (asked: " (percent_text(asked)) " %)" } "."
                },
                _ => p { "This plan's objective is " b { (measured(own.objective)) } " " (unit) "; no lower bound is known." },
            }
            @match proof {
                Proof::Holds(figures, promises) => p .good {
                    "Recomputed from the scenario: " (counted(*figures, "figure")) " and " (counted(*promises, "promise")) " hold."
                },
                Proof::Broken(breaches) => {
                    p .bad { "Recomputed from the scenario: " (counted(breaches.len(), "figure or rule")) " do not hold." }
                    ul { @for breach in breaches.iter().take(20) { li { (breach) } } }
                },
                Proof::Unknown(why) => p .bad { "Not recomputed: " (why) },
            }
            @if !made_of_this { p .bad { "The plan was made of another input than the scenario is now." } }
            p .soft { "Seed " (own.seed) ", version " (own.version) ", input " code { (own.input_hash) } }
        }
    }
}
