//! Depots apart from outlets, where pairs of outlet and depot are too many for one problem.
//!
//! With Z the open depots, w_o the depot of an outlet o, p_b(o, d) what a unit of basket b pays of freight and duty at o from
//! d, s_rb the units of b that region r holds, and k_o any depot that an outlet is *taken* to draw from:
//!
//! ```text
//! (apart)  cost = [ outlets, lanes and stock + Σ_r Σ_b s_rb·p_b(o_r, k_{o_r}) ]
//!               + [ Σ_{d∈Z} F_d + Σ_r Σ_b s_rb·(p_b(o_r, w_{o_r}) − p_b(o_r, k_{o_r})) ]
//!               ≥ least of the first over outlets and assignments + min_Z [ Σ_{d∈Z} F_d + Σ_r min_{d∈Z} c_rd ]
//! (reach)  c_rd = min over the lanes (r, o) of Σ_b s_rb·(p_b(o, d) − p_b(o, k_o))
//! ```
//! The first is a location problem without depots whose lanes pay the exact freight of each region's own mix from k_o, the
//! second one without outlets; the sum of their bounds is a bound of the whole, whatever k is. At the depots that k is of, the
//! second costs their fixed costs and nothing else, since no d of them has a negative c_rd for all and each region has one
//! of 0 or less; it is loose only by what other depots seem to save from the best outlet of each region at once. k is of the
//! depots that are best when each region's nearest outlet serves it, itself a location problem.

use rayon::prelude::*;

use super::model::{counts, openness};
use super::{Quiet, Search};
use crate::cost::{site_cost, unit_cost};
use crate::load::Load;
use crate::location::{Count, Lanes, Location, Mode, Problem, Settings, Site, locate};
use crate::network::Network;
use crate::scenario::{DepotId, Objective, OutletId, PartId, RegionId, Scenario, Status, Stockout};

/// With no more pairs of outlet and depot one problem holds both.
const MANY_PAIRS: usize = 20_000;
/// The table of prices holds no more numbers than this.
const MOST_PRICES: usize = 60_000_000;
/// How closely the depots' own problems are solved, and how many dual iterations they get.
const GAP: f64 = 2e-3;
const ITERATIONS: usize = 300;
/// A region's baskets and the loop over them are short; so many regions are done by one thread at a time.
const STRETCH: usize = 256;

/// The depots that outlets are taken to draw from, and what baskets pay from every depot.
pub struct Apart {
    /// k_o; `None`: no depot replenishes the outlet.
    pub drawn: Vec<Option<DepotId>>,
    /// p_b(o, d) by outlet, depot and basket; infinite where d does not replenish o.
    prices: Vec<f64>,
    depots: usize,
    baskets: usize,
}

impl Apart {
    /// Depots apart, where that is right and worth while: regions share their baskets, nothing limits what depots send, no
    /// limit counts outlets and depots together, and nobody but depots repairs.
    pub fn of(search: &Search, reach: f64) -> Option<Self> {
        let Search { scenario, load, .. } = *search;
        let (outlets, depots, baskets) = (scenario.outlets.len(), scenario.depots.len(), load.shared());
        let limits = &scenario.limits;
        let fits = load.is_shared()
            && outlets * depots > MANY_PAIRS
            && outlets * depots * baskets <= MOST_PRICES
            && scenario.stocking.stockout == Stockout::Backorder
            && scenario.planning.objective == Objective::Cost
            && scenario.repairs.is_empty()
            && limits.max_openings.is_none()
            && limits.max_closings.is_none()
            && scenario.depots.iter().all(|depot| depot.capacity_units.is_none() && depot.repair_servers.is_none());
        if fits { Self::placed(search, reach) } else { None }
    }

