//! The stationary probabilities of a Markov chain.
//!
//! ```text
//! (balance)   π(n)·Σ rates out of n = Σ_m π(m)·rate(m → n),   Σ π = 1
//! ```
//! solved by Gauss–Seidel sweeps, forwards and backwards in turn, until a pair of sweeps moves less than `SETTLED` of the
//! probability. All terms are positive: nothing cancels.

/// Sweeps end when they move less than this probability in all.
const SETTLED: f64 = 1e-14;

/// Most pairs of sweeps: far more than any chain of the stated sizes has needed.
const MOST_SWEEPS: usize = 20_000;

/// The transitions of a chain, gathered by the state they lead to.
#[derive(Debug, Clone)]
pub(super) struct Balance {
    /// Where each state's transitions begin in the next two.
    first: Vec<usize>,
    from: Vec<usize>,
    rate: Vec<f64>,
    leaving: Vec<f64>,
}

impl Balance {
    /// The chain of some states; `transitions` are (from, to, rate).
    pub(super) fn new(states: usize, transitions: &[(usize, usize, f64)]) -> Self {
        let mut leaving = vec![0.0; states];
        let mut first = vec![0; states + 1];
        for &(from, to, rate) in transitions {
            leaving[from] += rate;
            first[to + 1] += 1;
        }
        for state in 0..states {
            first[state + 1] += first[state];
        }
        let mut next = first.clone();
        let mut balance = Self { first, from: vec![0; transitions.len()], rate: vec![0.0; transitions.len()], leaving };
        for &(from, to, rate) in transitions {
            balance.from[next[to]] = from;
            balance.rate[next[to]] = rate;
            next[to] += 1;
        }
        balance
    }

    /// Solves (balance) from the probabilities given, whose sum is positive.
    pub(super) fn settle(&self, probability: &mut [f64]) {
        let states = probability.len();
        if states <= 1 {
            return;
        }
        for _ in 0..MOST_SWEEPS {
            let moved: f64 = (0..states).chain((0..states).rev()).map(|state| self.relax(state, probability)).sum();
            // Sweeps keep the proportions, not the sum.
            let total: f64 = probability.iter().sum();
            probability.iter_mut().for_each(|p| *p /= total);
            if moved < SETTLED * total {
                break;
            }
        }
    }

    /// (balance) of one state; returns how far it moved.
    fn relax(&self, state: usize, probability: &mut [f64]) -> f64 {
        let own = self.first[state]..self.first[state + 1];
        let flows = self.from[own.clone()].iter().zip(&self.rate[own]);
        let inflow: f64 = flows.map(|(&from, rate)| probability[from] * rate).sum();
        // A state that is never left here is one that does not exist.
        let next = if self.leaving[state] > 0.0 { inflow / self.leaving[state] } else { 0.0 };
        let moved = (next - probability[state]).abs();
        probability[state] = next;
        moved
    }
}
