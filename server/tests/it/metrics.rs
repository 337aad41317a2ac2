//! Figures for Prometheus: that they count what happens, who may read them, and that the table of
//! them and the board for Grafana name what the server serves.

use crate::harness::{Closed, Expect, TestClient, TestServer, header, patiently, said};
use serde_json::{Value, json};
use shared::api::account::Session;
use shared::api::tokens::NewApiToken;
use shared::{ErrorCode, close_code, paths};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is served, by name and labels.
struct Served {
    kinds: BTreeMap<String, String>,
    values: BTreeMap<String, f64>,
}

impl Served {
    async fn by(client: &TestClient) -> Self {
        let answer = client.get(paths::METRICS).succeeds().await;
        assert_eq!(header(&answer, "content-type"), "text/plain; version=0.0.4");
        let text = answer.text().await.unwrap();
        let (mut kinds, mut values) = (BTreeMap::new(), BTreeMap::new());
        for line in text.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert_eq!(kinds.insert(name.to_owned(), kind.to_owned()), None, "{name} twice");
            } else if !line.starts_with("# HELP ") {
                let (key, value) = line.rsplit_once(' ').unwrap();
                let name = key.split('{').next().unwrap();
                assert!(kinds.contains_key(base(name)) || kinds.contains_key(name), "{line}");
                let value = value.parse().unwrap_or_else(|_| panic!("{line}"));
                assert_eq!(values.insert(key.to_owned(), value), None, "{key} twice");
            }
        }
        Self { kinds, values }
    }

    fn value(&self, key: &str) -> f64 {
        *self.values.get(key).unwrap_or_else(|| panic!("{key} is not in {:#?}", self.values))
    }
}

