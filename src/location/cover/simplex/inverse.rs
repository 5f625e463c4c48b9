//! The inverse of a basis, and the values and prices that follow from it.

use super::Simplex;

impl Simplex<'_> {
    /// Inverts the basis afresh and computes what follows from it.
    ///
    /// With the columns of single sites (D) behind those of sets and rows, and the rows alike, the basis is
    /// `[C 0; A D]` and its inverse `[C⁻¹ 0; −D⁻¹·A·C⁻¹ D⁻¹]`: only C, which is small, is inverted as a whole.
    pub(super) fn refresh(&mut self) {
        let n = self.right.len();
        let first = self.core.sets.len() + self.core.rows.len();
        self.since = 0;
        // The place in the basis of each row's single column, with its sign.
        let mut single: Vec<Option<(usize, f64)>> = vec![None; n];
        let mut others: Vec<usize> = Vec::new();
        let mut doubled: Vec<usize> = Vec::new();
        for (place, &column) in self.basic.iter().enumerate() {
            if (column as usize) < first {
                others.push(place);
            } else {
                self.each(column, |j, sign| match single[j] {
                    None => single[j] = Some((place, sign)),
                    Some(_) => doubled.push(place),
                });
            }
        }
        let rows: Vec<usize> = (0..n).filter(|&j| single[j].is_none()).collect();
        if let Some(&place) = doubled.first() {
            self.mend(place, rows[0]);
            return self.refresh();
        }
        let mut number = vec![usize::MAX; n];
        rows.iter().enumerate().for_each(|(k, &j)| number[j] = k);
        let small = match self.inverted(&others, &number) {
            Ok(small) => small,
            Err((place, row)) => {
                self.mend(others[place], rows[row]);
                return self.refresh();
            }
        };
        self.inverse.fill(0.0);
        for (j, single) in single.iter().enumerate() {
            if let Some((place, sign)) = single {
                self.inverse[j * n + place] = *sign;
            }
        }
        let mut inverse = std::mem::take(&mut self.inverse);
        for (row, of) in rows.iter().zip(small.chunks(rows.len().max(1))) {
            let column = &mut inverse[row * n..(row + 1) * n];
            for (&place, &entry) in others.iter().zip(of).filter(|(_, entry)| **entry != 0.0) {
                column[place] = entry;
                self.each(self.basic[place], |j, value| {
                    if let Some((below, sign)) = single[j] {
                        column[below] -= sign * value * entry;
                    }
                });
            }
        }
        self.inverse = inverse;
        let mut right = self.right.clone();
        for (set, _) in self.upper.iter().enumerate().filter(|(_, upper)| **upper) {
            self.core.sites_of(set).iter().for_each(|&j| right[j as usize] -= self.core.weight[set]);
        }
        self.value.fill(0.0);
        for (j, right) in right.iter().enumerate() {
            self.value
                .iter_mut()
                .zip(&self.inverse[j * n..(j + 1) * n])
                .for_each(|(value, entry)| *value += right * entry);
        }
        self.reprice();
    }

    /// Computes the prices of the basis.
    pub(super) fn reprice(&mut self) {
        let n = self.right.len();
        let earned: Vec<f64> = self.basic.iter().map(|&basic| self.earns(basic)).collect();
        for (j, price) in self.price.iter_mut().enumerate() {
            *price = earned.iter().zip(&self.inverse[j * n..(j + 1) * n]).map(|(earned, entry)| earned * entry).sum();
        }
    }

    /// The inverse of the columns at some places on the numbered rows, by columns (Gauss and Jordan, the largest entry of
    /// each column first); else the place and the row that are left over.
    fn inverted(&self, places: &[usize], number: &[usize]) -> Result<Vec<f64>, (usize, usize)> {
        let k = places.len();
        // The columns of C are the rows of `matrix`, so that what is touched lies side by side; its right half becomes
        // the inverse of the transposed.
        let mut matrix = vec![0.0; 2 * k * k];
        for (c, (&place, row)) in places.iter().zip(matrix.chunks_mut((2 * k).max(1))).enumerate() {
            self.each(self.basic[place], |j, value| {
                if number[j] != usize::MAX {
                    row[number[j]] += value;
                }
            });
            row[k + c] = 1.0;
        }
        let mut free = vec![true; k];
        let mut order: Vec<usize> = Vec::with_capacity(k);
        for c in 0..k {
            let (before, rest) = matrix.split_at_mut(2 * k * c);
            let (own, after) = rest.split_at_mut(2 * k);
            let largest = (0..k).filter(|&j| free[j]).max_by(|&a, &b| own[a].abs().total_cmp(&own[b].abs()));
            let Some(pivot) = largest.filter(|&j| own[j].abs() > 1e-10) else {
                return Err((c, free.iter().position(|free| *free).unwrap_or(0)));
            };
            free[pivot] = false;
            order.push(pivot);
            let scale = 1.0 / own[pivot];
            own.iter_mut().for_each(|entry| *entry *= scale);
            for other in before.chunks_mut(2 * k).chain(after.chunks_mut(2 * k)) {
                let factor = other[pivot];
                if factor != 0.0 {
                    // The left half up to here is settled but for the pivots; the right half is empty beyond here.
                    other[..=k + c].iter_mut().zip(&own[..=k + c]).for_each(|(entry, own)| *entry -= factor * own);
                }
            }
        }
        let mut inverse = vec![0.0; k * k];
        for (row, &j) in matrix.chunks((2 * k).max(1)).zip(&order) {
            inverse[j * k..(j + 1) * k].copy_from_slice(&row[k..]);
        }
        Ok(inverse)
    }

    fn mend(&mut self, place: usize, site: usize) {
        self.is_basic[self.basic[place] as usize] = false;
        self.basic[place] = self.own(site, 0);
        self.is_basic[self.basic[place] as usize] = true;
    }
}
