//! Time and memory of whole programs.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How long a program takes from start to exit. What it prints goes to `log`, and is shown if it fails.
pub fn time(command: &mut Command, log: &Path) -> Result<Duration> {
    let start = Instant::now();
    let mut child = spawn(command, log)?;
    let status = child.wait()?;
    let elapsed = start.elapsed();
    ensure!(status.success(), "{status}: {}", fs::read_to_string(log)?);
    Ok(elapsed)
}

/// The most memory that a program ever holds, in bytes; none where the system does not tell.
pub fn peak_memory(command: &mut Command, log: &Path) -> Result<Option<u64>> {
    let mut child = spawn(command, log)?;
    let status_file = format!("/proc/{}/status", child.id());
    let has_ended = AtomicBool::new(false);
    let (status, peak) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&status_file, &has_ended));
        let status = child.wait();
        has_ended.store(true, Ordering::Relaxed);
        (status, watcher.join())
    });
    let status = status?;
    ensure!(status.success(), "{status}: {}", fs::read_to_string(log)?);
    Ok(peak.unwrap_or_default())
}

/// Reads the kernel's high-water mark until the program ends: nothing below it is missed, and what rises in the last
/// millisecond hardly counts.
fn watch(status_file: &str, has_ended: &AtomicBool) -> Option<u64> {
    let mut peak = None;
    while !has_ended.load(Ordering::Relaxed) {
        let status = fs::read_to_string(status_file).unwrap_or_default();
        peak = high_water_mark(&status).max(peak);
        thread::sleep(Duration::from_millis(1));
    }
    peak
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn spawn(command: &mut Command, log: &Path) -> Result<Child> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().display()))
}

/// The middle one of several measurements.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_in_bytes() {
        let status = "Name:\ta\nVmHWM:\t   2048 kB\nVmRSS:\t1 kB\n";
        assert_eq!(high_water_mark(status), Some(2_097_152));
        assert_eq!(high_water_mark("Name:\ta\n"), None);
    }
}
