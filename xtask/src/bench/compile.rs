//! `rocky compile` on generated projects.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::end_to_end::{DATABRICKS, project, rocky};
use super::measure::{median, peak_memory, time};
use super::table::{Quantity, Row};
use crate::build::Built;
use crate::emulator::Emulator;
use crate::scratch::Scratch;

/// How many models a project has, and what checking them may cost.
struct Size {
    models: usize,
    /// That number, as people write it.
    written: &'static str,
    time: Duration,
    memory: Option<Quantity>,
}

const SIZES: [Size; 2] = [
    Size {
        models: 1_000,
        written: "1,000",
        time: Duration::from_secs(1),
        memory: None,
    },
    Size {
        models: 10_000,
        written: "10,000",
        time: Duration::from_secs(8),
        memory: Some(Quantity::Memory(300_000_000)),
    },
];

/// Schemas, tables in each, columns in each: what the models read is among the first 100 × 100 tables of both.
const WAREHOUSE: &str = "100x100x20";
const LARGE_WAREHOUSE: &str = "1000x100x20";

/// Checks projects of several sizes, and one beside a cache that holds much of which it reads nothing.
pub fn run(built: &Built, runs: usize) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let folder = described(built, WAREHOUSE)?;
    let mut smallest = None;
    for size in &SIZES {
        eprintln!("measuring: rocky compile, {} models", size.written);
        write_models(folder.path(), size.models)?;
        let measured = check(built, folder.path(), runs)?;
        smallest.get_or_insert(measured);
        let what = format!("{} models, cache of 10,000 tables", size.written);
        rows.push(
            Row::new(format!("rocky compile, {what}"), measured).target(Quantity::Time(size.time)),
        );
        rows.extend(memory(built, folder.path(), &what, size)?);
    }
    eprintln!("measuring: rocky compile beside many tables");
    let folder = described(built, LARGE_WAREHOUSE)?;
    let [size, ..] = &SIZES;
    write_models(folder.path(), size.models)?;
    let measured = check(built, folder.path(), runs)?;
    let what = format!(
        "rocky compile, {} models, cache of 100,000 tables",
        size.written
    );
    let row = Row::new(what, measured);
    rows.push(match smallest {
        Some(baseline) => row.baseline(baseline),
        None => row,
    });
    Ok(rows)
}

/// A project that has described a generated warehouse.
fn described(built: &Built, generate: &str) -> Result<Scratch> {
    let emulator = Emulator::start(&built.emulator, ["--generate", generate])?;
    let folder = project(&emulator, DATABRICKS)?;
    let models = folder.path().join("models");
    fs::create_dir(&models).with_context(|| format!("cannot make {}", models.display()))?;
    let mut command = rocky(built, folder.path(), "run");
    time(&mut command, &folder.path().join("log"))?;
    Ok(folder)
}

fn check(built: &Built, folder: &Path, runs: usize) -> Result<Quantity> {
    let log = folder.join("log");
    let times = (0..runs).map(|_| time(&mut compile(built, folder), &log));
    Ok(Quantity::Time(median(times.collect::<Result<_>>()?)))
}

fn memory(built: &Built, folder: &Path, what: &str, size: &Size) -> Result<Option<Row>> {
    let peak = peak_memory(&mut compile(built, folder), &folder.join("log"))?;
    Ok(peak.map(|bytes| {
        let row = Row::new(
            format!("peak memory, rocky compile, {what}"),
            Quantity::Memory(bytes),
        );
        match size.memory {
            Some(target) => row.target(target),
            None => row,
        }
    }))
}

/// Fails unless every model is sound and every table that it reads is cached.
fn compile(built: &Built, folder: &Path) -> Command {
    rocky(built, folder, "compile --deny warnings")
}

/// Writes so many models; those of a smaller project are among them.
fn write_models(folder: &Path, count: usize) -> Result<()> {
    for number in 0..count {
        let path = folder.join(format!("models/model_{number:05}.sql"));
        fs::write(&path, sql(number))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// A query of thirty lines over two tables; nine of ten read also the model before.
fn sql(number: usize) -> String {
    let schema = number % 100 + 1;
    let table = number / 100 % 100 + 1;
    let other = table % 100 + 1;
    let before = match number % 10 {
        0 => format!("gen.s{schema:04}.t{other:05}"),
        _ => format!("model_{:05}", number - 1),
    };
    let mut sql = format!(
        "-- The {number}th model.
WITH base AS (
  SELECT
    a.c0001 AS id, a.c0002 AS one, a.c0003 AS two, a.c0004 AS three,
    coalesce(a.c0005, b.c0005) AS four, b.c0006 AS five
  FROM gen.s{schema:04}.t{table:05} AS a
  LEFT JOIN gen.s{schema:04}.t{other:05} AS b ON a.c0001 = b.c0001
  WHERE a.c0002 IS NOT NULL
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY one ORDER BY two DESC) AS place,
    count(*) OVER (PARTITION BY one) AS among
  FROM base
),
sums AS (
  SELECT one, count(*) AS many, count(DISTINCT two) AS twos, max(three) AS latest, min(four) AS least
  FROM base
  GROUP BY one
  HAVING count(*) > 1
)
"
    );
    let _ = write!(
        sql,
        "SELECT
  r.id AS c0001, r.one AS c0002, r.two AS c0003, r.three AS c0004, r.four AS c0005, r.five AS c0006,
  r.place, s.many, s.twos, s.latest,
  CASE WHEN r.place = 1 THEN 'first' WHEN r.place < 10 THEN 'early' ELSE 'late' END AS stage,
  concat('m', '{number}') AS model
FROM ranked AS r
JOIN sums AS s ON s.one = r.one
WHERE r.place <= 100 AND EXISTS (SELECT 1 FROM {before} AS u WHERE u.c0001 = r.id)
ORDER BY r.place
"
    );
    sql
}
