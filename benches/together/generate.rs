//! Continents: towns clustered about centres, candidates where people live, an installed base, failures of many parts.
//!
//! Everything is drawn from one seed for each kind, so that two machines see the same continent.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// How large a continent is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    regions: usize,
    outlets: usize,
    depots: usize,
    parts: usize,
    products: usize,
}

impl Size {
    /// `regions x outlets x depots x parts [x products]`.
    pub fn of(word: &str) -> Option<Self> {
        let sizes: Vec<usize> = word.split('x').map(str::parse).collect::<Result<_, _>>().ok()?;
        let (regions, outlets, depots, parts) = (*sizes.first()?, *sizes.get(1)?, *sizes.get(2)?, *sizes.get(3)?);
        let products = sizes.get(4).copied().unwrap_or(3).max(1);
        let fits = outlets <= regions && depots <= regions && depots > 0 && parts > 0;
        fits.then_some(Self { regions, outlets, depots, parts, products })
    }
}

/// What is asked for besides.
#[derive(Debug, Clone)]
pub struct Wish {
    hours: f64,
    within: f64,
    at_least: f64,
    gap: String,
    /// Seconds.
    pub limit: f64,
    /// Where scenarios are left.
    pub keep: Option<String>,
    /// Is everything told?
    pub trace: bool,
}

impl Wish {
    /// Of words such as `hours=2`.
    pub fn of(words: &[String]) -> Self {
        let text = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)).map(str::to_owned);
        let number = |name: &str| text(name).and_then(|text| text.parse::<f64>().ok());
        Self {
            hours: number("hours=").unwrap_or(1.5),
            within: number("within=").unwrap_or(24.0),
            at_least: number("at_least=").unwrap_or(0.95),
            gap: text("gap=").unwrap_or_else(|| "1%".into()),
            limit: number("limit=").unwrap_or(300.0),
            keep: text("keep="),
            trace: words.iter().any(|word| word == "trace"),
        }
    }
}

/// A small deterministic generator (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    /// Uniform from 0 to 1, never 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard normal (Box and Muller).
    fn normal(&mut self) -> f64 {
        let length = (-2.0 * self.roll().max(1e-300).ln()).sqrt();
        length * (std::f64::consts::TAU * self.roll()).cos()
    }

    /// Pareto of a shape, from 0 on (Lomax).
    fn pareto(&mut self, shape: f64) -> f64 {
        (1.0 - self.roll()).powf(-1.0 / shape) - 1.0
    }
}

/// So many different places among weighted ones, likelier where the weight is (Efraimidis and Spirakis 2006).
fn pick(dice: &mut Dice, weights: &[f64], count: usize) -> Vec<usize> {
    let key = |weight: &f64| -(1.0 - dice.roll()).ln() / weight.max(1e-9);
    let mut keys: Vec<(f64, usize)> = weights.iter().map(key).zip(0..).collect();
    keys.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
    keys.into_iter().take(count).map(|(_, place)| place).collect()
}

/// Towns [km] and their people: six in ten clustered about centres, of which few are large, the largest of a few in a hundred.
fn towns(dice: &mut Dice, count: usize) -> Vec<((f64, f64), f64)> {
    // As many towns to the square kilometre whatever the size of the continent.
    let side = 3000.0 * (count as f64 / 100_000.0).sqrt();
    let centres: Vec<((f64, f64), f64)> =
        (0..(count / 200).max(5)).map(|_| ((side * dice.roll(), side * dice.roll()), dice.pareto(2.0) + 0.3)).collect();
    let mut up_to = Vec::with_capacity(centres.len());
    let total = centres.iter().fold(0.0, |sum, centre| {
        up_to.push(sum + centre.1);
        sum + centre.1
    });
    let town = |_| {
        let place = if dice.roll() < 0.6 {
            let drawn = total * dice.roll();
            let centre = centres[up_to.partition_point(|end| *end <= drawn).min(centres.len() - 1)].0;
            (centre.0 + 40.0 * dice.normal(), centre.1 + 40.0 * dice.normal())
        } else {
            (side * dice.roll(), side * dice.roll())
        };
        let people = (8.5 + 1.2 * dice.normal()).exp();
        ((place.0.clamp(0.0, side), place.1.clamp(0.0, side)), people)
    };
    (0..count).map(town).collect()
}

