use std::collections::{HashMap, HashSet};

use crate::{Column, Matching};

/// Two things of one name, or one that has no counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair<T> {
    /// It is on both sides: before and after.
    Both(T, T),
    /// It is gone.
    Before(T),
    /// It is new.
    After(T),
}

/// Finds for each thing `before` the one of the same name `after`: first by the exact name; then, where letter case is
/// ignored, by the name that differs in nothing else, if there is just one on each side.
///
/// In the order of `after`; what is gone comes last.
pub fn pair_names<'a, T>(
    before: &'a [T],
    after: &'a [T],
    matching: Matching,
    name: impl Fn(&T) -> &str,
) -> Vec<Pair<&'a T>> {
    let exact: HashMap<&str, &T> = before.iter().map(|it| (name(it), it)).collect();
    let mut paired: HashSet<&str> = after
        .iter()
        .map(&name)
        .filter(|name| exact.contains_key(name))
        .collect();
    let folded = match matching {
        Matching::Exact => HashMap::new(),
        Matching::IgnoreCase => {
            let alone = |side: &'a [T]| {
                let alone = side.iter().filter(|it| !paired.contains(name(it)));
                single_by_key(alone, &name)
            };
            let (before, mut after) = (alone(before), alone(after));
            let both = before.into_iter().filter_map(|(key, before)| {
                let after = after.remove(&key).flatten()?;
                Some((name(after), before?))
            });
            both.collect()
        }
    };
    let mut pairs = Vec::with_capacity(after.len());
    for it in after {
        let own = name(it);
        let partner = exact.get(own).or_else(|| folded.get(own)).copied();
        pairs.push(match partner {
            Some(before) => {
                paired.insert(name(before));
                Pair::Both(before, it)
            }
            None => Pair::After(it),
        });
    }
    let gone = before.iter().filter(|it| !paired.contains(name(it)));
    pairs.extend(gone.map(Pair::Before));
    pairs
}

/// Things by their names without letter case; nothing where several have the same.
fn single_by_key<'a, T>(
    things: impl Iterator<Item = &'a T>,
    name: impl Fn(&T) -> &str,
) -> HashMap<String, Option<&'a T>> {
    let mut single = HashMap::new();
    for it in things {
        single
            .entry(Matching::IgnoreCase.key(name(it)).into_owned())
            .and_modify(|other| *other = None)
            .or_insert(Some(it));
    }
    single
}

/// One difference between the columns of a table and what they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnChange<'a> {
    /// The column is new.
    Added(&'a Column),
    /// The column is gone.
    Removed(&'a Column),
    /// Its type is another one.
    Retyped {
        /// The column as it was.
        before: &'a Column,
        /// The column as it is.
        after: &'a Column,
    },
    /// It may hold NULL where it could not, or the other way round.
    Nullability {
        /// The column as it was.
        before: &'a Column,
        /// The column as it is.
        after: &'a Column,
    },
}

/// How the columns of a table differ from what they were. Comments and attributes do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnChanges<'a> {
    /// Column by column, in the order of the table; what is gone comes last.
    pub columns: Vec<ColumnChange<'a>>,
    /// Whether columns that both have stand in another order.
    pub reordered: bool,
}

impl ColumnChanges<'_> {
    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && !self.reordered
    }
}

