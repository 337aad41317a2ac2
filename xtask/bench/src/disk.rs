//! The bare disk: append and `fdatasync`, over and over. What a durable message costs at the least.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::histogram::Histogram;
use crate::{clock, report};

/// What the disk does.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Disk {
    /// Appends that were made durable, one after the other, in a second.
    pub(crate) per_second: f64,
    /// The median time of one, in milliseconds.
    pub(crate) p50_ms: f64,
    /// Of 99 in 100 the longest, in milliseconds.
    pub(crate) p99_ms: f64,
}

/// Appends `bytes` at a time to a new file for `seconds`, and prints what came of it as JSON.
///
/// # Errors
/// When the file can't be written.
pub(crate) fn measure(path: &Path, bytes: usize, seconds: f64) -> Result<()> {
    let mut file = File::create(path).with_context(|| format!("can't make {}", path.display()))?;
    let text = vec![b'x'; bytes];
    let mut times = Histogram::default();
    let start = clock::now();
    let mut now = start;
    while now < start + clock::nanos(seconds) {
        file.write_all(&text)?;
        rustix::fs::fdatasync(&file)?;
        let done = clock::now();
        times.record(done - now);
        now = done;
    }
    let disk = Disk {
        per_second: times.total() as f64 / clock::seconds_since(start),
        p50_ms: times.ms(0.5),
        p99_ms: times.ms(0.99),
    };
    drop(file);
    fs::remove_file(path)?;
    report::print(&serde_json::to_string(&disk)?);
    Ok(())
}
