//! The linear relaxation of a core, by the primal simplex method on its dual with bounded columns (Dantzig 1955).
//!
//! ```text
//! max  Σ_S u_S − Σ_r b_r·λ_r − Σ_j v_j + Σ_{j open} p_j
//! s.t. Σ_{S∋j} u_S − Σ_r s_rj·λ_r − v_j + p_j − q_j + t_j = f_j     for every site j, its price is y_j
//!      0 ≤ u_S ≤ w_S,  λ, v, t ≥ 0,  p_j ≥ 0 where j is open, q_j ≥ 0 where it is closed, else 0
//! ```
//!
//! A branching only adds a column (p or q), so the basis of the parent stays feasible. There are as many rows as sites,
//! few, so the inverse is kept dense. Any u and λ within their signs give the bound
//! `Σ u − Σ b·λ + Σ_j least of r_j·y_j` with `r_j = f_j + Σ s·λ − Σ_{S∋j} u`, so rounding cannot falsify it.

mod inverse;

use super::core::{Core, Domain, Fixed};

/// Reduced costs smaller than this are nothing.
const OPTIMAL: f64 = 1e-7;

/// Pivots after which the inverse is computed afresh.
const REFRESH: usize = 200;

/// Candidates after which pricing looks no further.
const ENOUGH: usize = 60;

/// The kinds of columns that each site has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    /// t_j
    Slack,
    /// v_j
    Below,
    /// p_j
    Open,
    /// q_j
    Closed,
}

const OWN: [Own; 4] = [Own::Slack, Own::Below, Own::Open, Own::Closed];

/// A basis and the nonbasic columns at their upper bounds, to return to later.
#[derive(Debug, Clone)]
pub struct Basis {
    basic: Vec<u32>,
    upper: Vec<bool>,
}

/// The relaxation under way.
#[derive(Debug, Clone)]
pub struct Simplex<'c> {
    core: &'c Core,
    /// f_j, raised by a hair each so that ties are rare.
    right: Vec<f64>,
    basic: Vec<u32>,
    is_basic: Vec<bool>,
    upper: Vec<bool>,
    /// The inverse of the basis, by columns.
    inverse: Vec<f64>,
    value: Vec<f64>,
    /// y_j.
    pub price: Vec<f64>,
    entering: Vec<f64>,
    /// The right sides of the last two rows, which count the open sites.
    limits: [f64; 2],
    next: usize,
    since: usize,
    /// The last bound computed.
    pub bound: f64,
    /// r_j at the last bound.
    pub reduced: Vec<f64>,
    /// u_S, then λ_r, at the last bound.
    pub dual: Vec<f64>,
    /// How many pivots were made in all.
    pub pivots: usize,
}

impl<'c> Simplex<'c> {
    /// Begins with all sites closed.
    pub fn new(core: &'c Core) -> Self {
        let n = core.fixed.len();
        let scale = core.fixed.iter().fold(0.0, |most: f64, fixed| most.max(fixed.abs()));
        let weight = core.weight.iter().filter(|w| w.is_finite()).fold(0.0, |most: f64, w| most.max(*w));
        let hair = 1e-7 * if scale > 0.0 { scale } else { weight.max(1.0) };
        // A fixed irrational stride spreads the hairs without any two alike.
        let right =
            (0..n).map(|j| core.fixed[j] + hair * (0.5 + ((j + 1) as f64 * 0.618_033_988_749_895).fract())).collect();
        let columns = core.sets.len() + core.rows.len() + 4 * n;
        let mut simplex = Self {
            core,
            right,
            basic: Vec::new(),
            is_basic: vec![false; columns],
            upper: vec![false; core.sets.len()],
            inverse: vec![0.0; n * n],
            value: vec![0.0; n],
            price: vec![0.0; n],
            entering: vec![0.0; n],
            limits: [n as f64, 0.0],
            next: 0,
            since: 0,
            bound: f64::NEG_INFINITY,
            reduced: vec![0.0; n],
            dual: vec![0.0; core.sets.len() + core.rows.len()],
            pivots: 0,
        };
        let basic = (0..n).map(|j| simplex.own(j, 0)).collect();
        simplex.restore(&Basis { basic, upper: vec![false; core.sets.len()] });
        simplex
    }

    fn own(&self, site: usize, kind: usize) -> u32 {
        (self.core.sets.len() + self.core.rows.len() + 4 * site + kind) as u32
    }