    /// The same where it is right, whether it is worth while or not.
    fn placed(search: &Search, reach: f64) -> Option<Self> {
        let Search { scenario, network, load, watch } = *search;
        let (outlets, depots, baskets) = (scenario.outlets.len(), scenario.depots.len(), load.shared());
        watch.stage("placing depots");
        let prices = (0..outlets).into_par_iter().flat_map_iter(|outlet| {
            let outlet = OutletId::from(outlet);
            (0..depots).map(DepotId::from).flat_map(move |depot| prices(scenario, network, load, outlet, depot))
        });
        let mut apart = Self { drawn: vec![None; outlets], prices: prices.collect(), depots, baskets };
        let location = apart.solved(search, &apart.nearest(search, reach))?;
        let open: Vec<usize> = (0..depots).filter(|depot| location.mode[*depot].is_some()).collect();
        let mean = mean(load, scenario);
        let all: Vec<usize> = (0..depots).collect();
        // Whom none of the open depots replenishes draws from another: no outlet that may open is left out of the bound.
        let drawn =
            |outlet: usize| apart.cheapest(&mean, outlet, &open).or_else(|| apart.cheapest(&mean, outlet, &all));
        apart.drawn = (0..outlets).map(drawn).collect();
        Some(apart)
    }

    /// The second bracket of (apart) from below; minus infinity where it is not known.
    pub fn lower_bound(&self, search: &Search, reach: f64) -> f64 {
        let own: Vec<Vec<f64>> = self.by_reach(search, reach);
        self.solved(search, &own).map_or(f64::NEG_INFINITY, |location| location.lower_bound)
    }

    /// From which of some depots units of baskets cost an outlet least.
    fn cheapest(&self, held: &[f64], outlet: usize, depots: &[usize]) -> Option<DepotId> {
        let priced = depots.iter().map(|&depot| (self.cost(held, outlet, depot), depot));
        let fitting = priced.filter(|(cost, _)| cost.is_finite());
        let least = fitting.min_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
        least.map(|(_, depot)| DepotId::from(depot))
    }

    fn price(&self, outlet: usize, depot: usize) -> &[f64] {
        let first = (outlet * self.depots + depot) * self.baskets;
        &self.prices[first..first + self.baskets]
    }

    /// What units of baskets pay at an outlet from a depot.
    fn cost(&self, held: &[f64], outlet: usize, depot: usize) -> f64 {
        held.iter()
            .zip(self.price(outlet, depot))
            .filter(|(held, _)| **held > 0.0)
            .map(|(held, price)| held * price)
            .sum()
    }

    /// By customer and depot what all that is asked for pays if each region's cheapest outlet serves it; the customers are
    /// the outlets.
    fn nearest(&self, search: &Search, reach: f64) -> Vec<Vec<f64>> {
        let Search { scenario, network, load, .. } = *search;
        let mut asked = vec![vec![0.0; self.baskets]; scenario.outlets.len()];
        for region in demanding(scenario, load) {
            let roads =
                network.roads(region).filter(|(outlet, road)| self.may_serve(scenario, *outlet) && road.hours <= reach);
            let nearest =
                roads.min_by(|one, two| one.1.cost_per_job.total_cmp(&two.1.cost_per_job).then(one.0.cmp(&two.0)));
            let Some((outlet, _)) = nearest else { continue };
            load.held(region).iter().for_each(|held| asked[outlet.at()][held.basket] += held.scale);
        }
        let rows = asked.par_iter().enumerate().filter(|(_, held)| held.iter().any(|held| *held > 0.0));
        rows.map(|(outlet, held)| (0..self.depots).map(|depot| self.cost(held, outlet, depot)).collect()).collect()
    }

    fn may_serve(&self, scenario: &Scenario, outlet: OutletId) -> bool {
        let finite = |depot: usize| self.price(outlet.at(), depot).iter().all(|price| price.is_finite());
        scenario.outlets[outlet.at()].status != Status::Closed && (0..self.depots).any(finite)
    }

    /// (reach) by region with demand and depot.
    fn by_reach(&self, search: &Search, reach: f64) -> Vec<Vec<f64>> {
        let Search { scenario, network, load, .. } = *search;
        let least = |region: &RegionId| {
            let mut held = vec![0.0; self.baskets];
            load.held(*region).iter().for_each(|own| held[own.basket] += own.scale);
            let mut least = vec![f64::INFINITY; self.depots];
            for (outlet, _) in network.roads(*region).filter(|(_, road)| road.hours <= reach) {
                // An outlet that draws from no depot serves nobody in the first bracket.
                let Some(drawn) = self.drawn[outlet.at()] else { continue };
                let own = self.cost(&held, outlet.at(), drawn.at());
                for (depot, least) in least.iter_mut().enumerate() {
                    *least = least.min(self.cost(&held, outlet.at(), depot) - own);
                }
            }
            least
        };
        let regions: Vec<RegionId> = demanding(scenario, load).collect();
        regions.par_iter().with_min_len(STRETCH).map(least).collect()
    }

