//! Counts of files, and the order in which messages carry them.

use super::*;
use crate::domain::clock::Clock;
use crate::storage::sqlite::schema::migrate;
use uuid::Uuid;

const ADA: UserId = UserId(Uuid::from_u128(7));

fn database() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    migrate(&mut db, Clock::system()).unwrap();
    db
}

fn insert(db: &Connection, n: u8, hash: u8) -> UploadId {
    let upload = UploadId(Uuid::from_u128(u128::from(n)));
    hold(db, Blob { hash: [hash; 32], size: 5 }).unwrap();
    db.execute(
        "INSERT INTO uploads (upload_id, user_id, filename, content_type, kind, hash, size, stored,
                              created_at, part)
         VALUES (?1, ?2, 'a', 'text/plain', 4, ?3, 5, 5, 0, 0)",
        (Id::from(upload), Id::from(ADA), [hash; 32]),
    )
    .unwrap();
    upload
}

fn refs(db: &Connection, hash: u8) -> i64 {
    let sql = "SELECT refs FROM blobs WHERE hash = ?1";
    db.query_row(sql, [[hash; 32]], |row| row.get(0)).unwrap()
}

#[test]
fn a_file_is_counted_once_for_each_who_holds_it() {
    let db = database();
    let (first, second) = (insert(&db, 1, 9), insert(&db, 2, 9));
    assert_eq!((refs(&db, 9), held(&db, ADA).unwrap()), (2, 10));
    take(&db, &[first], 100).unwrap();
    free(&db, 100).unwrap();
    assert_eq!((refs(&db, 9), held(&db, ADA).unwrap()), (1, 5));
    take(&db, &[second], 101).unwrap();
    db.execute("DELETE FROM uploads WHERE pos BETWEEN 0 AND 200", []).unwrap();
    assert_eq!(refs(&db, 9), 0);
    // Held again before it was removed.
    insert(&db, 3, 9);
    assert_eq!(refs(&db, 9), 1);
}

#[test]
fn messages_carry_their_files_in_their_order() {
    let db = database();
    let ids: Vec<_> = (1..=3).map(|n| insert(&db, n, n)).collect();
    let asked = [ids[2], ids[0]];
    let found = unused(&db, ADA, &asked).unwrap();
    assert_eq!(found.iter().map(|file| file.upload_id).collect::<Vec<_>>(), asked);
    take(&db, &asked, 50).unwrap();
    take(&db, &ids[1..2], 60).unwrap();
    let all = between(&db, 0, 100).unwrap();
    assert_eq!((all[&50].as_slice(), all[&60].len()), (found.as_slice(), 1));
    assert!(between(&db, 51, 59).unwrap().is_empty());
    assert!(matches!(unused(&db, ADA, &asked), Err(Failure::Refused(_))));
}

#[test]
fn the_files_of_a_page_cost_one_look_at_one_index() {
    let db = database();
    let sql = format!(
        "EXPLAIN QUERY PLAN SELECT {COLUMNS} FROM uploads u WHERE u.pos BETWEEN ?1 AND ?2
         ORDER BY u.pos, u.position"
    );
    let mut query = db.prepare(&sql).unwrap();
    let plan = query.query_map([1, 2], |row| row.get::<_, String>(3)).unwrap();
    let plan: Vec<_> = plan.collect::<Result<_, _>>().unwrap();
    assert_eq!(plan.len(), 1, "{plan:?}");
    assert!(plan[0].contains("uploads_by_message"), "{plan:?}");
}
