//! Parts that regions ask for in fixed proportions: what bounds a network of many parts and regions.
//!
//! Where regions share baskets, the parts that one basket alone holds come as a **bundle**: an outlet that is asked for ℓ units
//! of the bundle is asked for f_p·ℓ of part p, with f_p its share. So what the stock of the whole bundle costs is a function of
//! one number,
//!
//! ```text
//! (bundle)  g_b(ℓ) = Σ_p g_p(f_p·ℓ)                       g_p of `shelf`, added up cell by cell on loads common to the parts
//! (mode)    cost of stock ≥ a_m + Σ_b (σ_b + τ_m)·ℓ_b     for every load L = Σ_b ℓ_b in the interval m, as in `modes`
//! (rest)    a_m = Σ_b min { g_b(ℓ) − (σ_b + τ_m + λ)·ℓ : least_b(from) ≤ ℓ ≤ most_b(to) } + min { λ·L : from ≤ L ≤ to }
//! ```
//! with one price λ for all bundles. Outlets differ in their lead time, their lanes' prices and their holding rate. Lead times
//! are rounded down to steps of a few percent, so that many outlets share a g_b: a shorter lead time never costs more. A part
//! that several baskets hold, or whose variance-to-mean ratio differs between them, is left out: its stock costs no less than
//! nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::floor::{Floor, Roof};
use super::lane::{Goal, LanePrice, Lateness, lane_price, lane_price_of_any_part};
use super::mixes::{Mixes, Reach};
use super::modes::{PRICES, best_line};
use super::outlet::{Known, OutletPrice, PricedLane, USUAL, allowance, least_load, may_idle, stands_behind};
use super::shelf::{Behind, Shelf};
use crate::cost::holding_cost;
use crate::network::Road;
use crate::optimise::Search;
use crate::optimise::model::depots_drawn;
use crate::scenario::{DepotId, OutletId, PartId, RegionId, SiteId, Stockout};

/// The ends of the load intervals, in multiples of the typical load of an open outlet; the last one is all there is. Where people
/// live close together outlets serve many times the typical load, and the line of an interval is far below what it bounds
/// where the interval is wide.
const INTERVALS: [f64; 9] = [0.0, 0.2, 0.5, 0.9, 1.5, 2.5, 4.0, 7.0, 14.0];

/// The first end of a cell, as a share of a bundle's usual load, and how the next ones grow.
const FIRST_END: f64 = 0.004;
const GROWTH: f64 = 1.12;
/// Times are rounded down to a power of this \[in multiples of `SHORTEST`\]; what is shorter than that counts as nothing.
const STEP: f64 = 1.06;
const SHORTEST: f64 = 0.02 / 365.0;

/// With so many regions × parts no outlet is priced part by part.
const MANY_DEMANDS: usize = 2_000_000;

/// What the stock of a bundle costs, and the least concave function above it.
struct Stock {
    floor: Floor,
    roof: Roof,
}

/// A part of a bundle.
struct Member {
    part: PartId,
    /// Its share of the bundle's units.
    share: f64,
    ratio: f64,
    behind: Behind,
}

/// What a bundle's stock depends on besides its load: the bundle, and the bits of the rounded lead time and what the window
/// leaves of it, of the prices of lateness and of the holding rate.
type Class = (usize, [u64; 5]);

/// Where an outlet stands.
#[derive(Clone, Copy)]
struct Standing {
    lead_time: f64,
    left: f64,
    late: Lateness,
}

/// The bundles of a scenario.
pub(super) struct Bundles {
    members: Vec<Vec<Member>>,
    mixes: Mixes,
    /// The ends of the cells of each bundle \[units/year\].
    ends: Vec<Vec<f64>>,
    stocks: Mutex<BTreeMap<Class, Arc<OnceLock<Stock>>>>,
}

/// A lane's price, the same for all parts.
struct Priced {
    linear: f64,
    late: Lateness,
    window: f64,
}

