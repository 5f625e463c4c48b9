//! The tables of `scenario.toml`: travel, replenishment, stocking, planning, finance, limits.

use super::{Ids, Reader};
use crate::demand::estimate::Forecast;
use crate::demand::forecast::{Method, Smoothing};
use crate::demand::{Distribution, Reading};
use crate::scenario::schema::{MONTHS, Table};
use crate::scenario::settings::{Setting, Value};
use crate::scenario::source::Span;
use crate::scenario::{
    Count, CountryId, DistanceMetric, Finance, Lanes, Limits, Month, Objective, Planning, Replenishment, Site,
    Sourcing, Status, Stockout, Travel,
};
use crate::units::{Days, Hours, Money};

/// Reads one key after the other.
impl Reader<'_> {
    fn key(&mut self, path: &str) -> Option<f64> {
        self.draft.settings.number(path, self.faults)
    }

    fn key_or(&mut self, path: &str, default: f64) -> f64 {
        self.key(path).unwrap_or(default)
    }

    fn key_choice(&mut self, path: &str) -> Option<usize> {
        self.draft.settings.choice(path, self.faults)
    }

    fn key_money(&mut self, path: &str) -> Option<Money> {
        self.key(path).and_then(Money::new)
    }
}

/// `\[travel\]`.
pub(crate) fn travel(reader: &mut Reader<'_>) -> Travel {
    Travel {
        speed_kmh: reader.key_or("travel.speed_kmh", 60.0),
        circuity: reader.key_or("travel.circuity", 1.3),
        cost_per_km: reader.key_money("travel.cost_per_km").unwrap_or_default(),
        round_trip: reader.draft.settings.switch("travel.round_trip", reader.faults).unwrap_or(true),
        max_hours: reader.key("travel.max_hours").and_then(Hours::new),
        lanes: if reader.key_choice("travel.lanes") == Some(1) { Lanes::Listed } else { Lanes::Estimated },
        dispatch: reader.key("travel.dispatch_hours").and_then(Hours::new).unwrap_or_default(),
        metric: match reader.key_choice("travel.metric") {
            Some(1) => DistanceMetric::Planar,
            _ => DistanceMetric::Geodesic,
        },
    }
}

/// `\[replenishment\]`.
pub(crate) fn replenishment(reader: &mut Reader<'_>) -> Replenishment {
    let day = || Days::new(1.0).expect("a day is a time");
    Replenishment {
        speed_km_per_day: reader.key_or("replenishment.speed_km_per_day", 500.0),
        handling: reader.key("replenishment.handling_days").and_then(Days::new).unwrap_or_else(day),
        cost_per_kg_km: reader.key_money("replenishment.cost_per_kg_km").unwrap_or_default(),
        cost_per_shipment: reader.key_money("replenishment.cost_per_shipment").unwrap_or_default(),
    }
}

/// `\[stocking\] stockout`, and the bounds of the holding rate that sites fall back on.
pub(crate) fn stockout(reader: &mut Reader<'_>) -> Stockout {
    reader.key("stocking.holding_rate_per_year");
    if reader.key_choice("stocking.stockout") == Some(1) { Stockout::Emergency } else { Stockout::Backorder }
}

/// E12, E19: a depot delivers directly what outlets lack that express it, in a time that is given.
pub(crate) fn direct(stockout: Stockout, reader: &mut Reader<'_>) -> bool {
    let settings = &reader.draft.settings;
    let hours = settings.get("stocking.direct_hours").map(|setting| setting.key_span);
    // A cost of nothing is the default, written out or not.
    let costs = |setting: &&Setting| !matches!(setting.value, Value::Number(0.0, _));
    let cost = settings.get("stocking.direct_cost_per_unit").filter(costs).map(|setting| setting.key_span);
    let Some(first) = hours.or(cost) else { return false };
    let depots = reader.sheet(Table::Depots);
    if stockout == Stockout::Backorder {
        let message = "depots deliver directly only where parts are expressed";
        let hint = "set `[stocking] stockout = \"emergency\"`, or leave out `direct_hours` and `direct_cost_per_unit`";
        reader.faults.add("E19", first, message).hint(hint);
    } else if depots.rows == 0 && !depots.broken {
        let message = "depots deliver directly, and there are none";
        let hint = "depots.csv lists them; the supplier's express is `emergency_hours` and `emergency_cost_per_unit`";
        reader.faults.add("E19", first, message).hint(hint);
    } else if let (None, Some(cost)) = (hours, cost) {
        let message = "a direct delivery needs its time";
        reader.faults.add("E12", cost, message).hint("[stocking] direct_hours = 24");
    }
    hours.is_some()
}

