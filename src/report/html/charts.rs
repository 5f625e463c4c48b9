//! The charts of a page: traces and layouts for the charting library. Colours of text, lines and ground are the page's.

use serde_json::{Value, json};

use super::map::plain;
use super::tables::rounded;
use crate::compare::attribution::Waterfall;
use crate::cost::{Component, sums};
use crate::plan::figures::{Figures, ServiceFigures};
use crate::report::compared::signed;
use crate::report::terminal::grouped;

/// The most countries of a chart; the rest are taken together, or left to the table.
const SHOWN: usize = 25;

/// Colours of components, in their order: told apart in light and dark.
const COLOURS: [&str; 13] = [
    "#1f5f99", "#6aaed6", "#7f7f7f", "#c7c7c7", "#e69f00", "#d55e00", "#8c564b", "#009e73", "#cc79a7", "#b2182b",
    "#9467bd", "#000000", "#bcbd22",
];

/// The colour of a component; those beyond the palette begin it again.
fn colour(component: Component) -> &'static str {
    COLOURS[component as usize % COLOURS.len()]
}

/// Margins that leave room for the names of an axis.
pub(super) fn margins(left: u32, bottom: u32) -> Value {
    json!({"l": left, "r": 16, "t": 8, "b": bottom})
}

/// Cost by component, the dearest on top.
pub(super) fn components(plan: &Figures) -> Value {
    let spent = sums(plan.costs.iter().map(|row| (row.component, row.amount)));
    let mut spent: Vec<(Component, f64)> = spent.into_iter().collect();
    spent.sort_by(|left, right| left.1.total_cmp(&right.1));
    let names: Vec<String> = spent.iter().map(|(component, _)| component.name().replace('_', " ")).collect();
    let amounts: Vec<Value> = spent.iter().map(|(_, amount)| rounded(*amount, 0)).collect();
    let colours: Vec<&str> = spent.iter().map(|(component, _)| colour(*component)).collect();
    json!({
        "data": [{"type": "bar", "orientation": "h", "x": amounts, "y": names, "marker": {"color": colours},
            "hovertemplate": format!("%{{y}}: %{{x:,.0f}} {} a year<extra></extra>", plain(&plan.summary.currency))}],
        "layout": {"height": 60 + 34 * spent.len(), "margin": margins(110, 40), "xaxis": {"tickformat": "~s"},
            "yaxis": {"fixedrange": true}, "showlegend": false},
    })
}

/// Cost by country of the site, part by part, the dearest countries first.
pub(super) fn countries(plan: &Figures) -> Value {
    let whole = sums(plan.costs.iter().map(|row| (row.country.as_str(), row.amount)));
    let mut order: Vec<(&str, f64)> = whole.into_iter().filter(|(country, _)| !country.is_empty()).collect();
    order.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
    order.truncate(SHOWN);
    let spent = sums(plan.costs.iter().map(|row| ((row.component, row.country.as_str()), row.amount)));
    let names: Vec<&str> = order.iter().map(|(country, _)| *country).collect();
    let traces: Vec<Value> = Component::ALL
        .into_iter()
        .filter(|component| names.iter().any(|country| spent.contains_key(&(*component, *country))))
        .map(|component| {
            let amount = |country: &&str| rounded(spent.get(&(component, *country)).copied().unwrap_or(0.0), 0);
            let name = component.name().replace('_', " ");
            json!({"type": "bar", "name": name, "x": names, "y": names.iter().map(amount).collect::<Vec<_>>(),
                "marker": {"color": colour(component)},
                "hovertemplate": format!("%{{x}}, {name}: %{{y:,.0f}}<extra></extra>")})
        })
        .collect();
    json!({
        "data": traces,
        "layout": {"height": 380, "barmode": "stack", "margin": margins(56, 40), "xaxis": {"type": "category"},
            "yaxis": {"tickformat": "~s"}, "legend": {"orientation": "h", "y": -0.14, "traceorder": "normal"}},
    })
}

