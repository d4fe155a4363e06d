use std::collections::HashSet;

use wildmatch::WildMatch;

use crate::{Coverage, Entry, Step, Summary};

/// Which tables the user wants described: patterns to include and to exclude, in which `*` stands for any characters and
/// `?` for one. Letter case does not count.
///
/// ```
/// use rocky_adapter_sdk::TableFilter;
/// let filter = TableFilter::new(["fact_*".to_owned()], ["*_tmp".to_owned()]);
/// assert!(filter.admits("FACT_sales") && !filter.admits("fact_tmp") && !filter.admits("dim_day"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableFilter {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl TableFilter {
    /// Admits what one of `include` matches, or everything if that is empty; but nothing that one of `exclude` matches.
    pub fn new(
        include: impl IntoIterator<Item = String>,
        exclude: impl IntoIterator<Item = String>,
    ) -> Self {
        let folded = |pattern: String| pattern.to_lowercase();
        Self {
            include: include.into_iter().map(folded).collect(),
            exclude: exclude.into_iter().map(folded).collect(),
        }
    }

    /// Whether it admits every table.
    pub fn admits_all(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether it admits this table.
    pub fn admits(&self, table: &str) -> bool {
        if self.admits_all() {
            return true;
        }
        let table = table.to_lowercase();
        let matches = |pattern: &String| WildMatch::new(pattern).matches(&table);
        let one_of = |patterns: &[String]| patterns.iter().any(matches);
        (self.include.is_empty() || one_of(&self.include)) && !one_of(&self.exclude)
    }

    /// Takes the tables that it does not admit out of a step. The end of an answer that lacks some is truncated, and says so:
    /// the host must not take the others for gone.
    pub fn step(&self, step: Step) -> Step {
        if self.admits_all() {
            return step;
        }
        match step {
            Step::Page(mut entries) => {
                entries.retain(|entry: &Entry| self.admits(entry.name()));
                Step::Page(entries)
            }
            Step::Done(summary) => Step::Done(self.end(summary)),
            step => step,
        }
    }

    fn end(&self, summary: Summary) -> Summary {
        let mut parts = Vec::new();
        if !self.include.is_empty() {
            parts.push(format!("only tables like {}", self.include.join(", ")));
        }
        if !self.exclude.is_empty() {
            parts.push(format!("no tables like {}", self.exclude.join(", ")));
        }
        let chosen = format!("the settings ask for {}", parts.join(" and "));
        let note = match summary.note {
            Some(note) => format!("{note}; {chosen}"),
            None => chosen,
        };
        Summary {
            coverage: Coverage::Truncated,
            note: Some(note),
            ..summary
        }
    }

    /// Of these tables the ones that it admits.
    pub fn only(&self, tables: Vec<String>) -> Vec<String> {
        let mut seen = HashSet::new();
        let tables = tables.into_iter();
        tables
            .filter(|table| self.admits(table) && seen.insert(table.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;

    fn filter(include: &[&str], exclude: &[&str]) -> TableFilter {
        let owned =
            |patterns: &[&str]| patterns.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        TableFilter::new(owned(include), owned(exclude))
    }

    #[test]
    fn what_is_excluded_is_out_and_what_is_included_is_in() {
        for (include, exclude, table, expected) in [
            (&[][..], &[][..], "anything", true),
            (&["a*"], &[], "abc", true),
            (&["a*"], &[], "bac", false),
            (&["a*", "b?c"], &[], "BAC", true),
            (&[], &["*_tmp"], "x_tmp", false),
            (&[], &["*_tmp"], "tmp_x", true),
            (&["a*"], &["ab*"], "abc", false),
            (&["*a*b*"], &[], "xxaxxbxx", true),
            (&["*a*b*"], &[], "xxbxxaxx", false),
            (&["größe"], &[], "GRÖSSE", false),
            (&["größe"], &[], "GRÖßE", true),
        ] {
            assert_eq!(
                filter(include, exclude).admits(table),
                expected,
                "{include:?} {exclude:?} {table}"
            );
        }
    }

    #[test]
    fn an_answer_that_lacks_tables_says_so() {
        let filter = filter(&["a*"], &["*z"]);
        let table = |name: &str| Entry::Table(Table::new(name, "table"));
        let page = filter.step(Step::Page(vec![table("ab"), table("b"), table("az")]));
        assert_eq!(page, Step::Page(vec![table("ab")]));
        let Step::Done(summary) = filter.step(Step::Done(Summary::exhausted())) else {
            panic!("not the end")
        };
        assert_eq!(summary.coverage, Coverage::Truncated);
        let note = "the settings ask for only tables like a* and no tables like *z";
        assert_eq!(summary.note.as_deref(), Some(note));
        let whole = TableFilter::default().step(Step::Done(Summary::exhausted()));
        assert_eq!(whole, Step::Done(Summary::exhausted()));
    }
}
