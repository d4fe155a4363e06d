//! How long an editor waits while somebody types in a project of a thousand models.
//!
//! Prints, for each kind of wait, the median, the 99th percentile and the longest, and the ratio of the 99th percentile to its target.

#![allow(clippy::expect_used, missing_docs)]

#[path = "../tests/editor/client.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod client;
#[path = "../tests/editor/memory.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod memory;

use std::fmt::Write;
use std::time::{Duration, Instant};

use client::{Editor, at};
use memory::Memory;

const MODELS: usize = 1_000;
const KEYSTROKES: u32 = 1_000;

/// From a keystroke to what is wrong with the text.
const TYPING_TARGET: Duration = Duration::from_millis(20);
/// From a question to its answer.
const ASKING_TARGET: Duration = Duration::from_millis(10);

/// A model in the middle: what is typed in it reaches others.
const EDITED: &str = "stage_0";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(measure());
}

/// A project in which every tenth model is a stage over a table, and the others read a stage each.
fn project() -> std::sync::Arc<Memory> {
    let mut tables = String::new();
    let mut columns = String::from("id BIGINT!");
    for column in 0..40 {
        write!(columns, ", c{column} DECIMAL(10,2)").expect("it is written to memory");
    }
    let memory = Memory::new(&[]);
    for number in 0..MODELS {
        let stage = number - number % 10;
        let name = name(number);
        if number == stage {
            writeln!(tables, "t{number}: {columns}").expect("it is written to memory");
            memory.write(&name, &stage_text(number, "c0 + c1"));
        } else {
            let sql = format!(
                "with totals as (\n  select id, sum(total) as total, max(c2) as highest\n  from stage_{stage}\n  group by id\n)\n\
                 select s.id, s.total, t.highest, case when t.total > 10 then 'big' else 'small' end as size,\n  coalesce(s.c3, s.c4, 0) as value\n\
                 from stage_{stage} s\njoin totals t on t.id = s.id\nwhere s.total is not null\norder by s.id"
            );
            memory.write(&name, &sql);
        }
    }
    memory.cache("wide", tables.trim_end());
    memory
}

fn name(number: usize) -> String {
    if number.is_multiple_of(10) {
        format!("stage_{number}")
    } else {
        format!("mart_{number}")
    }
}

fn stage_text(number: usize, total: &str) -> String {
    format!(
        "select\n  id,\n  {total} as total,\n  c2, c3, c4, c5, c6, c7, c8, c9,\n  upper(cast(c10 as string)) as label\n\
         from wide.t{number}\nwhere c11 > 0"
    )
}

async fn measure() {
    let memory = project();
    let start = Instant::now();
    let mut editor = Editor::start(&memory).await;
    let mut text = stage_text(0, "c0 + c1");
    editor.open(EDITED, &text).await;
    editor.diagnostics(EDITED, 1).await;
    println!("first diagnostics: {:?}", start.elapsed());

    let (mut typing, mut hovering, mut completing) = (Vec::new(), Vec::new(), Vec::new());
    for keystroke in 0..KEYSTROKES {
        let version = i32::try_from(keystroke).expect("it is small") + 2;
        // Types, and takes back, the letters of a column; half of the texts are wrong.
        let total = ["c0 + c", "c0 + c1", "c0 + c12", "c0 + c122"][keystroke as usize % 4];
        text = stage_text(0, total);
        let start = Instant::now();
        editor.change(EDITED, version, &text).await;
        editor.diagnostics(EDITED, version).await;
        typing.push(start.elapsed());

        let start = Instant::now();
        editor.ask("hover", EDITED, at(2, 3)).await;
        hovering.push(start.elapsed());

        // In a text that was just changed, and is not analysed yet.
        let start = Instant::now();
        editor
            .change(EDITED, version, &format!("{text} and "))
            .await;
        editor.ask("completion", EDITED, at(6, 17)).await;
        completing.push(start.elapsed());
    }
    report("keystroke to diagnostics", typing, TYPING_TARGET);
    report("hover", hovering, ASKING_TARGET);
    report("completion", completing, ASKING_TARGET);
    editor.leave().await;
}

fn report(what: &str, mut times: Vec<Duration>, target: Duration) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    println!(
        "{what}: median {:.1?}, longest {:.1?}, p99 {:.1?}, target {target:.1?}, ratio {:.2}",
        at(50),
        at(100),
        at(99),
        at(99).div_duration_f64(target)
    );
}