impl Bundles {
    /// Bundles, where they hold every part or parts are too many to be told apart, all that regions ask for is in baskets that they share, no goal tells parts apart, no outlet promises
    /// anything of its own shelf, and depots, which do all repairs, replenish the outlets.
    pub(super) fn of(
        search: &Search,
        goals: &[Goal],
        known: Known,
        served: &[Vec<RegionId>],
        typical: f64,
    ) -> Option<Self> {
        let Search { scenario, load, .. } = *search;
        let fits = load.is_shared()
            && scenario.stocking.stockout == Stockout::Backorder
            && !scenario.depots.is_empty()
            && scenario.repairs.is_empty()
            && scenario.outlets.iter().all(|outlet| outlet.repair_servers.is_none())
            && !goals.iter().any(|goal| goal.question.tells_parts_apart())
            && known.required.iter().all(Option::is_none);
        if !fits {
            return None;
        }
        let mut holding = vec![0; scenario.parts.len()];
        let tasks_of = |basket: usize| load.basket(basket).iter().filter_map(|task| Some((task.part?, task)));
        for basket in 0..load.shared() {
            tasks_of(basket).for_each(|(part, _)| holding[part.at()] += 1);
        }
        // Bundles leave out what several baskets hold, so that is priced part by part as long as there is not too much of it.
        let left_out =
            (0..holding.len()).any(|part| holding[part] > 1 || (holding[part] == 1 && known.ratios[part].is_none()));
        if left_out && scenario.regions.len() * scenario.parts.len() <= MANY_DEMANDS {
            return None;
        }
        let depots: Vec<Option<DepotId>> = (0..scenario.depots.len()).map(|depot| Some(DepotId::from(depot))).collect();
        let member = |units: f64, part: PartId, rate: f64| {
            let ratio = known.ratios[part.at()].filter(|_| holding[part.at()] == 1)?;
            // Without repairs of their own outlets differ in nothing of what stands behind them.
            let behind = depots.iter().map(|depot| stands_behind(scenario, OutletId(0), *depot, part));
            Some(Member { part, share: rate / units, ratio, behind: behind.reduce(Behind::least).unwrap_or_default() })
        };
        let members = (0..load.shared()).map(|basket| {
            let units: f64 = tasks_of(basket).map(|(_, task)| task.rate).sum();
            tasks_of(basket).filter_map(|(part, task)| member(units, part, task.rate)).collect()
        });
        let members: Vec<Vec<Member>> = members.collect();
        let mixes = Mixes::of_baskets(search);
        let units = |regions: &Vec<RegionId>| -> f64 { regions.iter().map(|region| load.units[region.at()]).sum() };
        let most = served.iter().map(units).fold(0.0, f64::max);
        let all: f64 = load.units.iter().sum();
        let ends = mixes.total.iter().map(|total| {
            let mut ends = vec![FIRST_END * typical * total / all];
            while let Some(&last) = ends.last().filter(|last| **last > 0.0 && **last < most.min(*total)) {
                ends.push(GROWTH * last);
            }
            ends
        });
        Some(Self { members, ends: ends.collect(), mixes, stocks: Mutex::default() })
    }

