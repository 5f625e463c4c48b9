//! The map: land, regions coloured by their service, who serves and who replenishes whom, sites.
//!
//! Longitudes and latitudes are drawn by Mercator's projection, which keeps shapes: y = ln tan(π/4 + φ/2), in degrees.
//! A plane is drawn as it is. Each depot and all that it replenishes have one colour.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::borders::{Window, land};
use super::tables::rounded;
use crate::plan::figures::Figures;
use crate::report::terminal::grouped;
use crate::scenario::{DistanceMetric, Place, Region, Scenario, Site};

/// Colours that most people with a colour deficiency tell apart (Okabe and Ito, 2008), the darker ones first.
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"];

/// From poor to good service, told apart without red and green.
const SCALE: [(f64, &str); 4] = [(0.0, "#b2182b"), (0.35, "#f4a582"), (0.65, "#92c5de"), (1.0, "#2166ac")];

/// Mercator's map has no poles \[degrees\].
const MOST_NORTH: f64 = 84.0;

/// More regions than this are drawn by the graphics card.
const MANY: usize = 12_000;

/// The kind of trace that the graphics card draws.
pub(super) const BY_CARD: &str = "scattergl";

/// What is drawn of a plan.
pub(super) struct Drawing {
    /// Traces, layers and measures for the page's script.
    pub value: Value,
    /// The layers: id, title, shown at first?
    pub layers: Vec<(&'static str, &'static str, bool)>,
    /// The measures that regions may be coloured by.
    pub measures: Vec<String>,
}

/// A text that stays a text: the charting library understands some HTML.
pub(super) fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn projected(scenario: &Scenario, place: Place) -> (f64, f64) {
    match scenario.travel.metric {
        DistanceMetric::Planar => (place.x, place.y),
        DistanceMetric::Geodesic => (place.x, mercator(place.y)),
    }
}

fn mercator(latitude: f64) -> f64 {
    let angle = latitude.clamp(-MOST_NORTH, MOST_NORTH).to_radians();
    (std::f64::consts::FRAC_PI_4 + angle / 2.0).tan().ln().to_degrees()
}

