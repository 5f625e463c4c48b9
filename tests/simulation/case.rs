//! Networks that differ, with a plan for each.

use std::fmt::Write;
use std::fs;

use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::plan::{Decisions, Plan};
use sparenet::scenario::{DepotId, OutletId, Scenario, load};
use sparenet::simulation::{Experiment, Simulation, simulate};
use sparenet::verify::evaluate;
use sparenet::watch::Nobody;

/// A scenario of one depot at most per two outlets, with a plan for it.
pub struct Case {
    pub scenario: Scenario,
    pub network: Network,
    pub load: Load,
    pub plan: Plan,
}

impl Case {
    /// Loads the files of a scenario and evaluates decisions for it.
    pub fn of(files: &[(&str, String)], decide: impl FnOnce(&Scenario) -> Decisions) -> Self {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("the folder is ours");
        }
        let scenario = load(folder.path(), &[]).expect("the scenario is sound").scenario;
        let (network, load) = (Network::unlisted(&scenario), Load::of(&scenario));
        let decisions = decide(&scenario);
        let plan = evaluate(&scenario, &network, &load, decisions);
        Self { scenario, network, load, plan }
    }

    /// Lives it.
    pub fn live(&self, experiment: &Experiment) -> Simulation {
        simulate(&self.scenario, &self.network, &self.load, &self.plan.decisions, experiment, &Nobody)
    }
}

/// What is varied between networks.
#[derive(Debug, Clone, Copy)]
pub struct Variety {
    pub depots: usize,
    pub outlets: usize,
    /// Units a region asks for a year.
    pub rate: f64,
    pub variance_to_mean: f64,
    pub emergency: bool,
    /// Standard deviations of safety stock.
    pub safety: f64,
    /// Units of an order to the supplier.
    pub quantity: u32,
    /// Share of units that outlets repair in 6 days, twice that share at depots in 12.
    pub repaired: f64,
    /// Servers of the outlets' shops, if they are counted.
    pub servers: Option<u32>,
    /// Do the outlets help each other out?
    pub laterals: bool,
    /// Do depots deliver directly what outlets lack?
    pub direct: bool,
}

/// Two outlets, no depot, nothing unusual.
pub const PLAIN: Variety = Variety {
    depots: 0,
    outlets: 2,
    rate: 20.0,
    variance_to_mean: 1.0,
    emergency: false,
    safety: 0.5,
    quantity: 1,
    repaired: 0.0,
    servers: None,
    laterals: false,
    direct: false,
};

/// A network of six regions in two countries on a plane, outlets and depots along it, two parts; the second is asked for
/// a tenth as often. Base stocks are the pipeline's mean and some safety.
pub fn network(variety: Variety, targets: &str) -> Case {
    let Variety { depots, outlets, rate, variance_to_mean, emergency, safety, .. } = variety;
    let table = |header: &str, count: usize, row: &dyn Fn(usize) -> String| {
        (0..count).fold(format!("{header}\n"), |text, number| text + &row(number) + "\n")
    };
    let stockout = if variety.direct {
        "[stocking]\nstockout = \"emergency\"\nemergency_hours = 20\nemergency_cost_per_unit = 100\ndirect_hours = 6\n\
         direct_cost_per_unit = 40\n"
    } else if emergency {
        "[stocking]\nstockout = \"emergency\"\nemergency_hours = 20\nemergency_cost_per_unit = 100\n"
    } else {
        ""
    };
    let country = |number: usize| if number.is_multiple_of(2) { "XA" } else { "XB" };
    let mut files = vec![
        (
            "scenario.toml",
            format!(
                "name = \"varied\"\n[travel]\nmetric = \"planar\"\nspeed_kmh = 60\ndispatch_hours = 1\n{stockout}{targets}"
            ),
        ),
        (
            "regions.csv",
            table("region,country,x_km,y_km", 6, &|r| format!("r{r},{},{},{}", country(r), r * 60, r % 3 * 20)),
        ),
        ("parts.csv", format!("part,unit_cost,order_quantity\nfast,10,{0}\nslow,100,{0}\n", variety.quantity)),
        (
            "demand.csv",
            (0..6).fold("region,part,units_per_year,variance_to_mean\n".to_owned(), |mut text, r| {
                let own = rate * (1.0 + f64::from(r % 3));
                let _ = writeln!(text, "r{r},fast,{own},{variance_to_mean}\nr{r},slow,{},1", own / 10.0);
                text
            }),
        ),
        (
            "outlets.csv",
            table(
                "outlet,country,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days,repair_servers",
                outlets,
                &|o| {
                    let servers = variety.servers.map_or_else(String::new, |servers| servers.to_string());
                    format!("o{o},XA,{},10,1,{},{servers}", o * 300 / outlets, 10 + 7 * o)
                },
            ),
        ),
    ];
    if depots > 0 {
        let row = |d: usize| format!("d{d},XA,{},0,1,{}", d * 200, 25 + 10 * d);
        files.push((
            "depots.csv",
            table("depot,country,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days", depots, &row),
        ));
    }
    if variety.repaired > 0.0 {
        let at_outlets = (0..outlets).map(|o| format!("o{o},{},6\n", variety.repaired));
        let at_depots = (0..depots).map(|d| format!("d{d},{},12\n", 2.0 * variety.repaired));
        let rows: String = at_outlets.chain(at_depots).collect();
        files.push(("repairs.csv", format!("site,repair_share,repair_turnaround_days\n{rows}")));
    }
    if variety.laterals {
        // Each helps each, the next one first.
        let pairs = (0..outlets).flat_map(|to| (1..outlets).map(move |step| ((to + step) % outlets, to, step)));
        let rows: String = pairs.map(|(from, to, step)| format!("o{from},o{to},{},5\n", 4 * step)).collect();
        files.push(("laterals.csv", format!("from,to,hours,cost_per_unit\n{rows}")));
    }
    Case::of(&files, |scenario| {
        let mut decisions = Decisions::none(scenario);
        decisions.outlet_open.fill(true);
        decisions.depot_open.fill(true);
        for (region, served) in decisions.served_by.iter_mut().enumerate() {
            served.push((OutletId::from(region * outlets / 6), 1.0));
        }
        let asked = |share: f64| [12.0 * rate * share, 1.2 * rate * share];
        let level = |pipeline: f64| (pipeline + safety * pipeline.sqrt()).round().max(0.0) as u32;
        for outlet in 0..outlets {
            decisions.replenished_by[outlet] = (depots > 0).then(|| DepotId::from(outlet % depots));
            let days = if depots > 0 { 3.0 } else { 10.0 + 7.0 * outlet as f64 };
            decisions.outlet_stock[outlet] =
                asked(1.0 / outlets as f64).map(|units| level(units * days / 365.0)).to_vec();
        }
        for depot in 0..depots {
            decisions.depot_stock[depot] = asked(1.0 / depots as f64).map(|units| level(units * 30.0 / 365.0)).to_vec();
        }
        decisions
    })
}
