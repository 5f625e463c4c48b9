//! A digest of what was given: SHA-256 over the checked scenario.
//!
//! Taken behind the border, it sees what the planner means and not how it was written: the order of files, spaces, quotes,
//! `1.50` for `1.5`, and a default that is written out make no difference; the order of rows does, because ties are
//! broken by it.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use super::{Country, Demand, Place, Scenario, Site, Tiers};
use crate::units::{Days, Share};

/// The digest of a checked scenario as lower-case hexadecimal.
pub fn digest(scenario: &Scenario) -> String {
    let mut writer = Writer(Sha256::new());
    writer.scenario(scenario);
    hexadecimal(&writer.0.finalize())
}

/// The SHA-256 of bytes as lower-case hexadecimal.
pub fn hexadecimal_digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        hex.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        hex.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        hex
    })
}

struct Writer(Sha256);

impl Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.whole(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn whole(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn number(&mut self, number: f64) {
        // Negative zero is zero.
        self.whole((number + 0.0).to_bits());
    }

    fn option(&mut self, number: Option<f64>) {
        self.number(number.unwrap_or(f64::NAN));
    }

    fn index(&mut self, index: Option<u32>) {
        self.0.update(index.unwrap_or(u32::MAX).to_le_bytes());
    }

    /// One write a stream: there may be many.
    fn demand(&mut self, demand: &Demand) {
        let indices = [Some(demand.region.0), demand.part.map(|part| part.0), demand.product.map(|product| product.0)];
        let mut bytes = [0; 36];
        for (place, index) in bytes[..12].chunks_exact_mut(4).zip(indices) {
            place.copy_from_slice(&index.unwrap_or(u32::MAX).to_le_bytes());
        }
        let numbers = [demand.rate.get(), demand.variance_to_mean, demand.repair.get()];
        for (place, number) in bytes[12..].chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&(number + 0.0).to_bits().to_le_bytes());
        }
        self.0.update(bytes);
    }

    fn place(&mut self, place: Option<Place>) {
        self.option(place.map(|place| place.x));
        self.option(place.map(|place| place.y));
    }

    fn list<T>(&mut self, name: &str, rows: &[T], mut row: impl FnMut(&mut Self, &T)) {
        self.text(name);
        self.whole(rows.len() as u64);
        rows.iter().for_each(|item| row(self, item));
    }

    /// The settings are few: what a debugger would show of them is as good a serialisation as any.
    fn shown(&mut self, name: &str, value: &impl fmt::Debug) {
        self.text(name);
        write!(self, "{value:?}").expect("a digest takes any text");
    }

    fn scenario(&mut self, scenario: &Scenario) {
        let head = [&scenario.name, &scenario.description, &scenario.currency];
        self.list("head", &head, |to, text| to.text(text));
        self.list("countries", &scenario.countries, Self::country);
        self.list("policies", &scenario.policies, |to, policy| to.text(policy));
        self.list("regions", &scenario.regions, |to, region| {
            to.text(&region.id);
            to.text(&region.name);
            to.index(region.country.map(|country| country.0));
            to.place(region.place);
            to.option(region.population);
            to.index(region.policy.map(|policy| policy.0));
            to.number(region.emergency_hours.get());
            to.number(region.emergency_cost_per_unit.get());
            to.number(region.direct_hours.get());
            to.number(region.direct_cost_per_unit.get());
            if let Some(area) = region.area_km2 {
                to.number(area);
            }
        });
        self.list("products", &scenario.products, |to, product| to.shown("product", product));
        self.list("parts", &scenario.parts, |to, part| to.shown("part", part));
        self.list("outlets", &scenario.outlets, Self::site);
        self.list("depots", &scenario.depots, Self::site);
        // Whether streams are told one by one or not makes no difference to what is asked for.
        self.text("demands");
        self.whole(scenario.streams().count() as u64);
        scenario.streams().for_each(|demand| self.demand(&demand));
        self.list("installed", &scenario.installed, |to, installed| {
            to.index(Some(installed.region.0));
            to.index(Some(installed.product.0));
            to.number(installed.units);
        });
        self.list("service lanes", &scenario.service_lanes, |to, lane| {
            to.index(Some(lane.outlet.0));
            to.index(Some(lane.region.0));
            to.option(lane.hours.map(|hours| hours.get()));
            to.option(lane.distance.map(|distance| distance.get()));
            to.option(lane.cost_per_job.map(|cost| cost.get()));
        });
        self.list("supply lanes", &scenario.supply_lanes, |to, lane| {
            to.index(Some(lane.depot.0));
            to.index(Some(lane.outlet.0));
            to.option(lane.distance.map(|distance| distance.get()));
            to.option(lane.cost_per_unit.map(|cost| cost.get()));
            to.option(lane.lead_time.map(|days| days.get()));
        });
        self.list("repairs", &scenario.repairs, |to, repair| to.shown("repair", repair));
        self.shown("targets", &scenario.targets);
        self.shown("travel", &scenario.travel);
        self.shown("replenishment", &scenario.replenishment);
        self.shown("stocking", &scenario.stocking);
        self.shown("limits", &scenario.limits);
        // Gap, time limit and seed steer the search and leave the problem as it is: a plan found with other ones is
        // verified all the same, and `plan.json` names them beside the digest.
        self.shown("objective", &scenario.planning.objective);
        self.shown("sourcing", &scenario.planning.sourcing);
        self.shown("finance", &scenario.finance);
        self.list("laterals", &scenario.laterals, |to, lateral| to.shown("lateral", lateral));
        if let Some(history) = &scenario.history {
            self.shown("reading", &history.reading);
        }
        if !scenario.conditions.is_empty() {
            self.list("conditions", &scenario.conditions, |to, condition| to.shown("condition", condition));
        }
        self.list("classes", &scenario.classes, |to, class| to.text(class));
        if let Some(markets) = &scenario.markets {
            self.shown("markets", markets);
        }
        if !scenario.jobs.is_empty() {
            self.list("jobs", &scenario.jobs, |to, job| to.shown("job", job));
            self.list("jobs asked for", &scenario.demands, |to, demand| to.index(demand.job.map(|job| job.0)));
        }
        if !scenario.offers.is_empty() {
            self.list("offers", &scenario.offers, |to, offer| to.shown("offer", offer));
        }
        if !scenario.channels.is_empty() {
            self.list("channels", &scenario.channels, |to, channel| to.shown("channel", channel));
        }
        if !scenario.desks.is_empty() {
            self.list("desks", &scenario.desks, |to, desk| to.shown("desk", desk));
        }
        if !scenario.formats.is_empty() {
            self.list("formats", &scenario.formats, |to, format| to.shown("format", format));
            self.list("formats of outlets", &scenario.outlets, |to, outlet| {
                to.index(outlet.format.map(|format| format.0))
            });
            self.shown("formats of a place", &scenario.formats_of_place);
        }
        if !scenario.choices.is_empty() {
            self.list("choices", &scenario.choices, |to, choice| to.shown(&choice.name, choice));
        }
        if !scenario.overheads.is_empty() {
            self.list("overheads", &scenario.overheads, |to, overhead| {
                to.shown("cause", &overhead.cause);
                to.index(overhead.country.map(|country| country.0));
                to.number(overhead.amount);
            });
        }
        // What follows is not in the digest of a scenario without it.
        if let Some(packaging) = &scenario.packaging {
            self.shown("packaging", packaging);
        }
        if !scenario.ways_back.is_empty() {
            self.list("ways back", &scenario.ways_back, |to, way| to.shown("way", way));
        }
        if !scenario.guaranteed.is_empty() {
            self.list("guaranteed", &scenario.guaranteed, |to, row| to.shown("row", row));
        }
        if let Some(seasonal) = &scenario.seasonal {
            self.shown("seasonal", seasonal);
        }
        if let Some(satisfaction) = &scenario.satisfaction {
            self.shown("satisfaction", satisfaction);
        }
        if !scenario.spill_over.is_empty() {
            self.list("spill-over", &scenario.spill_over, |to, own| to.shown("row", own));
        }
        if scenario.tiers != Tiers::default() {
            self.shown("tiers", &scenario.tiers);
        }
    }

    /// What was not given is left out, so that a column that is new leaves the digests of older scenarios as they were.
    fn country(&mut self, country: &Country) {
        let Country { code, labour_cost_per_hour, customs, duty_rate, customs_union, .. } = country;
        self.text("country");
        write!(
            self,
            "Country {{ code: {code:?}, labour_cost_per_hour: {labour_cost_per_hour:?}, customs: {customs:?}, \
             duty_rate: {duty_rate:?}, customs_union: {customs_union:?} }}"
        )
        .expect("a digest takes any text");
        let Country { currency, exchange_rate, vat_rate, utc_offset_hours, languages, customs_deviation, .. } = country;
        if let Some(currency) = currency {
            self.shown("currency", currency);
        }
        if let Some(rate) = exchange_rate {
            self.shown("exchange rate", rate);
        }
        if *vat_rate > Share::ZERO {
            self.shown("value added tax", vat_rate);
        }
        if let Some(hours) = utc_offset_hours {
            self.shown("clock", hours);
        }
        if !languages.is_empty() {
            self.shown("languages", languages);
        }
        if *customs_deviation > Days::ZERO {
            self.shown("deviation of customs", customs_deviation);
        }
    }

    fn site(&mut self, site: &Site) {
        self.text(&site.id);
        self.text(&site.name);
        self.index(site.country.map(|country| country.0));
        self.place(site.place);
        self.shown("status", &site.status);
        for money in [site.fixed_cost, site.opening_cost, site.closing_cost] {
            self.number(money.get());
        }
        for capacity in [site.capacity_hours, site.capacity_jobs, site.capacity_units] {
            self.option(capacity);
        }
        self.number(site.supplier_lead_time.get());
        self.number(site.holding_rate.get());
        self.index(site.repair_servers);
    }
}
