//! Undominated combinations: one row of every part's menu, such that nothing cheaper is worth as much.
//!
//! ```text
//! frontier_0 = {(0, 0)};  frontier_i = undominated {(c + c_ir, v + v_ir) : (c, v) ∈ frontier_{i−1}, r a row of part i}
//! ```
//! A combination is undominated when every other of no greater cost is worth less. Cost and worth only grow by what a part
//! adds, so a dominated beginning has only dominated ends: the frontier is exact. J. D. Kettelle 1962, Least-cost allocations
//! of reliability investment, Operations Research 10; R. E. Barlow and F. Proschan 1965. Its least cost for a wanted worth,
//! and its greatest worth for a budget, are the optima that marginal analysis only approaches.
//!
//! The work is the number of undominated combinations times the rows of a part: for a few parts, or for whole prices.

/// What a part may be stocked with: (cost, worth) by row.
pub type Menu = Vec<(f64, f64)>;

/// An undominated combination.
#[derive(Debug, Clone, PartialEq)]
pub struct Combination {
    /// What its rows cost together.
    pub cost: f64,
    /// What they are worth together.
    pub worth: f64,
    /// The row of every part.
    pub rows: Vec<u32>,
}

/// A beginning of a combination: its cost and worth, the beginning it came from and the row it added.
#[derive(Debug, Clone, Copy)]
struct Label {
    cost: f64,
    worth: f64,
    from: u32,
    row: u32,
}

/// All undominated combinations that cost at most `most`, the cheapest first; none where a part's cheapest rows cost more.
///
/// Worths that differ by less than `same` are equal: of equals the cheaper combination stays, and the one found first.
pub fn undominated(menus: &[Menu], most: f64, same: f64) -> Vec<Combination> {
    let mut stages: Vec<Vec<Label>> = vec![vec![Label { cost: 0.0, worth: 0.0, from: 0, row: 0 }]];
    for menu in menus {
        let before = &stages[stages.len() - 1];
        let mut labels: Vec<Label> = Vec::with_capacity(before.len() * menu.len());
        for (from, label) in before.iter().enumerate() {
            for (row, (cost, worth)) in menu.iter().enumerate() {
                let (cost, worth) = (label.cost + cost, label.worth + worth);
                if cost <= most {
                    labels.push(Label { cost, worth, from: from as u32, row: row as u32 });
                }
            }
        }
        labels.sort_by(|x, y| x.cost.total_cmp(&y.cost).then(y.worth.total_cmp(&x.worth)));
        let mut best = f64::NEG_INFINITY;
        labels.retain(|label| {
            let better = label.worth > best + same;
            if better {
                best = label.worth;
            }
            better
        });
        stages.push(labels);
    }
    let last = &stages[stages.len() - 1];
    let combination = |place: usize| {
        let mut rows = vec![0; menus.len()];
        let mut from = place;
        for (part, stage) in stages[1..].iter().enumerate().rev() {
            rows[part] = stage[from].row;
            from = stage[from].from as usize;
        }
        Combination { cost: last[place].cost, worth: last[place].worth, rows }
    };
    (0..last.len()).map(combination).collect()
}
