//! What happened in one life of a block.

use super::block::Block;

/// Requests and those that had to wait.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Count {
    /// Requests.
    pub asked: u64,
    /// Those not met from the shelf at once.
    pub missed: u64,
    /// What they waited in all \[years\].
    pub waited: f64,
}

/// Counts by route and depot; outlets are added up from their routes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    /// The jobs of each route.
    pub routes: Vec<Count>,
    /// The jobs of each route that waited longer than each window allows.
    pub late: Vec<u64>,
    /// The jobs of each route that another outlet helped, by route and helper; they are among the missed.
    pub helped: Vec<u64>,
    /// The jobs of each route to which the depot delivered directly; they are among the missed.
    pub direct: Vec<u64>,
    /// The orders that each item got from the items it replenishes.
    pub orders: Vec<Count>,
}

impl Record {
    /// Nothing has happened yet.
    pub fn of(block: &Block) -> Self {
        Self {
            routes: vec![Count::default(); block.routes.len()],
            late: vec![0; block.slack.len()],
            helped: vec![0; block.helped.len()],
            direct: vec![0; block.routes.len()],
            orders: vec![Count::default(); block.items.len()],
        }
    }

    /// Forgets everything, at the end of the warm-up.
    pub fn clear(&mut self) {
        self.routes.fill(Count::default());
        self.late.fill(0);
        self.helped.fill(0);
        self.direct.fill(0);
        self.orders.fill(Count::default());
    }

    /// A job of a route did not find its part on the shelf and waited for it.
    #[inline]
    pub fn waited(&mut self, slack: &[f64], route: usize, wait: f64) {
        let own = &mut self.routes[route];
        own.missed += 1;
        own.waited += wait;
        let windows = slack.len() / self.routes.len();
        let first = route * windows;
        for (late, slack) in self.late[first..first + windows].iter_mut().zip(&slack[first..first + windows]) {
            *late += u64::from(wait > *slack);
        }
    }

    /// What each item was asked for: outlets by their jobs, depots by their outlets' orders.
    pub fn by_item(&self, block: &Block) -> Vec<Count> {
        let mut counts = self.orders.clone();
        for (route, own) in block.routes.iter().zip(&self.routes) {
            if let Some(count) = counts.get_mut(route.item as usize) {
                count.asked += own.asked;
                count.missed += own.missed;
                count.waited += own.waited;
            }
        }
        counts
    }
}
