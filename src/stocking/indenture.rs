//! Indentures: an assembly is repaired by exchanging one of its modules, and waits for it.
//!
//! A failed assembly (LRU, line-replaceable unit) needs exactly one module k (SRU, shop-replaceable unit) with chance qk, none
//! with chance 1 − Σqk; then its own repair time T runs.
//!
//! ```text
//! (modules)   Bk = (Xk − Sk)⁺,  Xk = demand(λqk·Tk)              one site: assemblies that wait for module k
//! (assembly)  X  = demand(λT) + Σ Bk                             in repair, and waiting
//! (moments)   mean λT + Σ E[Bk],  variance λT + Σ Var[Bk]
//! (vari)      X ≈ negative binomial of (moments);   (mod)  X ≈ Poisson of its mean        J. A. Muckstadt 1973, MOD-METRIC
//! ```
//! At one site (assembly) is exact for Poisson failures: the streams of the modules are independent. With two echelons it is
//! not known exactly, and two moments are taken at every place (C. C. Sherbrooke 1986, VARI-METRIC for two indentures;
//! S. C. Graves 1985 for the thinning):
//! ```text
//! (depot module)    λ0k = λ0·qk + Σ λj·rj·qk·(1−rSk),   X0k = Poisson(λ0k·T0k),  B0k = (X0k − S0k)⁺
//! (depot assembly)  λ0 = Σ λj(1−rj),  X0: λ0T0 and B0k thinned by λ0qk/λ0k
//! (base module)     λj·rj·qk·(rSk·Tbk + (1−rSk)·Okj) and B0k thinned by λj·rj·qk(1−rSk)/λ0k
//! (base assembly)   λj·(rj·Tbj + (1−rj)·Oj), B0 thinned by λj(1−rj)/λ0, and the base's Bk
//! (thinning)        mean q·E[B],  variance q²·Var[B] + q(1−q)·E[B]
//! ```

use super::distribution::Pmf;
use super::metric::by_moments;

/// How an assembly's pipeline is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indenture {
    /// By convolution; one site only.
    Exact,
    /// By two moments, (vari).
    VariMetric,
    /// By its mean, (mod).
    ModMetric,
}

/// A module of an assembly at one site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Module {
    /// qk: the chance that an assembly's repair needs it.
    pub share: f64,
    /// Tk: its own repair time \[years\].
    pub time: f64,
    /// Sk \[units\].
    pub base_stock: u32,
}

/// An assembly at one site.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembly {
    /// λ: failures \[1/year\].
    pub rate: f64,
    /// T: its repair time once the module is there \[years\].
    pub time: f64,
    /// What it consists of.
    pub modules: Vec<Module>,
}

impl Assembly {
    /// Bk: assemblies that wait for a module, (modules).
    pub fn waiting_for(&self, module: &Module) -> Pmf {
        Pmf::poisson(self.rate * module.share * module.time).over(module.base_stock as usize)
    }

    /// X: assemblies in repair and waiting for modules, (assembly), (vari) or (mod).
    pub fn pipeline(&self, by: Indenture) -> Pmf {
        let own = self.rate * self.time;
        let waiting: Vec<Pmf> = self.modules.iter().map(|module| self.waiting_for(module)).collect();
        if by == Indenture::Exact {
            return waiting.iter().fold(Pmf::poisson(own), |sum, units| sum.plus(units));
        }
        let of = |units: &Pmf| Moments { mean: units.mean(), variance: units.variance() };
        waiting.iter().map(of).fold(Moments::poisson(own), Moments::plus).units(by)
    }
}

/// Mean and variance of a number of units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// The mean \[units\].
    pub mean: f64,
    /// The variance \[units²\].
    pub variance: f64,
}

impl Moments {
    const fn poisson(mean: f64) -> Self {
        Self { mean, variance: mean }
    }

    fn plus(self, other: Self) -> Self {
        Self { mean: self.mean + other.mean, variance: self.variance + other.variance }
    }

    /// (thinning).
    fn thinned(self, q: f64) -> Self {
        Self { mean: q * self.mean, variance: q * q * self.variance + q * (1.0 - q) * self.mean }
    }

