//! How many tests ran, read from what their runners print.

use crate::progress::plain;

/// Numbers of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Counts {
    /// All that ran.
    pub(crate) fn ran(self) -> u64 {
        self.passed + self.failed
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Reads nextest's last line, `Summary [  1.2s] 9 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 2 skipped`. What is
/// neither passed nor skipped has failed, in whatever way. [`None`] when there is no such line.
pub(crate) fn nextest(output: &str) -> Option<Counts> {
    let output = plain(output);
    let line = output.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, results) = line.split_once(" run: ")?;
    let mut counts = Counts::default();
    for (count, outcome) in outcomes(&without_brackets(results), ',') {
        match outcome {
            "passed" => counts.passed += count,
            "skipped" => {}
            _ => counts.failed += count,
        }
    }
    Some(counts)
}

/// Reads the lines `test result: ok. 3 passed; 1 failed; 0 ignored; …` of Rust's own test harness and of wasm-bindgen's,
/// one for each program, and adds them up. [`None`] when there is none.
pub(crate) fn libtest(output: &str) -> Option<Counts> {
    let output = plain(output);
    let mut lines =
        output.lines().filter_map(|line| line.trim().strip_prefix("test result: ")).peekable();
    lines.peek()?;
    let mut counts = Counts::default();
    for line in lines {
        let results = line.split_once(". ").map_or(line, |(_, results)| results);
        for (count, outcome) in outcomes(results, ';') {
            match outcome {
                "passed" => counts.passed += count,
                "failed" => counts.failed += count,
                _ => {}
            }
        }
    }
    Some(counts)
}

/// The parts of a list that are a number and a word.
fn outcomes(list: &str, separator: char) -> impl Iterator<Item = (u64, &str)> {
    list.split(separator).filter_map(|part| {
        let (count, outcome) = part.trim().split_once(' ')?;
        Some((count.parse().ok()?, outcome.trim()))
    })
}

/// Leaves out what is in round brackets, which may hold commas of its own.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|&char| {
            depth += u32::from(char == '(');
            let inside = depth > 0;
            depth -= u32::from(char == ')' && inside);
            !inside
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextests_summary_is_read_in_all_its_forms() {
        for (line, passed, failed) in [
            ("     Summary [   0.005s] 3 tests run: 3 passed, 0 skipped", 3, 0),
            ("     Summary [  12.005s] 1 test run: 1 passed (1 slow), 2 skipped", 1, 0),
            (
                "     Summary [   1.2s] 9/12 tests run: 5 passed (1 slow, 1 flaky), 2 failed (1 due to being leaky), \
              1 timed out, 1 exec failed, 4 skipped",
                5,
                4,
            ),
            (
                "\x1b[32;1m     Summary\x1b[0m [   0.1s] \x1b[1m2\x1b[0m tests run: \x1b[1m2\x1b[0m \x1b[32;1mpassed\x1b[0m, \
              \x1b[1m0\x1b[0m \x1b[33;1mskipped\x1b[0m",
                2,
                0,
            ),
        ] {
            let output =
                format!("        PASS [   0.001s] xtask summary\n{line}\n        FAIL again\n");
            assert_eq!(nextest(&output), Some(Counts { passed, failed }), "{line}");
        }
        assert_eq!(nextest("error: could not compile `hubbub`"), None);
    }

    #[test]
    fn the_harnesses_lines_are_added_up() {
        let output = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            \n\x1b[1mtest result: FAILED. 2 passed; 1 failed; 0 ignored; 0 filtered out\n";
        assert_eq!(libtest(output), Some(Counts { passed: 5, failed: 1 }));
        assert_eq!(libtest("no tests to run!"), None);
    }

    #[test]
    fn counts_add_up() {
        let mut counts = Counts { passed: 2, failed: 1 };
        counts += Counts { passed: 3, failed: 0 };
        assert_eq!((counts.passed, counts.failed, counts.ran()), (5, 1, 6));
    }
}
