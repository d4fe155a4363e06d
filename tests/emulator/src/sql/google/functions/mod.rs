//! Functions that the engine lacks or has otherwise, computed row by row: an emulator's data is
//! small, and one row is easy to get right.

mod calendar;
mod clock;
mod convert;
mod interval;
mod json;
mod numbers;
mod row;
mod values;

pub(super) use row::RowFunction;

/// `/`
pub(super) fn divide() -> RowFunction {
    numbers::DIVIDE
}

/// All functions of this folder.
pub(super) fn all() -> Vec<RowFunction> {
    [
        calendar::FUNCTIONS,
        clock::FUNCTIONS,
        convert::FUNCTIONS,
        interval::FUNCTIONS,
        json::FUNCTIONS,
        numbers::FUNCTIONS,
    ]
    .concat()
}
