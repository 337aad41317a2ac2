//! Settings from files, and `hubbub config`, which tells what holds.

use crate::harness::{Program, binary};
use std::path::Path;
use std::process::{Command, Output};

/// The program with these arguments and, of `HUBBUB_…`, these variables alone.
fn run(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HUBBUB_") {
            command.env_remove(name);
        }
    }
    command.args(args).envs(variables.iter().copied()).output().unwrap()
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn write(folder: &Path, text: &str) -> String {
    let file = folder.join("hubbub.toml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_flag_goes_before_the_environment_that_before_the_file_and_that_before_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let file = write(
        folder.path(),
        "listen = '127.0.0.1:1'\nsignup = 'closed'\npreviews = 'off'\nsecure-cookies = true\n",
    );
    let variables = [("HUBBUB_LISTEN", "127.0.0.1:2"), ("HUBBUB_PREVIEWS", "on")];
    let text = told(&run(&["config", "--data", data, "--listen", "127.0.0.1:3"], &variables));
    for line in [
        "listen = \"127.0.0.1:3\"  # --listen".to_owned(),
        "previews = \"on\"  # HUBBUB_PREVIEWS".to_owned(),
        format!("signup = \"closed\"  # {file}"),
        format!("secure-cookies = true  # {file}"),
        "limits = \"on\"  # default".to_owned(),
        format!("data = \"{data}\"  # --data"),
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\nis not in\n{text}");
    }
    assert!(!text.contains("test-echo"), "what is for tests is not shown: {text}");
}

#[test]
fn what_it_shows_can_be_the_file_of_another_start() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["config", "--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "::1"];
    let text = told(&run(&args, &[("HUBBUB_SHARDS", "2")]));
    let file = write(folder.path(), &text);
    let again = told(&run(&["config", "--config", &file], &[]));
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.split("  #").next().unwrap_or(line).to_owned());
        lines.collect()
    };
    assert_eq!(values(&text), values(&again));
    assert!(again.contains("trusted-proxy = [\"10.0.0.0/8\", \"::1\"]"), "{again}");
}

#[test]
fn a_file_with_a_fault_is_refused_and_nothing_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "signup = 'maybe'");
    let data = folder.path().join("data");
    for command in [&["config"][..], &["serve"], &[]] {
        let given = ["--config", &file, "--data", data.to_str().unwrap()];
        let output = run(&[command, &given[..]].concat(), &[]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let why = String::from_utf8(output.stderr).unwrap();
        assert!(output.stdout.is_empty());
        for part in [&file, "`signup`", "\"open\", \"invite\", \"closed\""] {
            assert!(why.contains(part), "{why}");
        }
    }
    assert!(!data.exists());
}

#[tokio::test]
async fn the_server_serves_as_its_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let text = format!("listen = '127.0.0.1:0'\ndata = '{}'\nsignup = 'closed'", data.display());
    let file = write(folder.path(), &text);
    let mut program = Program::start(&["serve", "--config", &file]);
    let address = program.listening().await;
    let url = format!("http://{address}{}", shared::paths::SETUP);
    let setup: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(setup["signup"], "closed");
    assert!(data.join("hubbub.db").exists());
}
