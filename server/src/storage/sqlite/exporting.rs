//! All tables as lines of JSON, and back: a file per table, a line per row, as `docs/export.md` says.
//! Names and values are made from the schema by a few rules, so that a new column is carried along
//! without a word; a new table must be named in one of the two lists here, which a test sees to.

use super::rows::{ChannelNo, channel_no_of, seq_of};
use super::{connect, journal, schema};
use crate::domain::clock::Clock;
use crate::storage::OpenError;
use crate::storage::files::hex_of;
use rusqlite::types::{Value as Stored, ValueRef};
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value};
use shared::Timestamp;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use uuid::Uuid;

/// Every table that is exported, in the order in which it is read in again.
pub(super) const EXPORTED: &[&str] = &[
    "meta",
    "users",
    "clients",
    "channels",
    "members",
    "bans",
    "mutes",
    "invites",
    "invite_channels",
    "resets",
    "passkeys",
    "messages",
    "events",
    "reactions",
    "mentions",
    "threads",
    "repliers",
    "followers",
    "bookmarks",
    "blobs",
    "uploads",
    "pictures",
    "audit",
    // Last: reading the others in changes it.
    "sqlite_sequence",
];

/// Every table that is not, and why: the lists together are all there are.
#[cfg(test)]
pub(super) const LEFT_OUT: &[(&str, &str)] = &[
    ("ended_clients", "a note to the server that runs"),
    ("journal", "its messages are put into their place before"),
    ("search", "the index is made anew"),
    ("search_config", "of the index"),
    ("search_data", "of the index"),
    ("search_docs", "of the index"),
    ("search_idx", "of the index"),
    ("search_terms", "of the index"),
];

/// Rows of `meta` that are of this database alone.
const OWN_NOTES: &[&str] = &["epoch", "search_rules", "search_done"];

/// Columns that hold a place in the log.
const PLACES: &[&str] = &["pos", "target", "thread", "root", "read_pos", "last_pos"];

/// Most bytes of a line: a message with all its renderings is far below.
const LINE_MAX: usize = 16 * 1024 * 1024;

/// A column: its name in the table and in the export, and its declared type.
struct Column {
    name: String,
    shown: String,
    kind: String,
}

fn columns(db: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    let mut query = db.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
    let columns = query.query_map([table], |row| {
        let name: String = row.get(0)?;
        Ok(Column { shown: camel_case(&name), name, kind: row.get(1)? })
    })?;
    columns.collect()
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        shown.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        shown.push_str(letters.as_str());
    }
    shown
}

fn is_time(column: &str) -> bool {
    column == "at" || column == "until" || column.ends_with("_at") || column.ends_with("_until")
}

/// A value as it is exported; None for none.
fn told(column: &str, value: ValueRef<'_>) -> Option<Value> {
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(pos) if PLACES.contains(&column) => {
            Value::from(format!("{}:{}", channel_no_of(pos).0, seq_of(pos)))
        }
        ValueRef::Integer(at) if is_time(column) => Value::from(Timestamp(at).to_rfc3339()),
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => Value::from(number),
        ValueRef::Text(text) => Value::from(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => Value::from(match Uuid::from_slice(bytes) {
            Ok(id) => id.to_string(),
            Err(_) => hex_of(bytes),
        }),
    })
}

/// The value that was exported so; None for what can't have been.
fn read(column: &Column, value: Value) -> Option<Stored> {
    Some(match (column.kind.as_str(), value) {
        (_, Value::Null) => Stored::Null,
        ("BLOB", Value::String(text)) => Stored::Blob(match Uuid::try_parse(&text) {
            Ok(id) if text.len() == 36 => id.as_bytes().to_vec(),
            _ => bytes_of(&text)?,
        }),
        ("INTEGER", Value::String(text)) if PLACES.contains(&column.name.as_str()) => {
            let (no, seq) = text.split_once(':')?;
            Stored::Integer(ChannelNo(no.parse().ok()?).pos(seq.parse().ok()?))
        }
        ("INTEGER", Value::String(text)) => Stored::Integer(Timestamp::parse(&text).ok()?.0),
        (_, Value::String(text)) => Stored::Text(text),
        (_, Value::Number(number)) => match number.as_i64() {
            Some(number) => Stored::Integer(number),
            None => Stored::Real(number.as_f64()?),
        },
        _ => return None,
    })
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok()).collect()
}

