//! Repairs and servers that change nothing.

use super::and_more;
use crate::scenario::schema::Table;
use crate::scenario::validate::Reader;
use crate::scenario::{DepotId, OutletId, PartId, Scenario, SiteId};

/// W07: servers where nothing is repaired; a turnaround where nothing is.
pub(super) fn repairs(scenario: &Scenario, reader: &mut Reader<'_>) {
    let outlets: Vec<SiteId> = (0..scenario.outlets.len()).map(|row| SiteId::Outlet(OutletId::from(row))).collect();
    let depots: Vec<SiteId> = (0..scenario.depots.len()).map(|row| SiteId::Depot(DepotId::from(row))).collect();
    for (table, sites) in [(Table::Outlets, outlets), (Table::Depots, depots)] {
        let idle = |&row: &usize| {
            scenario.site(sites[row]).repair_servers.is_some() && !repairs_anything(scenario, sites[row])
        };
        let rows: Vec<usize> = (0..sites.len()).filter(idle).collect();
        let Some(&first) = rows.first() else { continue };
        let id = &scenario.site(sites[first]).id;
        let span = reader.column(table, "repair_servers").span(first);
        let message = format!("nothing is repaired at `{id}`: its servers have no effect{}", and_more(rows.len() - 1));
        let hint = match (table, scenario.depots.is_empty()) {
            (Table::Outlets, false) => "a row of repairs.csv says what an outlet under a depot repairs",
            _ => "`repair_share` of parts.csv or repairs.csv says what is repaired",
        };
        reader.faults.add("W07", span, message).hint(hint);
    }
    let (share, days) =
        (reader.column(Table::Repairs, "repair_share"), reader.column(Table::Repairs, "repair_turnaround_days"));
    let none = |&row: &usize| share.text(row).parse() == Ok(0.0) && !days.text(row).is_empty();
    let rows: Vec<usize> = (0..reader.sheet(Table::Repairs).rows).filter(none).collect();
    if let Some(&first) = rows.first() {
        let message =
            format!("`repair_turnaround_days` has no effect: nothing is repaired{}", and_more(rows.len() - 1));
        reader.faults.add("W07", days.span(first), message);
    }
}

/// Does a site repair any part, in more than no time?
fn repairs_anything(scenario: &Scenario, site: SiteId) -> bool {
    let under_a_depot = matches!(site, SiteId::Outlet(_)) && !scenario.depots.is_empty();
    (0..scenario.parts.len()).map(PartId::from).any(|id| {
        let part = &scenario.parts[id.at()];
        let own = (!under_a_depot).then_some((part.repair_share, part.repair_turnaround));
        let repair = scenario.repair_at(site, id).or(own);
        repair.is_some_and(|(share, turnaround)| share.get() > 0.0 && turnaround.get() > 0.0)
    })
}
