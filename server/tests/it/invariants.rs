//! The laws of the house, checked against the sources. Each rule has a test that proves it can
//! fail: a law that can't be broken isn't one.

use std::path::{Path, PathBuf};

/// A source file: its path from the repository's root, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The code: without comments and without the unit tests at the end of the file.
    fn code(&self) -> String {
        let before_tests = self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = before_tests.lines().map(|line| {
            let start = line.trim_start();
            if start.starts_with("//") { "" } else { line.split(" // ").next().unwrap_or(line) }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Unit tests in a file of their own, and integration tests.
    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("tests.rs")
    }
}

type Rule = fn(&Source) -> Option<String>;

/// Says which of `words` stands in the file's code, if any.
fn holds(source: &Source, words: &[&str]) -> Option<String> {
    let code = source.code();
    words.iter().find(|word| code.contains(*word)).map(|word| format!("holds `{word}`"))
}

fn domain_never_awaits(source: &Source) -> Option<String> {
    if !source.path.starts_with("server/src/domain/") {
        return None;
    }
    holds(
        source,
        &[
            "async fn",
            "async move",
            ".await",
            "std::fs",
            "TcpStream",
            "TcpListener",
            "tokio::net",
            "tokio::fs",
            "tokio::time",
            "tokio::spawn",
            "rusqlite",
            "axum",
        ],
    )
}

fn sql_only_under_storage(source: &Source) -> Option<String> {
    if source.path.starts_with("server/src/storage/") || source.is_test() {
        return None;
    }
    holds(
        source,
        &[
            "SELECT ",
            "INSERT INTO",
            "UPDATE ",
            "DELETE FROM",
            "CREATE TABLE",
            "PRAGMA ",
            "rusqlite",
        ],
    )
}

fn axum_only_under_transport(source: &Source) -> Option<String> {
    let elsewhere =
        source.path.starts_with("server/src/") && !source.path.starts_with("server/src/transport/");
    // leptos_axum is the page's rendering, and belongs to the transport as well.
    if elsewhere { holds(source, &["axum::", "use axum", "leptos_axum"]) } else { None }
}

fn web_sys_only_at_the_edge(source: &Source) -> Option<String> {
    let page = source.path.starts_with("frontend/src/");
    let edge = ["frontend/src/net/", "frontend/src/browser/"];
    if !page || source.is_test() || edge.iter().any(|folder| source.path.starts_with(folder)) {
        return None;
    }
    holds(source, &["web_sys", "js_sys", "wasm_bindgen::"])
}

fn the_page_is_without_serde(source: &Source) -> Option<String> {
    // Each type that serde reads costs the page kilobytes; `shared::json` reads the same.
    if source.path.starts_with("frontend/src/") { holds(source, &["serde"]) } else { None }
}

fn nothing_is_unbounded(source: &Source) -> Option<String> {
    // The commands queue a few lines of their own children and serve nobody.
    if source.is_test() || source.path.starts_with("xtask/") {
        return None;
    }
    holds(
        source,
        &[
            "unbounded_channel",
            "mpsc::channel()",
            "mpsc::unbounded",
            "crossbeam_channel::unbounded",
        ],
    )
}

fn urls_only_in_paths(source: &Source) -> Option<String> {
    if source.path == "shared/src/paths.rs" || source.is_test() {
        return None;
    }
    if source.path.starts_with("xtask/") {
        return None;
    }
    holds(source, &["\"/api/", "\"/ws/", "\"api/", "/api/{", "\"/healthz", "\"/metrics"])
}

fn files_are_short(source: &Source) -> Option<String> {
    let before_tests = source.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = before_tests.lines().count();
    (lines > 400 && !source.is_test()).then(|| format!("has {lines} lines without its tests"))
}

fn nothing_is_printed(source: &Source) -> Option<String> {
    // Cargo is told what a build depends on by printing it.
    let may = source.path == "server/src/main.rs"
        || source.path.starts_with("xtask/")
        || source.path.ends_with("/build.rs");
    if may || source.is_test() {
        return None;
    }
    holds(source, &["println!", "print!(", "dbg!"])
}

fn nothing_is_unsafe(source: &Source) -> Option<String> {
    if source.path == "server/tests/it/invariants.rs" {
        return None;
    }
    let code = source.code();
    let used = code.lines().any(|line| line.contains("unsafe {") || line.contains("unsafe fn"));
    used.then(|| "holds `unsafe`".to_owned())
}

fn time_and_chance_are_arguments(source: &Source) -> Option<String> {
    let server = source.path.starts_with("server/src/") || source.path.starts_with("shared/src/");
    if !server || source.path == "server/src/domain/clock.rs" {
        return None;
    }
    holds(source, &["SystemTime::now", "Instant::now", "Uuid::now_v7", "Uuid::new_v4"])
}

fn connections_only_past_the_guard(source: &Source) -> Option<String> {
    let exempt = source.path == "server/src/previews/connect.rs" || source.is_test();
    if exempt || !source.path.starts_with("server/src/") {
        return None;
    }
    holds(
        source,
        &["TcpStream::connect", "TcpSocket::new_v", "lookup_host", "to_socket_addrs", "reqwest"],
    )
}

fn shared_does_nothing(source: &Source) -> Option<String> {
    if !source.path.starts_with("shared/src/") {
        return None;
    }
    holds(source, &["std::fs", "std::net", "std::time", "tokio", "async fn", "std::env"])
}

fn modules_say_what_they_are(source: &Source) -> Option<String> {
    (!source.text.starts_with("//!")).then(|| "does not open with `//!`".to_owned())
}

const RULES: &[(&str, Rule)] = &[
    ("domain never awaits and does no I/O", domain_never_awaits),
    ("SQL only under storage", sql_only_under_storage),
    ("axum only under transport", axum_only_under_transport),
    ("web-sys only under frontend/src/net and frontend/src/browser", web_sys_only_at_the_edge),
    ("the page reads and writes with shared::json", the_page_is_without_serde),
    ("no unbounded queue", nothing_is_unbounded),
    ("every URL comes from shared::paths", urls_only_in_paths),
    ("no file over 400 lines", files_are_short),
    ("nothing is printed outside main", nothing_is_printed),
    ("no unsafe code", nothing_is_unsafe),
    ("time and chance are arguments", time_and_chance_are_arguments),
    ("the server connects out past the guard alone", connections_only_past_the_guard),
    ("shared does no I/O and reads no clock", shared_does_nothing),
    ("every module says what it is", modules_say_what_they_are),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources() -> Vec<Source> {
    let root = root();
    let mut folders: Vec<_> =
        ["server", "shared", "frontend", "xtask"].iter().map(|name| root.join(name)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let shown = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path: shown, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    found
}

fn check(name: &str) {
    let (_, rule) = RULES.iter().find(|(known, _)| *known == name).unwrap();
    let sources = sources();
    assert!(sources.len() > 60, "these are not all sources: {}", sources.len());
    let broken: Vec<_> = sources
        .iter()
        .filter_map(|source| rule(source).map(|why| format!("{} {why}", source.path)))
        .collect();
    assert!(broken.is_empty(), "{name}:\n{}", broken.join("\n"));
}

macro_rules! laws {
    ($($test:ident = $name:literal;)*) => {
        $(#[test] fn $test() { check($name); })*
        #[test]
        fn every_rule_is_checked() {
            let checked = [$($name),*];
            assert!(RULES.iter().all(|(name, _)| checked.contains(name)));
        }
    };
}

laws! {
    the_domain_never_awaits = "domain never awaits and does no I/O";
    sql_is_only_under_storage = "SQL only under storage";
    axum_is_only_under_transport = "axum only under transport";
    web_sys_is_only_at_the_pages_edge = "web-sys only under frontend/src/net and frontend/src/browser";
    the_page_is_free_of_serde = "the page reads and writes with shared::json";
    no_queue_is_unbounded = "no unbounded queue";
    every_url_comes_from_shared_paths = "every URL comes from shared::paths";
    no_file_is_over_400_lines = "no file over 400 lines";
    nothing_is_printed_outside_main = "nothing is printed outside main";
    there_is_no_unsafe_code = "no unsafe code";
    the_clock_and_chance_are_arguments = "time and chance are arguments";
    the_server_connects_out_past_the_guard_alone =
        "the server connects out past the guard alone";
    the_shared_crate_is_pure = "shared does no I/O and reads no clock";
    every_module_opens_with_what_it_is = "every module says what it is";
}

#[test]
fn every_rule_can_fail_and_lets_pass_what_is_right() {
    let long = "//! x\n".repeat(401);
    let bad: &[(Rule, &str, &str)] = &[
        (domain_never_awaits, "server/src/domain/hub.rs", "let x = send().await;"),
        (domain_never_awaits, "server/src/domain/hub/a.rs", "use std::fs;"),
        (sql_only_under_storage, "server/src/actions/a.rs", "let q = \"SELECT 1\";"),
        (sql_only_under_storage, "server/src/node.rs", "use rusqlite::Connection;"),
        (axum_only_under_transport, "server/src/actions/a.rs", "use axum::Json;"),
        (web_sys_only_at_the_edge, "frontend/src/pages/a.rs", "let w = web_sys::window();"),
        (the_page_is_without_serde, "frontend/src/net/rest.rs", "serde_json::from_str(text)"),
        (nothing_is_unbounded, "server/src/a.rs", "let (a, b) = mpsc::unbounded_channel();"),
        (nothing_is_unbounded, "server/src/a.rs", "let (a, b) = std::sync::mpsc::channel();"),
        (urls_only_in_paths, "frontend/src/net/rest.rs", "get(\"/api/me\")"),
        (urls_only_in_paths, "server/src/transport/router.rs", "route(\"/ws/join_channel\")"),
        (files_are_short, "server/src/a.rs", &long),
        (nothing_is_printed, "server/src/actions/a.rs", "println!(\"hi\");"),
        (nothing_is_unsafe, "server/src/a.rs", "let x = unsafe { *p };"),
        (time_and_chance_are_arguments, "server/src/actions/a.rs", "Instant::now()"),
        (connections_only_past_the_guard, "server/src/a.rs", "TcpStream::connect(a)"),
        (shared_does_nothing, "shared/src/a.rs", "use std::fs::File;"),
        (modules_say_what_they_are, "server/src/a.rs", "use std::fmt;"),
    ];
    for (rule, path, text) in bad {
        assert!(rule(&Source::new(path, text)).is_some(), "{path}: {text}");
    }
    for (_, rule) in RULES {
        assert!(bad.iter().any(|(tried, ..)| std::ptr::fn_addr_eq(*tried, *rule)));
    }
    let good: &[(Rule, &str, &str)] = &[
        (domain_never_awaits, "server/src/domain/hub.rs", "// never .await here\nlet x = 1;"),
        (domain_never_awaits, "server/src/actions/a.rs", "send().await;"),
        (sql_only_under_storage, "server/src/storage/sqlite/a.rs", "\"SELECT 1\""),
        (axum_only_under_transport, "server/src/transport/http/a.rs", "use axum::Json;"),
        (web_sys_only_at_the_edge, "frontend/src/browser/dom.rs", "web_sys::window()"),
        (the_page_is_without_serde, "shared/src/json/mod.rs", "use serde::Serialize;"),
        (nothing_is_unbounded, "server/src/a.rs", "mpsc::channel(64)"),
        (urls_only_in_paths, "shared/src/paths.rs", "\"/api/me\""),
        (files_are_short, "server/src/a.rs", "//! short\n"),
        (nothing_is_printed, "server/src/main.rs", "println!(\"hi\");"),
        (nothing_is_unsafe, "server/src/a.rs", "//! nothing unsafe here"),
        (time_and_chance_are_arguments, "server/src/domain/clock.rs", "Instant::now()"),
        (connections_only_past_the_guard, "server/src/previews/connect.rs", "lookup_host(a)"),
    ];
    for (rule, path, text) in good {
        assert_eq!(rule(&Source::new(path, text)), None, "{path}: {text}");
    }
}
