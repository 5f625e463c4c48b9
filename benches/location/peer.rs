//! The peer: the direct strong formulation of the same problem, given to HiGHS on one thread.
//!
//! ```text
//! min  Σ_jm f_jm·w_jm + Σ_em (c_e + g_m·a_i)·x_em + Σ_u F_u·z_u
//! s.t. Σ_em∈i x_em = 1 (serve),  x_em ≤ w_jm (open),  Σ_m w_jm ≤ 1 (mode),  w_jm ≤ z_u (link),
//!      Σ_em∈j work_e·x_em ≤ capacity_j·Σ_m w_jm,  upper capacities, counts and rows as the problem states them
//! ```
//!
//! Disaggregated by (open), as textbooks write it (Balinski 1965). Building the model is not counted, solving it is.

/// How the peer fared.
pub struct Peer {
    /// The time to solve \[seconds\].
    pub seconds: f64,
    /// Whether it proved its plan optimal within a relative gap of 1e-6.
    pub proven: bool,
    /// The cost of its best plan, if it has one.
    pub objective: Option<f64>,
    /// No plan costs less, it says.
    pub bound: f64,
}

impl Peer {
    /// The relative gap [%]; infinite without a plan.
    pub fn gap(&self) -> f64 {
        let gap = |cost: f64| 100.0 * (cost - self.bound).max(0.0) / cost.abs().max(f64::MIN_POSITIVE);
        self.objective.map_or(f64::INFINITY, gap)
    }
}

/// Whether this build has a peer.
pub const BUILT: bool = cfg!(feature = "highs");

/// Gives the problem to HiGHS; none when this build is without it.
#[cfg(not(feature = "highs"))]
pub fn solve(_problem: &sparenet::location::Problem, _limit: f64) -> Option<Peer> {
    None
}

/// Gives the problem to HiGHS; none when it refuses it.
#[cfg(feature = "highs")]
pub fn solve(problem: &sparenet::location::Problem, limit: f64) -> Option<Peer> {
    let mut model = highs::model(problem).try_into_inner().ok()?;
    model.make_quiet();
    model.set_option("threads", 1);
    model.set_option("time_limit", limit);
    model.set_option("mip_rel_gap", 1e-6);
    model.set_option("mip_abs_gap", 0.0);
    let begin = std::time::Instant::now();
    let solved = model.try_solve().ok()?;
    let seconds = begin.elapsed().as_secs_f64();
    // The status is a type of a crate beneath good_lp: its name is all we may ask for.
    let proven = format!("{:?}", solved.status()) == "Optimal";
    let bound = solved.double_info_value(c"mip_dual_bound").unwrap_or(f64::NEG_INFINITY);
    let feasible = format!("{:?}", solved.primal_solution_status()) == "Feasible";
    Some(Peer { seconds, proven, objective: feasible.then(|| solved.objective_value()), bound })
}

#[cfg(feature = "highs")]
mod highs {
    use good_lp::solvers::highs::HighsProblem;
    use good_lp::{Expression, SolverModel, Variable, variable, variables};
    use sparenet::location::{Problem, Status};

