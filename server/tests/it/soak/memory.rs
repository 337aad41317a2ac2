//! The resident memory of a process, looked at now and then.

use std::fmt;
use std::time::{Duration, Instant};

/// From this length on a run says something about growth; before, caches still fill.
const LONG: Duration = Duration::from_secs(180);
/// What the median may grow by from the middle third of a run to the last, beside a tenth.
const SLACK_KIB: u64 = 2_048;

/// What a process took, over time.
pub(super) struct Memory {
    pid: u32,
    length: Duration,
    kib: Vec<u64>,
}

impl Memory {
    /// Of this process.
    pub(super) fn of(pid: u32) -> Self {
        Self { pid, length: Duration::ZERO, kib: Vec::new() }
    }

    /// Looks at it for so long, some hundred times.
    pub(super) async fn watch(&mut self, length: Duration) {
        self.length = length;
        let end = Instant::now() + length;
        let mut tick = tokio::time::interval((length / 300).max(Duration::from_millis(50)));
        while Instant::now() < end {
            tick.tick().await;
            self.kib.push(resident_kib(self.pid));
        }
    }

    /// The median of each third.
    fn thirds(&self) -> [u64; 3] {
        [0, 1, 2].map(|n| {
            let len = self.kib.len();
            let mut third = self.kib[n * len / 3..(n + 1) * len / 3].to_vec();
            third.sort_unstable();
            third.get(third.len() / 2).copied().unwrap_or(0)
        })
    }

    /// Whether it stayed flat, if the run was long enough to say.
    pub(super) fn check(&self) {
        let [_, middle, last] = self.thirds();
        let most = middle + middle / 10 + SLACK_KIB;
        assert!(self.length < LONG || last <= most, "memory grows: {self}");
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, middle, last] = self.thirds();
        let most = self.kib.iter().max().copied().unwrap_or(0);
        write!(
            f,
            "resident memory in KiB: median of the thirds {first}, {middle}, {last}; most {most}"
        )
    }
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn memory_that_grows_by_a_fifth_is_not_flat() {
    let grows = |by: u64| {
        let kib = (0..300).map(|n| 50_000 + n * by * 500 / 300).collect();
        Memory { pid: 0, length: LONG, kib }
    };
    grows(0).check();
    grows(10).check();
    assert!(std::panic::catch_unwind(|| grows(60).check()).is_err());
}
