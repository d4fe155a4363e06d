//! The protocols that keep rendered columns beside a layout.

/// A wire protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Unity Catalog's REST API.
    Databricks,
}

/// How many protocols there are.
pub(super) const PROTOCOLS: usize = 1;
