//! A part at a site: its stock and where its units come from.

use std::collections::BTreeMap;

use crate::customs::Customs;
use crate::load::Task;
use crate::scenario::{DepotId, Lateral, OutletId, PartId, RegionId, Scenario, SiteId};
use crate::service::{depot_repair, order_quantity, outlet_repair, resent};
use crate::stocking::Repair;
use crate::units::DAYS_PER_YEAR;

use super::LeadTimes;
use super::scene::Scene;
use super::stream::Stream;

/// The number of no item.
pub(super) const NO_ITEM: u32 = u32::MAX;

/// An outlet that gives a part to one that has none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Helper {
    /// Its item.
    pub item: u32,
    /// Time for the part to arrive where it is needed \[hours\].
    pub hours: f64,
    /// Freight of a unit.
    pub cost: f64,
}

/// The part at one site.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Where.
    pub site: SiteId,
    /// S \[units\].
    pub base_stock: u32,
    /// Q: units of an order to the supplier, at least 1 and at most S where that is not 0.
    pub quantity: u32,
    /// The item that replenishes it; [`NO_ITEM`] where the supplier does.
    pub upstream: u32,
    /// Mean time from order (or, with an upstream item, from dispatch) to arrival \[years\].
    pub lead_time: f64,
    /// Share of failed units that are repaired at the site.
    pub repaired: f64,
    /// Mean time of a repair \[years\].
    pub turnaround: f64,
    /// Do the servers of the site repair it? Else a server is always free.
    pub in_shop: bool,
    /// Who helps where nothing is on hand, in order.
    pub helpers: Vec<Helper>,
    /// The depot's item, of which a direct delivery is asked though nothing should be ordered; [`NO_ITEM`] without one.
    pub depot: u32,
    /// How much of the lead time customs take, each consignment a time of its own.
    pub customs: Customs,
    /// Chance that a unit from the depot is found damaged on arrival.
    pub damaged: f64,
}

impl Item {
    /// Units that the first batch will bring: the inventory position is uniform on what a batch can make it.
    pub fn phase(&self, chance: &mut Stream) -> u32 {
        if self.quantity == 1 {
            0
        } else {
            ((chance.uniform() * f64::from(self.quantity)) as u32).min(self.quantity - 1)
        }
    }

    /// How long a consignment takes from dispatch to arrival \[years\]: customs have a law of their own, however other
    /// times vary.
    pub fn travels(&self, lead_times: LeadTimes, chance: &mut Stream) -> f64 {
        if !self.customs.vary() {
            return lead_times.draw(self.lead_time, chance);
        }
        let shape = self.customs.shape();
        let days = self.customs.mean / shape * chance.gamma(shape);
        let rest = (self.lead_time - self.customs.mean / DAYS_PER_YEAR).max(0.0);
        lead_times.draw(rest, chance) + days / DAYS_PER_YEAR
    }

    /// Whether all units that replace those of the item come in the order in which they were asked for: their item
    /// upstream and the time they take \[years\].
    pub fn in_order(&self, lead_times: LeadTimes) -> Option<(u32, f64)> {
        if lead_times != LeadTimes::Constant || self.in_shop || self.customs.vary() || self.damaged > 0.0 {
            None
        } else if self.repaired <= 0.0 {
            Some((self.upstream, self.lead_time))
        } else if self.repaired >= 1.0 {
            Some((NO_ITEM, self.turnaround))
        } else {
            None
        }
    }
}

