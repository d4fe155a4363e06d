//! Layouts and facts: the two contents that tables share.
//!
//! A layout is what a query depends on (names, types, nullability, order). Facts are what people and programs note
//! beside it (comments, attributes). They are hashed apart, so that a new comment does not look like a new layout.

use std::borrow::Cow;

use rocky_schema::{Attributes, Column, Table};
use serde::{Deserialize, Serialize};

use crate::codec::{decode, encode_into};
use crate::fault::Fault;

#[derive(Serialize, Deserialize)]
struct LayoutColumn<'a> {
    name: &'a str,
    data_type: &'a str,
    nullable: bool,
}

#[derive(Serialize, Deserialize)]
struct Facts<'a> {
    comment: Option<&'a str>,
    attributes: Cow<'a, Attributes>,
    /// Only columns that have any, by position.
    columns: Vec<ColumnFacts<'a>>,
}

#[derive(Serialize, Deserialize)]
struct ColumnFacts<'a> {
    position: u32,
    comment: Option<&'a str>,
    attributes: Cow<'a, Attributes>,
}

/// Appends the layout of `columns` to `bytes`.
pub(crate) fn encode_layout(
    columns: &[Column],
    bytes: &mut Vec<u8>,
) -> Result<(), postcard::Error> {
    // Column by column: the list itself would be a second copy. Postcard writes no separators, so this is the
    // encoding of the list without its length.
    for column in columns {
        let column = LayoutColumn {
            name: &column.name,
            data_type: &column.data_type,
            nullable: column.nullable,
        };
        encode_into(&column, bytes)?;
    }
    Ok(())
}

/// The columns of a layout, without comments and attributes.
pub(crate) fn decode_layout(mut bytes: &[u8]) -> Result<Vec<Column>, Fault> {
    let mut columns = Vec::new();
    while !bytes.is_empty() {
        let (column, rest): (LayoutColumn<'_>, _) =
            postcard::take_from_bytes(bytes).map_err(|_| crate::codec::damaged("layout"))?;
        let mut decoded = Column::new(column.name, column.data_type);
        decoded.nullable = column.nullable;
        columns.push(decoded);
        bytes = rest;
    }
    // Who reads a cache keeps thousands of these.
    columns.shrink_to_fit();
    Ok(columns)
}

/// Whether anything about `table` is commented or has attributes.
pub(crate) fn has_facts(table: &Table) -> bool {
    table.comment.is_some()
        || !table.attributes.is_empty()
        || table.columns.iter().any(column_has_facts)
}

fn column_has_facts(column: &Column) -> bool {
    column.comment.is_some() || !column.attributes.is_empty()
}

/// Appends the facts of `table` to `bytes`.
pub(crate) fn encode_facts(table: &Table, bytes: &mut Vec<u8>) -> Result<(), postcard::Error> {
    let columns = (0..).zip(&table.columns);
    let facts = Facts {
        comment: table.comment.as_deref(),
        attributes: Cow::Borrowed(&table.attributes),
        columns: columns
            .filter(|(_, column)| column_has_facts(column))
            .map(|(position, column)| ColumnFacts {
                position,
                comment: column.comment.as_deref(),
                attributes: Cow::Borrowed(&column.attributes),
            })
            .collect(),
    };
    encode_into(&facts, bytes)
}

/// Fails when the bytes are no facts.
pub(crate) fn readable_facts(bytes: &[u8]) -> Result<(), Fault> {
    decode::<Facts<'_>>("facts", bytes).map(drop)
}

/// Puts stored facts back onto the table they belong to.
pub(crate) fn apply_facts(bytes: &[u8], table: &mut Table) -> Result<(), Fault> {
    let facts: Facts<'_> = decode("facts", bytes)?;
    table.comment = facts.comment.map(str::to_owned);
    table.attributes = facts.attributes.into_owned();
    for fact in facts.columns {
        let column = usize::try_from(fact.position)
            .ok()
            .and_then(|position| table.columns.get_mut(position))
            .ok_or_else(|| crate::codec::damaged("facts"))?;
        column.comment = fact.comment.map(str::to_owned);
        column.attributes = fact.attributes.into_owned();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn columns() -> impl Strategy<Value = Vec<Column>> {
        let attributes = proptest::collection::btree_map(".{0,5}", ".{0,5}", 0..3);
        let column = (
            ".*",
            ".*",
            any::<bool>(),
            any::<Option<String>>(),
            attributes,
        );
        let column = column.prop_map(|(name, data_type, nullable, comment, attributes)| Column {
            name,
            data_type,
            nullable,
            comment,
            attributes,
        });
        proptest::collection::vec(column, 0..20)
    }

    proptest! {
        #[test]
        fn layout_and_facts_together_are_the_whole_table(columns in columns(), comment: Option<String>) {
            let mut table = Table::new("t", columns);
            table.comment = comment;
            let (mut layout, mut facts) = (Vec::new(), Vec::new());
            encode_layout(&table.columns, &mut layout).unwrap();
            encode_facts(&table, &mut facts).unwrap();
            let mut back = Table::new("t", decode_layout(&layout).unwrap());
            if has_facts(&table) {
                apply_facts(&facts, &mut back).unwrap();
            }
            prop_assert_eq!(back, table);
        }

        #[test]
        fn bytes_that_were_never_encoded_do_not_panic(bytes: Vec<u8>) {
            let _ = decode_layout(&bytes);
            let _ = apply_facts(&bytes, &mut Table::new("t", Vec::new()));
        }
    }
}