    /// The depots' own problem: who serves customers at these costs.
    fn solved(&self, search: &Search, costs: &[Vec<f64>]) -> Option<Location> {
        let Search { scenario, watch, .. } = *search;
        let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
        for row in costs {
            for (depot, cost) in (0_u32..).zip(row).filter(|(_, cost)| cost.is_finite()) {
                lanes.site.push(depot);
                lanes.cost.push(*cost);
            }
            lanes.starts.push(lanes.site.len());
        }
        let sites = scenario.depots.iter().map(|depot| {
            let (open, closed) = site_cost(scenario, depot);
            let modes = vec![Mode { upper: None, fixed: open - closed, per_load: 0.0 }];
            Site { status: openness(depot.status), capacity: None, modes }
        });
        let of_depots = counts(scenario).into_iter().filter(|count| !count.uppers.is_empty());
        let problem = Problem {
            customers: vec![0.0; costs.len()],
            lanes,
            sites: sites.collect(),
            uppers: Vec::new(),
            counts: of_depots.map(|count| Count { sites: count.uppers, uppers: Vec::new(), ..count }).collect(),
            rows: Vec::new(),
            single: false,
        };
        let settings = Settings {
            gap: GAP,
            seed: scenario.planning.seed,
            node_limit: 0,
            iteration_limit: ITERATIONS,
            shakes: false,
            ..Settings::default()
        };
        locate(&problem, &settings, &Quiet(watch)).ok()
    }
}

/// p_b(o, d) of every basket.
fn prices(scenario: &Scenario, network: &Network, load: &Load, outlet: OutletId, depot: DepotId) -> Vec<f64> {
    if network.supply(outlet, depot).is_none() || scenario.depots[depot.at()].status == Status::Closed {
        return vec![f64::INFINITY; load.shared()];
    }
    let unit = |part: PartId| unit_cost(scenario, network, outlet, Some(depot), part).total();
    let basket = |basket: usize| {
        let tasks = load.basket(basket).iter();
        tasks.filter_map(|task| Some(task.rate * unit(task.part?))).fold(0.0, |sum, price| sum + price)
    };
    (0..load.shared()).map(basket).collect()
}

fn demanding<'a>(scenario: &Scenario, load: &'a Load) -> impl Iterator<Item = RegionId> + 'a {
    (0..scenario.regions.len()).map(RegionId::from).filter(|region| load.jobs[region.at()] > 0.0)
}

