//! The index by itself, on the schema that the server has.

use super::*;
use crate::domain::clock::Clock;
use crate::storage::sqlite::rows::{ChannelNo, Id};
use crate::storage::sqlite::schema::migrate;
use proptest::prelude::*;
use shared::MessageId;
use uuid::Uuid;

const ADA: UserId = UserId(Uuid::from_u128(7));
const MINUTE: i64 = 60_000;
/// More messages than are indexed in one step.
const STEPS: u64 = 40_000;

/// A database with a channel for each number, ada in all of them.
fn database(channels: i64) -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    migrate(&mut db, Clock::system()).unwrap();
    complete(&db).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for no in 1..=channels {
        db.execute(
            "INSERT INTO channels (no, channel_id, kind, name, visibility, created_by, created_at)
             VALUES (?1, ?2, 0, 'room ' || ?1, 0, x'02', 0)",
            (no, Id(Uuid::from_u128(no.cast_unsigned().into()))),
        )
        .unwrap();
        db.execute(
            "INSERT INTO members (channel_no, user_id, position) VALUES (?1, ?2, 0)",
            (no, Id::from(ADA)),
        )
        .unwrap();
    }
    db
}

fn store(db: &Connection, no: i64, seq: u64, sent_at: i64, text: &str) -> i64 {
    let pos = ChannelNo(no).pos(seq);
    db.execute(
        "INSERT INTO messages (pos, message_id, user_id, nonce, sent_at, message)
         VALUES (?1, ?2, ?3, ?1, ?4, ?5)",
        (
            pos,
            Id::from(MessageId(Uuid::from_u128(pos.cast_unsigned().into()))),
            Id::from(ADA),
            sent_at,
            text,
        ),
    )
    .unwrap();
    pos
}

fn say(db: &Connection, no: i64, seq: u64, sent_at: i64, text: &str) -> i64 {
    let pos = store(db, no, seq, sent_at, text);
    enter_places(db, &[pos]).unwrap();
    pos
}

fn page(db: &Connection, query: &str, before: Option<u64>, limit: usize) -> MessageList {
    let query = Query::parse(query).unwrap_or_else(|why| panic!("{query}: {why}"));
    let search = Search { user_id: ADA, query, channel_id: None, from: None, before, limit };
    run(db, &search).unwrap()
}

fn texts(db: &Connection, query: &str) -> Vec<String> {
    page(db, query, None, 100).items.into_iter().map(|item| item.message.message).collect()
}

fn raw(db: &Connection) -> Vec<u8> {
    let mut all = Vec::new();
    for sql in ["SELECT block FROM search_data", "SELECT term FROM search_idx"] {
        let mut query = db.prepare(sql).unwrap();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            match row.get_ref(0).unwrap() {
                rusqlite::types::ValueRef::Blob(bytes) | rusqlite::types::ValueRef::Text(bytes) => {
                    all.extend_from_slice(bytes);
                }
                _ => {}
            }
        }
    }
    all
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|some| some == part.as_bytes())
}

/// SQLite's own look at whether the index is whole.
fn check(db: &Connection) {
    db.execute("INSERT INTO search (search) VALUES ('integrity-check')", []).unwrap();
}

#[test]
fn nothing_of_a_removed_text_stays_in_the_index() {
    let db = database(2);
    for seq in 1..=2_000 {
        say(&db, 1, seq, seq as i64 * MINUTE, "hay in the stack");
    }
    let secret = say(&db, 1, 3_000, 50 * MINUTE, "xyzzysecretword hay 极秘");
    for seq in 1..=2_000 {
        say(&db, 2, seq, seq as i64 * MINUTE, "straw in the stack");
    }
    assert!(holds(&raw(&db), "xyzzysecretword") && holds(&raw(&db), "极秘"));
    remove(&db, secret).unwrap();
    db.execute("DELETE FROM messages WHERE pos = ?1", [secret]).unwrap();
    let left = raw(&db);
    assert!(!holds(&left, "xyzzy") && !holds(&left, "secret") && !holds(&left, "极秘"));
    check(&db);
    assert_eq!(texts(&db, "xyzzysecretword "), Vec::<String>::new());
    assert_eq!(page(&db, "hay stack ", None, 100).items.len(), 100);
}

