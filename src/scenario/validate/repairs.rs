//! The rows of `repairs.csv`: what outlets and depots repair themselves.

use std::collections::BTreeMap;

use super::{Ids, Reader};
use crate::scenario::schema::Table;
use crate::scenario::{DepotId, OutletId, PartId, SiteId, SiteRepair};
use crate::units::Share;

/// E06, E07: a row speaks of a site and a part that exist, and of each pair once. In order of site and part.
pub(crate) fn repairs<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<SiteRepair> {
    let column = |name: &str| reader.column(Table::Repairs, name);
    let (site, part) = (column("site"), column("part"));
    let (share, turnaround) = (column("repair_share"), column("repair_turnaround_days"));
    let mut first: BTreeMap<(SiteId, Option<PartId>), usize> = BTreeMap::new();
    let mut repairs = Vec::new();
    for row in 0..reader.sheet(Table::Repairs).rows {
        let (place, what) = (site.text(row), part.text(row));
        let (share, turnaround) = (reader.share(&share, row), reader.days(&turnaround, row));
        let outlet = ids.outlets.row(place).map(|outlet| SiteId::Outlet(OutletId(outlet)));
        let found = outlet.or_else(|| ids.depots.row(place).map(|depot| SiteId::Depot(DepotId(depot))));
        if found.is_none() && !place.is_empty() && !ids.outlets.broken && !ids.depots.broken {
            let hint = ids.outlets.hint(place, reader).or_else(|| ids.depots.hint(place, reader));
            reader.faults.add("E07", site.span(row), format!("unknown outlet or depot `{place}`")).hint_if(hint);
        }
        let known =
            if what.is_empty() { Some(None) } else { ids.parts.find(&part, row, reader).map(|id| Some(PartId(id))) };
        let (Some(site_id), Some(part_id)) = (found, known) else { continue };
        if let Some(&before) = first.get(&(site_id, part_id)) {
            let line = reader.line(Table::Repairs, before);
            let of = if what.is_empty() { "every part".to_owned() } else { format!("`{what}`") };
            let message = format!("the repair of {of} at `{place}` stands twice");
            reader.faults.add("E06", site.span(row), message).hint(format!("first at {line}"));
            continue;
        }
        first.insert((site_id, part_id), row);
        let share = share.unwrap_or(Share::ZERO);
        repairs.push(SiteRepair { site: site_id, part: part_id, share, turnaround });
    }
    repairs.sort_by_key(|repair| (repair.site, repair.part));
    repairs
}
