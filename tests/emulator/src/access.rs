//! Who calls, and what is kept from whom.

use crate::{glob, random};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

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

/// A program that signs in by itself and is given tokens that expire.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OauthClient {
    /// What it is called.
    pub id: String,
    /// How it proves that.
    pub secret: String,
    /// Whose rights its tokens have.
    pub principal: String,
}

/// Tokens, those who may ask for one, and rules.
#[derive(Debug, Default)]
pub(crate) struct Access {
    grants: HashMap<String, Grant>,
    clients: Vec<OauthClient>,
    rules: Vec<Rule>,
}

/// What a token stands for.
#[derive(Debug)]
struct Grant {
    principal: String,
    /// None for one that lasts until it is removed.
    expires: Option<Instant>,
}

impl Grant {
    fn is_valid(&self, now: Instant) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

impl Access {
    pub fn new(
        tokens: impl IntoIterator<Item = (String, String)>,
        clients: Vec<OauthClient>,
        rules: Vec<Rule>,
    ) -> Self {
        let mut access = Self {
            grants: HashMap::new(),
            clients,
            rules,
        };
        for (token, principal) in tokens {
            access.add_token(token, principal);
        }
        access
    }

    pub fn add_token(&mut self, token: String, principal: String) {
        let expires = None;
        self.grants.insert(token, Grant { principal, expires });
    }

    pub fn remove_token(&mut self, token: &str) {
        self.grants.remove(token);
    }

    /// One of the same id is replaced.
    pub fn add_client(&mut self, client: OauthClient) {
        self.clients.retain(|known| known.id != client.id);
        self.clients.push(client);
    }

    /// A new token for a client, if the secret is its own.
    pub fn issue(&mut self, id: &str, secret: &str, lifetime: Duration) -> Option<String> {
        let is_it = |client: &&OauthClient| client.id == id && client.secret == secret;
        let principal = self.clients.iter().find(is_it)?.principal.clone();
        Some(self.mint(&principal, lifetime))
    }

    /// A new token of this principal.
    pub fn mint(&mut self, principal: &str, lifetime: Duration) -> String {
        let token = format!("eyJ{:016x}{:016x}", random::number(), random::number());
        self.grant(&token, principal, lifetime);
        token
    }

    /// Accepts a token for a while.
    pub fn grant(&mut self, token: &str, principal: &str, lifetime: Duration) {
        let now = Instant::now();
        self.grants.retain(|_, grant| grant.is_valid(now));
        let grant = Grant {
            principal: principal.to_owned(),
            expires: Some(now + lifetime),
        };
        self.grants.insert(token.to_owned(), grant);
    }

    pub fn add_rule(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Whose token this is.
    pub fn viewer(&self, token: &str) -> Option<Viewer> {
        let grant = self.grants.get(token);
        let grant = grant.filter(|grant| grant.is_valid(Instant::now()))?;
        Some(self.viewer_of(&grant.principal))
    }

    /// Someone who has proved who it is in another way.
    pub fn viewer_of(&self, principal: &str) -> Viewer {
        let own = |rule: &&Rule| glob::matches(&rule.principal, principal);
        Viewer {
            principal: principal.into(),
            rules: self.rules.iter().filter(own).map(Restriction::of).collect(),
        }
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
        let access = Access::new([("t".to_owned(), "alice".to_owned())], Vec::new(), rules);
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
