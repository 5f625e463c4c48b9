//! The figures of a plan at hand, without a folder.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    AssignmentFigures, CostFigures, Figures, Map, Mapped, ReplenishmentFigures, ServiceFigures, SiteFigures,
    StockFigures, Summary,
};
use crate::cost::Component;
use crate::load::Load;
use crate::network::{Network, Supply, customs_vary};
use crate::plan::Plan;
use crate::plan::write::{depot_loads, desks, guarantees, outlet_loads, stock_rows, summary, utilisation};
use crate::scenario::{DepotId, OutletId, Scenario, Site, SiteId};

impl Figures {
    /// The figures that the plan's folder would state, under a name of one's own.
    pub fn made(name: &str, scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> Self {
        let code = |site: &Site| site.country.map_or("", |own| &scenario.countries[own.at()].code).to_owned();
        let figures = |id: SiteId, open: bool, load: f64, hours: f64, utilisation: f64| SiteFigures {
            id: scenario.site(id).id.clone(),
            open,
            load,
            hours,
            utilisation,
            costs: Component::ALL.iter().map(|component| plan.costs.of_at(*component, id)).collect(),
            cost: plan.costs.at(id),
        };
        let (own, sent) =
            (outlet_loads(scenario, network, load, &plan.decisions), depot_loads(scenario, load, &plan.decisions));
        let outlets = scenario.outlets.iter().zip(&plan.decisions.outlet_open).zip(&own).enumerate();
        let depots = scenario.depots.iter().zip(&plan.decisions.depot_open).zip(&sent).enumerate();
        let assignments = plan.decisions.assignments().map(|(region, outlet, share)| {
            let (hours, distance) = network.road(region, outlet).map_or((0.0, 0.0), |road| (road.hours, road.distance));
            let (region, outlet) = (scenario.regions[region.at()].id.clone(), scenario.outlets[outlet.at()].id.clone());
            AssignmentFigures { region, outlet, share, hours, distance }
        });
        let vary = customs_vary(scenario);
        let replenishment = plan.decisions.replenished_by.iter().enumerate().filter_map(|(outlet, depot)| {
            let depot = (*depot)?;
            let lane = network.supply(OutletId::from(outlet), depot);
            let lead_time = lane.map_or(0.0, |lane| lane.lead_time.get());
            let promised = lane.filter(|_| vary).map(Supply::promised_lead_time);
            let (outlet, depot) = (scenario.outlets[outlet].id.clone(), scenario.depots[depot.at()].id.clone());
            Some(ReplenishmentFigures { outlet, depot, lead_time, promised })
        });
        let stock = stock_rows(scenario, plan).into_iter().map(|row| StockFigures {
            site: scenario.site(row.site).id.clone(),
            part: scenario.parts[row.part.at()].id.clone(),
            base_stock: row.base_stock,
            fill_rate: row.fill_rate,
            expected_backorders: row.expected_backorders,
            holding_cost: row.holding_cost,
            method: row.method.name().to_owned(),
            minimum: row.minimum,
            maximum: i64::from(row.base_stock),
            lateral: row.lateral,
            direct: row.direct,
        });
        let costs = plan.costs.lines.iter().map(|line| {
            let site = line.site.map(|site| scenario.site(site));
            CostFigures {
                component: line.component,
                site: site.map_or(String::new(), |site| site.id.clone()),
                country: site.map_or(String::new(), code),
                amount: line.amount,
            }
        });
        let countries = plan.service.countries.iter().map(|row| ServiceFigures {
            of: row.country.map_or(String::new(), |country| scenario.countries[country.at()].code.clone()),
            metric: row.metric.name().to_owned(),
            within_hours: row.within_hours,
            value: row.value,
        });
        let satisfied = plan.service.satisfaction.iter().flat_map(|own| {
            let of = own.country.map_or(String::new(), |country| scenario.countries[country.at()].code.clone());
            own.rows().map(move |(metric, value)| ServiceFigures {
                of: of.clone(),
                metric: metric.to_owned(),
                within_hours: None,
                value,
            })
        });
        let service = plan.service.regions.iter().map(|row| ServiceFigures {
            of: scenario.regions[row.region.at()].id.clone(),
            metric: row.metric.name().to_owned(),
            within_hours: row.within_hours,
            value: row.value,
        });
        Self {
            name: name.to_owned(),
            summary: told(scenario, plan),
            outlets: outlets
                .map(|(number, ((site, open), own))| {
                    let id = SiteId::Outlet(OutletId::from(number));
                    figures(id, *open, own.jobs, own.hours, utilisation(site, own))
                })
                .collect(),
            depots: depots
                .map(|(number, ((site, open), sent))| {
                    let used = site.capacity_units.map_or(0.0, |capacity| sent / capacity);
                    figures(SiteId::Depot(DepotId::from(number)), *open, *sent, 0.0, used)
                })
                .collect(),
            assignments: assignments.collect(),
            replenishment: replenishment.collect(),
            stock: stock.collect(),
            costs: costs.collect(),
            service: service.collect(),
            countries: countries.chain(satisfied).collect(),
            map: Some(map(scenario, load)),
            desks: desks(scenario),
            guarantees: guarantees(scenario),
        }
    }
}

/// What `plan.json` would say.
fn told(scenario: &Scenario, plan: &Plan) -> Summary {
    let summary = serde_json::from_value(Value::Object(summary(scenario, plan)));
    summary.expect("a summary reads back what it writes")
}

/// Names of regions and sites with their loads; a plane has no longitudes, but nobody draws this map.
fn map(scenario: &Scenario, load: &Load) -> Map {
    let mapped = |name: &str, country: Option<crate::scenario::CountryId>, load: f64| Mapped {
        name: name.to_owned(),
        country: country.map_or(String::new(), |country| scenario.countries[country.at()].code.clone()),
        longitude: 0.0,
        latitude: 0.0,
        load,
    };
    let sites = |sites: &[Site]| -> BTreeMap<String, Mapped> {
        sites.iter().map(|site| (site.id.clone(), mapped(&site.name, site.country, 0.0))).collect()
    };
    let regions = scenario.regions.iter().zip(&load.jobs);
    Map {
        regions: regions.map(|(own, jobs)| (own.id.clone(), mapped(&own.name, own.country, *jobs))).collect(),
        outlets: sites(&scenario.outlets),
        depots: sites(&scenario.depots),
    }
}
