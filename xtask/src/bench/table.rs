//! Measurements as a table.

use std::time::Duration;

/// One measurement.
pub struct Row {
    what: String,
    measured: Quantity,
    /// What it is compared with: a target, or the same work done in another way.
    against: Option<(&'static str, Quantity)>,
}

/// A number with a unit.
#[derive(Clone, Copy)]
pub enum Quantity {
    /// How long something took.
    Time(Duration),
    /// How much memory something needed, in bytes.
    Memory(u64),
}

impl Row {
    /// A measurement, compared with nothing.
    pub fn new(what: impl Into<String>, measured: Quantity) -> Self {
        Self {
            what: what.into(),
            measured,
            against: None,
        }
    }

    /// The same, compared with what it should be.
    pub fn target(self, target: Quantity) -> Self {
        self.against("target", target)
    }

    /// The same, compared with what another way of doing it takes.
    pub fn baseline(self, baseline: Quantity) -> Self {
        self.against("baseline", baseline)
    }

    fn against(mut self, kind: &'static str, quantity: Quantity) -> Self {
        self.against = Some((kind, quantity));
        self
    }

    fn cells(&self) -> [String; 4] {
        let (against, ratio) = match self.against {
            None => (String::new(), String::new()),
            Some((kind, against)) => (
                format!("{kind} {}", against.text()),
                format!("{:.2}", self.measured.number() / against.number()),
            ),
        };
        [self.what.clone(), self.measured.text(), against, ratio]
    }
}

impl Quantity {
    /// In the unit that it is shown in.
    fn number(self) -> f64 {
        match self {
            Self::Time(time) => time.as_secs_f64() * 1e3,
            // No memory of a process comes near the numbers that this would round.
            #[expect(clippy::cast_precision_loss)]
            Self::Memory(bytes) => bytes as f64 / 1e6,
        }
    }

    fn text(self) -> String {
        let number = self.number();
        let digits = usize::from(number < 100.0);
        match self {
            Self::Time(_) => format!("{number:.digits$} ms"),
            Self::Memory(_) => format!("{number:.digits$} MB"),
        }
    }
}

/// A table that reads well as text and as Markdown. A ratio is the measurement divided by what it is compared with.
pub fn markdown(rows: &[Row]) -> String {
    let head = ["what", "measured", "target or baseline", "ratio"].map(str::to_owned);
    let body: Vec<[String; 4]> = rows.iter().map(Row::cells).collect();
    let mut widths = head.each_ref().map(String::len);
    for cells in &body {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |cells: &[String; 4]| {
        let [what, measured, against, ratio] = cells;
        let [a, b, c, d] = widths;
        format!("| {what:a$} | {measured:>b$} | {against:>c$} | {ratio:>d$} |\n")
    };
    let [a, b, c, d] = widths.map(|width| "-".repeat(width));
    let rule = format!("| {a} | {b}:| {c}:| {d}:|\n");
    let body: String = body.iter().map(line).collect();
    format!("{}{rule}{body}", line(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [
            Row::new("a run", Quantity::Time(Duration::from_millis(250)))
                .target(Quantity::Time(Duration::from_millis(500))),
            Row::new("its memory", Quantity::Memory(42_000_000)),
        ];
        assert_eq!(
            markdown(&rows),
            "\
| what       | measured | target or baseline | ratio |
| ---------- | --------:| ------------------:| -----:|
| a run      |   250 ms |      target 500 ms |  0.50 |
| its memory |  42.0 MB |                    |       |
"
        );
    }
}