    /// Writes the strong formulation.
    pub fn model(problem: &Problem) -> HighsProblem {
        let mut columns = variables!();
        let mut cost = Expression::default();
        let binary = |status: Status| match status {
            Status::Free => variable().binary(),
            Status::Open => variable().integer().min(1).max(1),
            Status::Closed => variable().integer().min(0).max(0),
        };
        let limited = problem.sites.iter().any(|site| site.capacity.is_some())
            || problem.uppers.iter().any(|upper| upper.capacity.is_some())
            || problem.rows.iter().any(|row| !row.lane.is_empty());
        let z: Vec<Variable> = problem.uppers.iter().map(|upper| columns.add(binary(upper.status))).collect();
        z.iter().zip(&problem.uppers).for_each(|(&z, upper)| cost.add_mul(upper.fixed, z));
        let mut w: Vec<Vec<Variable>> = Vec::new();
        for site in &problem.sites {
            let own: Vec<Variable> = site
                .modes
                .iter()
                .map(|_| {
                    // A forced site with several modes is held open by (mode).
                    let several = site.modes.len() > 1 && site.status == Status::Open;
                    columns.add(binary(if several { Status::Free } else { site.status }))
                })
                .collect();
            own.iter().zip(&site.modes).for_each(|(&w, mode)| cost.add_mul(mode.fixed, w));
            w.push(own);
        }
        let mut x: Vec<Vec<Variable>> = Vec::with_capacity(problem.lanes.site.len());
        for (i, load) in problem.customers.iter().enumerate() {
            for e in problem.lanes.starts[i]..problem.lanes.starts[i + 1] {
                let mut own = Vec::new();
                for mode in &problem.sites[problem.lanes.site[e] as usize].modes {
                    let share = variable().min(0).max(1);
                    let column = columns.add(if problem.single && limited { share.integer() } else { share });
                    cost.add_mul(problem.lanes.cost[e] + mode.per_load * load, column);
                    own.push(column);
                }
                x.push(own);
            }
        }
        let mut model = good_lp::highs(columns.minimise(cost));
        let mut capacity_of: Vec<Expression> = vec![Expression::default(); problem.sites.len()];
        let mut through: Vec<Expression> = vec![Expression::default(); problem.uppers.len()];
        for (i, load) in problem.customers.iter().enumerate() {
            let mut served = Expression::default();
            for e in problem.lanes.starts[i]..problem.lanes.starts[i + 1] {
                let j = problem.lanes.site[e] as usize;
                for ((&x, &w), mode) in x[e].iter().zip(&w[j]).zip(&problem.sites[j].modes) {
                    served.add_mul(1.0, x);
                    model.add_constraint((Expression::from(x) - w).leq(0.0)); // (open)
                    if problem.sites[j].capacity.is_some() {
                        capacity_of[j].add_mul(problem.lanes.work[e], x);
                    }
                    if let Some(u) = mode.upper {
                        through[u as usize].add_mul(*load, x);
                    }
                }
            }
            model.add_constraint(served.eq(1.0)); // (serve)
        }
        let sum = |terms: &[Variable]| terms.iter().map(|&term| Expression::from(term)).sum::<Expression>();
        for ((site, w), mut work) in problem.sites.iter().zip(&w).zip(capacity_of) {
            if w.len() > 1 {
                let least = if site.status == Status::Open { 1.0 } else { 0.0 };
                model.add_constraint(sum(w).leq(1.0)); // (mode)
                model.add_constraint(sum(w).geq(least));
            }
            for (&w, mode) in w.iter().zip(&site.modes) {
                if let Some(u) = mode.upper {
                    model.add_constraint((Expression::from(w) - z[u as usize]).leq(0.0)); // (link)
                }
            }
            if let Some(capacity) = site.capacity {
                w.iter().for_each(|&w| work.add_mul(-capacity, w));
                model.add_constraint(work.leq(0.0)); // (capacity)
            }
        }
        for ((upper, &z), mut load) in problem.uppers.iter().zip(&z).zip(through) {
            if let Some(capacity) = upper.capacity {
                load.add_mul(-capacity, z);
                model.add_constraint(load.leq(0.0)); // (upper capacity)
            }
        }
        for count in &problem.counts {
            let sites = count.sites.iter().map(|&j| sum(&w[j as usize])).sum::<Expression>();
            let open = sites + count.uppers.iter().map(|&u| Expression::from(z[u as usize])).sum::<Expression>();
            model.add_constraint(open.clone().leq(count.max as f64)); // (count)
            model.add_constraint(open.geq(count.min as f64));
        }
        for row in &problem.rows {
            let mut left = Expression::default();
            row.lane.iter().for_each(|&(e, value)| x[e as usize].iter().for_each(|&x| left.add_mul(value, x)));
            row.site.iter().for_each(|&(j, value)| w[j as usize].iter().for_each(|&w| left.add_mul(value, w)));
            row.upper.iter().for_each(|&(u, value)| left.add_mul(value, z[u as usize]));
            model.add_constraint(left.leq(row.at_most)); // (row)
        }
        model
    }
}
