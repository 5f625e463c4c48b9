//! A plan as people read it.

pub mod compared;
pub mod html;
pub mod runs;
pub mod simulated;
pub mod terminal;
