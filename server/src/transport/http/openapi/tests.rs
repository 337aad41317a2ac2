//! That the document is what the code says, whole, and leads nowhere that is not there.

use super::made::DOCUMENT;

/// Set, it has the test write the document instead of comparing it.
const WRITE: &str = "HUBBUB_WRITE_OPENAPI";

#[test]
fn the_document_that_is_served_is_what_the_code_says() {
    let made_now = serde_json::to_string(&*DOCUMENT).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(path, &made_now).unwrap();
    }
    let same = std::fs::read_to_string(path).unwrap() == made_now && super::DOCUMENT == made_now;
    assert!(
        same,
        "docs/openapi.json is of an earlier version: `{WRITE}=1 cargo xtask test`, twice"
    );
}

#[test]
fn every_path_of_the_server_is_in_the_document() {
    let source = include_str!("../../../../../shared/src/paths.rs");
    let constants = source.lines().filter_map(|line| line.strip_prefix("pub const "));
    let paths: Vec<&str> = constants.filter_map(|line| line.split('"').nth(1)).collect();
    assert!(paths.len() > 20, "{paths:?}");
    // The page's own addresses, and what a hidden flag mounts for tests, are not the API's.
    let hidden = |path: &str| {
        let page = ["/c/", "/invite/", "/reset/"].iter().any(|start| path.starts_with(start));
        page || path == shared::paths::WS_ECHO
    };
    for path in paths.iter().filter(|path| !hidden(path)) {
        assert!(DOCUMENT.paths.paths.contains_key(*path), "{path}");
    }
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let mut ids = std::collections::HashSet::new();
    for item in DOCUMENT.paths.paths.values() {
        let operations = [&item.get, &item.put, &item.post, &item.delete, &item.patch];
        for operation in operations.into_iter().flatten() {
            let id = operation.operation_id.clone().unwrap();
            assert!(!id.contains('_') && ids.insert(id.clone()), "{id}");
        }
    }
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn walk(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                if let Some(serde_json::Value::String(path)) = map.get("$ref") {
                    found.push(path.clone());
                }
                map.values().for_each(|value| walk(value, found));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(&*DOCUMENT).unwrap();
    let mut found = Vec::new();
    walk(&document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for path in found {
        let pointer = path.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{path}");
    }
}
