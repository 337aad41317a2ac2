//! What is in the journal and what has taken its place, to the outside, are one.

use super::*;
use crate::domain::clock::Clock;
use crate::storage::sqlite::schema::migrate;
use crate::storage::sqlite::writer::Tx;
use uuid::Uuid;

const NO: ChannelNo = ChannelNo(1);

fn database() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    migrate(&mut db, Clock::system()).unwrap();
    db.execute_batch(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO channels (no, channel_id, kind, visibility, created_by, created_at, head_seq)
         VALUES (1, zeroblob(16), 0, 0, x'02', 0, 1);",
    )
    .unwrap();
    db.execute(
        "INSERT INTO members (channel_no, user_id, position) VALUES (1, ?1, 0)",
        [Id::from(ada())],
    )
    .unwrap();
    db
}

fn ada() -> UserId {
    UserId(Uuid::from_u128(7))
}

fn post(seq: Seq) -> Post {
    Post {
        pos: NO.pos(seq),
        message_id: MessageId(Uuid::from_u128(u128::from(seq))),
        user_id: ada(),
        nonce: format!("nonce-{seq}"),
        sent_at: Timestamp(0),
        message: format!("text {seq}"),
        html: None,
    }
}

fn append(db: &Connection, journal: &mut Journal, seqs: std::ops::RangeInclusive<Seq>) {
    let mut staged = Staged::default();
    let last = *seqs.end();
    for seq in seqs {
        staged.append(db, ChannelId(Uuid::nil()), post(seq)).unwrap();
    }
    journal.commit(staged, HashMap::from([(NO, last)]));
}

/// What is in place: the seqs, the channel's head, the author's read position; and the journal's
/// length.
fn stored(db: &Connection) -> (Vec<Seq>, Seq, Seq, i64) {
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let mut query = db.prepare("SELECT pos FROM messages ORDER BY pos").unwrap();
    let seqs = query.query_map([], |row| Ok(seq_of(row.get(0)?))).unwrap();
    (
        seqs.collect::<Result<_, _>>().unwrap(),
        number("SELECT head_seq FROM channels").cast_unsigned(),
        number("SELECT read_seq FROM members").cast_unsigned(),
        number("SELECT count(*) FROM journal"),
    )
}

#[test]
fn what_is_settled_in_slices_is_all_in_its_place_once() {
    let (db, mut journal) = (database(), Journal::default());
    let all = 2 * SLICE as Seq + 10;
    append(&db, &mut journal, 2..=all);
    assert_eq!(journal.original(ada(), "nonce-5").unwrap().seq, 5);
    journal.settle_some(&db).unwrap();
    append(&db, &mut journal, all + 1..=all + 3);
    let (seqs, head, read, left) = stored(&db);
    assert_eq!((seqs.len(), head, read, left), (SLICE, 513, 513, all as i64 + 2));
    assert!(journal.original(ada(), &format!("nonce-{all}")).unwrap().duplicate);
    while !journal.is_empty() {
        journal.settle_some(&db).unwrap();
    }
    assert_eq!(stored(&db), ((2..=all + 3).collect(), all + 3, all + 3, 0));
    assert_eq!(journal.original(ada(), "nonce-5"), None, "the tables know it now");
}

#[test]
fn a_crash_in_the_middle_of_settling_repeats_it_and_changes_nothing() {
    let (db, mut journal) = (database(), Journal::default());
    append(&db, &mut journal, 2..=SLICE as Seq * 2);
    journal.settle_some(&db).unwrap();
    recover(&db).unwrap();
    let all = SLICE as Seq * 2;
    assert_eq!(stored(&db), ((2..=all).collect(), all, all, 0));
    recover(&db).unwrap();
    assert_eq!(stored(&db), ((2..=all).collect(), all, all, 0));
}

#[test]
fn a_settling_that_is_undone_leaves_everything_in_the_journal() {
    let (db, mut journal) = (database(), Journal::default());
    append(&db, &mut journal, 2..=9);
    let tx = db.unchecked_transaction().unwrap();
    journal.settle(&tx).unwrap();
    drop(tx);
    assert_eq!(stored(&db), (Vec::new(), 1, 0, 8));
    let tx = db.unchecked_transaction().unwrap();
    journal.settle(&tx).unwrap();
    tx.commit().unwrap();
    journal.settled();
    assert_eq!(stored(&db), ((2..=9).collect(), 9, 9, 0));
    assert!(journal.is_empty());
}

#[test]
fn what_is_remembered_of_rights_does_not_count_beside_another_change() {
    let (db, mut journal) = (database(), Journal::default());
    db.execute(
        "INSERT INTO users (user_id, username, name_key, look_key, display_name, display_key,
                            role, created_at)
         VALUES (?1, 'ada', 'ada', 'ada', 'ada', 'ada', 0, 0)",
        [Id::from(ada())],
    )
    .unwrap();
    append(&db, &mut journal, 2..=3);
    let channel = ChannelId(Uuid::nil());
    let member = |staged, journal: &mut Journal| {
        let place = Tx::new(&db, journal, staged).place(ada(), channel).unwrap();
        place.standing.member
    };
    assert!(member(Some(Staged::default()), &mut journal));
    db.execute("DELETE FROM members", []).unwrap();
    assert!(member(Some(Staged::default()), &mut journal), "it is remembered");
    assert!(!member(None, &mut journal), "in one transaction with what ended it");
    journal.settled();
    assert!(!member(Some(Staged::default()), &mut journal), "and after it");
}

#[test]
fn a_place_that_is_taken_is_an_error_and_nothing_is_lost_in_silence() {
    let (db, mut journal) = (database(), Journal::default());
    append(&db, &mut journal, 2..=3);
    let other = Post { message_id: MessageId(Uuid::from_u128(99)), ..post(3) };
    insert_message(&db, &Post { nonce: "other".into(), ..other }, &Beside::default()).unwrap();
    assert!(journal.settle_some(&db).is_err());
    assert_eq!(stored(&db).3, 2);
}
