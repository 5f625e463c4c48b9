//! Who watches a search: hears of its progress and may ask it to stop.

/// The ear and the hand of the caller. The library prints nothing and reads no clock; it asks here.
pub trait Watch: Sync {
    /// A stage of the work begins, in a planner's words ("placing outlets").
    fn stage(&self, _name: &str) {}

    /// The best plan so far costs `incumbent` (if there is one) and no plan costs less than `bound`.
    fn progress(&self, _incumbent: Option<f64>, _bound: f64) {}

    /// Should the search end now with what it has? Asked often; once true it stays true.
    fn stop(&self) -> bool {
        false
    }
}

/// Nobody watches: the search runs to its own end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Watch for Nobody {}
