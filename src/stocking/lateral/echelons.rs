//! A central depot behind a pool of outlets: own stock, lateral supply, the centre direct, and outside.
//!
//! ```text
//! (orders)    who gives a unit orders one from the centre; the centre orders every unit it gives from the plant
//! (state)     x: on order from the plant;  y: on the way from the centre to outlets
//!             the centre owes (x − S0)⁺;  the outlets hold n = Σ S − y − (x − S0)⁺
//! (met)       a demand met by an outlet:   x + 1, and y + 1 where x < S0
//! (direct)    met by the centre itself, where no outlet may give a unit and x < S0:   x + 1
//! (outside)   where neither can:  nothing changes
//! (plant)     at x/T0:  x − 1, and y + 1 where x > S0            (centre) at y/O:  y − 1
//! (own)       an outlet with S units has none on its shelf with chance C(ΣS − S, n)/C(ΣS, n)
//! ```
//! With lateral supply among all outlets, which unit is where does not matter to (state): with exponential times it is a
//! Markov chain, and the shares met by outlets, by the centre and from outside are **exact** for any rates and stocks; (own)
//! splits what outlets meet into own and lateral, exactly for equal outlets with one unit each and approximately else.
//! Without lateral supply (own) also says which demands an outlet meets: again exact for equal outlets with one unit each.
//! With constant times the same numbers are an approximation; on the simulated vectors (four and ten outlets) they are
//! off by at most 0.0032 in each share; that is little of all demand, but 40 % of the small share that the centre meets directly.
//!
//! The structure: P. Alfredsson and J. Verrijdt 1999, Management Science 45.

use super::balance::Balance;
use super::neighbourhood::misses;

/// A centre and its outlets, one part.
#[derive(Debug, Clone, PartialEq)]
pub struct Echelons {
    /// λ of each outlet \[units/year\].
    pub rates: Vec<f64>,
    /// S of each outlet \[units\].
    pub base_stock: Vec<u32>,
    /// S0 \[units\].
    pub central_stock: u32,
    /// T0: from the plant to the centre, on average \[years\].
    pub plant_lead_time: f64,
    /// O: from the centre to an outlet, on average \[years\].
    pub transport: f64,
    /// Do the outlets help each other?
    pub lateral: bool,
}

/// Where all demand together is met.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Supplied {
    /// From the shelf of the outlet that was asked.
    pub own: f64,
    /// From another outlet.
    pub lateral: f64,
    /// From the centre.
    pub central: f64,
    /// From outside.
    pub outside: f64,
}

impl Echelons {
    /// The shares; `None` where the chain has more than `most_states` states.
    pub fn supplied(&self, most_states: usize) -> Option<Supplied> {
        let all: usize = self.base_stock.iter().map(|&s| s as usize).sum();
        let centre = self.central_stock as usize;
        let rate: f64 = self.rates.iter().sum();
        // How likely the asked outlet has a unit, by units on hand at all outlets.
        let mut filled = vec![0.0; all + 1];
        for (own, lambda) in self.base_stock.iter().zip(&self.rates) {
            let misses = misses(all, *own as usize);
            filled.iter_mut().zip(misses).for_each(|(sum, misses)| *sum += lambda / rate * (1.0 - misses));
        }
        // A row for each x, as long as what is not owed could be on the way.
        let width = all + 1;
        let states = (centre + all + 1).checked_mul(width)?;
        if states > most_states || rate <= 0.0 {
            return None;
        }
        let on_hand = |x: usize, y: usize| all.checked_sub(y + x.saturating_sub(centre));
        let mut transitions = Vec::new();
        for state in 0..states {
            let (x, y) = (state / width, state % width);
            let Some(n) = on_hand(x, y) else { continue };
            let met = if self.lateral { f64::from(u8::from(n > 0)) } else { filled[n] };
            let ships = usize::from(x < centre);
            if met > 0.0 {
                transitions.push((state, state + width + ships, rate * met));
            }
            if met < 1.0 && x < centre {
                transitions.push((state, state + width, rate * (1.0 - met)));
            }
            if x > 0 {
                let owed = usize::from(x > centre);
                transitions.push((state, state - width + owed, x as f64 / self.plant_lead_time));
            }
            if y > 0 {
                transitions.push((state, state - 1, y as f64 / self.transport));
            }
        }
        let mut probability = vec![1.0 / states as f64; states];
        Balance::new(states, &transitions).settle(&mut probability);
        let mut supplied = Supplied::default();
        for (state, &p) in probability.iter().enumerate() {
            let (x, y) = (state / width, state % width);
            let Some(n) = on_hand(x, y) else { continue };
            let met = if self.lateral { f64::from(u8::from(n > 0)) } else { filled[n] };
            supplied.own += p * filled[n];
            supplied.lateral += p * (met - filled[n]);
            if x < centre {
                supplied.central += p * (1.0 - met);
            } else {
                supplied.outside += p * (1.0 - met);
            }
        }
        Some(supplied)
    }
}
