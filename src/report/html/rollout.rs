//! A roll-out as a page: outlets, shares and money over the years, share against outlets, when countries break even.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::charts::margins;
use super::tables::rounded;
use super::{Contents, chart, page as whole, theme};
use crate::report::terminal::{counted, grouped};
use crate::rollout::{Account, Ground, Point, Rollout, together, worth_of};
use crate::scenario::Scenario;

/// The page of a roll-out.
pub fn page(scenario: &Scenario, ground: &Ground, rollout: &Rollout, points: &[Point]) -> String {
    let all = together(ground, &rollout.books);
    let mut contents = Contents::default();
    contents.charts.insert("outlets".to_owned(), outlets(scenario, ground, rollout));
    contents.charts.insert("shares".to_owned(), shares(scenario, ground, rollout, &all));
    contents.charts.insert("money".to_owned(), money(ground, &all));
    if !points.is_empty() {
        contents.charts.insert("curve".to_owned(), curve(points));
    }
    let title = format!("{}: roll-out {} to {}", scenario.name, ground.first_year, last_year(ground));
    let header = html! { div .top { h1 { (title) } (theme()) } };
    let main = html! {
        section {
            h2 { "What it comes to" }
            p { (told(scenario, ground, rollout, &all)) }
            (chart("outlets", "Outlets by country", &years(ground, &all)))
        }
        section {
            h2 { "Customers" }
            (chart("shares", "Share of the market", &countries(scenario, ground, rollout)))
        }
        section {
            h2 { (format!("Money [{}]", scenario.currency)) }
            (chart("money", "What the years leave, and the discounted balance", &years(ground, &all)))
        }
        @if !points.is_empty() {
            section {
                h2 { "Share against outlets" }
                p .soft {
                    "Evenly spread over the area, the mean way to the nearest of N outlets is as [share] says; placed where they "
                    "draw most, fewer outlets draw the same share. No placing draws more than the bound."
                }
                (chart("curve", "Share against outlets", &draws(points)))
            }
        }
    };
    let footer = html! { p { "Made by sparenet " (env!("CARGO_PKG_VERSION")) ". Charts: plotly.js (MIT)." } };
    whole(&title, &header, &main, &footer, contents)
}

fn last_year(ground: &Ground) -> usize {
    ground.first_year as usize + ground.decided - 1
}

fn told(scenario: &Scenario, ground: &Ground, rollout: &Rollout, all: &[Account]) -> String {
    let last = all[ground.decided - 1];
    let proof = match (rollout.bound, rollout.gap()) {
        (Some(bound), Some(gap)) => format!(
            " No roll-out that keeps the limits is worth more than {} (gap {:.3} %).",
            grouped(bound),
            100.0 * gap
        ),
        _ => String::new(),
    };
    let tail = match ground.years - ground.decided {
        0 => String::new(),
        tail => format!(", {} after the last counted with its outlets", counted(tail, "year")),
    };
    let heard = rollout.heard.map_or(String::new(), |heard| {
        format!(" {}.", crate::report::rolled::spill_over(scenario, ground, rollout, heard))
    });
    format!(
        "{} outlets in {} sell {:.1} % of the markets. The years are worth {} {} before {}{tail}.{proof}{heard}",
        grouped(f64::from(last.outlets)),
        last_year(ground),
        100.0 * last.share,
        grouped(rollout.worth),
        scenario.currency,
        ground.first_year,
    )
}

fn of_years(ground: &Ground) -> Vec<usize> {
    (0..ground.decided).map(|year| ground.first_year as usize + year).collect()
}

fn outlets(scenario: &Scenario, ground: &Ground, rollout: &Rollout) -> Value {
    let years = of_years(ground);
    let own = |(land, book): (&crate::rollout::Land, &Vec<Account>)| {
        let numbers: Vec<u32> = book[..ground.decided].iter().map(|account| account.outlets).collect();
        json!({"type": "scatter", "mode": "lines", "stackgroup": "outlets", "name": scenario.countries[land.country.at()].code,
            "x": years, "y": numbers, "hovertemplate": "%{x}: %{y:,}"})
    };
    let data: Vec<Value> = ground.lands.iter().zip(&rollout.books).map(own).collect();
    json!({"data": data, "layout": {"height": 420, "margin": margins(70, 40), "xaxis": {"tickformat": "d"},
        "yaxis": {"tickformat": "~s", "title": {"text": "outlets"}}}})
}

fn shares(scenario: &Scenario, ground: &Ground, rollout: &Rollout, all: &[Account]) -> Value {
    let years = of_years(ground);
    let line = |name: &str, book: &[Account], width: u32| {
        let shares: Vec<Value> = book.iter().take(years.len()).map(|account| rounded(account.share, 5)).collect();
        json!({"type": "scatter", "mode": "lines", "name": name, "x": years, "y": shares, "line": {"width": width},
            "hovertemplate": "%{x}: %{y:.1%}"})
    };
    let own = ground.lands.iter().zip(&rollout.books);
    let own = own.map(|(land, book)| line(&scenario.countries[land.country.at()].code, book, 1));
    let data: Vec<Value> = std::iter::once(line("all", all, 4)).chain(own).collect();
    json!({"data": data, "layout": {"height": 420, "margin": margins(70, 40), "xaxis": {"tickformat": "d"},
        "yaxis": {"tickformat": ".0%", "rangemode": "tozero"}}})
}