/// Brings a copy of a database up to date and writes its tables into a folder; their names.
pub(in crate::storage) fn write_tables(
    copy: &Path,
    folder: &Path,
    clock: Clock,
) -> Result<&'static [&'static str], OpenError> {
    let mut db = connect(copy, false)?;
    schema::migrate(&mut db, clock)?;
    journal::recover(&db)?;
    for table in EXPORTED {
        let file = File::create_new(folder.join(format!("{table}.jsonl")));
        let mut file = BufWriter::new(file.map_err(OpenError::Directory)?);
        let columns = columns(&db, table)?;
        let names: Vec<String> =
            columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let mut query = db.prepare(&format!("SELECT {} FROM {table}", names.join(", ")))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let mut line = Map::new();
            for (n, column) in columns.iter().enumerate() {
                let value = told(&column.name, row.get_ref(n)?);
                line.extend(value.map(|value| (column.shown.clone(), value)));
            }
            let key = line.get("key").and_then(Value::as_str);
            if *table == "meta" && key.is_some_and(|key| OWN_NOTES.contains(&key)) {
                continue;
            }
            writeln!(file, "{}", Value::Object(line)).map_err(OpenError::Directory)?;
        }
        file.flush().map_err(OpenError::Directory)?;
    }
    Ok(EXPORTED)
}

/// Makes a database of tables that a program with this schema wrote.
pub(in crate::storage) fn read_tables(
    database: &Path,
    folder: &Path,
    version: i64,
) -> Result<(), OpenError> {
    let mut db = connect(database, false)?;
    // It counts only once it is whole and synced.
    db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;")?;
    schema::migrate_to(&mut db, usize::try_from(version).unwrap_or(usize::MAX))?;
    let tx = db.transaction()?;
    tx.execute("DELETE FROM sqlite_sequence", [])?;
    for table in EXPORTED {
        let file = match File::open(folder.join(format!("{table}.jsonl"))) {
            Ok(file) => file,
            // It came with a later schema.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(OpenError::Directory(cause)),
        };
        if *table == "sqlite_sequence" {
            tx.execute("DELETE FROM sqlite_sequence", [])?;
        }
        read_table(&tx, table, file)?;
    }
    let mut wrong = tx.prepare("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1")?;
    let mut rows = wrong.query([])?;
    if let Some(row) = rows.next()? {
        let table: String = row.get(0)?;
        return Err(OpenError::Damaged(format!(
            "a line of {table} speaks of one that isn't there"
        )));
    }
    drop(rows);
    drop(wrong);
    tx.commit()?;
    Ok(())
}

fn read_table(db: &Connection, table: &str, file: File) -> Result<(), OpenError> {
    let columns = columns(db, table)?;
    let known: HashMap<&str, &Column> =
        columns.iter().map(|column| (column.shown.as_str(), column)).collect();
    let mut lines = BufReader::new(file);
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        let most = LINE_MAX as u64;
        let read_now = io::Read::take(&mut lines, most).read_line(&mut line);
        if read_now.map_err(OpenError::Directory)? == 0 {
            return Ok(());
        }
        let wrong =
            |what: &str| OpenError::Damaged(format!("tables/{table}.jsonl, line {number}: {what}"));
        let row: Map<String, Value> =
            serde_json::from_str(&line).map_err(|cause| wrong(&cause.to_string()))?;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (name, value) in row {
            let column = known.get(name.as_str());
            let column = column.ok_or_else(|| wrong(&format!("nothing is called {name}")))?;
            names.push(format!("\"{}\"", column.name));
            values
                .push(read(column, value).ok_or_else(|| wrong(&format!("what is this {name}?")))?);
        }
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
        let inserted = db.prepare_cached(&sql)?.execute(params_from_iter(values));
        inserted.map_err(|cause| wrong(&cause.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "exporting_tests.rs"]
mod tests;
