//! The Autobahn cases of RFC 6455, run by `kosoku` against the server's own connections: with
//! `--test-echo`, `/ws/echo` sends back what it is sent.
//!
//! `HUBBUB_TEST_KOSOKU` names the program; else the newest one in the cache of the commands is taken.

use crate::harness::{TestServer, cached};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The cases of the sections 1 to 10 that have no right answer: whether a message sent together with
/// a close frame is still echoed, and what is said to close codes past those of the RFC.
const LEFT_OPEN: [&str; 3] = ["7.1.6", "7.13.1", "7.13.2"];
/// How many other cases the sections 1 to 10 have.
const JUDGED: usize = 298;
/// How many cases the sections 12 and 13 have, on compression.
const COMPRESSED: usize = 216;

fn kosoku() -> PathBuf {
    let named = std::env::var_os("HUBBUB_TEST_KOSOKU").map(PathBuf::from);
    let program = named.or_else(|| cached("kosoku")).filter(|program| program.exists());
    program.expect(
        "kosoku, which runs the Autobahn cases, is missing: `cargo xtask test` installs it; or install \
         it with `python3 -m venv DIR` and `DIR/bin/pip install kosoku`, and set HUBBUB_TEST_KOSOKU \
         to DIR/bin/kosoku",
    )
}

/// Runs every case, and reads how each went.
fn run(program: &Path, url: &str) -> Vec<Case> {
    let reports = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.args(["-p", "2", "-o"]).arg(reports.path()).arg(url);
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let read = |name: &str| -> Value {
        let said =
            || String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
        let text = std::fs::read(reports.path().join(name));
        let text = text.unwrap_or_else(|e| panic!("{name}: {e}; kosoku said {}", said()));
        serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    // By the server's name, which is its address, and by the case's number.
    let index = read("index.json");
    let servers = index.as_object().unwrap();
    assert_eq!(servers.len(), 1, "{index}");
    let cases = servers.values().next().and_then(Value::as_object).unwrap();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let read_case = |(number, case): (&String, &Value)| {
        let (behavior, close) = (text(case, "behavior"), text(case, "behaviorClose"));
        let mut why = String::new();
        if (behavior.as_str(), close.as_str()) != ("OK", "OK") {
            let report = read(&text(case, "reportfile"));
            why = format!("{}; {}", text(&report, "result"), text(&report, "resultClose"));
        }
        Case { number: number.clone(), behavior, close, why }
    };
    cases.iter().map(read_case).collect()
}

struct Case {
    number: String,
    /// `OK`, `NON-STRICT`, `FAILED`, `INFORMATIONAL`, `UNIMPLEMENTED`.
    behavior: String,
    /// The same about how the connection ended.
    close: String,
    why: String,
}

impl Case {
    fn section(&self) -> u8 {
        self.number.split('.').next().and_then(|number| number.parse().ok()).unwrap()
    }

    fn is(&self, behavior: &str, close: &str) -> bool {
        self.behavior == behavior && self.close == close
    }
}

#[tokio::test]
async fn every_autobahn_case_passes_strictly() {
    let program = kosoku();
    let server = TestServer::with(&["--test-echo"]).await;
    let url = format!("ws://{}/ws/echo", server.address());
    let cases = tokio::task::spawn_blocking(move || run(&program, &url)).await.unwrap();

    let (compressed, plain): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.section() > 10);
    let (open, judged): (Vec<_>, Vec<_>) =
        plain.into_iter().partition(|case| LEFT_OPEN.contains(&case.number.as_str()));
    let mut wrong: Vec<&Case> =
        judged.iter().copied().filter(|case| !case.is("OK", "OK")).collect();
    wrong.extend(open.iter().filter(|case| !case.is("INFORMATIONAL", "INFORMATIONAL")));
    // Compression is not offered, and the server must not take it on when it is asked to.
    wrong.extend(compressed.iter().filter(|case| !case.is("UNIMPLEMENTED", "OK")));
    let wrong: Vec<_> = wrong
        .iter()
        .map(|case| format!("{}: {}, end {}: {}", case.number, case.behavior, case.close, case.why))
        .collect();
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    let ran = (judged.len(), open.len(), compressed.len());
    assert_eq!(ran, (JUDGED, LEFT_OPEN.len(), COMPRESSED), "not every case ran");
}
