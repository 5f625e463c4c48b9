//! The rows of `tiers.csv`: the policies of products in markets.

use std::collections::BTreeMap;

use super::guarantees::country;
use super::{Ids, Reader};
use crate::scenario::schema::Table;
use crate::scenario::{ProductId, Tiers};

/// E06, E07: each pair of product and country stands once, and both are there.
pub(crate) fn tiers<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Tiers {
    let table = Table::Tiers;
    let column = |name: &str| reader.column(table, name);
    let (product, place, policy) = (column("product"), column("country"), column("policy"));
    let mut first = BTreeMap::new();
    let mut tiers = Tiers::default();
    for row in 0..reader.sheet(table).rows {
        let own = ids.products.find(&product, row, reader).map(ProductId);
        let whole = own.is_some() || product.text(row).is_empty();
        let Some(country) = country(&place, row, ids, reader).filter(|_| whole) else { continue };
        if let Some(before) = first.insert((own, country), row) {
            let hint = format!("first at {}", reader.line(table, before));
            reader.faults.add("E06", policy.span(row), "this product and country stand twice").hint(hint);
            continue;
        }
        if let Some(id) = ids.policies.get(policy.text(row)) {
            tiers.0.insert((own, country), *id);
        }
    }
    tiers
}
