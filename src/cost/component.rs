//! What money is spent on.

use crate::scenario::Cause;

/// What money is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// Being open: outlets.
    OutletFixed,
    /// Being open: depots.
    DepotFixed,
    /// Opening candidates, annualised.
    Opening,
    /// Closing existing sites, annualised.
    Closing,
    /// Journeys to jobs.
    Travel,
    /// Hands-on work.
    Labour,
    /// Repair of failed parts.
    Repair,
    /// Depot → outlet transport.
    Freight,
    /// Duty.
    Duty,
    /// Expressed parts.
    Emergency,
    /// Holding stock.
    Holding,
    /// Soft promises that are not kept.
    Penalty,
    /// Orders to the supplier.
    Ordering,
    /// Parts that depots deliver directly.
    Direct,
    /// Options that were taken.
    Option,
    /// Tools and workshops for types of job.
    Equipment,
    /// Trained staff for types of job.
    Training,
    /// Profit lost with jobs that a policy does not offer.
    LostProfit,
    /// Contacts over channels.
    Contact,
    /// Fees for jobs to whoever runs an outlet.
    Fee,
    /// Agents of desks.
    Desk,
    /// Units in warranty that are replaced or refunded.
    Guarantee,
    /// Contracts for a longer warranty: what they earn is negative.
    Contract,
    /// Goods that come back.
    Returns,
    /// Inspection before units are shipped.
    Inspection,
    /// Check-ups before a season.
    Campaign,
    /// New units in place of failed ones, of the parts whose repair is decided.
    NewUnits,
    /// Outlet → depot transport of defective units.
    ReturnFreight,
    /// Packing for depot → outlet transport, and what packing leaves out.
    Packaging,
    /// Units damaged on their way from depot to outlet.
    Damage,
}

impl Component {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 30] = [
        Self::OutletFixed,
        Self::DepotFixed,
        Self::Opening,
        Self::Closing,
        Self::Travel,
        Self::Labour,
        Self::Repair,
        Self::Freight,
        Self::Duty,
        Self::Emergency,
        Self::Holding,
        Self::Penalty,
        Self::Ordering,
        Self::Direct,
        Self::Option,
        Self::Equipment,
        Self::Training,
        Self::LostProfit,
        Self::Contact,
        Self::Fee,
        Self::Desk,
        Self::Guarantee,
        Self::Contract,
        Self::Returns,
        Self::Inspection,
        Self::Campaign,
        Self::NewUnits,
        Self::ReturnFreight,
        Self::Packaging,
        Self::Damage,
    ];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OutletFixed => "outlet_fixed",
            Self::DepotFixed => "depot_fixed",
            Self::Opening => "opening",
            Self::Closing => "closing",
            Self::Travel => "travel",
            Self::Labour => "labour",
            Self::Repair => "repair",
            Self::Freight => "freight",
            Self::Duty => "duty",
            Self::Emergency => "emergency",
            Self::Holding => "holding",
            Self::Penalty => "penalty",
            Self::Ordering => "ordering",
            Self::Direct => "direct",
            Self::Option => "option",
            Self::Equipment => "equipment",
            Self::Training => "training",
            Self::LostProfit => "lost_profit",
            Self::Contact => "contact",
            Self::Fee => "fee",
            Self::Desk => "desk",
            Self::Guarantee => "guarantee",
            Self::Contract => "contract",
            Self::Returns => "returns",
            Self::Inspection => "inspection",
            Self::Campaign => "campaign",
            Self::NewUnits => "new_units",
            Self::ReturnFreight => "return_freight",
            Self::Packaging => "packaging",
            Self::Damage => "damage",
        }
    }

    /// Do files tell it only where it is not nothing? So it is of whatever a scenario may leave out as a whole.
    pub const fn is_seldom(self) -> bool {
        self as usize > Self::Direct as usize
    }

    /// Is it spent at sites? Penalties and overheads are not.
    pub const fn has_site(self) -> bool {
        !matches!(
            self,
            Self::Penalty
                | Self::Option
                | Self::LostProfit
                | Self::Contact
                | Self::Desk
                | Self::Guarantee
                | Self::Contract
                | Self::Returns
                | Self::Inspection
                | Self::Campaign
                | Self::NewUnits
        )
    }

    /// What an overhead is spent on.
    pub(super) const fn of(cause: Cause) -> Self {
        match cause {
            Cause::Option => Self::Option,
            Cause::LostProfit => Self::LostProfit,
            Cause::Contact => Self::Contact,
            Cause::Desk => Self::Desk,
            Cause::Guarantee => Self::Guarantee,
            Cause::Contract => Self::Contract,
            Cause::Returns => Self::Returns,
            Cause::Inspection => Self::Inspection,
            Cause::Campaign => Self::Campaign,
            Cause::NewUnits => Self::NewUnits,
        }
    }
}
