//! What a command tells its caller.

use serde::{Serialize, Serializer};

/// The code of a process or a run that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done as asked.
    Ok = 0,
    /// A bug.
    Internal = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The input is faulty.
    Invalid = 3,
    /// There is no plan.
    Infeasible = 4,
    /// Stopped at a limit: the plan is kept, its gap is above the one asked.
    GapLeft = 5,
    /// Stopped without a plan.
    NoPlan = 6,
    /// A promise is broken, or a verification failed.
    Broken = 7,
    /// The file system refused.
    FileSystem = 8,
    /// Interrupted: the best plan is kept.
    Interrupted = 130,
}

impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}
