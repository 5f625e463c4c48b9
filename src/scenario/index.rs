//! Rows of a scenario's tables by their position, a type a table.

/// An index into one table of a scenario.
macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the table.
            pub const fn at(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(position: usize) -> Self {
                Self(u32::try_from(position).expect("a table holds fewer than 2^32 rows: the loader refuses more"))
            }
        }
    };
}

index!(
    /// A row of [`Scenario::regions`](super::Scenario::regions).
    RegionId
);
index!(
    /// A row of [`Scenario::products`](super::Scenario::products).
    ProductId
);
index!(
    /// A row of [`Scenario::parts`](super::Scenario::parts).
    PartId
);
index!(
    /// A row of [`Scenario::outlets`](super::Scenario::outlets).
    OutletId
);
index!(
    /// A row of [`Scenario::depots`](super::Scenario::depots).
    DepotId
);
index!(
    /// A row of [`Scenario::countries`](super::Scenario::countries).
    CountryId
);
index!(
    /// A row of [`Scenario::policies`](super::Scenario::policies).
    PolicyId
);
index!(
    /// A row of [`Scenario::classes`](super::Scenario::classes).
    ClassId
);

index!(
    /// A row of [`Scenario::jobs`](super::Scenario::jobs).
    JobId
);

index!(
    /// A row of [`Scenario::formats`](super::Scenario::formats).
    FormatId
);

/// An outlet or a depot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteId {
    /// An outlet.
    Outlet(OutletId),
    /// A depot.
    Depot(DepotId),
}
