//! Closing the gap of a small network: customers have prices, outlets bid for them, what is left open is branched on.
//!
//! ```text
//! (problem) min Σ_o F_o·y_o + Σ_o Σ_r c_ro·x_ro + Σ_o Σ_p g_op(Σ_r d_rop·x_ro)      F, c without stock, g what a part's stock costs
//!           Σ_o x_ro = 1 for every customer r,  Σ a_kro·x_ro + Σ b_ko·y_o ≤ e_k for every row k,  x ≤ y,  x and y 0 or 1
//! (dual)    ≥ Σ_r π_r − Σ_k ρ_k·e_k + Σ_o min { 0, v_o }                                for every π and every ρ ≥ 0
//!           v_o = min { F_o + Σ_k ρ_k·b_ko + Σ_p g_op(…) − Σ_r (π_r − c_ro − Σ_k ρ_k·a_kro)·x_ro }                  (`bid`)
//! (fixed)   a site with v_o at least what (dual) lacks of the plan at hand is closed in every better plan, one with −v_o so
//!           great is open; where v_o of the sets with (without) a customer is so far above min { 0, v_o }, its lane is not taken (is)
//! ```
//! (dual) prices what each outlet serves with its true steps of stock: it is the bound of the linear program over all sets that
//! an outlet could serve (Dantzig and Wolfe 1960; Geoffrion 1974), which sees the whole units that a bound by lines does not see. π
//! begins where lines below stock give their best bound; π and ρ climb by deflected subgradients towards the plan at hand. What is left is branched
//! on, the least bound first: sites as long as they bid in some steps and not in others, then lanes. A bid whose boxes ran out is a bound still, so
//! every node's is. Where bids take so many boxes that few of them say less than those lines, only the root is bounded, with many.
//!
//! g is the floor of `bound`, so (problem) costs no more than the scenario at the prices of its promises. Work is counted in boxes × customers ×
//! parts, so that a run can be repeated.

mod ask;
mod bid;
mod ground;
mod queue;
mod round;
mod steps;
#[cfg(test)]
mod tests;
mod tree;

use rayon::prelude::*;

use crate::watch::Watch;

use ask::Asking;
use bid::Bid;
pub use ground::Ground;
use queue::Queue;
pub use round::Served;
use round::{decided, rounded};
use tree::Node;

/// All the work that is done for a proof, and for one step of the prices \[customers × parts and steps of stock, in boxes\].
const WORK: f64 = 8e9;
const STEP_WORK: f64 = 4e7;

/// A bid looks at no more boxes than this, and at no more than this while prices are far from right.
const BOXES: usize = 2_000;
const FEW_BOXES: usize = 300;

/// Steps of the prices with few boxes and with all, at the root and at every other node.
const ROOT_STEPS: [usize; 2] = [300, 100];
const STEPS: [usize; 2] = [16, 6];

/// The share of what is missing that the first steps go for.
const ROOT_STRIDES: [f64; 2] = [0.3, 0.15];
const STRIDES: [f64; 2] = [0.3, 0.1];

/// After so many steps without gain the stride shrinks to this part, and the search returns to the best prices.
const PATIENCE: usize = 12;
const SHRINK: f64 = 0.7;

/// A climb ends where so many steps gain less than this share of what is missing.
const LOOK: usize = 20;
const GAIN: f64 = 0.01;

/// Who has not come past the bound that is known after so many steps gives up.
const TRIAL: usize = 40;

/// Where bids of few boxes say less than is known, prices climb by bids of so many, with so much work for a step, and then bids
/// are sharpened once by so many times as many boxes.
const MANY_BOXES: usize = 10_000;
const MANY_WORK: f64 = 8e8;
const MANY_STEPS: usize = 20;
const MANY_STRIDE: f64 = 0.1;
const MANY_TRIAL: usize = 3;
const SHARPER: usize = 20;

/// The share of the last direction that is kept.
const KEPT: f64 = 0.3;

/// Bids may be off by this share of what is missing, all together.
const TOLERANCE: f64 = 0.2;

/// A proof goes for a little more than is asked, so that no rounding takes it away.
const INSIDE: f64 = 0.999;

/// Shares of bids are means in which a step counts so much.
const WEIGHT: f64 = 0.1;

/// What is known of a plan and of a bound before the proof.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// No less than (problem).
    pub incumbent: f64,
    /// What the proof goes for.
    pub target: f64,
    /// No more than (problem); a proof that will not come past it is given up.
    pub bound: f64,
}

/// A proof's end.
#[derive(Debug)]
pub struct Closed {
    /// No more than (problem).
    pub bound: f64,
    /// The best plan met that costs less than the one known.
    pub served: Option<Served>,
}