/// Service by country: one row of points a metric that is a share.
pub(super) fn service(plan: &Figures) -> Option<Value> {
    let mut kinds: Vec<&ServiceFigures> = Vec::new();
    for row in &plan.countries {
        if row.metric != "mean_response_hours" && !kinds.iter().any(|known| known.same_measure(row)) {
            kinds.push(row);
        }
    }
    let mut names: Vec<&str> = plan.countries.iter().map(|row| row.of.as_str()).filter(|of| !of.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let traces: Vec<Value> = kinds
        .iter()
        .enumerate()
        .map(|(number, kind)| {
            let rows = plan.countries.iter().filter(|row| row.same_measure(kind) && !row.of.is_empty());
            let (x, y): (Vec<&str>, Vec<Value>) = rows.map(|row| (row.of.as_str(), rounded(row.value, 5))).unzip();
            let name = kind.measure().replace('_', " ");
            json!({"type": "scatter", "mode": "markers", "name": name, "x": x, "y": y,
                "marker": {"size": 9, "symbol": number, "color": COLOURS[[0, 5, 7, 8, 4, 10][number % 6]]},
                "hovertemplate": format!("%{{x}}, {name}: %{{y:.2%}}<extra></extra>")})
        })
        .collect();
    let layout = json!({"height": 360, "margin": margins(56, 40),
        "xaxis": {"type": "category", "categoryorder": "array", "categoryarray": names},
        "yaxis": {"tickformat": ".1~%", "autorangeoptions": {"clipmin": 0, "clipmax": 1.005}}, "legend": {"orientation": "h", "y": -0.14}});
    Some(json!({"data": traces, "layout": layout}))
}

/// The parts that bind the most money.
pub(super) fn parts(plan: &Figures) -> Option<Value> {
    let held = sums(plan.stock.iter().map(|row| (row.part.as_str(), row.holding_cost)));
    let mut held: Vec<(&str, f64)> = held.into_iter().filter(|(_, cost)| *cost > 0.0).collect();
    if held.is_empty() {
        return None;
    }
    held.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
    held.truncate(SHOWN);
    let (names, costs): (Vec<String>, Vec<Value>) =
        held.into_iter().map(|(part, cost)| (plain(part), rounded(cost, 0))).unzip();
    Some(json!({
        "data": [{"type": "bar", "x": names, "y": costs, "marker": {"color": COLOURS[0]},
            "hovertemplate": format!("%{{x}}: %{{y:,.0f}} {} a year<extra></extra>", plain(&plan.summary.currency))}],
        "layout": {"height": 300, "margin": margins(56, 60), "xaxis": {"type": "category"}, "yaxis": {"tickformat": "~s"},
            "showlegend": false},
    }))
}

/// From one cost to the other, a step a component.
pub(super) fn waterfall(waterfall: &Waterfall, from: &str, to: &str) -> Value {
    let steps: Vec<_> =
        waterfall.by_component().into_iter().filter(|(_, change)| change.amount().abs() >= 0.5).collect();
    let mut names = vec![plain(from)];
    let mut measures = vec!["absolute"];
    let mut amounts = vec![rounded(waterfall.whole.from, 0)];
    for (component, change) in &steps {
        names.push(component.name().replace('_', " "));
        measures.push("relative");
        amounts.push(rounded(change.amount(), 0));
    }
    names.push(plain(to));
    measures.push("total");
    amounts.push(rounded(waterfall.whole.to, 0));
    // The steps are small beside the whole, so the axis begins near them.
    let mut level = waterfall.whole.from;
    let (mut low, mut high) = (level.min(waterfall.whole.to), level.max(waterfall.whole.to));
    for (_, change) in &steps {
        level += change.amount();
        (low, high) = (low.min(level), high.max(level));
    }
    let room = 0.25 * (high - low).max(1.0);
    // Both costs begin with the same digits: what tells them apart are the last ones.
    let mut shown = vec![grouped(waterfall.whole.from)];
    shown.extend(steps.iter().map(|(_, change)| signed(change.amount())));
    shown.push(grouped(waterfall.whole.to));
    json!({
        "data": [{"type": "waterfall", "x": names, "measure": measures, "y": amounts, "textposition": "outside",
            "text": shown, "textinfo": "text", "connector": {"line": {"width": 1, "color": "#7f7f7f"}},
            "increasing": {"marker": {"color": "#d55e00"}}, "decreasing": {"marker": {"color": "#009e73"}},
            "totals": {"marker": {"color": COLOURS[0]}}, "hovertemplate": "%{x}: %{delta:+,.0f}<extra></extra>"}],
        "layout": {"height": 420, "margin": {"l": 100, "r": 80, "t": 8, "b": 70}, "xaxis": {"type": "category"}, "showlegend": false,
            "yaxis": {"range": [low - room, high + room], "tickformat": ",.0f"}},
    })
}

/// The steps by country, split into what was given and what is decided where that is known.
pub(super) fn steps_by_country(waterfall: &Waterfall) -> Option<Value> {
    let mut steps = waterfall.by_country();
    steps.retain(|(country, change)| !country.is_empty() && change.amount().abs() >= 0.5);
    if steps.is_empty() {
        return None;
    }
    steps.sort_by(|left, right| right.1.amount().abs().total_cmp(&left.1.amount().abs()).then(left.0.cmp(&right.0)));
    steps.truncate(SHOWN);
    let names: Vec<String> = steps.iter().map(|(country, _)| plain(country)).collect();
    let trace = |name: &str, colour: &str, amounts: Vec<Value>| {
        json!({"type": "bar", "name": name, "x": names, "y": amounts, "marker": {"color": colour},
            "hovertemplate": format!("%{{x}}, {name}: %{{y:+,.0f}}<extra></extra>")})
    };
    let known = steps.iter().all(|(_, change)| change.given.is_some());
    let column = |value: &dyn Fn(&crate::compare::attribution::Change) -> f64| {
        steps.iter().map(|(_, change)| rounded(value(change), 0)).collect::<Vec<_>>()
    };
    let traces = if known {
        vec![
            trace("by what was given", COLOURS[4], column(&|change| change.given.unwrap_or_default())),
            trace("by what is decided", COLOURS[0], column(&|change| change.decided().unwrap_or_default())),
        ]
    } else {
        vec![trace("change", COLOURS[0], column(&crate::compare::attribution::Change::amount))]
    };
    Some(json!({
        "data": traces,
        "layout": {"height": 340, "barmode": "relative", "margin": margins(64, 40), "xaxis": {"type": "category"},
            "yaxis": {"tickformat": "~s"}, "legend": {"orientation": "h", "y": -0.16}},
    }))
}
