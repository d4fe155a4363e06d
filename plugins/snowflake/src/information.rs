//! Tables from the rows of INFORMATION_SCHEMA.

use std::collections::HashSet;

use rocky_adapter_sdk::{Column, DescribeRequest, Entry, Outbox, Result};

use crate::draft::{Draft, set_facts};
use crate::names;
use crate::names::Schema;
use crate::objects::{Object, is_yes, kind_of_table};
use crate::request::Statement;
use crate::rows::Row;
use crate::show::is_nullable;
use crate::types::{self, Numbers};

/// The columns of the statement's result, by name; [`Assembly::add`] takes the cells in this order.
pub const COLUMNS: [&str; 27] = [
    "role",
    "now",
    "table_name",
    "table_type",
    "is_transient",
    "is_hybrid",
    "is_iceberg",
    "is_dynamic",
    "is_immutable",
    "table_comment",
    "last_ddl",
    "last_altered",
    "column_name",
    "ordinal_position",
    "data_type",
    "text_length",
    "octet_length",
    "numeric_precision",
    "numeric_scale",
    "datetime_precision",
    "collation_name",
    "is_nullable",
    "column_default",
    "identity_start",
    "identity_increment",
    "expression",
    "column_comment",
];

/// Names from the first to before the second; none is no bound.
pub type Range<'a> = (Option<&'a str>, Option<&'a str>);

/// The statement that asks for a schema's tables, or for those within a range of names. The outer joins tell three things apart: a schema
/// that does not exist has no row, one without tables has a row without table, and a table without columns has a row without column.
pub fn statement(schema: &Schema, (from, before): Range<'_>) -> Statement {
    let views = format!("{}.INFORMATION_SCHEMA", names::quoted(&schema.database));
    let within = |view: &str| {
        let bound = |operator: &str| format!(" AND {view}.TABLE_NAME {operator} ?");
        let from = from.map(|_| bound(">=")).unwrap_or_default();
        let before = before.map(|_| bound("<")).unwrap_or_default();
        format!("{from}{before}")
    };
    let sql = format!(
        "SELECT CURRENT_ROLE() AS \"role\", CURRENT_TIMESTAMP() AS \"now\", t.TABLE_NAME AS \"table_name\", t.TABLE_TYPE AS \"table_type\", \
         t.IS_TRANSIENT AS \"is_transient\", t.IS_HYBRID AS \"is_hybrid\", t.IS_ICEBERG AS \"is_iceberg\", \
         t.IS_DYNAMIC AS \"is_dynamic\", t.IS_IMMUTABLE AS \"is_immutable\", t.COMMENT AS \"table_comment\", \
         t.LAST_DDL AS \"last_ddl\", t.LAST_ALTERED AS \"last_altered\", c.COLUMN_NAME AS \"column_name\", \
         c.ORDINAL_POSITION AS \"ordinal_position\", c.DATA_TYPE AS \"data_type\", \
         c.CHARACTER_MAXIMUM_LENGTH AS \"text_length\", c.CHARACTER_OCTET_LENGTH AS \"octet_length\", \
         c.NUMERIC_PRECISION AS \"numeric_precision\", c.NUMERIC_SCALE AS \"numeric_scale\", \
         c.DATETIME_PRECISION AS \"datetime_precision\", c.COLLATION_NAME AS \"collation_name\", \
         c.IS_NULLABLE AS \"is_nullable\", c.COLUMN_DEFAULT AS \"column_default\", \
         c.IDENTITY_START AS \"identity_start\", c.IDENTITY_INCREMENT AS \"identity_increment\", \
         c.EXPRESSION AS \"expression\", c.COMMENT AS \"column_comment\" \
         FROM {views}.SCHEMATA s \
         LEFT JOIN {views}.TABLES t ON t.TABLE_SCHEMA = s.SCHEMA_NAME AND t.TABLE_SCHEMA = ?{} \
         LEFT JOIN {views}.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME AND c.TABLE_SCHEMA = ?{} \
         WHERE s.SCHEMA_NAME = ? ORDER BY t.TABLE_NAME, c.ORDINAL_POSITION",
        within("t"),
        within("c"),
    );
    // Each view is told by itself what is wanted of it, lest it gathers all of the database first.
    let name = || std::iter::once(schema.name.as_str());
    let of_view = || name().chain(from).chain(before);
    let bindings = of_view().chain(of_view()).chain(name());
    Statement {
        sql,
        bindings: bindings.map(str::to_owned).collect(),
        computes: true,
    }
}

