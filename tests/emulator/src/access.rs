//! Who calls, and what is kept from whom.

use crate::glob;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

/// What a [`Rule`] does to the objects it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The object exists, but using it is forbidden.
    Deny,
    /// The object seems not to exist.
    Hide,
}

/// Keeps something from a principal. Without rules everyone may do everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The principal's name; `*` stands for anything.
    pub principal: String,
    /// `catalog`, `catalog.schema` or `catalog.schema.table`, each with `*` for anything. What an
    /// object holds shares its fate.
    pub object: String,
    /// What happens.
    pub effect: Effect,
}

impl Rule {
    /// Using the object answers PERMISSION_DENIED.
    pub fn deny(principal: &str, object: &str) -> Self {
        Self::new(principal, object, Effect::Deny)
    }

    /// The object is left out of every list and not found by name.
    pub fn hide(principal: &str, object: &str) -> Self {
        Self::new(principal, object, Effect::Hide)
    }

    fn new(principal: &str, object: &str, effect: Effect) -> Self {
        Self {
            principal: principal.to_owned(),
            object: object.to_owned(),
            effect,
        }
    }
}

/// Tokens and rules.
#[derive(Debug, Default)]
pub(crate) struct Access {
    principals: HashMap<String, String>,
    rules: Vec<Rule>,
}

impl Access {
    pub fn new(tokens: impl IntoIterator<Item = (String, String)>, rules: Vec<Rule>) -> Self {
        Self {
            principals: tokens.into_iter().collect(),
            rules,
        }
    }

    pub fn add_token(&mut self, token: String, principal: String) {
        self.principals.insert(token, principal);
    }

    pub fn remove_token(&mut self, token: &str) {
        self.principals.remove(token);
    }

    pub fn add_rule(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Whose token this is.
    pub fn viewer(&self, token: &str) -> Option<Viewer> {
        let principal = self.principals.get(token)?;
        let own = |rule: &&Rule| glob::matches(&rule.principal, principal);
        Some(Viewer {
            principal: principal.as_str().into(),
            rules: self.rules.iter().filter(own).map(Restriction::of).collect(),
        })
    }
}

/// What a principal may do with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Anything.
    Granted,
    /// Know that it is there.
    Denied,
    /// Nothing.
    Hidden,
}

/// The catalog as one principal sees it.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The principal's name.
    pub principal: Arc<str>,
    rules: Arc<[Restriction]>,
}

/// A rule with its object cut into parts. Only the first two dots cut: a table's name may hold more.
#[derive(Debug)]
struct Restriction {
    parts: Vec<String>,
    effect: Effect,
}

impl Restriction {
    fn of(rule: &Rule) -> Self {
        Self {
            parts: rule.object.splitn(3, '.').map(str::to_lowercase).collect(),
            effect: rule.effect,
        }
    }

    fn covers(&self, path: &[&str]) -> bool {
        self.parts.len() <= path.len()
            && self
                .parts
                .iter()
                .zip(path)
                .all(|(pattern, name)| glob::matches(pattern, &name.to_lowercase()))
    }
}

impl Viewer {
    /// Someone whom no rule touches.
    pub fn unrestricted(principal: &str) -> Self {
        Self {
            principal: principal.into(),
            rules: Arc::new([]),
        }
    }

    /// What this principal may do with a catalog, schema or table, given as one to three names.
    pub fn permission(&self, path: &[&str]) -> Permission {
        let effects = self.rules.iter().filter(|rule| rule.covers(path));
        match effects.map(|rule| rule.effect).max() {
            None => Permission::Granted,
            Some(Effect::Deny) => Permission::Denied,
            Some(Effect::Hide) => Permission::Hidden,
        }
    }

    /// True when nothing forbids it.
    pub fn may_use(&self, path: &[&str]) -> bool {
        self.permission(path) == Permission::Granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_covers_what_its_object_holds_and_hiding_wins() -> Result<(), &'static str> {
        let rules = vec![
            Rule::deny("al*", "raw"),
            Rule::hide("alice", "raw.flights.secret_*"),
            Rule::hide("bob", "main"),
        ];
        let access = Access::new([("t".to_owned(), "alice".to_owned())], rules);
        let alice = access.viewer("t").ok_or("alice's token is unknown")?;
        assert_eq!(alice.permission(&["main"]), Permission::Granted);
        assert_eq!(alice.permission(&["RAW", "x", "y"]), Permission::Denied);
        assert_eq!(
            alice.permission(&["raw", "flights", "secret_a"]),
            Permission::Hidden
        );
        assert!(access.viewer("other").is_none());
        Ok(())
    }
}
