//! Who opens, who closes, who is served or replenished by whom else.

use std::collections::{BTreeMap, BTreeSet};

use super::same;
use crate::plan::figures::{Figures, Map, Mapped, SiteFigures};

/// A site that one plan opens and the other does not.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteChange {
    /// The site.
    pub id: String,
    /// Its name; the id where no map tells it.
    pub name: String,
    /// Its load where it is open: jobs of an outlet, units of a depot \[1/year\].
    pub load: f64,
    /// Its cost where it is open \[a year\].
    pub cost: f64,
}

/// Sites that open and close.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SiteChanges {
    /// Open in the second plan alone.
    pub opened: Vec<SiteChange>,
    /// Open in the first plan alone.
    pub closed: Vec<SiteChange>,
    /// How many are open in both.
    pub kept: usize,
}

impl SiteChanges {
    /// Does any site open or close?
    pub fn any(&self) -> bool {
        !self.opened.is_empty() || !self.closed.is_empty()
    }
}

/// A region or an outlet that changes hands.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Who.
    pub id: String,
    /// Its name; the id where no map tells it.
    pub name: String,
    /// Who served or replenished it, with shares where they are several; blank: nobody.
    pub from: String,
    /// Who does now.
    pub to: String,
    /// Jobs \[1/year\], where a map tells them.
    pub load: Option<f64>,
}

/// The name that either plan's map tells.
fn named(from: &Figures, to: &Figures, id: &str, of: impl Fn(&Map) -> Option<&Mapped>) -> String {
    let name = [to, from].into_iter().find_map(|plan| Some(of(plan.map.as_ref()?)?.name.clone()));
    name.unwrap_or_else(|| id.to_owned())
}

/// The sites that open and close, in the order of the files.
pub(super) fn changes(left: &[SiteFigures], right: &[SiteFigures], from: &Figures, to: &Figures) -> SiteChanges {
    let open = |sites: &[SiteFigures]| -> BTreeSet<String> {
        sites.iter().filter(|site| site.open).map(|site| site.id.clone()).collect()
    };
    let (was, is) = (open(left), open(right));
    let change = |site: &SiteFigures| SiteChange {
        id: site.id.clone(),
        name: named(from, to, &site.id, |map| map.outlets.get(&site.id).or_else(|| map.depots.get(&site.id))),
        load: site.load,
        cost: site.cost,
    };
    let alone = |sites: &[SiteFigures], other: &BTreeSet<String>| {
        sites.iter().filter(|site| site.open && !other.contains(&site.id)).map(change).collect()
    };
    SiteChanges { opened: alone(right, &was), closed: alone(left, &is), kept: is.intersection(&was).count() }
}

/// Who serves or replenishes whom, with shares.
type Hands<'a> = BTreeMap<&'a str, BTreeMap<&'a str, f64>>;

fn moved(was: &Hands, is: &Hands, about: impl Fn(&str) -> (String, Option<f64>)) -> Vec<Moved> {
    let none = BTreeMap::new();
    let ids = was.keys().chain(is.keys().filter(|id| !was.contains_key(*id)));
    let mut moved = Vec::new();
    for id in ids {
        let (before, after) = (was.get(id).unwrap_or(&none), is.get(id).unwrap_or(&none));
        let alike = before.len() == after.len()
            && before.iter().all(|(who, share)| after.get(who).is_some_and(|other| same(*share, *other)));
        if !alike {
            let (name, load) = about(id);
            moved.push(Moved { id: (*id).to_owned(), name, from: words(before), to: words(after), load });
        }
    }
    moved
}

fn words(hands: &BTreeMap<&str, f64>) -> String {
    let one = hands.len() == 1;
    let word = |(who, share): (&&str, &f64)| {
        if one { (*who).to_owned() } else { format!("{who} {:.0} %", 100.0 * share) }
    };
    hands.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// The regions that are served by others, the busiest first.
pub(super) fn served(from: &Figures, to: &Figures) -> Vec<Moved> {
    fn hands(plan: &Figures) -> Hands<'_> {
        let mut hands = Hands::new();
        for row in &plan.assignments {
            hands.entry(&row.region).or_default().insert(&row.outlet, row.share);
        }
        hands
    }
    let load = |id: &str| [to, from].into_iter().find_map(|plan| Some(plan.map.as_ref()?.regions.get(id)?.load));
    let about = |id: &str| (named(from, to, id, |map| map.regions.get(id)), load(id));
    let mut moved = moved(&hands(from), &hands(to), about);
    moved.sort_by(|left, right| {
        let load = |moved: &Moved| moved.load.unwrap_or_default();
        load(right).total_cmp(&load(left)).then_with(|| left.id.cmp(&right.id))
    });
    moved
}

/// The outlets open in both plans that are replenished by others; a blank depot is the supplier.
pub(super) fn replenished(from: &Figures, to: &Figures) -> Vec<Moved> {
    fn open(plan: &Figures) -> BTreeSet<&str> {
        plan.outlets.iter().filter(|site| site.open).map(|site| site.id.as_str()).collect()
    }
    fn hands<'a>(plan: &'a Figures, both: &BTreeSet<&str>) -> Hands<'a> {
        // An outlet that opens or closes is told already.
        let rows = plan.replenishment.iter().filter(|row| both.contains(row.outlet.as_str()));
        rows.map(|row| (row.outlet.as_str(), BTreeMap::from([(row.depot.as_str(), 1.0)]))).collect()
    }
    let both = open(from).intersection(&open(to)).copied().collect();
    let about = |id: &str| (named(from, to, id, |map| map.outlets.get(id)), None);
    moved(&hands(from, &both), &hands(to, &both), about)
}
