//! What of a scenario is counted or scaled: its sites and their capacities.

use crate::scenario::{Count, CountryId, Scenario, Site};

/// Outlets or depots, of a country or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sites {
    /// Depots, not outlets?
    pub depots: bool,
    /// Only those of this country.
    pub country: Option<CountryId>,
}

/// What of a site's capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// Jobs of an outlet.
    Jobs,
    /// Hours of an outlet.
    Hours,
    /// Units of a depot.
    Units,
}

/// The outlets or the depots.
pub fn sites_of(scenario: &Scenario, depots: bool) -> &[Site] {
    if depots { &scenario.depots } else { &scenario.outlets }
}

pub fn sites_of_mut(scenario: &mut Scenario, depots: bool) -> &mut Vec<Site> {
    if depots { &mut scenario.depots } else { &mut scenario.outlets }
}

impl Capacity {
    /// Its column.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Jobs => "capacity_jobs_per_year",
            Self::Hours => "capacity_hours_per_year",
            Self::Units => "capacity_units_per_year",
        }
    }

    /// A site's.
    pub const fn of(self, site: &Site) -> Option<f64> {
        match self {
            Self::Jobs => site.capacity_jobs,
            Self::Hours => site.capacity_hours,
            Self::Units => site.capacity_units,
        }
    }

    /// A site's, to be changed.
    pub const fn of_mut(self, site: &mut Site) -> &mut Option<f64> {
        match self {
            Self::Jobs => &mut site.capacity_jobs,
            Self::Hours => &mut site.capacity_hours,
            Self::Units => &mut site.capacity_units,
        }
    }
}

impl Sites {
    /// Their count among a scenario's limits.
    pub fn count(self, scenario: &Scenario) -> Count {
        let limits = &scenario.limits;
        let (all, by_country) = match self.depots {
            false => (limits.outlets, &limits.outlets_by_country),
            true => (limits.depots, &limits.depots_by_country),
        };
        match self.country {
            None => all,
            Some(own) => by_country.iter().find(|entry| entry.0 == own).map(|entry| entry.1).unwrap_or_default(),
        }
    }

    /// The same, to be changed.
    pub fn count_mut(self, scenario: &mut Scenario) -> Option<&mut Count> {
        let limits = &mut scenario.limits;
        let (all, by_country) = match self.depots {
            false => (&mut limits.outlets, &mut limits.outlets_by_country),
            true => (&mut limits.depots, &mut limits.depots_by_country),
        };
        match self.country {
            None => Some(all),
            Some(own) => by_country.iter_mut().find(|entry| entry.0 == own).map(|entry| &mut entry.1),
        }
    }

    /// How many of them meet a condition.
    pub fn number(self, scenario: &Scenario, open: &[bool], meets: impl Fn(&Site, bool) -> bool) -> usize {
        let sites = sites_of(scenario, self.depots).iter().zip(open);
        let here = sites.filter(|(site, _)| self.country.is_none() || site.country == self.country);
        here.filter(|(site, open)| meets(site, **open)).count()
    }
}
