//! What may have been meant by the name of a table that is not there.

use rocky_schema::TableName;
use sqlparser::ast::Ident;

use crate::scope::Names;
use crate::suggest::{nearest, written};
use crate::{Catalog, Model};

/// For so many models of an update it is looked through all names of a schema. Who gets more wrong has got something else wrong.
pub(super) const MOST: usize = 20;

/// The model or the table of the same schema that is likely to have been meant in `model`, as its query would write it in the place of `like`.
pub(super) fn guess<'m>(
    catalog: &dyn Catalog,
    model: &Model,
    others: impl Iterator<Item = &'m Model>,
    table: &TableName,
    like: &Ident,
) -> Option<String> {
    let home = &model.home;
    let names = Names::of(home);
    // A model that is written with its schema is looked for among the tables there.
    let is_here = home.catalog.as_ref() == Some(&table.schema.catalog)
        && home.schema.as_ref() == Some(&table.schema.schema);
    let others =
        others.filter(|it| is_here && it.path != model.path && it.home.adapter == home.adapter);
    if let Some(name) = nearest(&like.value, others.map(|it| it.name.as_str())) {
        return Some(written(&names, name, like));
    }
    let tables = catalog.tables(&home.adapter, &table.schema);
    let tables = tables.iter().map(|(name, _)| name.as_str());
    let stored = nearest(&table.table, tables)?;
    Some(written(&names, stored, like))
}