/// Compares columns by name.
///
/// ```
/// use rocky_schema::{Column, ColumnChange, Matching, compare_columns};
/// let before = [Column::new("id", "INT"), Column::new("name", "STRING")];
/// let after = [Column::new("id", "BIGINT"), Column::new("name", "STRING")];
/// let found = compare_columns(&before, &after, Matching::Exact);
/// assert!(matches!(found.columns[..], [ColumnChange::Retyped { after, .. }] if after.data_type == "BIGINT"));
/// ```
pub fn compare_columns<'a>(
    before: &'a [Column],
    after: &'a [Column],
    matching: Matching,
) -> ColumnChanges<'a> {
    let mut changes = ColumnChanges::default();
    let mut kept = Vec::new();
    for pair in pair_names(before, after, matching, |column| &column.name) {
        match pair {
            Pair::After(column) => changes.columns.push(ColumnChange::Added(column)),
            Pair::Before(column) => changes.columns.push(ColumnChange::Removed(column)),
            Pair::Both(before, after) => {
                kept.push(before.name.as_str());
                if before.data_type != after.data_type {
                    changes
                        .columns
                        .push(ColumnChange::Retyped { before, after });
                }
                if before.nullable != after.nullable {
                    changes
                        .columns
                        .push(ColumnChange::Nullability { before, after });
                }
            }
        }
    }
    let still: HashSet<&str> = kept.iter().copied().collect();
    let order = before.iter().map(|column| column.name.as_str());
    changes.reordered = !order.filter(|name| still.contains(name)).eq(kept);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &[&str], after: &[&str], matching: Matching, expected: &str) {
        let pairs = pair_names(before, after, matching, |name| name);
        let told: Vec<String> = pairs
            .into_iter()
            .map(|pair| match pair {
                Pair::Both(before, after) => format!("{before}={after}"),
                Pair::Before(it) => format!("-{it}"),
                Pair::After(it) => format!("+{it}"),
            })
            .collect();
        assert_eq!(told.join(" "), expected);
    }

    #[test]
    fn the_exact_name_comes_first_and_an_ambiguous_one_is_no_counterpart() {
        check(&["a", "b"], &["b", "c"], Matching::Exact, "b=b +c -a");
        check(&["A"], &["a"], Matching::Exact, "+a -A");
        check(&["A"], &["a"], Matching::IgnoreCase, "A=a");
        check(&["A", "a"], &["a"], Matching::IgnoreCase, "a=a -A");
        check(&["A", "a"], &["a", "A"], Matching::IgnoreCase, "a=a A=A");
        check(&["AB", "aB"], &["ab"], Matching::IgnoreCase, "+ab -AB -aB");
        check(&["AB"], &["ab", "aB"], Matching::IgnoreCase, "+ab +aB -AB");
    }

    #[test]
    fn every_kind_of_change_is_told() {
        let before = [
            Column::new("a", "INT"),
            Column::new("b", "INT"),
            Column::new("c", "INT").required(),
            Column::new("gone", "INT"),
        ];
        let after = [
            Column::new("b", "INT"),
            Column::new("a", "BIGINT"),
            Column::new("c", "DATE"),
            Column::new("new", "INT"),
        ];
        let found = compare_columns(&before, &after, Matching::Exact);
        assert!(found.reordered);
        let [a, c, new, gone] = [&after[1], &after[2], &after[3], &before[3]];
        let expected = [
            ColumnChange::Retyped {
                before: &before[0],
                after: a,
            },
            ColumnChange::Retyped {
                before: &before[2],
                after: c,
            },
            ColumnChange::Nullability {
                before: &before[2],
                after: c,
            },
            ColumnChange::Added(new),
            ColumnChange::Removed(gone),
        ];
        assert_eq!(found.columns, expected);
        assert!(compare_columns(&after, &after, Matching::Exact).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn everything_is_in_exactly_one_pair(
            before in proptest::collection::hash_set("[abAB]{1,2}", 0..8),
            after in proptest::collection::hash_set("[abAB]{1,2}", 0..8),
        ) {
            let [before, after] = [before, after].map(Vec::from_iter);
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for pair in pair_names(&before, &after, Matching::IgnoreCase, |name| name) {
                match pair {
                    Pair::Both(a, b) => {
                        left.push(a.clone());
                        right.push(b.clone());
                    }
                    Pair::Before(a) => left.push(a.clone()),
                    Pair::After(b) => right.push(b.clone()),
                }
            }
            left.sort();
            let mut before = before;
            before.sort();
            proptest::prop_assert_eq!(left, before);
            proptest::prop_assert_eq!(right, after);
        }
    }
}
