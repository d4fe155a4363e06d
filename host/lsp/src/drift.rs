//! Places in a text that has changed since it was analysed.

use std::ops::Range;

/// The one stretch in which two versions of a text differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drift {
    start: usize,
    old_end: usize,
    new_end: usize,
}

impl Drift {
    /// Between what was analysed and what an editor holds.
    pub fn between(old: &str, new: &str) -> Self {
        let pairs = || old.bytes().zip(new.bytes());
        let start = pairs().take_while(|(old, new)| old == new).count();
        let rest = old.len().min(new.len()) - start;
        let backwards = old.bytes().rev().zip(new.bytes().rev()).take(rest);
        let same = backwards.take_while(|(old, new)| old == new).count();
        Self {
            start,
            old_end: old.len() - same,
            new_end: new.len() - same,
        }
    }

    /// Where a place of the new text was in the old one; `None` in what was written since.
    pub fn to_old(self, offset: usize) -> Option<usize> {
        if offset <= self.start {
            Some(offset)
        } else if offset >= self.new_end {
            Some(offset - self.new_end + self.old_end)
        } else {
            None
        }
    }

    /// Where a stretch of the old text is in the new one; `None` where it was changed.
    pub fn to_new(self, span: &Range<usize>) -> Option<Range<usize>> {
        if span.end <= self.start {
            Some(span.clone())
        } else if span.start >= self.old_end {
            let start = span.start - self.old_end + self.new_end;
            Some(start..start + span.len())
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_before_and_after_a_change_are_found_again() {
        let drift = Drift::between("select a from t", "select abc, d from t");
        assert_eq!(drift.to_old(3), Some(3));
        assert_eq!(drift.to_old(10), None);
        assert_eq!(drift.to_old(14), Some(9));
        assert_eq!(drift.to_new(&(0..6)), Some(0..6));
        assert_eq!(drift.to_new(&(9..13)), Some(14..18));
        assert_eq!(
            drift.to_new(&(7..8)),
            Some(7..8),
            "only what follows changed"
        );
    }

    #[test]
    fn what_was_changed_is_nowhere() {
        let drift = Drift::between("select amount from t", "select account from t");
        assert_eq!(drift.to_new(&(7..13)), None);
        assert_eq!(drift.to_new(&(0..20)), None);
    }

    #[test]
    fn a_text_that_is_the_same_has_all_places() {
        for text in ["", "aa"] {
            let drift = Drift::between(text, text);
            for offset in 0..=text.len() {
                assert_eq!(drift.to_old(offset), Some(offset));
                assert_eq!(
                    drift.to_new(&(offset..text.len())),
                    Some(offset..text.len())
                );
            }
        }
    }

    #[test]
    fn what_repeats_itself_is_counted_once() {
        let drift = Drift::between("aa", "aaa");
        assert_eq!(drift.to_new(&(0..2)), Some(0..2));
        let drift = Drift::between("aaa", "aa");
        assert_eq!(drift.to_new(&(2..3)), None);
    }
}