/// Which tables are wanted.
#[derive(Debug)]
pub struct Wanted {
    /// What the caller knows of them.
    pub request: DescribeRequest,
    /// Just these; all, if none.
    pub names: Option<HashSet<String>>,
    /// Not these: they were told before.
    pub told: HashSet<String>,
}

impl Wanted {
    /// Those of the names, of which none was told before.
    pub fn new(request: DescribeRequest, names: Option<HashSet<String>>) -> Self {
        Self {
            request,
            names,
            told: HashSet::new(),
        }
    }

    fn admits(&self, name: &str) -> bool {
        self.names.as_ref().is_none_or(|names| names.contains(name)) && !self.told.contains(name)
    }
}

/// Tables under assembly, from rows of one column each that come sorted by table.
#[derive(Debug)]
pub struct Assembly {
    wanted: Wanted,
    /// Whether there was a row, so that there is a schema.
    exists: bool,
    role: Option<String>,
    current: Option<Current>,
    /// The names of the tables that this result has told whole.
    settled: Vec<String>,
    /// Tables of which something is missing.
    parts: Vec<Draft>,
}

/// The table that the last row belonged to.
#[derive(Debug)]
enum Current {
    /// With the position of its last column.
    Draft(Box<Draft>, i64),
    /// Its other rows do not matter any more.
    Settled(Entry),
    /// Nobody asked for it.
    Unwanted(String),
}

impl Current {
    fn name(&self) -> &str {
        match self {
            Self::Draft(draft, _) => draft.name(),
            Self::Settled(entry) => entry.name(),
            Self::Unwanted(name) => name,
        }
    }
}

impl Assembly {
    /// Nothing yet.
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            exists: false,
            role: None,
            current: None,
            settled: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Takes a row. Tables that it completes go to the outbox, or are kept where something is missing.
    pub fn add(&mut self, row: Row<'_, { COLUMNS.len() }>, outbox: &mut Outbox) -> Result<()> {
        if !self.exists {
            self.exists = true;
            self.role = row[0].as_deref().map(str::to_owned);
        }
        // A schema without tables has one row without a table.
        let Some(name) = row[2].as_deref() else {
            return Ok(());
        };
        let current = self.current.as_ref();
        if current.is_none_or(|current| current.name() != name) {
            self.settle(outbox);
            self.current = Some(self.begin(name, &row));
        }
        if let Some(Current::Draft(draft, last)) = &mut self.current {
            add_column(draft, last, row)?;
        }
        Ok(())
    }

    fn begin(&self, name: &str, row: &Row<'_, { COLUMNS.len() }>) -> Current {
        if !self.wanted.admits(name) {
            return Current::Unwanted(name.to_owned());
        }
        let [
            _,
            now,
            _,
            kind,
            transient,
            hybrid,
            iceberg,
            dynamic,
            immutable,
            comment,
            ddl,
            altered,
            ..,
        ] = row.each_ref().map(Option::as_deref);
        // What was not changed since Snowflake keeps the time has none.
        let revision = ddl.or(altered).filter(|time| is_settled(time, now));
        if self.wanted.request.knows(name, revision) {
            return Current::Settled(Entry::Unchanged(name.to_owned()));
        }
        let is = |flag: Option<&str>| flag.is_some_and(is_yes);
        let word = match kind {
            Some("BASE TABLE") if is(transient) => Some("TRANSIENT"),
            word => word,
        };
        let flags = [
            false,
            false,
            is(hybrid),
            is(iceberg),
            is(dynamic),
            is(immutable),
        ];
        let object = Object {
            kind: kind_of_table(word, flags),
            comment: comment.map(str::to_owned),
            is_view: word.is_some_and(|word| word.ends_with("VIEW")),
        };
        let mut draft = Draft::new(name.to_owned(), object);
        draft.set_revision(revision.map(str::to_owned));
        Current::Draft(Box::new(draft), i64::MIN)
    }

    /// The last row of a result has come.
    pub fn end(&mut self, outbox: &mut Outbox) {
        self.settle(outbox);
        self.settled.clear();
    }

    /// A result broke off: the table that it was in begins anew in another, and those before it are passed over there.
    pub fn break_off(&mut self) {
        self.current = None;
        self.wanted.told.extend(self.settled.drain(..));
    }

