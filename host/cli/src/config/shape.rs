//! What the tables of `rocky.toml` may hold. Reading keeps to it, and the JSON Schema is made of it, so neither can know a key that the
//! other does not.

/// The keys of a table.
#[derive(Debug)]
pub struct Shape {
    /// What the table is for, in a sentence.
    pub description: &'static str,
    pub keys: &'static [Key],
    /// Whether further keys may stand there, which somebody else reads.
    pub open: bool,
    /// Keys of which at least one has to be there, if not empty.
    pub needs: &'static [&'static str],
}

impl Shape {
    /// A table that holds these keys and no others.
    pub const fn closed(description: &'static str, keys: &'static [Key]) -> Self {
        Self {
            description,
            keys,
            open: false,
            needs: &[],
        }
    }

    /// Tells of a key, or for a secret of one of its three keys.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        let is_meant = |key: &&'static Key| match key.kind {
            Kind::Secret(names) => names.contains(&name),
            _ => key.name == name,
        };
        self.keys.iter().find(is_meant)
    }
}

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    /// Its name; of a secret, the name of the key that holds it itself.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub description: &'static str,
    pub kind: Kind,
    /// Whether it has to be there; of a secret, whether one of its keys has to.
    pub required: bool,
}

/// The keys of one secret: itself, a file that holds it, a command that prints it.
pub type SecretKeys = [&'static str; 3];

/// What stands at a key.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Text,
    /// A text that is not blank.
    Name,
    /// One of these texts.
    Choice(&'static [&'static str]),
    Boolean,
    /// A whole number from 0 to this one.
    Number(u64),
    /// A list of texts.
    Texts,
    /// A list of at least one text, none of them blank.
    Names,
    /// A table of texts, by keys of the user's own.
    TextTable,
    Secret(SecretKeys),
    Table(&'static Shape),
    /// A table of tables, by names of the user's own.
    Tables(&'static Shape),
    /// A table whose keys depend on the choice at its key `type`.
    Tagged(&'static Tagged),
}

/// The tables of [`Kind::Tagged`].
#[derive(Debug)]
pub struct Tagged {
    pub description: &'static str,
    /// The table as long as the choice is not known.
    pub tag: Shape,
    /// By choice; where there are several of one, any of them may be meant.
    pub shapes: &'static [(&'static str, &'static Shape)],
}

/// The key that [`Tagged`] tables are told apart by.
pub const TAG: &str = "type";

impl Key {
    pub const fn new(name: &'static str, kind: Kind, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind,
            required: false,
        }
    }

    pub const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Text, description)
    }

    pub const fn name(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Name, description)
    }

    pub const fn texts(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Texts, description)
    }

    pub const fn u32(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Number(u32::MAX as u64), description)
    }

    pub const fn u64(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Number(u64::MAX), description)
    }

    pub const fn secret(keys: SecretKeys, description: &'static str) -> Self {
        Self::new(keys[0], Kind::Secret(keys), description)
    }

    pub const fn table(
        name: &'static str,
        shape: &'static Shape,
        description: &'static str,
    ) -> Self {
        Self::new(name, Kind::Table(shape), description)
    }

    /// The same, where it has to be there.
    #[must_use]
    pub const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }
}