/// Bounds (problem) from below; customers' prices begin at `prices`.
pub fn close(ground: &Ground, prices: &[f64], ends: Ends, watch: &dyn Watch) -> Closed {
    let less = |value: f64| value - ground.constant;
    let boxes = boxes(ground, STEP_WORK, BOXES);
    let asked = INSIDE * (ends.incumbent - ends.target);
    let incumbent = less(ends.incumbent);
    let ends = Ends { incumbent, target: incumbent - asked, bound: less(ends.bound) };
    let mut closure = Closure { ground, ends, asked, boxes, work: 0.0, best: None, watch };
    let rows = ground.rows.iter().map(|_| 0.0);
    let root = Node::root(ground, prices.iter().copied().chain(rows).collect());
    let bound = closure.prove(root).min(closure.ends.incumbent) + ground.constant;
    let served = closure.best.map(|served| Served { cost: served.cost + ground.constant, ..served });
    Closed { bound, served }
}

/// How many boxes each bid may look at, that a step takes no more than this work.
fn boxes(ground: &Ground, work: f64, most: usize) -> usize {
    let each: f64 = ground.places.iter().map(|place| place.work(place.lanes.len())).sum();
    ((work / each.max(1.0)) as usize).clamp(1, most)
}

/// How prices climb.
#[derive(Debug, Clone, Copy)]
struct Climb {
    steps: usize,
    /// The share of what is missing that the first steps go for.
    stride: f64,
    /// That a bid may look at.
    boxes: usize,
    /// Who has not come past the bound that is known after so many steps gives up.
    trial: usize,
}

/// A proof under way.
struct Closure<'a> {
    ground: &'a Ground,
    ends: Ends,
    /// How far the target lies below the incumbent.
    asked: f64,
    /// That a bid may look at.
    boxes: usize,
    /// Done so far.
    work: f64,
    best: Option<Served>,
    watch: &'a dyn Watch,
}

