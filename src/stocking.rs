//! Stocking.
