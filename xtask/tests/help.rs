//! What somebody sees who asks the tool what it can do.
//!
//! `cargo xtask build` also builds this file, and does not run it: see `build.rs`.

use std::process::Command;

#[test]
fn the_help_names_every_task() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("--help")
        .output()
        .expect("xtask starts");
    let help = String::from_utf8(output.stdout).expect("the help is text");
    for task in ["build", "demo", "test", "bench", "tidy", "schemas"] {
        assert!(help.contains(&format!("\n  {task} ")), "{help}");
    }
}
