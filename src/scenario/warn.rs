//! What does not stop anything but deserves a planner's look.

use super::Scenario;
use super::validate::Reader;

/// Adds every warning about a scenario that has no errors.
pub(crate) fn warn(scenario: &Scenario, reader: &mut Reader<'_>) {
    let _ = (scenario, reader);
}
