//! Today's practice beside the system approach: the same outlets, but the same fill rate for every part everywhere, as high as
//! it takes to keep the promises that the plan keeps; and that with every region served by its nearest outlet.

use std::path::Path;

use sparenet::cost::Component;
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::plan::{Decisions, Plan, read::read};
use sparenet::scenario::{Loaded, Metric, Scenario, load};
use sparenet::service::{Shops, depot_streams, outlet_stream, outlet_streams};
use sparenet::stocking::Position;
use sparenet::verify::evaluate;

/// Prints what equal fill rates cost.
pub fn compare(scenario: &str, plan: &str) {
    let Ok(Loaded { scenario, .. }) = load(Path::new(scenario), &[]) else {
        return println!("`{scenario}` cannot be read");
    };
    let network = Network::connect(&scenario);
    let load = Load::of(&scenario);
    let Ok(decisions) = read(Path::new(plan), &scenario) else {
        return println!("`{plan}` is no plan of this scenario");
    };
    let ours = evaluate(&scenario, &network, &load, decisions.clone());
    tell(&scenario, "the plan (system approach)", &ours, None);
    let nearest = nearest(&network, &decisions);
    for (name, decisions, depots_too) in [
        ("equal fill rates at outlets and depots", &decisions, true),
        ("equal fill rates at outlets", &decisions, false),
        ("nearest outlet, equal fill rates at outlets and depots", &nearest, true),
    ] {
        let (mut low, mut high) = (0.0, 1.0 - 1e-9);
        let mut best = None;
        for _ in 0..30 {
            let middle: f64 = 0.5 * (low + high);
            let equal = equally_filled(&scenario, &network, &load, decisions, middle, depots_too);
            let tried = evaluate(&scenario, &network, &load, equal);
            if tried.service.all_kept(&scenario) {
                best = Some((middle, tried));
                high = middle;
            } else {
                low = middle;
            }
        }
        match best {
            Some((fill_rate, plan)) => {
                tell(&scenario, &format!("{name}, {:.2} %", 100.0 * fill_rate), &plan, Some(&ours))
            }
            None => println!("{name}: no fill rate keeps the promises"),
        }
    }
}

/// The same sites, but every region is served by the open outlet that is nearest in time.
fn nearest(network: &Network, decisions: &Decisions) -> Decisions {
    let mut nearest = decisions.clone();
    for (number, served) in nearest.served_by.iter_mut().enumerate().filter(|(_, served)| !served.is_empty()) {
        let open = network.roads(number.into()).filter(|(outlet, _)| decisions.outlet_open[outlet.at()]);
        if let Some((outlet, _)) = open.min_by(|one, two| one.1.hours.total_cmp(&two.1.hours)) {
            *served = vec![(outlet, 1.0)];
        }
    }
    nearest
}

/// The least levels that give every part at every site a fill rate.
fn equally_filled(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    decisions: &Decisions,
    fill_rate: f64,
    depots_too: bool,
) -> Decisions {
    let mut equal = decisions.clone();
    let streams = outlet_streams(scenario, load, decisions);
    let shops = Shops::of_streams(scenario, decisions, &streams);
    let depots = depot_streams(scenario, decisions, &shops, &streams);
    if depots_too {
        for ((site, part), depot) in &depots {
            let pipeline = depot.pipeline();
            let level = (0..).find(|&level| pipeline.at_most(i64::from(level) - 1) >= fill_rate).unwrap_or(0);
            put(&mut equal.depot_stock[site.at()], part.at(), level);
        }
    }
    for (number, parts) in streams.iter().enumerate() {
        let (outlet, depot) = (number.into(), decisions.replenished_by[number]);
        for (part, asked) in parts {
            let upstream = depot.and_then(|depot| {
                let found = depots.binary_search_by_key(&(depot, *part), |entry| entry.0).ok()?;
                Some(depots[found].1.holding(equal.at_depot(depot, *part)))
            });
            let stream = outlet_stream(scenario, network, &shops, outlet, depot, *part, asked);
            let position = Position::new(stream, upstream.as_ref(), scenario.stocking.stockout);
            let level = (0..100_000).find(|&level| position.fill_rate(level) >= fill_rate).unwrap_or(0);
            put(&mut equal.outlet_stock[number], part.at(), level);
        }
    }
    equal
}

fn put(levels: &mut Vec<u32>, part: usize, level: u32) {
    if levels.len() <= part {
        levels.resize(part + 1, 0);
    }
    levels[part] = level;
}

/// One line: what stock costs and the whole, beside our own.
fn tell(scenario: &Scenario, name: &str, plan: &Plan, ours: Option<&Plan>) {
    let stock = |plan: &Plan| plan.costs.of(Component::Holding) + plan.costs.of(Component::Emergency);
    let more = ours.map_or(String::new(), |ours| {
        let (saved, share) = (stock(plan) - stock(ours), 1.0 - stock(ours) / stock(plan));
        let whole = plan.costs.total() - ours.costs.total();
        format!("; the plan saves {saved:.0} a year, {:.1} % of it, and {whole:.0} of everything", 100.0 * share)
    });
    println!("{name}: holding and emergencies {:.0} of {:.0} a year{more}", stock(plan), plan.costs.total());
    // Coverage does not depend on stock.
    let of_stock = plan.service.promises.iter().filter(|promise| promise.target(scenario).metric != Metric::Coverage);
    for promise in of_stock {
        println!("    {}: {:.4}", promise.describe(scenario), promise.computed);
    }
}
