//! Functions that the engine lacks or has otherwise, computed row by row: an emulator's data is
//! small, and one row is easy to get right.

mod calendar;
mod clock;
mod convert;
mod json;
mod row;
mod values;

pub(crate) use clock::Moment;
pub(crate) use json::json_of;
pub(super) use row::RowFunction;

/// All functions of this folder.
pub(super) fn all() -> Vec<RowFunction> {
    [calendar::FUNCTIONS, convert::FUNCTIONS, json::FUNCTIONS].concat()
}
