//! The tables that models read, each asked for once.

use std::collections::HashMap;
use std::collections::hash_map;
use std::sync::Arc;

use rocky_schema::TableName;

use crate::functions::Typed;
use crate::resolve::{Resolved, Table};
use crate::scope::{Column, Names, Shape};
use crate::{Catalog, Found, Home, Relation, Source, SourceRelation, Type};

/// What the catalog said of the tables that models read.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    known: HashMap<(String, TableName), Known>,
    /// Counts how often the catalog may have changed.
    round: u64,
}

#[derive(Clone, Debug)]
struct Known {
    found: Found,
    resolved: Resolved,
    round: u64,
    home: Arc<Home>,
}

impl Tables {
    /// From now on, what was said before is worth nothing.
    pub(super) fn ask_again(&mut self) {
        self.round += 1;
    }

    /// What the table is, asking the catalog if it was not asked yet. An answer that is the same as before is the very same.
    pub(super) fn get(
        &mut self,
        catalog: &dyn Catalog,
        home: &Arc<Home>,
        name: &TableName,
    ) -> Resolved {
        let round = self.round;
        let ask = || catalog.table(&home.adapter, name);
        let resolve = |found: &Found| of_found(home, name, found);
        match self.known.entry((home.adapter.clone(), name.clone())) {
            hash_map::Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                if known.round != round || !is_read_alike(&known.home, home) {
                    let found = ask();
                    known.round = round;
                    if found != known.found || !is_read_alike(&known.home, home) {
                        known.resolved = resolve(&found);
                        known.found = found;
                        known.home = home.clone();
                    }
                }
                known.resolved.clone()
            }
            hash_map::Entry::Vacant(entry) => {
                let found = ask();
                let resolved = resolve(&found);
                entry.insert(Known {
                    found,
                    resolved: resolved.clone(),
                    round,
                    home: home.clone(),
                });
                resolved
            }
        }
    }
}

/// What a table is, without remembering it.
pub(super) fn resolved(catalog: &dyn Catalog, home: &Home, name: &TableName) -> Resolved {
    of_found(home, name, &catalog.table(&home.adapter, name))
}

fn of_found(home: &Home, name: &TableName, found: &Found) -> Resolved {
    match found {
        Found::Known(relation) => Resolved::Table(Arc::new(table(home, relation))),
        Found::NotVisible(described) => Resolved::NotVisible(name.clone(), described.clone()),
        Found::NotCached => Resolved::NotCached(name.clone()),
    }
}

/// Whether two homes read the types and names of a table in the same way.
fn is_read_alike(one: &Home, other: &Home) -> bool {
    one.dialect == other.dialect && one.rules == other.rules
}

/// A table in the form that queries read.
fn table(home: &Home, relation: &Arc<Relation>) -> Table {
    let names = Names::of(home);
    let name = Arc::new(relation.name.clone());
    let column = |column: &rocky_schema::Column| {
        let stored: Arc<str> = column.name.as_str().into();
        let source = Source {
            relation: SourceRelation::Table(name.clone()),
            column: stored.clone(),
        };
        let data_type = Type::parse(home.dialect, &column.data_type);
        Column {
            sources: Arc::from([source]),
            comment: column.comment.as_deref().map(Arc::from),
            ..Column::stored(&names, stored, Typed::new(data_type, column.nullable))
        }
    };
    Table {
        relation: relation.clone(),
        shape: Arc::new(Shape::exact(relation.columns.iter().map(column).collect())),
    }
}