/// The map of a plan, where its regions or sites have places.
pub(super) fn map(scenario: &Scenario, plan: &Figures) -> Option<Drawing> {
    let regions: BTreeMap<&str, &Region> = scenario.regions.iter().map(|region| (region.id.as_str(), region)).collect();
    let sites: BTreeMap<&str, &Site> =
        scenario.outlets.iter().chain(&scenario.depots).map(|site| (site.id.as_str(), site)).collect();
    let spot = |place: Option<Place>| place.map(|place| projected(scenario, place));
    let at_region = |id: &str| regions.get(id).and_then(|region| spot(region.place));
    let at_site = |id: &str| sites.get(id).and_then(|site| spot(site.place));
    let view = view(scenario)?;
    let depot_of: BTreeMap<&str, &str> =
        plan.replenishment.iter().map(|row| (row.outlet.as_str(), row.depot.as_str())).collect();
    let open_depots: Vec<&str> = plan.depots.iter().filter(|site| site.open).map(|site| site.id.as_str()).collect();
    let colour = |depot: Option<&&str>| {
        let number = depot.and_then(|depot| open_depots.iter().position(|open| open == depot)).unwrap_or_default();
        COLOURS[number % COLOURS.len()]
    };
    let name = |id: &str| plain(sites.get(id).map_or(id, |site| site.name.as_str()));
    let mut traces: Vec<Value> = Vec::new();
    let mut layers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut push = |layer: &'static str, trace: Value| {
        layers.entry(layer).or_default().push(traces.len());
        traces.push(trace);
        traces.len() - 1
    };
    if scenario.travel.metric == DistanceMetric::Geodesic {
        push("land", background(&view));
    }
    // Lines of one colour are one trace: blanks part them.
    let mut served: BTreeMap<&str, Lines> = BTreeMap::new();
    for row in &plan.assignments {
        if let (Some(from), Some(to)) = (at_region(&row.region), at_site(&row.outlet)) {
            served.entry(colour(depot_of.get(row.outlet.as_str()))).or_default().add(from, to);
        }
    }
    for (colour, lines) in served {
        push("assignments", lines.trace(colour, 0.8, 0.55));
    }
    let mut measures = Vec::new();
    let drawn = region_traces(scenario, plan, &regions, &name, &mut measures);
    let region_trace = push("regions", drawn);
    let mut replenished: BTreeMap<&str, Lines> = BTreeMap::new();
    for row in &plan.replenishment {
        if let (Some(from), Some(to)) = (at_site(&row.depot), at_site(&row.outlet)) {
            replenished.entry(colour(Some(&row.depot.as_str()))).or_default().add(from, to);
        }
    }
    for (colour, lines) in replenished {
        push("replenishment", lines.trace(colour, 1.1, 0.45));
    }
    let closed = plan.outlets.iter().filter(|site| !site.open).map(|site| site.id.as_str());
    let closed = Points::of(closed.filter_map(|id| Some((at_site(id)?, name(id), 6.0, "#7f7f7f".to_owned()))));
    push("candidates", closed.trace("x-thin-open", "closed candidate: %{text}"));
    let busiest = plan.outlets.iter().map(|site| site.load).fold(1.0, f64::max);
    let outlets = plan.outlets.iter().filter(|site| site.open).filter_map(|site| {
        let depot = depot_of.get(site.id.as_str());
        let by = depot.map_or(String::new(), |depot| format!("<br>replenished from {}", name(depot)));
        let text = format!(
            "{}<br>{} jobs a year, {:.0} % of its capacity<br>{} {} a year{by}",
            name(&site.id),
            grouped(site.load),
            100.0 * site.utilisation,
            grouped(site.cost),
            plan.summary.currency
        );
        let size = 5.0 + 9.0 * (site.load / busiest).sqrt();
        Some((at_site(&site.id)?, text, size, colour(depot).to_owned()))
    });
    let outlets = Points::of(outlets);
    push("outlets", outlets.trace("circle", "<b>outlet</b> %{text}"));
    let depots = plan.depots.iter().filter(|site| site.open).filter_map(|site| {
        let drawn = depot_of.values().filter(|depot| **depot == site.id).count();
        let text = format!(
            "{}<br>{drawn} outlets, {} units a year<br>{} {} a year",
            name(&site.id),
            grouped(site.load),
            grouped(site.cost),
            plan.summary.currency
        );
        Some((at_site(&site.id)?, text, 19.0, colour(Some(&site.id.as_str())).to_owned()))
    });
    let depots = Points::of(depots);
    push("depots", depots.trace("square", "<b>depot</b> %{text}"));
    let axis =
        |low: f64, high: f64| json!({"range": [low, high], "visible": false, "showgrid": false, "zeroline": false});
    let mut y = axis(view.1.0, view.1.1);
    y["scaleanchor"] = json!("x");
    let titles = measures.iter().map(|(title, _): &(String, Value)| title.clone()).collect();
    let value = json!({
        "data": traces,
        "layout": {"sea": scenario.travel.metric == DistanceMetric::Geodesic, "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "showlegend": false, "dragmode": "pan", "hovermode": "closest", "uirevision": "kept",
            "xaxis": axis(view.0.0, view.0.1), "yaxis": y},
        "layers": layers,
        "regions": region_trace,
        "measures": measures.into_iter().map(|(_, measure)| measure).collect::<Vec<_>>(),
    });
    let titles_of_layers = [
        ("regions", "Regions by service", true),
        ("assignments", "Who serves whom", true),
        ("replenishment", "Who replenishes whom", true),
        ("outlets", "Open outlets", true),
        ("depots", "Open depots", true),
        ("candidates", "Closed candidates", false),
        ("land", "Land and borders", true),
    ];
    let layers = titles_of_layers.into_iter().filter(|(layer, _, _)| {
        let traces = value["layers"][layer].as_array();
        let filled = |trace: &Value| {
            let trace = trace.as_u64().and_then(|trace| usize::try_from(trace).ok()).unwrap_or_default();
            value["data"][trace]["x"].as_array().is_some_and(|x| !x.is_empty())
        };
        traces.is_some_and(|traces| traces.iter().any(filled))
    });
    let layers = layers.collect();
    Some(Drawing { layers, measures: titles, value })
}

