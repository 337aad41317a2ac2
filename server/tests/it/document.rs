//! The server does what its OpenAPI document says: `schemathesis` makes requests up from it, right
//! ones and wrong ones, and holds the answers against it.
//!
//! `HUBBUB_TEST_SCHEMATHESIS` names the program; else the newest one in the cache of the commands is
//! taken. `HUBBUB_SCHEMATHESIS_CASES` says how many cases are made up for each operation.

use crate::harness::{TestServer, cached};
use std::path::PathBuf;
use std::process::Command;

/// Cases for each operation; what stands at the ends of its bounds comes on top.
const CASES: &str = "10";

fn schemathesis() -> PathBuf {
    let named = std::env::var_os("HUBBUB_TEST_SCHEMATHESIS").map(PathBuf::from);
    let program = named.or_else(|| cached("schemathesis")).filter(|program| program.exists());
    program.expect(
        "schemathesis, which tries what the document says, is missing: `cargo xtask test` installs it; \
         or install it with `python3 -m venv DIR` and `DIR/bin/pip install schemathesis`, and set \
         HUBBUB_TEST_SCHEMATHESIS to DIR/bin/schemathesis",
    )
}

#[tokio::test]
async fn the_server_does_what_its_document_says() {
    let program = schemathesis();
    let server = TestServer::with(&["--previews", "off"]).await;
    let ada = server.user_with_password("ada", "correct horse battery").await;
    let room = ada.room("tea", &[]).await.channel_id;
    ada.say(room, "hello").await;
    let cases = std::env::var("HUBBUB_SCHEMATHESIS_CASES").unwrap_or_else(|_| CASES.to_owned());
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    // It keeps examples that failed where it runs, and paints what it says unless told otherwise.
    command.current_dir(place.path()).env("NO_COLOR", "1").env("CI", "1");
    command.arg("run").arg(format!("{}/api/openapi.json", server.url()));
    command.args(["-H", &format!("Authorization: Bearer {}", ada.token())]);
    // What ends the client that asks would make every answer after it a 401.
    command.args(["--exclude-path", "/api/logout", "--exclude-path", "/api/clients/{clientId}"]);
    // A document can't say everything that is refused (a text of nothing but blanks, a name that is
    // taken), and what it does not name is ignored: neither is a fault.
    command.args(["--exclude-checks", "positive_data_acceptance,negative_data_rejection"]);
    command.args(["-n", &cases, "-w", "2", "--continue-on-failure", "--no-shrink"]);
    command.args(["--suppress-health-check", "all", "--warnings", "off"]);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    let made =
        said.lines().find(|line| line.contains(" generated,")).unwrap_or_else(|| panic!("{said}"));
    println!("{}", made.trim());
    let count =
        made.split_whitespace().next().and_then(|text| text.replace(',', "").parse::<u64>().ok());
    assert!(count.is_some_and(|count| count > 1_000), "{said}");
}
