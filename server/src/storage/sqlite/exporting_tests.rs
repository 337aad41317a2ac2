//! That no table is forgotten, and that the document tells each field.

use super::*;

fn empty() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    schema::migrate(&mut db, Clock::system()).unwrap();
    db
}

#[test]
fn every_table_is_exported_or_left_out_for_a_reason() {
    let db = empty();
    let mut query = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let tables: Vec<String> =
        query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    for table in &tables {
        let exported = EXPORTED.contains(&table.as_str());
        let left_out = LEFT_OUT.iter().any(|(name, why)| name == table && !why.is_empty());
        assert!(
            exported != left_out,
            "name {table} in EXPORTED, or in LEFT_OUT with the reason, and in docs/export.md"
        );
    }
    for named in EXPORTED.iter().chain(LEFT_OUT.iter().map(|(name, _)| name)) {
        assert!(tables.iter().any(|table| table == named), "{named} is no table any more");
    }
}

#[test]
fn the_document_tells_every_field_of_every_table() {
    let document = include_str!("../../../../docs/export.md");
    let db = empty();
    for table in EXPORTED {
        let section = document.split(&format!("\n### {table}\n")).nth(1);
        let section = section.unwrap_or_else(|| panic!("docs/export.md has no section {table}"));
        let section = section.split("\n#").next().unwrap();
        for column in columns(&db, table).unwrap() {
            let told = section.contains(&format!("`{}`", column.shown));
            assert!(told, "docs/export.md does not tell {}.{}", table, column.shown);
        }
    }
}

#[test]
fn values_are_read_back_as_they_were() {
    let of = |name: &str, kind: &str| Column {
        name: name.to_owned(),
        shown: camel_case(name),
        kind: kind.to_owned(),
    };
    let all = [
        (of("pos", "INTEGER"), Stored::Integer(7 << 32 | 42), "7:42"),
        (of("sent_at", "INTEGER"), Stored::Integer(0), "1970-01-01T00:00:00.000Z"),
        (of("user_id", "BLOB"), Stored::Blob(vec![0; 16]), "00000000-0000-0000-0000-000000000000"),
        (of("hash", "BLOB"), Stored::Blob(vec![1, 0xff]), "01ff"),
        (of("message", "TEXT"), Stored::Text("1:2".to_owned()), "1:2"),
    ];
    for (column, stored, shown) in all {
        let exported = told(&column.name, (&stored).into()).unwrap();
        assert_eq!(exported, Value::from(shown));
        assert_eq!(read(&column, exported), Some(stored));
    }
    assert_eq!(read(&of("hash", "BLOB"), Value::from("0")), None);
    assert_eq!(read(&of("sent_at", "INTEGER"), Value::from("soon")), None);
    assert_eq!(camel_case("look_key"), "lookKey");
}
