//! The rows of `guarantees.csv`.

use std::collections::BTreeMap;

use super::{Ids, Reader};
use crate::guarantee::split;
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::{ClaimCosts, CountryId, Guarantee, Installed, Product, ProductId, Statute};

/// Months in a year.
const MONTHS: f64 = 12.0;

/// E07: the country that a field names, `Some(None)` where it is blank; `None` where no table knows it.
pub(super) fn country(
    column: &Column<'_>,
    row: usize,
    ids: &Ids<'_>,
    reader: &mut Reader<'_>,
) -> Option<Option<CountryId>> {
    let code = column.text(row);
    let found = ids.countries.get(code).copied();
    if found.is_none() && !code.is_empty() {
        let hint = crate::scenario::diagnostic::did_you_mean(code, ids.countries.keys().copied())
            .or_else(|| Some("regions, outlets, depots or countries.csv name the countries there are".to_owned()));
        reader.faults.add("E07", column.span(row), format!("no table names the country `{code}`")).hint_if(hint);
        return None;
    }
    Some(found)
}

/// E06, E07, E12, E28: each pair of product and country stands once, has a warranty, and a statute that can be kept by ways
/// whose cost is known. W07: the product is installed or asked for, a contract has months.
pub(crate) fn guarantees<'a>(
    ids: &Ids<'a>,
    products: &[Product],
    installed: &[Installed],
    reader: &mut Reader<'a>,
) -> Vec<Guarantee> {
    let table = Table::Guarantees;
    let column = |name: &str| reader.column(table, name);
    let (product, place) = (column("product"), column("country"));
    let names = ["warranty_months", "life_years", "extended_months", "extended_take_up", "extended_price"];
    let terms = names.map(column);
    let costs = ["repair_cost_per_claim", "replacement_cost", "refund_cost"].map(column);
    let statutes = ["repair_at_most", "replace_at_least", "refund_at_least"].map(column);
    let returns = ["return_share_of_sales", "return_cost", "salvage_value", "sales_per_unit_year"].map(column);
    let statutory = column("statutory_warranty_months");
    let mut first: BTreeMap<(u32, Option<CountryId>), usize> = BTreeMap::new();
    let mut list = Vec::new();
    for row in 0..reader.sheet(table).rows {
        let found = ids.products.find(&product, row, reader);
        let country = country(&place, row, ids, reader);
        let [warranty, life, extension, take_up, price] = terms.each_ref().map(|column| reader.number(column, row));
        let [repair, replacement, refund] = costs.each_ref().map(|column| reader.number(column, row));
        let [at_most, replaced, refunded] = statutes.each_ref().map(|column| reader.number(column, row));
        let [returned, return_cost, salvage, sales] = returns.each_ref().map(|column| reader.number(column, row));
        let least = reader.number(&statutory, row).unwrap_or(0.0);
        let (Some(found), Some(country)) = (found, country) else { continue };
        if let Some(&before) = first.get(&(found, country)) {
            let hint = format!("first at {}", reader.line(table, before));
            let message = format!("the guarantee of `{}` stands twice for the same place", product.text(row));
            reader.faults.add("E06", product.span(row), message).hint(hint);
            continue;
        }
        first.insert((found, country), row);
        let own = &products[found as usize];
        let warranty = warranty.or(own.warranty_months);
        if let Some(months) = warranty.filter(|months| *months < least) {
            let message = format!("the warranty of `{}`, {months} months, is shorter than the law allows", own.id);
            let span = if terms[0].text(row).is_empty() { product.span(row) } else { terms[0].span(row) };
            reader.faults.add("W07", span, message).hint(format!("{least} months are planned"));
        }
        if warranty.is_none() && least == 0.0 && terms[0].text(row).is_empty() && statutory.text(row).is_empty() {
            let message = format!("the warranty of `{}` is not given", own.id);
            reader
                .faults
                .add("E12", product.span(row), message)
                .hint("warranty_months, here or in products.csv; 0 where there is none");
        }
        let fallback = own.unit_price.map_or(f64::INFINITY, |price| price.get());
        let costs_of_claims = ClaimCosts {
            repair: repair.unwrap_or(0.0),
            replacement: replacement.unwrap_or(fallback),
            refund: refund.unwrap_or(fallback),
        };
        let statute = Statute {
            repair_at_most: at_most.unwrap_or(1.0),
            replace_at_least: replaced.unwrap_or(0.0),
            refund_at_least: refunded.unwrap_or(0.0),
        };
        can_be_kept(&costs_of_claims, &statute, [&product, &statutes[1], &statutes[2]], row, reader);
        let idle = take_up.is_some_and(|share| share > 0.0) && extension.unwrap_or(0.0) == 0.0;
        if idle && price.unwrap_or(0.0) == 0.0 {
            let fault = reader.faults.add("W07", terms[3].span(row), "`extended_take_up` has no effect");
            fault.hint("extended_months and extended_price say what a contract is");
        }
        let life = life.unwrap_or(1.0);
        list.push(Guarantee {
            product: ProductId(found),
            country,
            warranty: warranty.unwrap_or(0.0).max(least) / MONTHS,
            life,
            extension: extension.unwrap_or(0.0) / MONTHS,
            take_up: take_up.unwrap_or(0.0),
            price: price.unwrap_or(0.0),
            costs: costs_of_claims,
            statute,
            returned: returned.unwrap_or(0.0),
            return_loss: return_cost.unwrap_or(0.0) - salvage.unwrap_or(0.0),
            sales: sales.unwrap_or(1.0 / life),
        });
    }
    earn_nothing(&list, &product, installed, reader);
    list
}

/// E28: the statute leaves a split; E12: whose ways have a cost.
fn can_be_kept(
    costs: &ClaimCosts,
    statute: &Statute,
    [product, replaced, refunded]: [&Column<'_>; 3],
    row: usize,
    reader: &mut Reader<'_>,
) {
    let place = |column: &Column<'_>| if column.text(row).is_empty() { product.span(row) } else { column.span(row) };
    let Some(split) = split(costs, statute) else {
        let together = statute.replace_at_least + statute.refund_at_least;
        let message = format!("replacements and refunds take {together} of all claims together");
        reader.faults.add("E28", place(refunded), message).hint("replace_at_least + refund_at_least is at most 1");
        return;
    };
    for (share, cost, column, name) in [
        (split.replaced, costs.replacement, replaced, "replacement_cost"),
        (split.refunded, costs.refund, refunded, "refund_cost"),
    ] {
        if share > 0.0 && cost.is_infinite() {
            let message = format!("{share} of all claims need a `{name}`, which is not given");
            reader.faults.add("E12", place(column), message).hint(format!("{name}, or unit_price in products.csv"));
        }
    }
}

/// W07: a contract or a return of a product that is installed nowhere is worth nothing.
fn earn_nothing(rows: &[Guarantee], product: &Column<'_>, installed: &[Installed], reader: &mut Reader<'_>) {
    if reader.faults.errors() > 0 {
        return;
    }
    for (number, row) in rows.iter().enumerate() {
        let per_unit = row.take_up * row.price > 0.0 || row.returned * row.return_loss != 0.0;
        if per_unit && installed.iter().all(|installed| installed.product != row.product) {
            let message =
                format!("`{}` is installed nowhere: contracts and returns come to nothing", product.text(number));
            reader.faults.add("W07", product.span(number), message).hint("installed_base.csv says where how many are");
        }
    }
}