/// West, east; south, north.
type View = ((f64, f64), (f64, f64));

/// What is shown at first: nearly all places, without the few far islands that would make all others small.
fn view(scenario: &Scenario) -> Option<View> {
    let sites = scenario.outlets.iter().chain(&scenario.depots).map(|site| site.place);
    let places = scenario.regions.iter().map(|region| region.place).chain(sites).flatten();
    let spots: Vec<(f64, f64)> = places.map(|place| projected(scenario, place)).collect();
    let span = |pick: &dyn Fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = spots.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        // All but one place in fifty span the view, and what lies not far outside them widens it.
        let (low, high) = (values[last / 100], values[last - last / 100]);
        let near = 0.5 * (high - low).max(1e-3);
        let seen = |value: &&f64| (low - near..=high + near).contains(*value);
        let (low, high) = (*values.iter().find(seen)?, *values.iter().rfind(seen)?);
        let margin = 0.04 * (high - low).max(1e-3);
        Some((low - margin, high + margin))
    };
    Some((span(&|spot| spot.0)?, span(&|spot| spot.1)?))
}

/// Land around what is shown.
fn background(view: &View) -> Value {
    let back = |y: f64| (2.0 * y.to_radians().exp().atan() - std::f64::consts::FRAC_PI_2).to_degrees();
    let (width, height) = (view.0.1 - view.0.0, view.1.1 - view.1.0);
    let window = Window {
        west: view.0.0 - width,
        east: view.0.1 + width,
        south: back(view.1.0 - height),
        north: back(view.1.1 + height),
    };
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for ring in land(window) {
        if !x.is_empty() {
            x.push(Value::Null);
            y.push(Value::Null);
        }
        x.extend(ring.iter().map(|(longitude, _)| json!(longitude)));
        y.extend(ring.iter().map(|(_, latitude)| rounded(mercator(*latitude), 2)));
    }
    json!({"type": "scatter", "mode": "lines", "x": x, "y": y, "fill": "toself", "hoverinfo": "skip",
        "role": "land", "line": {"width": 0.7}})
}

/// Lines that are parted by blanks.
#[derive(Default)]
struct Lines {
    x: Vec<Value>,
    y: Vec<Value>,
}

impl Lines {
    fn add(&mut self, from: (f64, f64), to: (f64, f64)) {
        if from != to {
            self.x.extend([rounded(from.0, 4), rounded(to.0, 4), Value::Null]);
            self.y.extend([rounded(from.1, 4), rounded(to.1, 4), Value::Null]);
        }
    }

    fn trace(self, colour: &str, width: f64, opacity: f64) -> Value {
        json!({"type": "scatter", "mode": "lines", "x": self.x, "y": self.y, "hoverinfo": "skip", "opacity": opacity,
            "line": {"color": colour, "width": width}})
    }
}

/// Points with their texts, sizes and colours.
#[derive(Default)]
struct Points {
    x: Vec<Value>,
    y: Vec<Value>,
    texts: Vec<String>,
    sizes: Vec<Value>,
    colours: Vec<String>,
}

impl Points {
    fn of(points: impl Iterator<Item = ((f64, f64), String, f64, String)>) -> Self {
        let mut all = Self::default();
        for ((x, y), text, size, colour) in points {
            all.x.push(rounded(x, 4));
            all.y.push(rounded(y, 4));
            all.texts.push(text);
            all.sizes.push(rounded(size, 1));
            all.colours.push(colour);
        }
        all
    }

    fn trace(self, symbol: &str, hover: &str) -> Value {
        json!({"type": "scatter", "mode": "markers", "x": self.x, "y": self.y, "text": self.texts,
            "hovertemplate": format!("{hover}<extra></extra>"),
            "marker": {"symbol": symbol, "size": self.sizes, "color": self.colours, "opacity": 0.95,
                "line": {"color": "#ffffff", "width": 1}}})
    }
}