fn sites(name: &str, towns: &[((f64, f64), f64)], picked: &[usize], mut cost: impl FnMut() -> f64) -> String {
    let mut table = format!("{name},x_km,y_km,fixed_cost_per_year\n");
    for (number, town) in picked.iter().enumerate() {
        let (x, y) = towns[*town].0;
        writeln!(table, "{}{number},{x:.2},{y:.2},{:.0}", &name[..1], cost()).expect("a text takes any text");
    }
    table
}

/// Writes a continent as a scenario folder.
pub fn write(folder: &Path, size: &Size, wish: &Wish) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let put = |name: &str, text: String| std::fs::write(folder.join(name), text);
    let mut dice = Dice(size.regions as u64);
    let towns = towns(&mut dice, size.regions);
    let mut regions = String::from("region,x_km,y_km,population\n");
    let mut installed = String::from("region,product,units\n");
    let mut bases = Dice(size.regions as u64 ^ 0x5EED);
    for (number, ((x, y), people)) in towns.iter().enumerate() {
        writeln!(regions, "r{number},{x:.2},{y:.2},{people:.0}").expect("a text takes any text");
        for product in 0..size.products {
            // Twenty people have a unit; towns differ in which.
            let units = people * 0.05 / size.products as f64 * (0.5 * bases.normal()).exp();
            writeln!(installed, "r{number},k{product},{units:.1}").expect("a text takes any text");
        }
    }
    put("regions.csv", regions)?;
    put("installed_base.csv", installed)?;
    let people: Vec<f64> = towns.iter().map(|town| town.1.sqrt()).collect();
    let outlets = pick(&mut dice, &people, size.outlets);
    put("outlets.csv", sites("outlet", &towns, &outlets, || 60_000.0 + 20_000.0 * dice.roll()))?;
    let depots = pick(&mut dice, &vec![1.0; size.regions], size.depots);
    put("depots.csv", sites("depot", &towns, &depots, || 400_000.0 + 200_000.0 * dice.roll()))?;
    let mut dice = Dice(size.parts as u64 ^ 0x9A57);
    let mut parts = String::from("part,unit_cost,weight_kg,supplier_lead_time_days\n");
    for part in 0..size.parts {
        let (cost, days) = ((3.5 + 1.3 * dice.normal()).exp(), 10.0 + 20.0 * dice.roll());
        writeln!(parts, "p{part},{cost:.2},{:.2},{days:.1}", (cost / 40.0).max(0.1)).expect("a text takes any text");
    }
    put("parts.csv", parts)?;
    let rates: Vec<f64> = (0..size.parts).map(|_| dice.pareto(1.1) + 0.05).collect();
    let all: f64 = rates.iter().sum();
    let mut failures = String::from("product,part,failures_per_unit_year,repair_hours\n");
    for (part, rate) in rates.iter().enumerate() {
        let product = part % size.products;
        let rate = 0.25 * size.products as f64 * rate / all;
        writeln!(failures, "k{product},p{part},{rate:.7},0.8").expect("a text takes any text");
    }
    (0..size.products).for_each(|product| failures.push_str(&format!("k{product},,0.15,1.0\n")));
    put("failures.csv", failures)?;
    let products: String = (0..size.products).map(|product| format!("k{product}\n")).collect();
    put("products.csv", format!("product\n{products}"))?;
    put("scenario.toml", settings(wish))
}

fn settings(wish: &Wish) -> String {
    let Wish { hours, within, at_least, gap, .. } = wish;
    format!(
        r#"name = "continent"
currency = "EUR"
[travel]
speed_kmh = 70
circuity = 1.25
cost_per_km = 0.3
max_hours = {hours}
metric = "planar"
[replenishment]
speed_km_per_day = 600
handling_days = 1
cost_per_kg_km = 0.0004
[stocking]
holding_rate_per_year = 0.2
stockout = "backorder"
[planning]
gap = "{gap}"
[[target]]
metric = "on_time"
scope = "network"
within_hours = {within}
at_least = {at_least}
"#
    )
}
