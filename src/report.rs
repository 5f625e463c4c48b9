//! A plan as people read it.

pub mod terminal;
