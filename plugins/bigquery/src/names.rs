//! Which names can be part of a path or of a statement.

use rocky_adapter_sdk::{Error, Result};

/// A dataset, by names that BigQuery could have given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The project that it is in.
    pub project: String,
    /// Its own name.
    pub name: String,
}

impl Dataset {
    /// Takes two names from outside.
    ///
    /// # Errors
    /// When nothing can be called so. BigQuery has no parameters for names, and a name of another kind could not be quoted.
    pub fn new(project: &str, name: &str) -> Result<Self> {
        project_name(project)?;
        let is_valid = !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
        if !is_valid {
            return Err(Error::not_found(format!(
                "`{name}` cannot be a dataset: their names are of letters, digits, `_` and `-`"
            )));
        }
        Ok(Self {
            project: project.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The name as statements quote it: `` `project.dataset` ``.
    pub fn quoted(&self) -> String {
        format!("`{}.{}`", self.project, self.name)
    }
}

/// Checks the name of a project. Old ones begin with a domain, as in `example.com:warehouse`.
///
/// # Errors
/// When nothing can be called so.
pub fn project_name(name: &str) -> Result<()> {
    let is_valid = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-.:_".contains(letter))
        && !name.contains("..");
    match is_valid {
        true => Ok(()),
        false => Err(Error::not_found(format!(
            "`{name}` cannot be a project: their names are of letters, digits and `-`, perhaps after a domain and `:`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_names_pass_and_others_are_not_found() {
        for (project, dataset) in [
            ("acme-dev", "shop"),
            ("example.com:old-one", "_hidden"),
            ("p", "Mixed_1"),
        ] {
            assert!(
                Dataset::new(project, dataset).is_ok(),
                "{project}.{dataset}"
            );
        }
        for (project, dataset) in [
            ("", "d"),
            ("p", ""),
            ("p`; DROP", "d"),
            ("p", "d`.x"),
            ("p", "a b"),
            ("p", "d\\"),
            ("../x", "d"),
            ("p", "ü"),
        ] {
            assert!(
                Dataset::new(project, dataset).is_err(),
                "{project}.{dataset}"
            );
        }
    }

    proptest! {
        /// Whatever is quoted has two backticks, at its ends, and nothing that escapes.
        #[test]
        fn a_quoted_name_is_one_name(project in any::<String>(), dataset in any::<String>()) {
            if let Ok(dataset) = Dataset::new(&project, &dataset) {
                let quoted = dataset.quoted();
                prop_assert_eq!(quoted.matches('`').count(), 2);
                prop_assert!(!quoted.contains(['\\', '\n', ' ', '\'', '"']));
            }
        }
    }
}
