//! Pages that need nothing but themselves: figures, charts, styles and the charting library stand in one file, and nothing
//! is fetched. They work on paper, on a telephone, by keyboard alone, in light and in dark.

mod borders;
mod charts;
mod compared;
mod frontier;
mod map;
mod plan;
mod rollout;
mod tables;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value, json};

pub use compared::page as comparison;
pub use frontier::page as frontier;
pub use plan::{Proof, page as plan};
pub use rollout::page as rollout;

/// The style of every page.
pub(crate) const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// What a page holds besides its text.
#[derive(Debug, Default)]
struct Contents {
    /// The map.
    map: Option<Value>,
    /// Charts by the ids of their places.
    charts: Map<String, Value>,
    /// Tables that are searched, by name.
    tables: Map<String, Value>,
}

/// The charting library as a script element.
///
/// The crate gives it together with a typesetter of formulas, in this order; of formulas there are none here.
fn library() -> String {
    const END: &str = "</script>";
    let both = plotly::Plot::offline_js_sources();
    let end = both.find(END).map_or(both.len(), |end| end + END.len());
    both[..end].to_owned()
}

/// A page of its parts.
fn page(title: &str, header: &Markup, main: &Markup, footer: &Markup, contents: Contents) -> String {
    // Only the graphics card's drawing makes functions of texts, so only its pages may.
    let traces = contents.map.as_ref().and_then(|map| map["data"].as_array());
    let many = traces.is_some_and(|traces| traces.iter().any(|trace| trace["type"] == map::BY_CARD));
    let scripts = if many { "'unsafe-inline' 'unsafe-eval'" } else { "'unsafe-inline'" };
    let policy = format!("default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:");
    let figures = json!({"map": contents.map, "charts": contents.charts, "tables": contents.tables});
    // A script element ends where its text says so, even within quotes; JSON may write the sign by its number.
    let figures = figures.to_string().replace('<', "\\u003c");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(concat!("sparenet ", env!("CARGO_PKG_VERSION")));
                // Whatever a name in the figures may say, nothing is asked of any other place.
                meta http-equiv="Content-Security-Policy" content=(policy);
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "To the figures" }
                header { (header) }
                main #main { (main) }
                footer { (footer) }
                p #spoken .skip aria-live="polite" {}
                noscript { p { "Maps, charts and tables need JavaScript; the same figures stand in the plan's CSV files." } }
                script type="application/json" id="figures" { (PreEscaped(figures)) }
                (PreEscaped(library()))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// The button between light and dark.
fn theme() -> Markup {
    html! { button #theme type="button" { "Light / dark" } }
}

/// A place for a chart, with its figures as a table beneath for those who do not see it.
fn chart(id: &str, title: &str, table: &Markup) -> Markup {
    html! {
        figure {
            figcaption { h3 { (title) } }
            div .chart id=(id) role="img" aria-label=(title) {}
            details { summary { "As a table" } div .scroll { (table) } }
        }
    }
}
