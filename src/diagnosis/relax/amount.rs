//! By how much a rule is relaxed.

/// By how much.
#[derive(Debug, Clone, PartialEq)]
pub enum Amount {
    /// The new value, or the factor or number added that makes it.
    Number(f64),
    /// These of the rule's sites, by their places in its list.
    Sites(Vec<usize>),
    /// There is no more or less to it.
    Whole,
}

/// The least number of so many decimals that is not below another: noise of the last digits does not raise it.
pub fn up(number: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (number * scale * (1.0 - 1e-12) - 1e-9).ceil().max(0.0) / scale
}

/// The greatest number of so many decimals that is not above another.
pub fn down(number: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (number * scale * (1.0 + 1e-12) + 1e-9).floor() / scale
}

#[cfg(test)]
mod tests {
    use super::{down, up};

    #[test]
    fn rounding_keeps_what_is_written_already_and_goes_the_safe_way_else() {
        // 0.6 has no exact binary form: 0.1 + 0.5 and 0.7 − 0.1 lie on both sides of it.
        assert_eq!((up(0.1 + 0.5, 6), down(0.7 - 0.1, 6)), (0.6, 0.6));
        assert_eq!((up(1.234_56, 2), down(1.234_56, 2)), (1.24, 1.23));
    }
}
