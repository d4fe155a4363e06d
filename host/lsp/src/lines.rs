//! Positions as editors count them, and bytes.

use std::ops::Range as Span;

use tower_lsp_server::ls_types::{Position, PositionEncodingKind, Range};

/// What the columns of positions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16: what every client understands.
    #[default]
    Utf16,
}

impl Encoding {
    /// The one to use with a client that offers these, in the order of its preference.
    pub fn choose(offered: &[PositionEncodingKind]) -> Self {
        let known = offered.iter().find_map(|kind| match kind.as_str() {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            _ => None,
        });
        known.unwrap_or_default()
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
        }
    }
}

/// Where the lines of a text begin. A line ends with `\n`, `\r\n` or `\r`.
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t str,
    encoding: Encoding,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// The lines of `text`, for a client that counts in `encoding`.
    pub fn new(text: &'t str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(index, byte)| {
            **byte == b'\n' || (**byte == b'\r' && bytes.get(index + 1) != Some(&b'\n'))
        });
        let starts = std::iter::once(0).chain(ends.map(|(index, _)| index + 1));
        Self {
            text,
            encoding,
            starts: starts.collect(),
        }
    }

    /// The line without its end, and where it begins. Lines after the last are empty and at the end.
    fn line(&self, line: usize) -> (usize, &'t str) {
        let len = self.text.len();
        let start = self.starts.get(line).copied().unwrap_or(len);
        let end = self.starts.get(line + 1).copied().unwrap_or(len);
        let line = self.text.get(start..end).unwrap_or_default();
        (start, line.trim_end_matches(['\r', '\n']))
    }

    /// The byte at a position. What lies beyond the end of a line means its end, what lies within a character its beginning.
    pub fn offset(&self, position: Position) -> usize {
        let (start, line) = self.line(usize::try_from(position.line).unwrap_or(usize::MAX - 1));
        let wanted = usize::try_from(position.character).unwrap_or(usize::MAX);
        let mut units = 0;
        for (index, character) in line.char_indices() {
            units += self.encoding.units(character);
            if units > wanted {
                return start + index;
            }
        }
        start + line.len()
    }

    /// The bytes of a range; empty where it ends before it begins.
    pub fn span(&self, range: Range) -> Span<usize> {
        let start = self.offset(range.start);
        start..self.offset(range.end).max(start)
    }

    /// The position of a byte. What lies beyond the end means the end, what lies within a character its beginning.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = self.text.get(start..offset).unwrap_or_default();
        let character = before.chars().map(|it| self.encoding.units(it)).sum();
        Position::new(saturated(line), saturated(character))
    }

    /// The range of so many bytes.
    pub fn range(&self, span: Span<usize>) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }
}

fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "aé😀b\r\nc\rd\n";

    /// `(line, character)` is at this byte of [`TEXT`], and that byte is there again.
    fn check(encoding: Encoding, position: (u32, u32), offset: usize) {
        let lines = Lines::new(TEXT, encoding);
        let position = Position::new(position.0, position.1);
        assert_eq!(lines.offset(position), offset, "{position:?}");
        assert_eq!(lines.position(offset), position, "{offset}");
    }

    #[test]
    fn positions_count_units_of_the_encoding() {
        for (utf8, utf16, offset) in [(1, 1, 1), (3, 2, 3), (7, 4, 7), (8, 5, 8)] {
            check(Encoding::Utf8, (0, utf8), offset);
            check(Encoding::Utf16, (0, utf16), offset);
        }
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            check(encoding, (1, 1), 11);
            check(encoding, (2, 0), 12);
            check(encoding, (3, 0), 14);
        }
    }

    #[test]
    fn positions_that_are_none_mean_the_nearest() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.offset(Position::new(0, 3)), 3, "within a pair");
        assert_eq!(lines.offset(Position::new(0, 99)), 8, "beyond a line");
        assert_eq!(lines.offset(Position::new(99, 0)), 14, "beyond the end");
        assert_eq!(lines.offset(Position::new(u32::MAX, u32::MAX)), 14);
        assert_eq!(lines.position(5), Position::new(0, 2), "within a character");
        assert_eq!(lines.position(usize::MAX), Position::new(3, 0));
        let backwards = Range::new(Position::new(1, 1), Position::new(0, 0));
        assert_eq!(lines.span(backwards), 11..11);
        assert_eq!(
            Lines::new("", Encoding::Utf8).position(0),
            Position::new(0, 0)
        );
    }

    #[test]
    fn the_first_encoding_that_is_known_is_chosen() {
        let utf32 = PositionEncodingKind::UTF32;
        let utf8 = PositionEncodingKind::UTF8;
        assert_eq!(Encoding::choose(&[utf32.clone(), utf8]), Encoding::Utf8);
        assert_eq!(Encoding::choose(&[utf32]), Encoding::Utf16);
        assert_eq!(Encoding::choose(&[]), Encoding::Utf16);
    }
}
