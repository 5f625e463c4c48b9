//! What holds in a country and what that does; and what one condition of the ledger costs.
//!
//! A country's conditions are read off the ledger, with what each did to the numbers it acted on. What one of them costs is
//! known by solving without it (or, where it is off, with it): nothing is forced, so of (restriction) and (relaxation) neither
//! need hold, and the change of the least objective is known by (change) alone.

use super::{Direction, Outcome, Questioned};
use crate::load::Load;
use crate::scenario::{Condition, CountryId, Scenario, SiteId};
use crate::service::CountryService;

/// A country explained.
#[derive(Debug, Clone)]
pub struct CountryExplained {
    /// The country.
    pub country: CountryId,
    /// Its code.
    pub code: String,
    /// Jobs of its regions \[1/year\].
    pub jobs: f64,
    /// Regions in it.
    pub regions: usize,
    /// Open outlets in it, and all.
    pub outlets: (usize, usize),
    /// Open depots in it, and all.
    pub depots: (usize, usize),
    /// What its sites cost \[a year\].
    pub cost: f64,
    /// What its regions get.
    pub service: Vec<CountryService>,
    /// The conditions that hold for it or are off for it, in the order of the ledger.
    pub conditions: Vec<Condition>,
}

/// Explains a country.
pub fn explain_country(questioned: &Questioned, country: CountryId) -> CountryExplained {
    let Questioned { scenario, load, plan, .. } = *questioned;
    let inside = |own: Option<CountryId>| own == Some(country);
    let regions = || scenario.regions.iter().enumerate().filter(|(_, region)| inside(region.country));
    let count = |sites: &[crate::scenario::Site], open: &[bool]| {
        let here = || sites.iter().zip(open).filter(|(site, _)| inside(site.country));
        (here().filter(|(_, open)| **open).count(), here().count())
    };
    let lines = plan.costs.lines.iter();
    let here = lines.filter(|line| line.site.is_some_and(|site: SiteId| inside(scenario.site(site).country)));
    CountryExplained {
        country,
        code: scenario.countries[country.at()].code.clone(),
        jobs: regions().map(|(at, _)| load.jobs[at]).sum(),
        regions: regions().count(),
        outlets: count(&scenario.outlets, &plan.decisions.outlet_open),
        depots: count(&scenario.depots, &plan.decisions.depot_open),
        cost: here.map(|line| line.amount).sum(),
        service: plan.service.countries.iter().filter(|row| row.country == Some(country)).cloned().collect(),
        conditions: scenario
            .conditions
            .iter()
            .filter(|own| own.country.is_empty() || own.place == Some(country))
            .cloned()
            .collect(),
    }
}

/// A condition explained.
#[derive(Debug, Clone)]
pub struct ConditionExplained {
    /// The condition as the ledger has it.
    pub condition: Condition,
    /// What came of doing without it, or, where it is off, of letting it hold.
    pub otherwise: Outcome,
}

/// Explains a condition by the scenario in which it is switched the other way.
pub fn explain_condition(questioned: &Questioned, condition: &Condition, otherwise: Scenario) -> ConditionExplained {
    let load = Load::of(&otherwise);
    let name = format!("{} `{}`", if condition.on { "without" } else { "with" }, condition.id);
    ConditionExplained {
        condition: condition.clone(),
        otherwise: questioned.beside(otherwise, &load, &name, Direction::Other),
    }
}