fn money(ground: &Ground, all: &[Account]) -> Value {
    let years = of_years(ground);
    let bar = |name: &str, of: &dyn Fn(&Account) -> f64, colour: &str| {
        let amounts: Vec<Value> = all.iter().take(years.len()).map(|account| rounded(of(account), 0)).collect();
        json!({"type": "bar", "name": name, "x": years, "y": amounts, "marker": {"color": colour},
            "hovertemplate": "%{x}: %{y:,.0f}"})
    };
    let mut sum = 0.0;
    let balance: Vec<Value> = all
        .iter()
        .zip(&ground.discount)
        .take(years.len())
        .map(|(account, discount)| {
            sum += discount * account.net();
            rounded(sum, 0)
        })
        .collect();
    let data = vec![
        bar("sales", &|account| account.margin, "#1f5f99"),
        bar("service", &|account| account.service, "#009e73"),
        bar("outlets", &|account| -account.fixed, "#d55e00"),
        bar("opening and closing", &|account| -account.opening - account.closing, "#e69f00"),
        json!({"type": "scatter", "mode": "lines+markers", "name": "balance, discounted", "x": years, "y": balance,
            "line": {"color": "#7f7f7f", "width": 3}, "hovertemplate": "%{x}: %{y:,.0f}"}),
    ];
    json!({"data": data, "layout": {"height": 420, "barmode": "relative", "margin": margins(80, 40),
        "xaxis": {"tickformat": "d"}, "yaxis": {"tickformat": "~s"}, "legend": {"orientation": "h", "y": -0.12}}})
}

fn curve(points: &[Point]) -> Value {
    let outlets: Vec<u32> = points.iter().map(|point| point.outlets).collect();
    let line = |name: &str, of: &dyn Fn(&Point) -> f64, colour: &str, dash: &str| {
        let shares: Vec<Value> = points.iter().map(|point| rounded(of(point), 5)).collect();
        json!({"type": "scatter", "mode": "lines+markers", "name": name, "x": outlets, "y": shares,
            "line": {"color": colour, "dash": dash}, "hovertemplate": "%{x:,} outlets: %{y:.1%}"})
    };
    let data = vec![
        line("at best", &|point| point.share_best, "#1f5f99", "solid"),
        line("bound", &|point| point.share_bound, "#7f7f7f", "dot"),
        line("evenly spread", &|point| point.share_even, "#d55e00", "solid"),
    ];
    json!({"data": data, "layout": {"height": 420, "margin": margins(70, 60), "xaxis": {"type": "log", "tickformat": "~s",
        "title": {"text": "outlets"}}, "yaxis": {"tickformat": ".0%", "rangemode": "tozero"},
        "legend": {"orientation": "h", "y": -0.2}}})
}

fn years(ground: &Ground, all: &[Account]) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "year" } @for column in ["outlets", "opened", "share", "sold", "installed", "technicians", "net"] { th .number scope="col" { (column) } } } }
            tbody {
                @for (year, account) in all.iter().enumerate().take(ground.decided) {
                    tr {
                        td { (ground.first_year as usize + year) }
                        td .number { (grouped(f64::from(account.outlets))) }
                        td .number { (grouped(f64::from(account.opened))) }
                        td .number { (format!("{:.1} %", 100.0 * account.share)) }
                        td .number { (grouped(account.sold)) }
                        td .number { (grouped(account.installed)) }
                        td .number { (grouped(account.technicians)) }
                        td .number { (grouped(account.net())) }
                    }
                }
            }
        }
    }
}

fn countries(scenario: &Scenario, ground: &Ground, rollout: &Rollout) -> Markup {
    let year = |number: Option<usize>| {
        number.map_or("–".to_owned(), |number| (ground.first_year as usize + number).to_string())
    };
    html! {
        table {
            thead { tr { th scope="col" { "country" } @for column in ["begins", "outlets", "share", "breaks even", "worth"] { th .number scope="col" { (column) } }
                @if ground.is_heard_abroad() { @for column in ["ill served", "reputation"] { th .number scope="col" { (column) } } } } }
            tbody {
                @for ((land, book), stays) in ground.lands.iter().zip(&rollout.books).zip(&rollout.stays) {
                    tr {
                        td { (scenario.countries[land.country.at()].code) }
                        td .number { (year(book.iter().position(|account| account.opened > 0))) }
                        td .number { (grouped(f64::from(book[ground.decided - 1].outlets))) }
                        td .number { (format!("{:.1} %", 100.0 * book[ground.decided - 1].share)) }
                        td .number { (year(Rollout::breaks_even(ground, book, stays))) }
                        td .number { (grouped(worth_of(ground, book))) }
                        @if ground.is_heard_abroad() {
                            td .number { (format!("{:.1} %", 100.0 * book[ground.decided - 1].ill_served)) }
                            td .number { (format!("{:.3}", book[ground.decided - 1].reputation)) }
                        }
                    }
                }
            }
        }
    }
}

fn draws(points: &[Point]) -> Markup {
    html! {
        table {
            thead { tr { @for column in ["outlets", "to the nearest [km]", "evenly spread", "at best", "bound"] { th .number scope="col" { (column) } } } }
            tbody {
                @for point in points {
                    tr {
                        td .number { (grouped(f64::from(point.outlets))) }
                        td .number { (format!("{:.1}", point.access_km)) }
                        td .number { (format!("{:.1} %", 100.0 * point.share_even)) }
                        td .number { (format!("{:.1} %", 100.0 * point.share_best)) }
                        td .number { (format!("{:.1} %", 100.0 * point.share_bound)) }
                    }
                }
            }
        }
    }
}
