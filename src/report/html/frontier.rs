//! A frontier as a page: cost against the level, price of a point, where sites change.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::charts::margins;
use super::map::plain;
use super::tables::rounded;
use super::{Contents, chart, page as whole, theme};
use crate::frontier::{Frontier, Point};
use crate::report::runs::no_more;
use crate::report::terminal::grouped;
use crate::scenario::{Objective, SiteId};

/// The page of a frontier.
pub fn page(frontier: &Frontier) -> String {
    let mut contents = Contents::default();
    contents.charts.insert("frontier".to_owned(), costs(frontier));
    contents.charts.insert("prices".to_owned(), prices(frontier));
    let title = format!("{}: {}", frontier.scenario.name, frontier.title());
    let header = html! { div .top { h1 { (title) } (theme()) } };
    let main = html! {
        section {
            h2 { "What each level costs" }
            p .soft {
                "Between the line and the dotted one lies the least there is, at every level: the plan of the next harder level solved "
                "serves as well, and no plan costs less than the dotted line says, stock included."
            }
            (chart("frontier", &format!("{} against the level", sought(frontier)), &levels(frontier)))
        }
        section {
            h2 { "What one more point costs" }
            p .soft { "From each level to the next harder one; known up to the gaps of the two." }
            (chart("prices", "Price of a point", &steps(frontier)))
        }
        (breakpoints(frontier))
    };
    let footer = html! { p { "Made by sparenet " (env!("CARGO_PKG_VERSION")) ". Charts: plotly.js (MIT)." } };
    whole(&title, &header, &main, &footer, contents)
}

/// What is sought, with its unit.
fn sought(frontier: &Frontier) -> String {
    match frontier.scenario.planning.objective {
        Objective::Cost => format!("Cost a year [{}]", frontier.scenario.currency),
        Objective::Coverage { within } => format!("Jobs a year beyond {} h", within.get()),
        Objective::Farthest => "Longest way [hours]".to_owned(),
    }
}

/// How levels are written on an axis.
fn format_of(frontier: &Frontier) -> &'static str {
    if frontier.in_hours() { "~f" } else { ".3~%" }
}

/// A level in its unit.
fn level(frontier: &Frontier, level: f64) -> String {
    if frontier.in_hours() { format!("{level} h") } else { format!("{} %", rounded(100.0 * level, 7)) }
}

fn planned(frontier: &Frontier) -> Vec<(&Point, f64)> {
    frontier.points.iter().filter_map(|point| Some((point, point.outcome.objective?))).collect()
}

/// The line is what the plan of the next harder level costs, the dotted one the bound of the next easier: both hold between
/// the levels that were solved, too.
fn costs(frontier: &Frontier) -> Value {
    let points = planned(frontier);
    let levels: Vec<f64> = points.iter().map(|(point, _)| point.level).collect();
    let costs: Vec<Value> = points.iter().map(|(_, cost)| rounded(*cost, 2)).collect();
    let bounds: Vec<Option<Value>> =
        points.iter().map(|(point, _)| point.outcome.lower_bound.map(|bound| rounded(bound, 2))).collect();
    let sites: Vec<String> = points
        .iter()
        .map(|(point, _)| format!("{} outlets, {} depots", point.outcome.outlets, point.outcome.depots))
        .collect();
    let shape = |own: &crate::frontier::Breakpoint| {
        json!({"type": "rect", "xref": "x", "yref": "paper", "x0": own.from, "x1": own.to, "y0": 0, "y1": 1,
            "line": {"width": 1, "dash": "dot"}, "opacity": 0.5})
    };
    let digits = format_of(frontier);
    json!({
        "data": [
            {"type": "scatter", "mode": "lines+markers", "name": plain(&sought(frontier)), "x": levels, "y": costs, "text": sites,
                "line": {"color": "#1f5f99", "shape": "vh"},
                "hovertemplate": format!("%{{x:{digits}}}: %{{y:,.0f}}<br>%{{text}}<extra></extra>")},
            {"type": "scatter", "mode": "lines", "name": "lower bound", "x": levels, "y": bounds,
                "line": {"color": "#7f7f7f", "dash": "dot", "shape": "hv"},
                "hovertemplate": format!("%{{x:{digits}}}: no plan below %{{y:,.0f}}<extra></extra>")},
        ],
        "layout": {"height": 420, "margin": margins(80, 60), "xaxis": {"tickformat": digits}, "yaxis": {"tickformat": "~s"},
            "shapes": frontier.breakpoints.iter().map(shape).collect::<Vec<_>>(),
            "legend": {"orientation": "h", "y": -0.16}},
    })
}

