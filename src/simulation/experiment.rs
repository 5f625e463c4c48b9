//! How long a plan is lived, how often, and with what luck.

use crate::load::Load;
use crate::network::{Network, Supply};
use crate::scenario::{OutletId, Scenario};
use crate::units::DAYS_PER_YEAR;

use super::LeadTimes;

/// Jobs that the default number of years aims at, all replications together.
const JOBS: f64 = 2e7;
/// The longest default \[years\].
const MOST_YEARS: f64 = 1000.0;

/// How a plan is lived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experiment {
    /// Independent lives, at least two.
    pub replications: u32,
    /// Years of each that count; `None`: enough for 20 million jobs in all.
    pub years: Option<f64>,
    /// Years before them; `None`: a multiple of the longest lead time.
    pub warm_up: Option<f64>,
    /// The seed of all chance.
    pub seed: u64,
    /// How lead times vary.
    pub lead_times: LeadTimes,
    /// Live event by event even where nothing overtakes: the same lives, only slower (for tests and measurements).
    pub event_by_event: bool,
}

impl Experiment {
    /// How often a shelf can run empty anew: the time that counts in all replications / the longest lead time.
    pub(super) fn chances(&self, horizon: &Horizon, scenario: &Scenario, network: &Network) -> f64 {
        let longest = longest_lead_time(scenario, network).max(f64::MIN_POSITIVE);
        f64::from(self.replications) * horizon.years / longest
    }
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            replications: 20,
            years: None,
            warm_up: None,
            seed: 1,
            lead_times: LeadTimes::Constant,
            event_by_event: false,
        }
    }
}

/// The times of a life.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Horizon {
    /// Until then nothing counts \[years\].
    pub warm_up: f64,
    /// For so long everything counts \[years\].
    pub years: f64,
}

impl Horizon {
    /// The times of an experiment. Defaults depend on the scenario and on no plan, so that two plans meet the same jobs.
    pub fn of(scenario: &Scenario, network: &Network, load: &Load, experiment: &Experiment) -> Self {
        let longest = longest_lead_time(scenario, network);
        // With constant lead times and jobs that wait, the past is forgotten after one lead time; where stockouts are
        // expressed or lead times vary it fades, by a factor e a lead time or faster; the line before busy servers is slow
        // to forget.
        let sites = || scenario.outlets.iter().chain(&scenario.depots);
        let fading = if sites().any(|site| site.repair_servers.is_some()) {
            50.0
        } else if experiment.lead_times == LeadTimes::Constant {
            5.0
        } else {
            10.0
        };
        let warm_up = experiment.warm_up.unwrap_or(fading * longest);
        let jobs: f64 = load.jobs.iter().sum();
        let enough = JOBS / (f64::from(experiment.replications) * jobs.max(f64::MIN_POSITIVE));
        let years = experiment.years.unwrap_or(enough.clamp(1.0, MOST_YEARS).max(warm_up));
        Self { warm_up, years }
    }

    /// When everything ends \[years\].
    pub(super) fn end(&self) -> f64 {
        self.warm_up + self.years
    }
}

/// From the supplier to the farthest shelf, or the longest repair, at most \[years\].
fn longest_lead_time(scenario: &Scenario, network: &Network) -> f64 {
    let sites = scenario.outlets.iter().chain(&scenario.depots).map(|site| site.supplier_lead_time.get());
    let parts = scenario.parts.iter().map(|part| {
        // A row of `repairs.csv` may use the part's turnaround where the part's own share is zero.
        part.supplier_lead_time.map_or(0.0, |days| days.get()).max(part.repair_turnaround.get())
    });
    let repairs = scenario.repairs.iter().filter_map(|row| row.turnaround).map(|days| days.get());
    let outlets = (0..scenario.outlets.len()).map(OutletId::from);
    // Where customs vary, what nine of ten consignments keep.
    let longest = |lane: &Supply| lane.lead_time.get().max(lane.promised_lead_time());
    let transports = outlets.flat_map(|outlet| network.supplies(outlet).map(|(_, lane)| longest(lane)));
    (sites.chain(parts).chain(repairs).fold(0.0, f64::max) + transports.fold(0.0, f64::max)) / DAYS_PER_YEAR
}