    /// The entries of a column.
    fn each(&self, column: u32, mut visit: impl FnMut(usize, f64)) {
        let (column, sets, rows) = (column as usize, self.core.sets.len(), self.core.rows.len());
        if column < sets {
            self.core.sites_of(column).iter().for_each(|&j| visit(j as usize, 1.0));
        } else if column < sets + rows {
            let of = &self.core.rows[column - sets].of;
            of.iter().enumerate().filter(|(_, s)| **s != 0.0).for_each(|(j, s)| visit(j, -s));
        } else {
            let own = column - sets - rows;
            let sign = match OWN[own % 4] {
                Own::Slack | Own::Open => 1.0,
                Own::Below | Own::Closed => -1.0,
            };
            visit(own / 4, sign);
        }
    }

    /// What a unit of a column earns.
    fn earns(&self, column: u32) -> f64 {
        let (column, sets, rows) = (column as usize, self.core.sets.len(), self.core.rows.len());
        if column < sets {
            1.0
        } else if column < sets + rows {
            -self.at_most(column - sets)
        } else {
            match OWN[(column - sets - rows) % 4] {
                Own::Slack | Own::Closed => 0.0,
                Own::Below => -1.0,
                Own::Open => 1.0,
            }
        }
    }

    /// The right side of a row; the last two are the node's own.
    fn at_most(&self, row: usize) -> f64 {
        match self.core.rows.len() - row {
            2 => self.limits[0],
            1 => self.limits[1],
            _ => self.core.rows[row].at_most,
        }
    }

    fn most(&self, column: u32) -> f64 {
        self.core.weight.get(column as usize).copied().unwrap_or(f64::INFINITY)
    }

    /// The basis as it stands.
    pub fn basis(&self) -> Basis {
        Basis { basic: self.basic.clone(), upper: self.upper.clone() }
    }

    /// Returns to a basis.
    pub fn restore(&mut self, basis: &Basis) {
        self.basic.clone_from(&basis.basic);
        self.upper.clone_from(&basis.upper);
        self.is_basic.fill(false);
        self.basic.iter().for_each(|&column| self.is_basic[column as usize] = true);
        self.refresh();
    }

    /// The reduced cost of a column that may enter, with the sign of its change; none for one that may not.
    fn gain(&self, column: u32, state: &[Fixed]) -> Option<f64> {
        if self.is_basic[column as usize] {
            return None;
        }
        let (sets, rows) = (self.core.sets.len(), self.core.rows.len());
        let at = column as usize;
        if at >= sets + rows {
            let own = at - sets - rows;
            let price = self.price[own / 4];
            let gain = match OWN[own % 4] {
                Own::Slack => -price,
                Own::Below => price - 1.0,
                Own::Open if state[own / 4] == Fixed::Open => 1.0 - price,
                Own::Closed if state[own / 4] == Fixed::Closed => price,
                Own::Open | Own::Closed => return None,
            };
            return (gain > OPTIMAL).then_some(gain);
        }
        if at < sets {
            let gain = 1.0 - self.core.sites_of(at).iter().map(|&j| self.price[j as usize]).sum::<f64>();
            return if self.upper[at] { (gain < -OPTIMAL).then_some(gain) } else { (gain > OPTIMAL).then_some(gain) };
        }
        let mut gain = self.earns(column);
        self.each(column, |j, value| gain -= value * self.price[j]);
        (gain > OPTIMAL * (1.0 + self.earns(column).abs())).then_some(gain)
    }

    /// Improves the basis until it is optimal, the pivots run out, or the bound must pass the cutoff.
    pub fn improve(&mut self, domain: &Domain, cutoff: f64, pivots: usize) -> f64 {
        let state = domain.state.as_slice();
        let limits = [domain.most, -domain.least];
        if limits != self.limits {
            self.limits = limits;
            self.reprice();
        }
        let columns = self.is_basic.len();
        let mut bound = f64::NEG_INFINITY;
        for round in 0..pivots {
            let mut best: Option<(u32, f64)> = None;
            let (mut looked, mut found) = (0, 0);
            while looked < columns && found < ENOUGH {
                let column = self.next as u32;
                self.next = if self.next + 1 == columns { 0 } else { self.next + 1 };
                looked += 1;
                if let Some(gain) = self.gain(column, state) {
                    found += 1;
                    if best.is_none_or(|(_, known)| gain.abs() > known.abs()) {
                        best = Some((column, gain));
                    }
                }
            }
            let Some((column, gain)) = best else { break };
            if !self.enter(column, gain) {
                // Nothing limits the column: far enough along it the bound passes any cutoff, if it is true.
                let far = 10.0 * (1.0 + cutoff.abs()) / gain;
                return bound.max(self.bound_along(state, Some((column, far))));
            }
            self.pivots += 1;
            if self.since >= REFRESH {
                self.refresh();
            }
            if round % 50 == 49 {
                bound = bound.max(self.bound_along(state, None));
                if bound > cutoff {
                    return bound;
                }
            }
        }
        bound.max(self.bound_along(state, None))
    }

