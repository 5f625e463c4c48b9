//! Rules that cannot be kept together, each lifted alone until a network exists.

use super::Finding;
use crate::load::Load;
use crate::location::{Failure, Settings, locate};
use crate::network::Network;
use crate::optimise::model::{Allowance, Terms, depots_of, model};
use crate::scenario::{Count, Limits, Objective, OutletId, RegionId, Scenario};
use crate::service::Key;
use crate::watch::Watch;

/// Rules that cannot be kept together: each is lifted alone, and named if a network then exists.
pub(super) fn lifted(scenario: &Scenario, network: &Network, load: &Load, watch: &dyn Watch) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut attempt = |rule: &'static str, what: String, change: &dyn Fn(&mut Scenario)| {
        let mut freed = scenario.clone();
        change(&mut freed);
        if !watch.stop() && network_exists(&freed, network, load, watch) {
            findings.push(Finding {
                rule,
                message: format!("{what} cannot be kept together with the other rules"),
                hint: "relax this rule, or one of those it meets".to_owned(),
                members: Vec::new(),
            });
        }
    };
    let limits = &scenario.limits;
    let free = Count::default();
    if limits.outlets != free || !limits.outlets_by_country.is_empty() {
        let most = limits.outlets.max.map_or("any number".to_owned(), |most| most.to_string());
        attempt("limits", format!("`limits.outlets` (at most {most})"), &|freed| {
            freed.limits.outlets = Count::default();
            freed.limits.outlets_by_country.clear();
        });
    }
    if limits.depots != free || !limits.depots_by_country.is_empty() {
        attempt("limits", "`limits.depots`".to_owned(), &|freed| {
            freed.limits.depots = Count::default();
            freed.limits.depots_by_country.clear();
        });
    }
    if limits.max_openings.is_some() || limits.max_closings.is_some() {
        attempt("limits", "`limits.max_openings` and `limits.max_closings`".to_owned(), &|freed| {
            freed.limits.max_openings = None;
            freed.limits.max_closings = None;
        });
    }
    let capacity =
        |site: &crate::scenario::Site| site.capacity_hours.or(site.capacity_jobs).or(site.capacity_units).is_some();
    if scenario.outlets.iter().chain(&scenario.depots).any(capacity) {
        attempt("capacity", "the capacities of outlets and depots".to_owned(), &|freed| {
            for site in freed.outlets.iter_mut().chain(&mut freed.depots) {
                (site.capacity_hours, site.capacity_jobs, site.capacity_units) = (None, None, None);
            }
        });
    }
    if scenario.outlets.iter().chain(&scenario.depots).any(|site| site.repair_servers.is_some()) {
        attempt("capacity", "the `repair_servers` of outlets and depots".to_owned(), &|freed| {
            for site in freed.outlets.iter_mut().chain(&mut freed.depots) {
                site.repair_servers = None;
            }
        });
    }
    let hard = scenario.targets.iter().enumerate().filter(|(_, target)| target.penalty.is_none());
    for (number, _) in hard {
        let promise = crate::service::Promise {
            target: number,
            key: Key::default(),
            computed: 0.0,
            shortfall: 0.0,
            kept: false,
            foremost: None,
        };
        let what = format!("the target {} ({})", number + 1, promise.describe(scenario));
        attempt("target", what, &|freed| {
            freed.targets.remove(number);
        });
    }
    if findings.is_empty() {
        let message = if watch.stop() {
            "limits, capacities and targets together leave no network; the search for the rule to blame was stopped"
        } else {
            "no single rule is to blame: limits, capacities and targets together leave no network"
        };
        findings.push(Finding {
            rule: "together",
            message: message.to_owned(),
            hint: "relax several of them and solve again".to_owned(),
            members: Vec::new(),
        });
    }
    findings
}

/// Is there a network, stock apart?
pub(super) fn network_exists(scenario: &Scenario, network: &Network, load: &Load, watch: &dyn Watch) -> bool {
    let mut scenario = scenario.clone();
    scenario.planning.objective = Objective::Cost;
    let Limits { budget, .. } = &mut scenario.limits;
    *budget = None;
    let allowances = |outlet: OutletId| -> Vec<Allowance> {
        let depots = depots_of(&scenario, network, outlet).into_iter();
        depots.map(|depot| Allowance { depot, ..Allowance::default() }).collect()
    };
    let most = |_: RegionId, _: OutletId| 0.0;
    let terms = Terms { relaxed: true, most: &most, ..Terms::of(&allowances) };
    let model = model(&scenario, network, load, &terms);
    let settings = Settings { gap: 1.0, node_limit: 200, iteration_limit: 200, ..Settings::default() };
    !matches!(locate(&model.problem, &settings, watch), Err(Failure::Infeasible(_) | Failure::NothingFound { .. }))
}
