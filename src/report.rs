//! A plan as people read it.

pub mod simulated;
pub mod terminal;