/// `\[planning\]`; E12: the coverage objective has its window.
pub(crate) fn planning(reader: &mut Reader<'_>) -> Planning {
    let within = reader.key("planning.coverage_within_hours").and_then(Hours::new);
    let objective = match reader.key_choice("planning.objective") {
        Some(1) => {
            let setting = reader.draft.settings.get("planning.objective");
            if let (Some(setting), None) = (setting, reader.draft.settings.get("planning.coverage_within_hours")) {
                reader
                    .faults
                    .add("E12", setting.span, "the objective `coverage` needs its window")
                    .hint("[planning] coverage_within_hours = 2");
            }
            Objective::Coverage { within: within.unwrap_or_default() }
        }
        Some(2) => Objective::Farthest,
        _ => Objective::Cost,
    };
    if let (Some(setting), false) =
        (reader.draft.settings.get("planning.coverage_within_hours"), matches!(objective, Objective::Coverage { .. }))
    {
        reader
            .faults
            .add("W07", setting.key_span, "`coverage_within_hours` has no effect")
            .hint("it is the window of `objective = \"coverage\"`");
    }
    Planning {
        objective,
        sourcing: if reader.key_choice("planning.sourcing") == Some(1) { Sourcing::Split } else { Sourcing::Single },
        gap: reader.key_or("planning.gap", 1e-6),
        time_limit_seconds: reader.key("planning.time_limit_seconds"),
        seed: reader.key_or("planning.seed", 1.0) as u64,
        month: match reader.key_choice("planning.month").map(|choice| MONTHS[choice]) {
            None | Some("mean") => Month::Mean,
            Some("peak") => Month::Peak,
            Some(number) => number.parse::<usize>().map_or(Month::Mean, |number| Month::Of(number - 1)),
        },
    }
}

/// `\[service\] feedback_share` × `learning_rate`; W07: one without the other prevents nothing.
pub(crate) fn learnt(reader: &mut Reader<'_>) -> f64 {
    let names = ["service.feedback_share", "service.learning_rate"];
    let [reported, rate] = names.map(|name| reader.key_or(name, 0.0));
    for (own, other, name) in [(reported, rate, names[0]), (rate, reported, names[1])] {
        let span = reader.draft.settings.get(name).map(|setting| setting.key_span);
        if let (Some(span), true) = (span, own > 0.0 && other <= 0.0) {
            let message = format!("`{}` has no effect", name.trim_start_matches("service."));
            let fault = reader.faults.add("W07", span, message);
            fault.hint("feedback_share and learning_rate prevent failures together");
        }
    }
    reported * rate
}

/// `\[finance\]`.
pub(crate) fn finance(reader: &mut Reader<'_>) -> Finance {
    Finance {
        discount_rate: reader.key_or("finance.discount_rate", 0.08),
        site_life_years: reader.key_or("finance.site_life_years", 10.0),
    }
}

/// `\[demand\]`; W07: a key that the forecast does not ask for has no effect.
pub(crate) fn demand(reader: &mut Reader<'_>) -> Reading {
    let method = reader.key_choice("demand.forecast").map_or(Method::Tsb, |choice| Method::ALL[choice]);
    let distribution =
        reader.key_choice("demand.distribution").map_or(Distribution::Predictive, |choice| Distribution::ALL[choice]);
    let usual = Smoothing::default();
    let size = reader.key_or("demand.smoothing", usual.size);
    let interval = reader.key_or("demand.interval_smoothing", size);
    let fitted = reader.draft.settings.switch("demand.fit_smoothing", reader.faults).unwrap_or(false);
    let smooths = method != Method::Mean;
    let mut needless = |keys: &[&str], hint: &str| {
        for key in keys {
            if let Some(setting) = reader.draft.settings.get(&format!("demand.{key}")) {
                let fault = reader.faults.add("W07", setting.key_span, format!("`{key}` has no effect"));
                fault.hint(hint);
            }
        }
    };
    if reader.draft.sheets[Table::DemandHistory as usize].source.is_none() {
        let keys = ["forecast", "distribution", "smoothing", "interval_smoothing", "fit_smoothing"];
        needless(&keys, "it says how demand_history.csv is read, and there is none");
    } else if !smooths {
        needless(&["smoothing", "interval_smoothing", "fit_smoothing"], "the forecast `mean` weighs all periods alike");
    } else if fitted {
        needless(&["smoothing", "interval_smoothing"], "`fit_smoothing` chooses the weights");
    } else if method == Method::Ses {
        needless(&["interval_smoothing"], "the forecast `ses` has no intervals");
    }
    let smoothing = (!(fitted && smooths)).then_some(Smoothing { size, interval, ..usual });
    Reading { forecast: Forecast { method, smoothing }, distribution }
}