/// The items of a part, outlets before depots in order, and the outlets' numbers among them.
pub(super) fn items(scene: &Scene, part: PartId, tasks: &[(RegionId, Task)]) -> (Vec<Item>, BTreeMap<OutletId, u32>) {
    let scenario = scene.scenario;
    let mut asked: BTreeMap<OutletId, f64> = BTreeMap::new();
    for (region, task) in tasks {
        for way in &scene.ways[region.at()] {
            *asked.entry(way.outlet).or_default() += way.share * task.rate;
        }
    }
    // Who gives may be asked for nothing itself.
    let lists: BTreeMap<OutletId, Vec<&Lateral>> =
        asked.keys().map(|outlet| (*outlet, helpers(&scene.laterals[outlet.at()], part))).collect();
    for row in lists.values().flatten() {
        asked.entry(row.from).or_insert(0.0);
    }
    let number_of: BTreeMap<OutletId, u32> = asked.keys().copied().zip(0..).collect();
    let mut ordered: BTreeMap<DepotId, f64> = BTreeMap::new();
    for (outlet, rate) in &asked {
        let depot = scene.decisions.replenished_by[outlet.at()];
        if let Some(depot) = depot {
            let own = outlet_repair(scenario, *outlet, Some(depot), part).share;
            *ordered.entry(depot).or_default() += rate * (1.0 - own);
        }
    }
    let depot_numbers: BTreeMap<DepotId, u32> = ordered.keys().copied().zip(asked.len() as u32..).collect();
    let item = |site: SiteId, base_stock: u32, repair: Repair, rate: f64| {
        let given = scenario.parts[part.at()].supplier_lead_time;
        // What a depot sends again it orders anew.
        let again = if matches!(site, SiteId::Depot(_)) { resent(scenario) } else { 0.0 };
        let ordered = rate * (1.0 - repair.share + again);
        // A site that repairs everything orders nothing.
        let quantity = if ordered > 0.0 { order_quantity(scenario, site, part, ordered) } else { 1 };
        Item {
            site,
            base_stock,
            quantity: quantity.min(base_stock).max(1),
            upstream: NO_ITEM,
            lead_time: given.unwrap_or(scenario.site(site).supplier_lead_time).in_years(),
            repaired: repair.share,
            turnaround: repair.time,
            in_shop: repair.share > 0.0 && scenario.site(site).repair_servers.is_some(),
            helpers: Vec::new(),
            depot: NO_ITEM,
            customs: Customs::default(),
            damaged: 0.0,
        }
    };
    let mut items = Vec::with_capacity(asked.len() + ordered.len());
    for (outlet, rate) in &asked {
        let depot = scene.decisions.replenished_by[outlet.at()];
        let repair = outlet_repair(scenario, *outlet, depot, part);
        let mut own = item(SiteId::Outlet(*outlet), scene.decisions.at_outlet(*outlet, part), repair, *rate);
        if let Some(depot) = depot {
            own.upstream = depot_numbers[&depot];
            own.depot = own.upstream;
            own.quantity = 1;
            let lane = scene.network.supply(*outlet, depot);
            own.lead_time = lane.map_or(0.0, |lane| lane.lead_time.get()) / DAYS_PER_YEAR;
            own.customs = lane.map_or_else(Customs::default, |lane| lane.customs);
            if let Some(packaging) = &scenario.packaging {
                // The lane's time is that of all sendings of a unit; here each is lived.
                own.lead_time /= packaging.sendings();
                own.damaged = packaging.damage;
            }
        }
        let list = lists.get(outlet).map_or(&[][..], Vec::as_slice);
        let helper = |row: &&Lateral| Helper {
            item: number_of[&row.from],
            hours: row.hours.get(),
            cost: row.cost_per_unit.get(),
        };
        own.helpers = list.iter().map(helper).collect();
        items.push(own);
    }
    for (depot, rate) in &ordered {
        let base_stock = scene.decisions.at_depot(*depot, part);
        items.push(item(SiteId::Depot(*depot), base_stock, depot_repair(scenario, *depot, part), *rate));
    }
    (items, number_of)
}

/// Who helps an outlet with a part: the quickest first, then in order of the rows; a row of the part goes before one of all.
fn helpers<'a>(rows: &[&'a Lateral], part: PartId) -> Vec<&'a Lateral> {
    let own = |from: OutletId| rows.iter().any(|row| row.from == from && row.part == Some(part));
    let speaks = |row: &&&Lateral| row.part == Some(part) || row.part.is_none() && !own(row.from);
    let mut helpers: Vec<&Lateral> = rows.iter().filter(speaks).copied().collect();
    helpers.sort_by(|left, right| left.hours.get().total_cmp(&right.hours.get()));
    helpers
}

/// The rows of lateral supply to each outlet, from open outlets to open ones.
pub(super) fn laterals<'a>(scenario: &'a Scenario, open: &[bool]) -> Vec<Vec<&'a Lateral>> {
    let mut rows = vec![Vec::new(); scenario.outlets.len()];
    for row in scenario.laterals.iter().filter(|row| open[row.from.at()] && open[row.to.at()]) {
        rows[row.to.at()].push(row);
    }
    rows
}
