//! Numbers that nobody can guess, for ids and tokens.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Each hasher of the standard library starts from other keys, so no two numbers are the same.
pub(crate) fn number() -> u64 {
    RandomState::new().build_hasher().finish()
}
