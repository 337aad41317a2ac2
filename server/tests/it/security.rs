//! `docs/security.md` names tests that are there.

use std::collections::BTreeSet;
use std::path::Path;

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                collect(&path, names);
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let functions =
                text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            names.extend(functions.map(str::to_owned));
        }
    }
}

/// The last cell of each row of the tables, as names.
fn named(document: &str) -> Vec<&str> {
    let rows =
        document.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 4);
    let cells = rows.filter_map(|line| line.trim_end_matches('|').rsplit('|').next());
    cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter(|name| name.contains('_'))
        .collect()
}

#[test]
fn every_test_that_the_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let document = std::fs::read_to_string(root.join("docs/security.md")).unwrap();
    let (tables, figures) = document.split_once("## Figures").unwrap();
    assert!(!figures.is_empty());
    let mut there = BTreeSet::new();
    for folder in ["server", "shared", "frontend"] {
        collect(&root.join(folder), &mut there);
    }
    let named = named(tables);
    assert!(named.len() > 70, "{}", named.len());
    let missing: Vec<_> = named.iter().filter(|name| !there.contains(**name)).collect();
    assert!(missing.is_empty(), "named in docs/security.md and nowhere else: {missing:?}");
}