    fn settle(&mut self, outbox: &mut Outbox) {
        let Some(current) = self.current.take() else {
            return;
        };
        self.settled.push(current.name().to_owned());
        match current {
            Current::Draft(draft, _) if draft.is_whole() => outbox.push(draft.into_entry()),
            Current::Draft(draft, _) => self.parts.push(*draft),
            Current::Settled(entry) => outbox.push(entry),
            Current::Unwanted(_) => {}
        }
    }

    /// Whether there is such a schema.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// Who asked.
    pub fn role(&mut self) -> Option<String> {
        self.role.take()
    }

    /// The tables of which something is missing.
    pub fn parts(&mut self) -> Vec<Draft> {
        std::mem::take(&mut self.parts)
    }
}

/// Whether a change is so long ago that the columns, which another view tells, certainly show it: the time of a younger one would
/// make what was before it look like what is after it. Both are seconds since 1970, with a fraction.
fn is_settled(changed: &str, now: Option<&str>) -> bool {
    const SECONDS: i64 = 60;
    let seconds = |time: &str| time.split('.').next()?.parse::<i64>().ok();
    let age = now.and_then(seconds).zip(seconds(changed));
    age.is_some_and(|(now, changed)| now.saturating_sub(changed) > SECONDS)
}

/// Adds the column of a row. A table without columns has one row without a column. Rows may come twice, because a table that is made
/// anew is there twice for a moment; they come sorted, so that the second is known by its position.
fn add_column(draft: &mut Draft, last: &mut i64, row: Row<'_, { COLUMNS.len() }>) -> Result<()> {
    let [
        .., // The table.
        name,
        position,
        data_type,
        text_length,
        octet_length,
        precision,
        scale,
        fraction,
        collation,
        nullable,
        default,
        identity_start,
        identity_increment,
        expression,
        comment,
    ] = row;
    let Some(name) = name else { return Ok(()) };
    let position = position.and_then(|text| text.parse().ok());
    let is_same = draft.last().is_some_and(|last| last.name == *name);
    if is_same && position == Some(*last) {
        return Ok(());
    }
    *last = position.unwrap_or(i64::MIN);
    let family = data_type.as_deref().unwrap_or_default();
    let length = match family {
        "BINARY" => text_length.as_deref().or(octet_length.as_deref()),
        _ => text_length.as_deref(),
    };
    let told = types::of_family(
        family,
        &Numbers {
            precision: precision.as_deref(),
            scale: scale.as_deref(),
            length,
            fraction: fraction.as_deref(),
        },
    );
    let identity = identity_start
        .zip(identity_increment)
        .map(|(start, increment)| format!("IDENTITY START {start} INCREMENT {increment}"));
    let mut column = Column::new(name, "")
        .with_nullable(is_nullable(nullable.as_deref()))
        .with_comment(comment);
    set_facts(
        &mut column,
        collation.map(String::from).filter(|it| !it.is_empty()),
        default.as_deref(),
        identity.as_deref(),
        expression.as_deref(),
    );
    draft.push(column, told);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_change_of_this_minute_is_not_settled() {
        for (changed, now, settled) in [
            ("1763000000.5", Some("1763000061.0"), true),
            ("1763000000", Some("1763000061"), true),
            ("1763000000.5", Some("1763000060.9"), false),
            ("1763000000.5", Some("1762999999.0"), false),
            ("1763000000.5", None, false),
            ("2026-11-20", Some("1763000061.0"), false),
        ] {
            assert_eq!(is_settled(changed, now), settled, "{changed} {now:?}");
        }
    }

    #[test]
    fn a_range_of_names_is_bound() {
        let schema = Schema::new("ACME", "SHOP").unwrap();
        let whole = statement(&schema, (None, None));
        assert_eq!(whole.bindings, ["SHOP", "SHOP", "SHOP"]);
        assert!(!whole.sql.contains(">="));
        let part = statement(&schema, (Some("A"), Some("M'")));
        let view = ["SHOP", "A", "M'"];
        assert_eq!(part.bindings, [&view[..], &view[..], &["SHOP"]].concat());
        assert_eq!(part.sql.matches('?').count(), 7);
    }

    proptest! {
        /// Whatever a database is called, it stays one quoted name, three times, and the rest is the same for all.
        #[test]
        fn a_database_s_name_never_becomes_sql(database in "\\PC+") {
            let of = |database: &str| statement(&Schema::new(database, "S").unwrap(), (None, None)).sql;
            let parts = of("\u{1}").replace("\"\u{1}\"", &names::quoted(&database));
            prop_assert_eq!(of(&database), parts);
        }
    }
}
