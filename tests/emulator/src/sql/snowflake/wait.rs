//! `CALL SYSTEM$WAIT(1, 'MINUTES')`, also as `SELECT SYSTEM$WAIT(1)`: a statement that takes as long
//! as one likes.

use super::words::{Mark, Words};
use std::time::Duration;

/// How long to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wait {
    amount: u32,
    /// In upper case.
    unit: String,
    milliseconds: u64,
}

impl Wait {
    /// None for any other statement.
    pub fn read(words: &Words) -> Option<Self> {
        let mut words = words.clone();
        if !words.take("CALL") && !words.take("SELECT") {
            return None;
        }
        if !words.take("SYSTEM$WAIT") || !words.take_mark(Mark::Open) {
            return None;
        }
        let amount = words.number().ok()?;
        let unit = match words.take_mark(Mark::Comma) {
            true => words.string().ok()?.to_uppercase(),
            false => "SECONDS".to_owned(),
        };
        let milliseconds = match unit.as_str() {
            "DAYS" => 24 * 60 * 60 * 1_000,
            "HOURS" => 60 * 60 * 1_000,
            "MINUTES" => 60 * 1_000,
            "SECONDS" => 1_000,
            "MILLISECONDS" => 1,
            _ => return None,
        };
        (words.take_mark(Mark::Close) && words.at_end()).then_some(Self {
            amount,
            unit,
            milliseconds,
        })
    }

    pub fn duration(&self) -> Duration {
        Duration::from_millis(u64::from(self.amount).saturating_mul(self.milliseconds))
    }

    /// What is answered when it is over.
    pub fn message(&self) -> String {
        format!("waited {} {}", self.amount, self.unit.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_call_is_one() {
        let read = |sql: &str| Wait::read(&Words::new(sql).ok()?).map(|wait| wait.duration());
        for (sql, expected) in [
            ("CALL SYSTEM$WAIT(2)", Some(2_000)),
            ("select system$wait(3, 'milliseconds');", Some(3)),
            ("SELECT SYSTEM$WAIT(1, 'DAYS')", Some(86_400_000)),
            ("SELECT SYSTEM$WAIT(1, 'YEARS')", None),
            ("SELECT SYSTEM$WAIT(1) + 1", None),
            ("SELECT 1", None),
        ] {
            assert_eq!(read(sql), expected.map(Duration::from_millis), "{sql}");
        }
    }
}