/// The regions, coloured by the first measure; every measure is kept for the page's script.
fn region_traces(
    scenario: &Scenario,
    plan: &Figures,
    regions: &BTreeMap<&str, &Region>,
    name: &impl Fn(&str) -> String,
    measures: &mut Vec<(String, Value)>,
) -> Value {
    let mut hands: BTreeMap<&str, (Vec<String>, f64)> = BTreeMap::new();
    for row in &plan.assignments {
        let own = hands.entry(&row.region).or_default();
        own.0.push(name(&row.outlet));
        own.1 = own.1.max(row.hours);
    }
    let jobs: BTreeMap<&str, f64> = match &plan.map {
        Some(map) => map.regions.iter().map(|(id, place)| (id.as_str(), place.load)).collect(),
        None => BTreeMap::new(),
    };
    let most = jobs.values().copied().fold(1.0, f64::max);
    let shown: Vec<(&str, &Region, (f64, f64))> =
        regions.iter().filter_map(|(id, region)| Some((*id, *region, projected(scenario, region.place?)))).collect();
    let texts: Vec<String> = shown
        .iter()
        .map(|(id, region, _)| {
            let by = hands.get(id).map_or("nobody".to_owned(), |(outlets, hours)| {
                format!("{}, {hours:.1} h away", outlets.join(" and "))
            });
            let jobs = jobs.get(id).map_or(String::new(), |jobs| format!("{} jobs a year, ", grouped(*jobs)));
            format!("{}<br>{jobs}served by {by}", plain(&region.name))
        })
        .collect();
    let mut kinds: Vec<&crate::plan::figures::ServiceFigures> = Vec::new();
    for row in &plan.service {
        if !kinds.iter().any(|known| known.same_measure(row)) {
            kinds.push(row);
        }
    }
    for kind in &kinds {
        let values: BTreeMap<&str, f64> =
            plan.service.iter().filter(|row| row.same_measure(kind)).map(|row| (row.of.as_str(), row.value)).collect();
        let hours = kind.metric == "mean_response_hours";
        let mut sorted: Vec<f64> = values.values().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
        // A few extremes would leave one colour to all others.
        let (least, most) = (at(0.02), at(0.98));
        let most = if most > least { most } else { least + 1e-6 };
        let format = if hours { ".1f" } else { ".1%" };
        let unit = if hours { " h" } else { "" };
        let title = kind.measure().replace('_', " ");
        let shown_value = format!("%{{marker.color:{format}}}{unit}");
        measures.push((
            title.clone(),
            json!({"values": shown.iter().map(|(id, _, _)| values.get(id).map_or(Value::Null, |value| rounded(*value, 4)))
                    .collect::<Vec<_>>(),
                "least": least, "most": most, "fewer": hours, "format": format, "suffix": unit,
                "hover": format!("%{{text}}<br>{title} {shown_value}<extra></extra>")}),
        ));
    }
    let first = measures.first().map_or(Value::Null, |(_, measure)| measure.clone());
    let sizes: Vec<Value> = shown
        .iter()
        .map(|(id, _, _)| rounded(3.5 + 10.0 * (jobs.get(id).copied().unwrap_or(most * 0.1) / most).sqrt(), 1))
        .collect();
    let scale: Vec<Value> = SCALE.iter().map(|(at, colour)| json!([at, colour])).collect();
    let kind = if shown.len() > MANY { BY_CARD } else { "scatter" };
    json!({"type": kind, "mode": "markers",
        "x": shown.iter().map(|(_, _, spot)| rounded(spot.0, 4)).collect::<Vec<_>>(),
        "y": shown.iter().map(|(_, _, spot)| rounded(spot.1, 4)).collect::<Vec<_>>(),
        "text": texts, "hovertemplate": first["hover"],
        "marker": {"size": sizes, "color": first["values"], "cmin": first["least"], "cmax": first["most"],
            "reversescale": first["fewer"], "colorscale": scale, "opacity": 0.85, "line": {"width": 0},
            "colorbar": {"thickness": 10, "len": 0.4, "x": 0.99, "xanchor": "right", "y": 0.98, "yanchor": "top",
                "outlinewidth": 0, "tickformat": first["format"], "ticksuffix": first["suffix"], "nticks": 5}}})
}