#[test]
fn a_channel_leaves_the_index_whole() {
    let db = database(2);
    for seq in 1..=500 {
        say(&db, 1, seq, seq as i64 * MINUTE, &format!("plum{seq} jam"));
        say(&db, 2, seq, seq as i64 * MINUTE, "pear jam");
    }
    remove_channel(&db, 1).unwrap();
    assert!(!holds(&raw(&db), "plum"));
    let left: i64 = db.query_row("SELECT count(*) FROM search_docs", [], |row| row.get(0)).unwrap();
    assert_eq!((left, page(&db, "jam ", None, 100).items.len()), (500, 100));
    check(&db);
}

#[test]
fn messages_of_one_moment_all_have_a_doc_and_come_once() {
    let db = database(3);
    for seq in 1..=300 {
        for no in 1..=3 {
            say(&db, no, seq, MINUTE, "same moment");
        }
    }
    let (mut before, mut found) = (None, Vec::new());
    loop {
        let page = page(&db, "moment ", before, 70);
        found.extend(page.items.iter().map(|item| (item.message.channel_id, item.message.seq)));
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(found.len(), 900);
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), 900);
}

#[test]
fn a_beginning_of_many_words_finds_the_newest_first_in_every_way() {
    let db = database(1);
    for seq in 1..=3 * READ_MAX as u64 {
        let text = match seq {
            1 | 2 => format!("begin{seq}"),
            // More than are looked for one by one, and further back than texts are read.
            seq if seq <= 200 => format!("begin{seq} old"),
            _ => "other words".to_owned(),
        };
        store(&db, 1, seq, seq as i64 * MINUTE, &text);
    }
    let all: Vec<i64> = (1..=3 * READ_MAX as u64).map(|seq| ChannelNo(1).pos(seq)).collect();
    enter_places(&db, &all).unwrap();
    let old = texts(&db, "begin");
    assert_eq!(
        (old.len(), old[0].as_str(), old[99].as_str()),
        (100, "begin200 old", "begin101 old")
    );
    assert_eq!(texts(&db, "begin2 "), ["begin2"]);
    assert_eq!(texts(&db, "old begin20"), ["begin200 old", "begin20 old"]);
    assert_eq!(texts(&db, "other begin"), Vec::<String>::new());
}

#[test]
fn many_channels_and_few_are_searched_alike() {
    let mut expected = Vec::new();
    for channels in [3, CHANNELS_ASKED_MAX as i64 + 8] {
        let db = database(channels);
        // Another channel, which ada is no member of, says the same more often and last.
        for seq in 1..=LOOKED_AT_MAX as u64 + 10 {
            store(&db, 999, seq, 1_000 * MINUTE + seq as i64, "plum jam");
        }
        let foreign: Vec<i64> =
            (1..=LOOKED_AT_MAX as u64 + 10).map(|seq| ChannelNo(999).pos(seq)).collect();
        enter_places(&db, &foreign).unwrap();
        for seq in 1..=50 {
            say(&db, 1 + seq as i64 % 3, seq, seq as i64 * MINUTE, &format!("plum {seq}"));
        }
        expected.push(texts(&db, "plum "));
        assert_eq!(texts(&db, "plum -jam "), expected[0]);
        assert_eq!(texts(&db, "-jam "), expected[0]);
        assert_eq!(texts(&db, "from:me "), expected[0]);
    }
    assert_eq!((expected[0].len(), expected[0][0].as_str()), (50, "plum 50"));
    assert_eq!(expected[0], expected[1]);
}