    /// What an outlet's lanes and stock pay at least.
    pub(super) fn priced(
        &self,
        search: &Search,
        goals: &[Goal],
        outlet: OutletId,
        roads: &[(RegionId, Road)],
        typical: f64,
        drawn: Option<&[Option<DepotId>]>,
    ) -> OutletPrice {
        let Search { scenario, network, load, .. } = *search;
        let depots = depots_drawn(search, outlet, drawn);
        let prices: Vec<Priced> =
            roads.iter().map(|(region, road)| priced(search, goals, outlet, *region, road)).collect();
        let units = |number: usize| load.units[roads[number].0.at()];
        let mut order: Vec<usize> = (0..roads.len()).filter(|number| units(*number) > 0.0).collect();
        let price = |number: usize| prices[number].late.total();
        order.sort_by(|left, right| price(*right).total_cmp(&price(*left)).then(left.cmp(right)));
        // Lanes are priced together from the best threshold on: price × load they bring.
        let (mut sum, mut best, mut count) = (0.0, 0.0, 0);
        for (number, &lane) in order.iter().enumerate() {
            sum += units(lane);
            if price(lane) * sum >= best && price(lane) > 0.0 {
                (best, count) = (price(lane) * sum, number + 1);
            }
        }
        let mut inside = vec![false; roads.len()];
        order[..count].iter().for_each(|&number| inside[number] = true);
        let most: f64 = order[..count].iter().map(|&number| units(number)).sum();
        let late = order[..count].iter().map(|&number| prices[number].late).reduce(Lateness::least).unwrap_or_default();
        let window = order[..count].iter().map(|&number| prices[number].window).fold(0.0, f64::max);
        let mut ends: Vec<(f64, f64)> = INTERVALS
            .iter()
            .enumerate()
            .map(|(number, start)| {
                let end = INTERVALS.get(number + 1).map_or(f64::INFINITY, |end| end * typical);
                (start * typical, end.min(most))
            })
            .take_while(|(from, _)| *from == 0.0 || *from < most)
            .collect();
        if count == roads.len() && !may_idle(scenario, outlet) {
            let least = least_load(scenario, order.iter().map(|&number| units(number)).fold(f64::INFINITY, f64::min));
            ends.retain(|(_, to)| *to >= least);
            ends.iter_mut().for_each(|(from, _)| *from = from.max(least));
        }
        let regions: Vec<(RegionId, f64)> =
            order[..count].iter().map(|&number| (roads[number].0, units(number))).collect();
        let bundles = self.members.len();
        let reach: Vec<Reach> = (0..bundles).map(|bundle| Reach::of(&self.mixes, bundle, &regions)).collect();
        let shares: Vec<f64> = reach.iter().map(|reach| if most > 0.0 { reach.all() / most } else { 0.0 }).collect();
        let lead_times = network.supplies(outlet).map(|(_, lane)| lane.lead_time.in_years());
        let lead_time = lead_times.fold(f64::INFINITY, f64::min);
        // Beyond what is constant of a lane whose customs vary something ordered later can come sooner.
        let overtaken = network.supplies(outlet).any(|(_, lane)| window >= lane.soonest());
        let left = if overtaken { 0.0 } else { rounded((lead_time - window).max(0.0)) };
        let standing = Standing { lead_time: rounded(lead_time), left, late };
        let stocked = late.total() > 0.0 && lead_time.is_finite();
        let stocks: Vec<Option<Arc<OnceLock<Stock>>>> =
            (0..bundles).map(|bundle| stocked.then(|| self.stock(search, bundle, outlet, standing))).collect();
        let line =
            Line { stocks: stocks.iter().map(|own| own.as_ref()?.get()).collect(), reach: &reach, shares: &shares };
        let usual = typical.min(USUAL * most);
        let around = ends.iter().copied().find(|(_, to)| *to >= usual).unwrap_or((0.0, most));
        let slopes = line.slopes(around);
        let lines: Vec<(f64, f64)> = ends.iter().map(|(from, to)| line.mode(&slopes, usual, *from, *to)).collect();
        let modes: Vec<_> = depots.iter().flat_map(|depot| lines.iter().map(|line| allowance(*depot, *line))).collect();
        let mean: f64 = slopes.iter().zip(&shares).map(|(slope, share)| slope * share).sum();
        let dearest = modes.iter().map(|mode| mode.per_load).fold(0.0, f64::max);
        let lanes = roads.iter().zip(&prices).zip(&inside).map(|(((region, _), price), inside)| {
            let mix = self.mixes.shares[region.at()].iter().map(|(bundle, share)| share * slopes[bundle.at()]);
            // A lane outside is charged by the mode like the others; what it may be charged at most is given back.
            let own = if *inside { mix.sum::<f64>() - mean } else { -dearest };
            let cost = price.linear + own * load.units[region.at()];
            PricedLane { region: *region, cost, linear: price.linear, most: f64::INFINITY, inside: *inside }
        });
        OutletPrice { lanes: lanes.collect(), modes, floors: Vec::new() }
    }