fn prices(frontier: &Frontier) -> Value {
    let pairs = frontier.points.windows(2).filter_map(|pair| Some((pair[0].level, pair[1].level, pair[1].price?)));
    let (mut levels, mut prices) = (Vec::new(), Vec::new());
    for (from, to, price) in pairs {
        levels.extend([from, to]);
        prices.extend([rounded(price, 2), rounded(price, 2)]);
    }
    let digits = format_of(frontier);
    json!({
        "data": [{"type": "scatter", "mode": "lines", "x": levels, "y": prices, "line": {"color": "#d55e00"},
            "hovertemplate": format!("%{{x:{digits}}}: %{{y:,.0f}} a point<extra></extra>")}],
        "layout": {"height": 300, "margin": margins(80, 40), "xaxis": {"tickformat": digits},
            "yaxis": {"tickformat": "~s", "rangemode": "tozero"}, "showlegend": false},
    })
}

fn levels(frontier: &Frontier) -> Markup {
    let amount = |number: Option<f64>| number.map_or("–".to_owned(), grouped);
    html! {
        table {
            thead { tr { th scope="col" { "level" } th scope="col" { "status" } @for column in ["objective", "lower bound", "gap", "outlets", "depots", "stock"] { th .number scope="col" { (column) } } } }
            tbody {
                @for point in &frontier.points {
                    tr {
                        td { (level(frontier, point.level)) }
                        td { (point.outcome.status.name()) }
                        td .number { (amount(point.outcome.objective)) }
                        td .number { (amount(point.outcome.lower_bound)) }
                        td .number { (point.outcome.gap.map_or("–".to_owned(), |gap| format!("{:.3} %", 100.0 * gap))) }
                        td .number { (point.outcome.outlets) }
                        td .number { (point.outcome.depots) }
                        td .number { (grouped(point.outcome.stock_value)) }
                    }
                }
            }
        }
    }
}

fn steps(frontier: &Frontier) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "from" } th scope="col" { "to" } th .number scope="col" { "one point more" } } }
            tbody {
                @for pair in frontier.points.windows(2) {
                    tr {
                        td { (level(frontier, pair[0].level)) }
                        td { (level(frontier, pair[1].level)) }
                        td .number { (pair[1].price.map_or("–".to_owned(), grouped)) }
                    }
                }
            }
        }
    }
}

fn breakpoints(frontier: &Frontier) -> Markup {
    let names = |sites: &[SiteId]| {
        sites.iter().map(|site| frontier.scenario.site(*site).name.as_str()).collect::<Vec<_>>().join(", ")
    };
    html! {
        section {
            h2 { "Where sites change" }
            @if frontier.breakpoints.is_empty() { p { "Nowhere: the same sites are open at every level." } } @else {
                div .scroll {
                    table {
                        thead { tr { @for column in ["between", "and", "opened", "closed"] { th scope="col" { (column) } } } }
                        tbody {
                            @for own in &frontier.breakpoints {
                                tr {
                                    td { (level(frontier, own.from)) }
                                    td { (level(frontier, own.to)) }
                                    @if let Some(status) = own.ends { td colspan="2" { (no_more(status)) } } @else {
                                        td { (names(&own.opened)) }
                                        td { (names(&own.closed)) }
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