/// The metric that a line of a histogram belongs to.
fn base(name: &str) -> &str {
    let ends = ["_bucket", "_sum", "_count"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

#[tokio::test]
async fn what_happens_is_counted() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let bob = server.user("bob").await;
    ada.log_in("correct horse").await;
    let wrong = json!({ "username": "ada", "password": "wrong horse" });
    server.stranger().post(paths::LOGIN).json(&wrong).fails(ErrorCode::BadCredentials).await;
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let (mut hers, mut his) = (ada.socket().await, bob.socket().await);
    for nonce in ["n1", "n2", "n3"] {
        hers.send(&said(room, nonce, "hi")).await;
        hers.ack(nonce).await;
        his.event().await;
    }
    hers.send(&said(room, "n4", " ")).await;
    assert_eq!(hers.rejected().await.code, ErrorCode::Invalid);
    let before = Served::by(&server.stranger()).await;
    for (key, value) in [
        ("hubbub_sockets", 2.0),
        ("hubbub_users_online", 2.0),
        ("hubbub_sockets_opened_total", 2.0),
        ("hubbub_events_delivered_total", 6.0),
        ("hubbub_frames_dropped_total", 0.0),
        ("hubbub_frames_rejected_total{code=\"invalid\"}", 1.0),
        ("hubbub_sign_ups_total", 2.0),
        ("hubbub_log_ins_total", 1.0),
        ("hubbub_log_ins_refused_total", 1.0),
        ("hubbub_rate_limited_total{kind=\"log-in\"}", 0.0),
        ("hubbub_http_requests_total{route=\"/api/login\",method=\"POST\",status=\"2xx\"}", 1.0),
        ("hubbub_http_requests_total{route=\"/api/login\",method=\"POST\",status=\"4xx\"}", 1.0),
        ("hubbub_http_request_duration_seconds_count{route=\"/api/login\",method=\"POST\"}", 2.0),
        ("hubbub_build_info{version=\"0.1.0\"}", 1.0),
    ] {
        assert!((before.value(key) - value).abs() < 0.001, "{key} is {}", before.value(key));
    }
    let commits = before.value("hubbub_commits_total");
    assert!(commits >= 6.0);
    assert!((before.value("hubbub_commit_changes_count") - commits).abs() < 0.001);
    assert!(before.value("hubbub_commit_duration_seconds_sum") > 0.0);
    // Where the tables are made, the database is still in its log.
    assert!(before.value("hubbub_database_bytes") >= 4096.0);
    assert!(before.value("hubbub_wal_bytes") > 4096.0);
    assert!(before.value("process_open_fds") > 3.0);

    ada.delete(paths::CLIENTS).succeeds().await;
    assert_eq!(hers.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    // The server notes the end once the connection has gone.
    drop(hers);
    let noted = async {
        let key = "hubbub_sockets_closed_total{code=\"4001\"}";
        while Served::by(&server.stranger()).await.value(key) < 0.5 {}
    };
    patiently("the end of the socket to be counted", noted).await;
    let after = Served::by(&server.stranger()).await;
    for (key, value) in &before.values {
        let counts = key.contains("_total") || key.contains("_bucket") || key.contains("_count");
        assert!(!counts || after.value(key) >= *value, "{key} fell");
    }
}

#[tokio::test]
async fn figures_are_for_this_machine_and_for_tokens_of_owners_and_admins() {
    let server = TestServer::with(&["--trusted-proxy", "127.0.0.1"]).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let stranger = server.stranger();
    Served::by(&stranger).await;
    let token = async |scope: &str| {
        let body = json!({ "name": scope, "scopes": [scope] });
        let made: NewApiToken = ada.post(paths::TOKENS).json(&body).gives(201).await;
        ada.with(Session {
            user_id: ada.id(),
            client_id: made.info.token_id,
            username: ada.name().to_owned(),
            token: made.token,
        })
    };
    let (reader, writer) = (token("read").await, token("write").await);
    for (name, value) in [
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
    ] {
        let ask = |by: &TestClient| by.get(paths::METRICS).header(name, value);
        ask(&stranger).fails(ErrorCode::NotLoggedIn).await;
        let cookie = format!("hubbub_session={}", ada.token());
        ask(&stranger).header("cookie", cookie).fails(ErrorCode::NotLoggedIn).await;
        ask(&bob).fails(ErrorCode::Forbidden).await;
        ask(&writer).fails(ErrorCode::Forbidden).await;
        ask(&ada).succeeds().await;
        ask(&reader).succeeds().await;
    }
}

fn doc(name: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join("docs").join(name)).unwrap()
}

#[tokio::test]
async fn the_table_of_figures_tells_what_is_served() {
    let server = TestServer::start().await;
    let served = Served::by(&server.stranger()).await;
    let text = doc("metrics.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let told: BTreeMap<String, String> = rows
        .map(|row| {
            let (name, rest) = row.split_once("` | ").unwrap();
            (name.to_owned(), rest.split(" | ").next().unwrap().to_owned())
        })
        .collect();
    assert_eq!(told, served.kinds);
}

#[tokio::test]
async fn every_figure_of_the_board_is_served() {
    let server = TestServer::start().await;
    let served = Served::by(&server.stranger()).await;
    let board: Value = serde_json::from_str(&doc("grafana.json")).unwrap();
    assert!(board["schemaVersion"].as_u64().is_some_and(|version| version >= 39));
    let variables = board["templating"]["list"].as_array().unwrap();
    assert!(variables.iter().any(|v| v["type"] == "datasource" && v["query"] == "prometheus"));
    let (mut rows, mut ids, mut named) = (0, BTreeSet::new(), BTreeSet::new());
    for panel in board["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "an id twice");
        if panel["type"] == "row" {
            rows += 1;
            continue;
        }
        assert_eq!(panel["datasource"]["uid"], "${datasource}");
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            let words = query.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let names: Vec<_> = words
                .filter(|word| word.starts_with("hubbub_") || word.starts_with("process_"))
                .collect();
            assert!(!names.is_empty(), "{query}");
            named.extend(names.into_iter().map(str::to_owned));
        }
    }
    assert_eq!(rows, 6);
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        let known = served.kinds.contains_key(&name)
            || served.kinds.get(base(&name)).is_some_and(|kind| kind == "histogram");
        assert!(known, "{name} is not served");
    }
}
