//! A plan as people read it.

pub mod aftersales;
pub mod compared;
pub mod conditions;
pub mod explained;
pub mod html;
pub mod relaxed;
pub mod rolled;
pub mod runs;
pub mod simulated;
pub mod terminal;
