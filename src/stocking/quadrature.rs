//! Gauss quadrature: a few points with weights that stand for a measure.
//!
//! ```text
//! (rule)       Σ w_i·f(x_i) = ∫ f dμ  for every polynomial f of degree < 2n
//! (recurrence) p_{k+1}(x) = (x − a_k)·p_k(x) − b_k·p_{k−1}(x),   a_k = ⟨x·p_k, p_k⟩/⟨p_k, p_k⟩,   b_k = ⟨p_k, p_k⟩/⟨p_{k−1}, p_{k−1}⟩
//! (points)     x_i are the eigenvalues of the symmetric tridiagonal matrix with diagonal a and off-diagonal √b
//! (weights)    w_i = μ(1)·(first component of the normed eigenvector)²
//! ```
//! (recurrence) is T. J. Stieltjes' procedure, (points) and (weights) are G. H. Golub and J. H. Welsch 1969, Mathematics of
//! Computation 23. A rule's weights are positive and its points lie within the measure.

/// Most turns of the eigenvalue iteration for one point; two or three are usual.
const MOST_TURNS: usize = 60;

/// A point and its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// Where.
    pub point: f64,
    /// How much.
    pub weight: f64,
}

impl Node {
    /// A node of [`legendre`] for another interval.
    pub fn between(self, from: f64, to: f64) -> Self {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        Self { point: middle + half * self.point, weight: half * self.weight }
    }
}

/// The rule of `count` points for the uniform measure from −1 to 1 (Gauss and Legendre).
pub fn legendre(count: usize) -> Vec<Node> {
    let diagonal = vec![0.0; count];
    let off = |k: f64| k / (4.0 * k * k - 1.0).sqrt();
    let off_diagonal: Vec<f64> = (1..count).map(|k| off(k as f64)).collect();
    rule(diagonal, off_diagonal, 2.0)
}

/// The rule of at most `count` points for a measure that is given on many points; the measure itself where it has no more.
pub fn condensed(measure: &[Node], count: usize) -> Vec<Node> {
    let total: f64 = measure.iter().map(|node| node.weight).sum();
    let held = measure.iter().filter(|node| node.weight > 0.0).count();
    if held <= count || total <= 0.0 {
        return measure.iter().copied().filter(|node| node.weight > 0.0).collect();
    }
    let mut before = vec![0.0; measure.len()];
    let mut polynomial = vec![1.0; measure.len()];
    let (mut norm, mut ratio) = (total, 0.0);
    let (mut diagonal, mut off_diagonal) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for k in 0..count {
        let moment = |(node, p): (&Node, &f64)| node.weight * p * p * node.point;
        let centre = measure.iter().zip(&polynomial).map(moment).sum::<f64>() / norm;
        diagonal.push(centre);
        if k + 1 == count {
            break;
        }
        for ((node, p), old) in measure.iter().zip(&mut polynomial).zip(&mut before) {
            let next = (node.point - centre) * *p - ratio * *old;
            *old = *p;
            *p = next;
        }
        let next: f64 = measure.iter().zip(&polynomial).map(|(node, p)| node.weight * p * p).sum();
        ratio = next / norm;
        if ratio.is_nan() || ratio <= 0.0 {
            break;
        }
        off_diagonal.push(ratio.sqrt());
        norm = next;
    }
    off_diagonal.truncate(diagonal.len() - 1);
    rule(diagonal, off_diagonal, total)
}

/// (points) and (weights) of a measure of a total weight, by the implicit QL iteration; in rising order.
fn rule(mut diagonal: Vec<f64>, off_diagonal: Vec<f64>, total: f64) -> Vec<Node> {
    let count = diagonal.len();
    let mut off = off_diagonal;
    off.resize(count, 0.0);
    // The first components of the eigenvectors.
    let mut first = vec![0.0; count];
    if let Some(own) = first.first_mut() {
        *own = 1.0;
    }
    for low in 0..count {
        for _ in 0..MOST_TURNS {
            let small = |at: usize| off[at].abs() <= f64::EPSILON * (diagonal[at].abs() + diagonal[at + 1].abs());
            let high = (low..count - 1).find(|&at| small(at)).unwrap_or(count - 1);
            if high == low {
                break;
            }
            // Wilkinson's shift.
            let half = (diagonal[low + 1] - diagonal[low]) / (2.0 * off[low]);
            let root = half.hypot(1.0);
            let mut pivot = diagonal[high] - diagonal[low] + off[low] / (half + if half >= 0.0 { root } else { -root });
            let (mut sine, mut cosine, mut shift) = (1.0, 1.0, 0.0);
            for at in (low..high).rev() {
                let (over, under) = (sine * off[at], cosine * off[at]);
                let length = over.hypot(pivot);
                off[at + 1] = length;
                if length == 0.0 {
                    diagonal[at + 1] -= shift;
                    off[high] = 0.0;
                    break;
                }
                (sine, cosine) = (over / length, pivot / length);
                let rest = diagonal[at + 1] - shift;
                let turned = (diagonal[at] - rest) * sine + 2.0 * cosine * under;
                shift = sine * turned;
                diagonal[at + 1] = rest + shift;
                pivot = cosine * turned - under;
                let (left, right) = (first[at], first[at + 1]);
                first[at + 1] = sine * left + cosine * right;
                first[at] = cosine * left - sine * right;
            }
            diagonal[low] -= shift;
            off[low] = pivot;
            off[high] = 0.0;
        }
    }
    let mut nodes: Vec<Node> =
        diagonal.iter().zip(&first).map(|(&point, own)| Node { point, weight: total * own * own }).collect();
    nodes.sort_by(|left, right| left.point.total_cmp(&right.point));
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64, tolerance: f64) {
        assert!((left - right).abs() <= tolerance, "{left} {right}");
    }

    #[test]
    fn three_points_of_legendre_are_those_of_the_tables() {
        let rule = legendre(3);
        near(rule[0].point, -(0.6_f64.sqrt()), 1e-15);
        near(rule[1].point, 0.0, 1e-15);
        near(rule[0].weight, 5.0 / 9.0, 1e-15);
        near(rule[1].weight, 8.0 / 9.0, 1e-15);
    }

    #[test]
    fn a_rule_of_n_points_is_exact_for_powers_below_twice_n() {
        for count in [1, 2, 5, 16, 96] {
            let rule: Vec<Node> = legendre(count).into_iter().map(|node| node.between(0.0, 1.0)).collect();
            for power in [0, 1, 2 * count as i32 - 1] {
                let sum: f64 = rule.iter().map(|node| node.weight * node.point.powi(power)).sum();
                near(sum, 1.0 / f64::from(power + 1), 1e-14);
            }
        }
    }

    #[test]
    fn a_condensed_measure_keeps_its_moments() {
        let density = |node: Node| Node { weight: node.weight * (-8.0 * node.point).exp(), ..node };
        let measure: Vec<Node> = legendre(96).into_iter().map(|node| density(node.between(0.0, 3.0))).collect();
        let rule = condensed(&measure, 8);
        assert_eq!(rule.len(), 8);
        for power in 0..16 {
            let sum = |nodes: &[Node]| nodes.iter().map(|node| node.weight * node.point.powi(power)).sum::<f64>();
            near(sum(&rule) / sum(&measure), 1.0, 1e-11);
        }
    }

    #[test]
    fn a_measure_of_few_points_is_its_own_rule() {
        let measure = [Node { point: 1.0, weight: 0.25 }, Node { point: 4.0, weight: 0.75 }];
        assert_eq!(condensed(&measure, 8), measure);
        assert!(condensed(&[], 8).is_empty());
    }
}
