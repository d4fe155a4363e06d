//! Facts by name.

/// Facts by name, sorted by name, each name once.
///
/// Names are lower case with underscores. Only stable facts belong here: two descriptions of a table that did not change
/// must carry equal attributes.
///
/// ```
/// use rocky_adapter_sdk::Attributes;
///
/// let mut facts = Attributes::new();
/// facts.set("table_id", "8d3b");
/// facts.set("format", "DELTA");
/// assert_eq!(facts.get("format"), Some("DELTA"));
/// assert_eq!(facts.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["format", "table_id"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// No facts. Allocates nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets a fact, in place of an earlier one of the same name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.find(name) {
            Ok(index) => self.0[index].1 = value.into(),
            Err(index) => self.0.insert(index, (name.to_owned(), value.into())),
        }
    }

    /// Sets a fact if there is one: for the members of an answer that may be missing.
    pub fn set_if_some(&mut self, name: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// The fact of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).ok().map(|index| self.0[index].1.as_str())
    }

    /// Every fact, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is no fact.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The facts as the contract carries them.
    pub fn into_vec(self) -> Vec<(String, String)> {
        self.0
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(present, _)| present.as_str().cmp(name))
    }
}

/// Sorts; of two facts of one name the later counts.
impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(facts: I) -> Self {
        let mut attributes = Self::new();
        for (name, value) in facts {
            attributes.set(name.as_ref(), value);
        }
        attributes
    }
}