#[test]
fn an_index_is_made_anew_from_where_it_was_left() {
    let db = database(2);
    for seq in 1..=STEPS {
        store(&db, 1 + seq as i64 % 2, seq, seq as i64 * MINUTE, &format!("plum {seq}"));
    }
    db.execute(
        "UPDATE messages SET message = '', deleted_at = 1 WHERE pos = ?1",
        [ChannelNo(2).pos(4_999)],
    )
    .unwrap();
    db.execute("UPDATE meta SET value = 'other' WHERE key = 'search_rules'", []).unwrap();
    complete(&db).unwrap();
    assert_eq!(texts(&db, "plum ").first().map(String::as_str), Some("plum 40000"));
    assert!(texts(&db, "4999 ").is_empty());
    // As after a crash between two steps: what is done is not done again.
    let half = ChannelNo(1).pos(4_096);
    db.execute("DELETE FROM search_docs WHERE pos > ?1", [half]).unwrap();
    db.execute("INSERT INTO search (search) VALUES ('delete-all')", []).unwrap();
    db.execute("DELETE FROM search_docs", []).unwrap();
    db.execute("INSERT INTO meta VALUES ('search_done', ?1)", [half.to_string()]).unwrap();
    complete(&db).unwrap();
    let indexed: i64 =
        db.query_row("SELECT count(*) FROM search_docs", [], |row| row.get(0)).unwrap();
    let after: i64 = db
        .query_row(
            "SELECT count(*) FROM messages WHERE pos > ?1 AND deleted_at IS NULL",
            [half],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(indexed, after);
    check(&db);
}

#[test]
fn a_channel_keeps_its_order_within_a_moment_however_it_is_entered() {
    let db = database(5);
    let mut places = Vec::new();
    for seq in 1..=1_500 {
        for no in 1..=5 {
            places.push(store(&db, no, seq, MINUTE + seq as i64 / 100, "same moment"));
        }
    }
    places.sort_unstable();
    // In parts that end anywhere, as the journal is settled.
    let mut rest: Vec<&[i64]> = places.chunks(1_500).collect();
    let mut size = 1;
    while rest.iter().any(|channel| !channel.is_empty()) {
        for channel in &mut rest {
            let (now, later) = channel.split_at(size.min(channel.len()));
            enter_places(&db, now).unwrap();
            *channel = later;
        }
        size = size % 97 + 13;
    }
    let mut query = db.prepare("SELECT pos FROM search_docs ORDER BY doc").unwrap();
    let places = query.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    let places: Vec<i64> = places.collect::<Result<_, _>>().unwrap();
    for no in 1..=5 {
        let of_one = places.iter().filter(|pos| channel_no_of(**pos).0 == no);
        assert!(of_one.is_sorted(), "channel {no}");
    }
    assert_eq!(places.len(), 7_500);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_query_runs_and_finds_what_holds_its_words(
        text in "(\\PC|[aé 文字\"*:-]){0,60}|[ab ]{1,20}",
        query in "(\\PC|[-\"*:a 文(){}^+]|from:|in:|on:20|has:|NEAR|OR|NOT|AND){0,60}|[ab -]{1,20}",
    ) {
        let db = database(1);
        say(&db, 1, 1, MINUTE, &text);
        if let Ok(parsed) = Query::parse(&query) {
            let all = words(&text);
            let plain = parsed.filters.is_empty() && parsed.sent.is_none();
            let fits = parsed.wanted.iter().all(|pattern| pattern.is_in(&all))
                && !parsed.unwanted.iter().any(|pattern| pattern.is_in(&all));
            let search =
                Search { user_id: ADA, query: parsed, channel_id: None, from: None, before: None,
                    limit: 20 };
            for effort in Effort::EACH {
                let found = hits(&db, &search, effort).unwrap().len();
                prop_assert!(found <= 1);
                if plain {
                    prop_assert_eq!(found == 1, fits, "{:?} {:?}", search, effort);
                }
            }
        }
        remove(&db, ChannelNo(1).pos(1)).unwrap();
        let left: i64 = db
            .query_row("SELECT count(*) FROM search_terms", [], |row| row.get(0))
            .unwrap();
        prop_assert_eq!(left, 0);
    }
}