    /// Brings a column into the basis, or to its other bound; false when nothing limits it.
    fn enter(&mut self, column: u32, gain: f64) -> bool {
        let n = self.right.len();
        let sign = if gain > 0.0 { 1.0 } else { -1.0 };
        let mut entering = std::mem::take(&mut self.entering);
        entering.fill(0.0);
        self.each(column, |j, value| {
            entering.iter_mut().zip(&self.inverse[j * n..(j + 1) * n]).for_each(|(sum, entry)| *sum += value * entry);
        });
        // Two passes (Harris 1973): how far with a hair of tolerance, then the largest pivot among those within.
        let limit = |i: usize, slack: f64| -> f64 {
            let change = sign * entering[i];
            if change > 1e-9 {
                (self.value[i] + slack) / change
            } else if change < -1e-9 {
                (self.most(self.basic[i]) - self.value[i] + slack) / -change
            } else {
                f64::INFINITY
            }
        };
        let far = (0..n).map(|i| limit(i, 1e-9)).fold(f64::INFINITY, f64::min);
        let own = self.most(column);
        if own <= far {
            if own == f64::INFINITY {
                self.entering = entering;
                return false;
            }
            self.value.iter_mut().zip(&entering).for_each(|(value, entry)| *value -= sign * own * entry);
            self.upper[column as usize] = !self.upper[column as usize];
            self.entering = entering;
            return true;
        }
        let within = (0..n).filter(|&i| limit(i, 0.0) <= far);
        let leaving = within.max_by(|&a, &b| entering[a].abs().total_cmp(&entering[b].abs()).then(b.cmp(&a)));
        let Some(leaving) = leaving else {
            self.entering = entering;
            return false;
        };
        let length = limit(leaving, 0.0).max(0.0);
        let gone = self.basic[leaving] as usize;
        let rose = sign * entering[leaving] < 0.0;
        let from = if gain < 0.0 { own } else { 0.0 };
        self.value.iter_mut().zip(&entering).for_each(|(value, entry)| *value -= sign * length * entry);
        self.value[leaving] = from + sign * length;
        if gone < self.upper.len() {
            self.upper[gone] = rose;
        }
        if (column as usize) < self.upper.len() {
            self.upper[column as usize] = false;
        }
        self.is_basic[gone] = false;
        self.is_basic[column as usize] = true;
        self.basic[leaving] = column;
        let pivot = entering[leaving];
        for (j, price) in self.price.iter_mut().enumerate() {
            let of = &mut self.inverse[j * n..(j + 1) * n];
            let row = of[leaving] / pivot;
            if row != 0.0 {
                of.iter_mut().zip(&entering).for_each(|(entry, change)| *entry -= row * change);
                of[leaving] = row;
                *price += gain * row;
            }
        }
        self.entering = entering;
        self.since += 1;
        true
    }

    /// The bound of the basis as it stands, moved along a column if one is given; it holds whatever rounding did.
    fn bound_along(&mut self, state: &[Fixed], along: Option<(u32, f64)>) -> f64 {
        let sets = self.core.sets.len();
        self.dual.fill(0.0);
        for (dual, (upper, weight)) in self.dual.iter_mut().zip(self.upper.iter().zip(&self.core.weight)) {
            *dual = if *upper { *weight } else { 0.0 };
        }
        let mut far = vec![0.0; self.basic.len()];
        if let Some((column, length)) = along {
            far.iter_mut().zip(&self.entering).for_each(|(far, entry)| *far = length * entry);
            if let Some(dual) = self.dual.get_mut(column as usize) {
                *dual = length;
            }
        }
        for ((&column, value), far) in self.basic.iter().zip(&self.value).zip(&far) {
            let most = self.core.weight.get(column as usize).copied().unwrap_or(f64::INFINITY);
            if let Some(dual) = self.dual.get_mut(column as usize) {
                *dual = (value - far).clamp(0.0, most);
            }
        }
        self.reduced.clone_from(&self.core.fixed);
        let mut bound = 0.0;
        for (set, dual) in self.dual[..sets].iter().enumerate().filter(|(_, dual)| **dual > 0.0) {
            bound += dual;
            self.core.sites_of(set).iter().for_each(|&j| self.reduced[j as usize] -= dual);
        }
        for (r, (row, dual)) in self.core.rows.iter().zip(&self.dual[sets..]).enumerate().filter(|term| *term.1.1 > 0.0)
        {
            bound -= self.at_most(r) * dual;
            self.reduced.iter_mut().zip(&row.of).for_each(|(reduced, s)| *reduced += s * dual);
        }
        for (reduced, state) in self.reduced.iter().zip(state) {
            bound += match state {
                Fixed::Free => reduced.min(0.0),
                Fixed::Open => *reduced,
                Fixed::Closed => 0.0,
            };
        }
        self.bound = bound;
        bound
    }
}
