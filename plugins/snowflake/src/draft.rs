//! Tables of which something may still be missing.

use rocky_adapter_sdk::{Column, Entry, Error, Table};

use crate::objects::Object;
use crate::types::Told;

/// A table, and the columns whose types are not known whole.
#[derive(Debug)]
pub struct Draft {
    table: Table,
    is_view: bool,
    /// The places of the columns whose types are not whole.
    parts: Vec<usize>,
}

impl Draft {
    /// A table without columns yet.
    pub fn new(name: String, object: Object) -> Self {
        Self {
            table: Table::new(name, object.kind).with_comment(object.comment),
            is_view: object.is_view,
            parts: Vec::new(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// Whether a query stands behind it.
    pub fn is_view(&self) -> bool {
        self.is_view
    }

    /// Sets its revision.
    pub fn set_revision(&mut self, revision: Option<String>) {
        self.table.revision = revision;
    }

    /// Adds a column whose type is told like this.
    pub fn push(&mut self, column: Column, told: Told) {
        let mut column = column;
        column.data_type = match told {
            Told::Whole(text) => text,
            Told::Part(text) => {
                self.parts.push(self.table.columns.len());
                text
            }
        };
        self.table.columns.push(column);
    }

    /// The last column that was added.
    pub fn last(&self) -> Option<&Column> {
        self.table.columns.last()
    }

    /// Whether nothing is missing. A table without any column is not whole: nothing is known of it but that it exists.
    pub fn is_whole(&self) -> bool {
        self.parts.is_empty() && !self.table.columns.is_empty()
    }

    /// Whether not even one column is known.
    pub fn is_bare(&self) -> bool {
        self.table.columns.is_empty()
    }

    /// Takes what is missing from the columns that another source tells: types, or all.
    pub fn fill(&mut self, told: Vec<Column>) {
        if self.is_bare() {
            self.table.columns = told;
            return;
        }
        let types: Vec<_> = told.iter().map(|it| (&*it.name, &*it.data_type)).collect();
        self.fill_types(&types);
    }

    /// Takes the types that are missing, from the names and types that another source tells.
    pub fn fill_types(&mut self, told: &[(&str, &str)]) {
        let columns = &mut self.table.columns;
        self.parts.retain(|place| {
            let Some(column) = columns.get_mut(*place) else {
                return false;
            };
            // They are usually in the same place.
            let same = told.get(*place).filter(|it| it.0 == column.name);
            let same = same.or_else(|| told.iter().find(|it| it.0 == column.name));
            if let Some((_, data_type)) = same {
                (*data_type).clone_into(&mut column.data_type);
            }
            same.is_none()
        });
    }

    /// What is handed over. A table that is still not whole has changed while it was described.
    pub fn into_entry(self) -> Entry {
        if self.is_whole() {
            return Entry::Table(self.table);
        }
        let column = self
            .parts
            .first()
            .and_then(|at| self.table.columns.get(*at));
        let message = match column {
            Some(column) => format!(
                "the type of column `{}` is told in part only, and the column is gone where the rest was asked for",
                column.name
            ),
            None => "Snowflake tells no column of it; it may have changed while it was described"
                .to_owned(),
        };
        Entry::Failed(self.table.name, Error::protocol(message))
    }
}

/// Sets the facts of a column that are not part of its type.
pub fn set_facts(
    column: &mut Column,
    collation: Option<String>,
    default: Option<&str>,
    identity: Option<&str>,
    expression: Option<&str>,
) {
    let not_empty = |text: &&str| !text.is_empty();
    column.attributes.set_if_some("collation", collation);
    // Some sources tell of a sequence in the place of a default.
    let default = default.filter(not_empty);
    let counted = identity.into_iter().chain(default).find_map(steps);
    match counted {
        Some(steps) => column.attributes.set("identity", steps),
        None => column.attributes.set_if_some("default", default),
    }
    column
        .attributes
        .set_if_some("generated_as", expression.filter(not_empty));
}

/// `START 1 INCREMENT 2` of `IDENTITY START 1 INCREMENT 2 NOORDER`.
fn steps(text: &str) -> Option<String> {
    let mut words = text.split_ascii_whitespace();
    let begins = |word: &str| {
        ["IDENTITY", "AUTOINCREMENT"]
            .iter()
            .any(|it| word.eq_ignore_ascii_case(it))
    };
    words.next().filter(|word| begins(word))?;
    let mut number = |name: &str| {
        words
            .next()
            .filter(|word| word.eq_ignore_ascii_case(name))?;
        words.next()?.parse::<i64>().ok()
    };
    let (start, increment) = (number("START")?, number("INCREMENT")?);
    Some(format!("START {start} INCREMENT {increment}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(types: &[(&str, Told)]) -> Draft {
        let mut draft = Draft::new("T".to_owned(), Object::default());
        for (name, told) in types {
            draft.push(Column::new(*name, ""), told.clone());
        }
        draft
    }

    fn part() -> Told {
        Told::Part("ARRAY".to_owned())
    }

    #[test]
    fn what_is_missing_is_taken_by_name() {
        let whole = Told::Whole("DATE".to_owned());
        let mut draft = draft(&[("A", part()), ("B", whole), ("C", part())]);
        assert!(!draft.is_whole());
        draft.fill(vec![
            Column::new("A", "ARRAY(DATE)"),
            Column::new("C", "ARRAY"),
            Column::new("B", "TIME(9)"),
        ]);
        let Entry::Table(table) = draft.into_entry() else {
            panic!("not whole")
        };
        let types: Vec<&str> = table.columns.iter().map(|it| &*it.data_type).collect();
        assert_eq!(types, ["ARRAY(DATE)", "DATE", "ARRAY"]);
    }

    #[test]
    fn a_column_that_is_gone_in_between_fails_its_table() {
        let mut draft = draft(&[("A", part())]);
        draft.fill(vec![Column::new("a", "ARRAY(DATE)")]);
        assert!(
            matches!(draft.into_entry(), Entry::Failed(_, error) if error.message.contains("`A`"))
        );
    }

    #[test]
    fn a_sequence_is_no_default() {
        let told = |default, identity| {
            let mut column = Column::new("A", "NUMBER(38,0)");
            set_facts(&mut column, None, default, identity, None);
            column.attributes.into_vec()
        };
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let identity = pair("identity", "START 1 INCREMENT -2");
        assert_eq!(
            told(None, Some("IDENTITY START 1 INCREMENT -2 NOORDER")),
            identity
        );
        assert_eq!(told(Some("identity start 1 increment -2"), None), identity);
        assert_eq!(
            told(Some("'IDENTITY'"), Some("")),
            pair("default", "'IDENTITY'")
        );
        assert_eq!(told(Some(""), None), Vec::new());
    }
}
