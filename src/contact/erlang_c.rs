//! How long a contact waits for an agent.
//!
//! ```text
//! (delayed)  C(c, a) = c·B(c, a) / (c − a·(1 − B(c, a)))     the share that waits at all, a < c
//! (wait)     P(W > t) = C(c, a)·e^(−(c − a)·t/m)
//! ```
//! for contacts that come at random (Poisson), c agents, handling times that are exponential with mean m, and a = rate × m
//! agents kept busy (A. K. Erlang 1917; R. B. Cooper, Introduction to Queueing Theory, 1981, section 3.5). B is Erlang's
//! loss, whose recursion is stable, so that nothing here is a factorial or a power; with a ≥ c the line grows without end and
//! everybody waits for ever.

use crate::stocking::erlang::erlang_b;

/// Agents and the contacts they answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangC {
    agents: u32,
    offered: f64,
    handling: f64,
    delayed: f64,
}

impl ErlangC {
    /// So many agents, of whom `offered` are kept busy by contacts that take `handling` hours each on average.
    pub fn of(agents: u32, offered: f64, handling: f64) -> Self {
        let (servers, lost) = (f64::from(agents), erlang_b(agents, offered));
        let delayed = if offered < servers { servers * lost / (servers - offered * (1.0 - lost)) } else { 1.0 };
        Self { agents, offered, handling, delayed }
    }

    /// The share of contacts that wait at all, (delayed).
    pub const fn delayed(&self) -> f64 {
        self.delayed
    }

    /// The share answered within a time \[hours\], (wait).
    pub fn answered_within(&self, hours: f64) -> f64 {
        if self.slack() > 0.0 { 1.0 - self.delayed * self.fading(hours) } else { 0.0 }
    }

    /// ∫ of the share answered within t, over t from `from` to `to` \[hours\].
    pub fn answered_between(&self, from: f64, to: f64) -> f64 {
        let slack = self.slack();
        if slack <= 0.0 || to <= from {
            return 0.0;
        }
        if self.delayed == 0.0 || self.handling == 0.0 {
            return to - from;
        }
        let rate = slack / self.handling;
        (to - from) - self.delayed * (self.fading(from) - self.fading(to)) / rate
    }

    fn slack(&self) -> f64 {
        f64::from(self.agents) - self.offered
    }

    /// e^(−(c − a)·t/m): whoever is handled in no time waits for nobody.
    fn fading(&self, hours: f64) -> f64 {
        if self.handling > 0.0 { (-self.slack() * hours / self.handling).exp() } else { 0.0 }
    }
}