    /// g_b where an outlet stands; who asks first for a class finds it.
    fn stock(&self, search: &Search, bundle: usize, outlet: OutletId, standing: Standing) -> Arc<OnceLock<Stock>> {
        let Standing { lead_time, left, late } = standing;
        let rate = search.scenario.outlets[outlet.at()].holding_rate.get();
        // How long it takes makes no difference where nothing off the shelf is priced.
        let lead = if late.off_shelf > 0.0 { lead_time } else { 0.0 };
        let class = (bundle, [lead, left, late.off_shelf, late.beyond_window, rate].map(f64::to_bits));
        let mut known = self.stocks.lock().unwrap_or_else(PoisonError::into_inner);
        let own = Arc::clone(known.entry(class).or_default());
        drop(known);
        own.get_or_init(|| {
            let floors = self.members[bundle].iter().map(|member| {
                let shelf = Shelf {
                    part: member.part,
                    late,
                    required: None,
                    holding: holding_cost(search.scenario, SiteId::Outlet(outlet), member.part),
                    // Of a class with no price off the shelf the longest of its lead times is as good as any.
                    lead_time: lead_time.max(left),
                    left,
                    ratio: member.ratio,
                    stockout: Stockout::Backorder,
                    behind: member.behind,
                    losses: None,
                };
                let ends: Vec<f64> = self.ends[bundle].iter().map(|end| member.share * end).collect();
                shelf.floor(&ends)
            });
            let floor = Floor::sum(&self.ends[bundle], floors);
            Stock { roof: floor.roof(), floor }
        });
        own
    }
}

/// A time rounded down.
fn rounded(time: f64) -> f64 {
    if time.is_finite() && time >= SHORTEST {
        let steps = (time / SHORTEST).ln() / STEP.ln();
        (SHORTEST * STEP.powf(steps.floor())).min(time)
    } else if time.is_finite() {
        0.0
    } else {
        time
    }
}

/// What a lane pays whatever the stock, and for any part that comes too late.
fn priced(search: &Search, goals: &[Goal], outlet: OutletId, region: RegionId, road: &Road) -> Priced {
    if let Some(LanePrice { linear, late, window, .. }) = lane_price_of_any_part(search, goals, outlet, region, road, 1)
    {
        return Priced { linear, late: late.first().copied().unwrap_or_default(), window };
    }
    let LanePrice { linear, late, window, .. } = lane_price(search, goals, outlet, region, road);
    let asked = search.load.tasks(region).filter_map(|task| Some(late[task.part?.at()]));
    Priced { linear, late: asked.reduce(Lateness::least).unwrap_or_default(), window }
}

/// Straight lines below the stock of an outlet's bundles.
struct Line<'a> {
    stocks: Vec<Option<&'a Stock>>,
    reach: &'a [Reach],
    shares: &'a [f64],
}

impl Line<'_> {
    /// σ by bundle, for the loads of an interval.
    fn slopes(&self, (from, to): (f64, f64)) -> Vec<f64> {
        let slope = |(stock, reach): (&Option<&Stock>, &Reach)| {
            let (least, most) = (reach.least(from), reach.most(to));
            let roof = stock.filter(|_| most > least).map(|stock| &stock.roof);
            roof.map_or(0.0, |roof| ((roof.at(most) - roof.at(least)) / (most - least)).max(0.0))
        };
        self.stocks.iter().zip(self.reach).map(slope).collect()
    }

    /// (mode) of an interval: a and σ + τ by unit of the mean mix, chosen as in `modes`.
    fn mode(&self, slopes: &[f64], usual: f64, from: f64, to: f64) -> (f64, f64) {
        let along = |load: f64| -> f64 {
            let own = self.stocks.iter().zip(self.shares);
            own.filter_map(|(stock, share)| Some(stock.as_ref()?.roof.at(share * load))).sum()
        };
        let mean: f64 = slopes.iter().zip(self.shares).map(|(slope, share)| slope * share).sum();
        best_line(along, usual, (from, to), |per_load, chord| {
            let rest = |price: &f64| self.rest(slopes, per_load - mean, price * chord, (from, to));
            PRICES.iter().map(rest).fold(f64::NEG_INFINITY, f64::max)
        })
    }

    /// (rest) at τ and λ.
    fn rest(&self, slopes: &[f64], tau: f64, lambda: f64, (from, to): (f64, f64)) -> f64 {
        let own = self.stocks.iter().zip(slopes).zip(self.reach).map(|((stock, slope), reach)| {
            let slope = slope + tau + lambda;
            let (least, most) = (reach.least(from), reach.most(to));
            match stock {
                Some(stock) => stock.floor.least(slope, least, most).0,
                None if slope > 0.0 => -slope * most,
                None => -slope * least,
            }
        });
        let load = if lambda > 0.0 { from } else { to };
        own.sum::<f64>() + lambda * load
    }
}
