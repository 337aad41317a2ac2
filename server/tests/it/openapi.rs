//! The OpenAPI document and the page to try it.

use crate::harness::{TestServer, header};
use serde_json::Value;
use shared::paths;
use std::collections::BTreeSet;

/// Every path of the API that `shared::paths` names, read from its source, so that a new one can't
/// be forgotten here.
fn named_paths() -> BTreeSet<String> {
    let source = include_str!("../../../shared/src/paths.rs");
    let constants = source.lines().filter(|line| line.starts_with("pub const "));
    let texts = constants.filter_map(|line| line.split('"').nth(1));
    let page = |path: &str| ["/c/", "/invite/", "/reset/"].iter().any(|p| path.starts_with(p));
    texts.filter(|path| !page(path)).map(str::to_owned).collect()
}

async fn document(server: &TestServer) -> Value {
    let answer = server.stranger().get(paths::OPENAPI).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(header(&answer, "content-type"), "application/json");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn every_route_stands_in_the_document_and_nothing_that_is_none() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let told: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let served_beside = ["/api/openapi.json", "/api/docs"].map(str::to_owned);
    let mut wanted = named_paths();
    assert!(wanted.len() >= 20, "{wanted:?}");
    for path in &served_beside {
        wanted.remove(path);
    }
    // A hidden flag mounts it, for conformance tests.
    wanted.remove(paths::WS_ECHO);
    let missing: Vec<_> = wanted.difference(&told).collect();
    assert!(missing.is_empty(), "not in the document: {missing:?}");
    let unknown: Vec<_> = told.difference(&named_paths()).cloned().collect();
    assert!(unknown.is_empty(), "in the document and nowhere else: {unknown:?}");
}

#[tokio::test]
async fn every_operation_is_named_described_and_tells_its_answers() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let place = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{place}"));
            assert!(ids.insert(id.to_owned()), "{id} twice");
            let described = ["summary", "description"]
                .iter()
                .any(|field| operation[field].as_str().is_some_and(|text| !text.is_empty()));
            assert!(described, "{place}");
            assert!(!operation["responses"].as_object().unwrap().is_empty(), "{place}");
            let placeholders = path.matches('{').count();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = parameters.iter().filter(|p| p["in"] == "path").count();
            assert_eq!(in_path, placeholders, "{place}");
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, into: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    match inner.as_str() {
                        Some(target) if name == "$ref" => {
                            into.insert(target);
                        }
                        _ => references(inner, into),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, into)),
            _ => {}
        }
    }
    let server = TestServer::start().await;
    let document = document(&server).await;
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for target in found {
        let pointer = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} leads outside"));
        assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
    }
    let text = document.to_string();
    for frame in ["Welcome", "Rejected", "Resume", "CaughtUp", "ChatMessage", "Problem"] {
        assert!(text.contains(&format!("\"{frame}\"")), "{frame} is described");
    }
    for limit in [shared::limits::MESSAGE_MAX_BYTES, shared::limits::PAGE_MAX] {
        let plain = limit.to_string();
        let grouped = format!("{},{:03}", limit / 1000, limit % 1000);
        assert!(text.contains(&plain) || text.contains(&grouped), "the limit {limit} is stated");
    }
}

#[tokio::test]
async fn the_docs_page_needs_nothing_from_outside() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let answer = stranger.get(paths::DOCS).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(header(&answer, "content-type").starts_with("text/html"));
    let page = answer.url().clone();
    let html = answer.text().await.unwrap();
    // What it loads is found from its `<base>`, if it names one.
    let told = html.split("<base href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let base = page.join(told.unwrap_or("")).unwrap();
    assert_eq!(base.origin(), page.origin());
    let mut assets = 0;
    for part in html.split(['"', '\'']) {
        if part.ends_with(".js") || part.ends_with(".css") || part.ends_with(".png") {
            let url = base.join(part).unwrap();
            assert_eq!(url.origin(), base.origin(), "{part} is loaded from outside");
            let answer = stranger.get(url.path()).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 200, "{url}");
            let text = answer.bytes().await.unwrap();
            assert!(!text.is_empty(), "{url}");
            assets += 1;
        }
    }
    assert!(assets > 0, "{html}");
    for outside in ["src=\"http", "src='http", "href=\"http", "@import", "url(http"] {
        assert!(!html.contains(outside), "{outside} in {html}");
    }
}
