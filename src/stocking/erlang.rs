//! Erlang's loss formula: the share of demands that find every unit out, where such demands go elsewhere.
//!
//! ```text
//! (erlang)  B(0) = 1,  B(s) = a·B(s−1) / (s + a·B(s−1))      A. K. Erlang 1917; the recursion is stable
//! ```
//! With one-for-one replenishment and lost (or expressed) demands the units on order behave like busy servers: s units,
//! offered load a = rate × mean lead time, whatever the distribution of the lead time (Palm; Sevastyanov 1957).

/// The share of demands lost with `servers` units and an `offered` load \[units\].
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |loss, s| next_erlang_b(loss, s, offered))
}

/// B(s) from B(s−1) = `loss`, (erlang).
pub fn next_erlang_b(loss: f64, servers: u32, offered: f64) -> f64 {
    let busy = offered.max(0.0) * loss;
    busy / (f64::from(servers) + busy)
}