impl Closure<'_> {
    fn over(&self) -> bool {
        self.work >= WORK || self.watch.stop()
    }

    /// The least bound of what is left when nothing below the target is, or when the work is done.
    fn prove(&mut self, mut root: Node) -> f64 {
        let prices = root.prices.clone();
        self.node(&mut root, ROOT_STEPS, ROOT_STRIDES);
        if root.bound < self.ends.bound {
            root.prices = prices;
            self.sharpen(&mut root);
            return root.bound;
        }
        let mut queue = Queue::new();
        queue.push(root.bound, root);
        let mut least = f64::INFINITY;
        while let Some(node) = queue.pop() {
            let bound = node.bound.min(least);
            self.watch.progress(Some(self.ends.incumbent + self.ground.constant), bound + self.ground.constant);
            if bound >= self.ends.target || self.over() {
                least = bound;
                break;
            }
            let Some(children) = node.children(self.ground) else {
                self.round(&node);
                least = least.min(node.bound.max(decided(self.ground, &node)));
                continue;
            };
            for mut child in children {
                self.node(&mut child, STEPS, STRIDES);
                if child.bound < self.ends.target {
                    queue.push(child.bound, child);
                } else {
                    least = least.min(child.bound);
                }
            }
        }
        least
    }

    /// The bound of a node, its prices, the plan it suggests, and the sites that it decides.
    fn node(&mut self, node: &mut Node, steps: [usize; 2], strides: [f64; 2]) {
        let boxes = [self.boxes.min(FEW_BOXES), self.boxes];
        for ((steps, stride), boxes) in steps.into_iter().zip(strides).zip(boxes) {
            self.climb(node, Climb { steps, stride, boxes, trial: TRIAL });
            if node.bound < self.ends.bound {
                return;
            }
            self.round(node);
        }
        let missing = self.ends.target - node.bound;
        if missing > 0.0 && !self.over() {
            self.fix(node, missing);
        }
    }

    /// The bound of a root whose bids have to be searched far: it is not branched on.
    fn sharpen(&mut self, root: &mut Node) {
        let boxes = boxes(self.ground, MANY_WORK, MANY_BOXES);
        self.climb(root, Climb { steps: MANY_STEPS, stride: MANY_STRIDE, boxes, trial: MANY_TRIAL });
        self.round(root);
        if root.bound > self.ends.bound && !self.over() {
            let prices = root.prices.clone();
            let (_, value) = self.bids(root, &prices, SHARPER * boxes, 0.0);
            root.bound = root.bound.max(value);
        }
    }

    /// Keeps the plan that bids suggest, if it costs less than any other.
    fn round(&mut self, node: &Node) {
        let Some(served) = rounded(self.ground, node) else { return };
        if served.cost < self.ends.incumbent - 1e-9 * self.ends.incumbent.abs() {
            self.ends.incumbent = served.cost;
            self.ends.target = served.cost - self.asked;
            self.best = Some(served);
        }
    }

    /// What every site bids at some prices, and (dual); nothing above a limit is sought.
    fn bids(&mut self, node: &mut Node, prices: &[f64], boxes: usize, limit: f64) -> (Vec<Bid>, f64) {
        let ground = self.ground;
        let missing = (self.ends.incumbent - node.bound).min(0.5 * self.ends.incumbent.abs());
        let tolerance = TOLERANCE * missing.max(0.0) / ground.places.len() as f64;
        let (customers, rows) = prices.split_at(ground.customers);
        let asking = Asking { customers, rows, limit, tolerance, boxes };
        let decided = node.sites.par_iter().zip(&node.lanes);
        let places = ground.places.par_iter().zip(decided).zip(&mut node.lambda).zip(&mut node.taken);
        let bids: Vec<Bid> =
            places.map(|(((place, decided), lambda), taken)| asking.bid(place, decided, lambda, taken)).collect();
        self.work += bids.iter().map(|bid| bid.work).sum::<f64>();
        let least =
            |(bid, open): (&Bid, &Option<bool>)| if *open == Some(true) { bid.least } else { bid.least.min(0.0) };
        let charged: f64 = rows.iter().zip(&ground.rows).map(|(price, limit)| price * limit).sum();
        let sum = customers.iter().sum::<f64>() - charged + bids.iter().zip(&node.sites).map(least).sum::<f64>();
        (bids, sum)
    }

    /// Prices that make (dual) great.
    fn climb(&mut self, node: &mut Node, Climb { steps, mut stride, boxes, trial }: Climb) {
        let ground = self.ground;
        let mut prices = node.prices.clone();
        let (mut best, mut since) = (f64::NEG_INFINITY, 0);
        let mut before = best;
        let mut direction = vec![0.0; prices.len()];
        for step in 0..steps {
            let (bids, value) = self.bids(node, &prices, boxes, 0.0);
            if value > best {
                (best, since) = (value, 0);
                node.prices.copy_from_slice(&prices);
                node.bound = node.bound.max(best);
            } else {
                since += 1;
                if since >= PATIENCE {
                    (stride, since) = (SHRINK * stride, 0);
                    prices.copy_from_slice(&node.prices);
                }
            }
            let ahead = self.ahead(node, &bids);
            if best >= self.ends.target || self.over() {
                break;
            }
            if step >= trial && best < self.ends.bound {
                break;
            }
            if step > 0 && step % LOOK == 0 {
                if best - before < GAIN * (self.ends.target - best) {
                    break;
                }
                before = best;
            }
            direction.iter_mut().zip(&ahead).for_each(|(kept, ahead)| *kept = KEPT * *kept + (1.0 - KEPT) * ahead);
            let square: f64 = direction.iter().map(|own| own * own).sum();
            if square <= 0.0 {
                break;
            }
            let length = stride * (self.ends.incumbent - value).max(1e-6 * self.ends.incumbent.abs()) / square;
            prices.iter_mut().zip(&direction).for_each(|(price, own)| *price += length * own);
            prices[ground.customers..].iter_mut().for_each(|price| *price = price.max(0.0));
        }
    }

    /// By how much each customer is served too little, and each row exceeded; keeps the shares of the bids.
    fn ahead(&self, node: &mut Node, bids: &[Bid]) -> Vec<f64> {
        let ground = self.ground;
        let mut ahead = vec![1.0; ground.customers];
        ahead.extend(ground.rows.iter().map(|limit| -limit));
        for (site, (place, bid)) in ground.places.iter().zip(bids).enumerate() {
            let open = node.sites[site] == Some(true) || bid.value < 0.0;
            let towards = |share: &mut f64, inside: bool| *share += WEIGHT * (f64::from(u8::from(inside)) - *share);
            towards(&mut node.open[site], open);
            if open {
                place.terms.iter().for_each(|(row, own)| ahead[ground.customers + row] += own);
            }
            for ((lane, taken), share) in place.lanes.iter().zip(&node.taken[site]).zip(&mut node.shares[site]) {
                towards(share, open && *taken);
                if open && *taken {
                    ahead[lane.customer] -= 1.0;
                    lane.terms.iter().for_each(|(row, own)| ahead[ground.customers + row] += own);
                }
            }
        }
        ahead
    }

    /// (fixed).
    fn fix(&mut self, node: &mut Node, missing: f64) {
        let ground = self.ground;
        let prices = node.prices.clone();
        let taken = node.taken.clone();
        let (bids, value) = self.bids(node, &prices, self.boxes, missing);
        node.taken = taken;
        let missing = self.ends.target - value;
        for ((open, lanes), bid) in node.sites.iter_mut().zip(&mut node.lanes).zip(&bids) {
            let closed = if *open == Some(true) { f64::INFINITY } else { 0.0 };
            let least = bid.least.min(closed);
            if open.is_none() && bid.least >= missing {
                *open = Some(false);
            } else if open.is_none() && -bid.least >= missing {
                *open = Some(true);
            }
            for (lane, forced) in lanes.iter_mut().zip(&bid.forced).filter(|(lane, _)| lane.is_none()) {
                if forced.with - least >= missing {
                    *lane = Some(false);
                } else if forced.without.min(closed) - least >= missing {
                    *lane = Some(true);
                }
            }
        }
        if !node.follow(ground) {
            node.bound = self.ends.target;
        }
    }
}
