//! Which outlets are near enough to a place: a spatial index.

use rstar::primitives::GeomWithData;
use rstar::{RStarInsertionStrategy, RTree, RTreeParams};

use super::measure::Point;
use crate::scenario::OutletId;

/// An outlet at its point, whole: what a query finds can be measured without looking it up.
type Entry = GeomWithData<[f64; 3], (OutletId, Point)>;

/// Wide nodes: a query finds hundreds of outlets, and fewer nodes are opened on the way to them.
#[derive(Debug)]
struct Wide;

impl RTreeParams for Wide {
    const MIN_SIZE: usize = 6;
    const MAX_SIZE: usize = 16;
    const REINSERTION_COUNT: usize = 4;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// The outlets that may open, by place.
#[derive(Debug)]
pub struct Reach {
    index: RTree<Entry, Wide>,
}

impl Reach {
    /// Indexes outlets by their points.
    pub fn of(outlets: impl Iterator<Item = (OutletId, Point)>) -> Self {
        let entries = outlets.map(|(outlet, point)| Entry::new(point.space(), (outlet, point))).collect();
        Self { index: RTree::bulk_load_with_params(entries) }
    }

    /// The outlets whose straight distance in space is at most `chord` \[km\], in no order that means anything.
    pub fn within(&self, point: &Point, chord: f64) -> impl Iterator<Item = &(OutletId, Point)> {
        self.index.locate_within_distance(point.space(), chord * chord).map(|entry| &entry.data)
    }

    /// The outlets by their straight distance in space \[km\], nearest first.
    pub fn nearest(&self, point: &Point) -> impl Iterator<Item = (&(OutletId, Point), f64)> {
        let found = self.index.nearest_neighbor_iter_with_distance_2(point.space());
        found.map(|(entry, square)| (&entry.data, square.sqrt()))
    }
}