    /// The distribution taken for these moments; two moments where exactness has ended.
    pub fn units(self, by: Indenture) -> Pmf {
        match by {
            Indenture::ModMetric => Pmf::poisson(self.mean),
            Indenture::Exact | Indenture::VariMetric => by_moments(self.mean, self.variance),
        }
    }

    /// What a base stock leaves uncovered.
    fn over(self, base_stock: u32, by: Indenture) -> Self {
        let units = self.units(by);
        let base_stock = base_stock as usize;
        Self { mean: units.expected_over(base_stock), variance: units.variance_over(base_stock) }
    }
}

/// A module of an assembly in two echelons.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepModule {
    /// qk.
    pub share: f64,
    /// rSk: the share of modules found at a base that the base repairs.
    pub base_repair_share: f64,
    /// Tbk: repair time at a base \[years\].
    pub base_time: f64,
    /// T0k: repair time at the depot \[years\].
    pub depot_time: f64,
    /// S0k \[units\].
    pub depot_base_stock: u32,
    /// Okj and Skj by base: transport \[years\], and base stock \[units\].
    pub bases: Vec<(f64, u32)>,
}

/// An assembly at one base of two echelons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Base {
    /// λj: failures \[1/year\].
    pub rate: f64,
    /// rj: the share that the base repairs.
    pub repair_share: f64,
    /// Tbj: its repair time \[years\].
    pub time: f64,
    /// Oj: transport from the depot \[years\].
    pub transport: f64,
    /// Sj \[units\].
    pub base_stock: u32,
}

/// An assembly with modules in two echelons, by two moments.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepAssembly {
    /// T0: repair time at the depot once the module is there \[years\].
    pub depot_time: f64,
    /// S0 \[units\].
    pub depot_base_stock: u32,
    /// The bases.
    pub bases: Vec<Base>,
    /// The modules.
    pub modules: Vec<DeepModule>,
}

/// The moments of an assembly's pipelines.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepPipelines {
    /// X0 at the depot.
    pub depot: Moments,
    /// X at every base.
    pub bases: Vec<Moments>,
}

impl DeepAssembly {
    /// The pipelines by two moments: never exact, whatever is asked.
    pub fn pipelines(&self, by: Indenture) -> DeepPipelines {
        let to_depot = |base: &Base| base.rate * (1.0 - base.repair_share);
        let rate: f64 = self.bases.iter().map(to_depot).sum();
        let mut depot = Moments::poisson(rate * self.depot_time);
        let at_base = |base: &Base| {
            let time = base.repair_share * base.time + (1.0 - base.repair_share) * base.transport;
            Moments::poisson(base.rate * time)
        };
        let mut bases: Vec<Moments> = self.bases.iter().map(at_base).collect();
        for module in &self.modules {
            let found = |base: &Base| base.rate * base.repair_share * module.share;
            let sent = 1.0 - module.base_repair_share;
            let asked = rate * module.share + self.bases.iter().map(|base| found(base) * sent).sum::<f64>();
            let part = |own: f64| if asked > 0.0 { own / asked } else { 0.0 };
            let owed = Moments::poisson(asked * module.depot_time).over(module.depot_base_stock, by);
            depot = depot.plus(owed.thinned(part(rate * module.share)));
            for ((base, pipeline), &(transport, base_stock)) in self.bases.iter().zip(&mut bases).zip(&module.bases) {
                let time = module.base_repair_share * module.base_time + sent * transport;
                let units = Moments::poisson(found(base) * time).plus(owed.thinned(part(found(base) * sent)));
                *pipeline = pipeline.plus(units.over(base_stock, by));
            }
        }
        let owed = depot.over(self.depot_base_stock, by);
        for (base, pipeline) in self.bases.iter().zip(&mut bases) {
            let q = if rate > 0.0 { to_depot(base) / rate } else { 0.0 };
            *pipeline = pipeline.plus(owed.thinned(q));
        }
        DeepPipelines { depot, bases }
    }
}
