//! How large a type may grow: SQL can double one with every common table expression.

use super::Type;

/// More levels than any warehouse allows; walking through a type takes a frame of the stack for each.
pub(super) const MOST_LEVELS: usize = 100;

/// More fields than anybody reads.
const MOST_PARTS: usize = 5_000;

/// More columns than any warehouse allows, the fields within them included.
const MOST_COLUMNS: usize = 25_000;

/// Whether a value may be made of values of all these types, without being of one that is too large to go on with.
pub(crate) fn may_be_combined<'a>(types: impl Iterator<Item = &'a Type>) -> bool {
    all_fit(types, MOST_PARTS)
}

/// Whether a relation may have columns of all these types.
pub(crate) fn may_be_columns<'a>(types: impl Iterator<Item = &'a Type>) -> bool {
    all_fit(types, MOST_COLUMNS)
}

fn all_fit<'a>(mut types: impl Iterator<Item = &'a Type>, parts: usize) -> bool {
    let mut left = parts;
    types.all(|it| fits(it, MOST_LEVELS - 2, &mut left))
}

fn fits(data_type: &Type, levels: usize, left: &mut usize) -> bool {
    let (Some(levels), Some(rest)) = (levels.checked_sub(1), left.checked_sub(1)) else {
        return false;
    };
    *left = rest;
    match data_type {
        Type::Array(inner) | Type::Range(inner) => fits(inner, levels, left),
        Type::Map(key, value) => fits(key, levels, left) && fits(value, levels, left),
        Type::Struct(fields) => fields.iter().all(|it| fits(&it.data_type, levels, left)),
        _ => true,
    }
}