/// `\[limits\]`; E05: no minimum is above its maximum or above the sites there are.
pub(crate) fn limits(ids: &Ids<'_>, outlets: &[Site], depots: &[Site], reader: &mut Reader<'_>) -> Limits {
    let limits = Limits {
        outlets: count("limits.outlets", "outlet", None, outlets, reader),
        outlets_by_country: by_country("limits.outlets.by_country", "outlet", ids, outlets, reader),
        depots: count("limits.depots", "depot", None, depots, reader),
        depots_by_country: by_country("limits.depots.by_country", "depot", ids, depots, reader),
        budget: reader.key_money("limits.budget_per_year"),
        max_openings: reader.draft.settings.count("limits.max_openings", reader.faults),
        max_closings: reader.draft.settings.count("limits.max_closings", reader.faults),
    };
    let limited = limits.outlets.max.is_some() || limits.budget.is_some() || limits.max_openings.is_some();
    if let (Some(setting), false, Some(1 | 2)) =
        (reader.draft.settings.get("planning.objective"), limited, reader.key_choice("planning.objective"))
    {
        let fixed = outlets.iter().all(|site| matches!(site.status, Status::Open | Status::Closed));
        if !fixed {
            reader
                .faults
                .add("E12", setting.span, "this objective needs a limit, or it would open everything")
                .hint("[limits] outlets = { max = 10 }, or budget_per_year");
        }
    }
    limits
}

fn count(path: &str, what: &str, country: Option<CountryId>, sites: &[Site], reader: &mut Reader<'_>) -> Count {
    let (min_path, max_path) = (format!("{path}.min"), format!("{path}.max"));
    let min = reader.draft.settings.count(&min_path, reader.faults).unwrap_or(0);
    let max = reader.draft.settings.count(&max_path, reader.faults);
    let span =
        |path: &str| reader.draft.settings.get(path).map_or(Span::whole(reader.draft.toml), |setting| setting.span);
    let here = || sites.iter().filter(|site| country.is_none() || site.country == country);
    let openable = here().filter(|site| site.status != Status::Closed).count();
    let forced = here().filter(|site| site.status == Status::Open).count();
    let (min_span, max_span) = (span(&min_path), span(&max_path));
    if let Some(max) = max.filter(|&max| max < min) {
        reader.faults.add("E05", min_span, format!("the minimum of {min} is above the maximum of {max}"));
    } else if min > openable {
        let table = if what == "depot" { Table::Depots } else { Table::Outlets };
        if !reader.sheet(table).broken {
            let message = format!("at least {min} must be open, but {openable} may open");
            reader.faults.add("E05", min_span, message);
        }
    } else if let Some(max) = max.filter(|&max| max < forced) {
        let message = format!("at most {max} may be open, but {forced} must be, by their status `open`");
        reader.faults.add("E05", max_span, message).hint("`existing` may close, `open` may not");
    }
    Count { min, max }
}

fn by_country(
    path: &str,
    what: &str,
    ids: &Ids<'_>,
    sites: &[Site],
    reader: &mut Reader<'_>,
) -> Vec<(CountryId, Count)> {
    let mut list = Vec::new();
    for (code, span) in reader.draft.settings.names_under(path) {
        let Some(&country) = ids.countries.get(code) else {
            let hint = crate::scenario::diagnostic::did_you_mean(code, ids.countries.keys().copied());
            reader.faults.add("E07", span, format!("no table names the country `{code}`")).hint_if(hint);
            continue;
        };
        list.push((country, count(&format!("{path}.{code}"), what, Some(country), sites, reader)));
    }
    list
}