/// What all regions hold together of each basket.
fn mean(load: &Load, scenario: &Scenario) -> Vec<f64> {
    let mut sums = vec![0.0; load.shared()];
    for region in demanding(scenario, load) {
        load.held(region).iter().for_each(|held| sums[held.basket] += held.scale);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::super::bound::bound;
    use super::super::optimise;
    use super::super::rounds::Rounds;
    use super::super::tests::random_scenario;
    use super::*;
    use crate::scenario::{Failure, Installed, Product, ProductId};
    use crate::units::Hours;
    use crate::watch::Nobody;

    /// A random scenario with depots whose regions share baskets: a product of all parts, and one of the last part or of none.
    fn random_shared(seed: u64) -> Option<Scenario> {
        let mut scenario = random_scenario(seed);
        let fits = !scenario.depots.is_empty()
            && scenario.stocking.stockout == Stockout::Backorder
            && scenario.planning.objective == Objective::Cost;
        if !fits {
            return None;
        }
        let product = |id: &str| Product {
            id: id.into(),
            name: id.into(),
            unit_price: None,
            warranty_months: None,
            policy: None,
        };
        scenario.products = vec![product("k0"), product("k1")];
        let rates: Vec<f64> = scenario.demands.iter().map(|demand| demand.rate.get()).collect();
        let units = |number: usize| 1.0 + rates[number % rates.len()];
        let rows = (0..scenario.regions.len()).flat_map(|region| [(region, 0), (region, 1)]);
        scenario.installed = rows
            .map(|(region, product)| Installed {
                region: RegionId::from(region),
                product: ProductId::from(product),
                units: units(3 * region + product),
                sales: 0.0,
            })
            .collect();
        let failure = |product: usize, part: Option<usize>, rate: f64| Failure {
            product: ProductId::from(product),
            part: part.map(PartId::from),
            rate,
            variance_to_mean: 1.0 + 0.5 * part.unwrap_or(0) as f64,
            repair: Hours::ZERO,
            job: None,
        };
        let parts = scenario.parts.len();
        scenario.failures = (0..parts).map(|part| failure(0, Some(part), 0.4 + 0.5 * part as f64)).collect();
        let last = seed.is_multiple_of(2).then_some(parts - 1);
        scenario.failures.push(failure(1, last, 0.3));
        scenario.demands.clear();
        Some(scenario)
    }

    #[test]
    fn what_regions_share_is_what_each_asks_for_by_itself() {
        for seed in 0..20 {
            let Some(shared) = random_shared(seed) else { continue };
            let mut told = shared.clone();
            told.tell_streams();
            assert_eq!(crate::scenario::input_digest(&shared), crate::scenario::input_digest(&told), "seed {seed}");
            let (one, other) = (Load::of(&shared), Load::of(&told));
            assert!(one.is_shared() && !other.is_shared(), "seed {seed}");
            for region in (0..shared.regions.len()).map(RegionId::from) {
                for part in (0..shared.parts.len()).map(PartId::from) {
                    let sum = |load: &Load, of: fn(&crate::load::Task) -> f64| -> f64 {
                        load.tasks(region).filter(|task| task.part == Some(part)).map(|task| of(&task)).sum()
                    };
                    for of in [|task: &crate::load::Task| task.rate, |task: &crate::load::Task| task.variance] {
                        let (own, others) = (sum(&one, of), sum(&other, of));
                        assert!((own - others).abs() <= 1e-12 * others, "seed {seed}: {own} {others}");
                    }
                }
                let (own, others) = (one.jobs[region.at()], other.jobs[region.at()]);
                assert!((own - others).abs() <= 1e-12 * others, "seed {seed}");
            }
        }
    }

    #[test]
    fn shared_baskets_and_depots_apart_never_lift_the_bound_above_the_least_cost() {
        let (mut tried, mut near) = (0, 0);
        for seed in 0..24 {
            let Some(shared) = random_shared(seed) else { continue };
            let mut told = shared.clone();
            told.tell_streams();
            let mut network = Network::connect(&told);
            let load = Load::of(&told);
            let Ok(plan) = optimise(&told, &mut network, &load, &Nobody) else { continue };
            let least = plan.certificate.objective;
            let proven = plan.certificate.lower_bound.is_some_and(|bound| least - bound <= 1e-6 * least);
            if !proven {
                continue;
            }
            let load = Load::of(&shared);
            let search = Search { scenario: &shared, network: &network, load: &load, watch: &Nobody };
            let apart = Apart::placed(&search, f64::INFINITY).expect("there are depots");
            for apart in [None, Some(&apart)] {
                let mut rounds = Rounds::new(&search, f64::INFINITY, apart);
                if rounds.first().is_err() {
                    continue;
                }
                let best = rounds.best.take().expect("rounds end with a plan");
                assert!(best.objective >= least * (1.0 - 1e-9), "seed {seed}: {} {least}", best.objective);
                let bound = bound(&search, f64::INFINITY, &best, apart).lower_bound;
                assert!(bound <= least * (1.0 + 1e-9), "seed {seed}, apart {}: {bound} {least}", apart.is_some());
                tried += 1;
                near += usize::from(bound >= 0.8 * least);
            }
        }
        assert!(tried >= 6 && 2 * near >= tried, "{near} of {tried}");
    }
}
