//! How messages become rows.

use super::*;
use shared::api::messages::MessagePage;

const MINUTE: i64 = 60_000;

fn user(n: u64) -> UserId {
    ["00000000-0000-0000-0000-00000000000", &n.to_string()].concat().parse().unwrap()
}

fn message(seq: Seq, author: u64, minute: i64) -> ChatMessage {
    ChatMessage {
        message_id: ["00000000-0000-0000-0001-00000000000", &seq.to_string()]
            .concat()
            .parse()
            .unwrap(),
        channel_id: "00000000-0000-0000-0002-000000000000".parse().unwrap(),
        seq,
        user_id: user(author),
        message: seq.to_string(),
        html: None,
        sent_at: Timestamp(minute * MINUTE),
        edited_at: None,
        deleted_at: None,
        reply_to: None,
        thread_root: None,
        also_in_channel: false,
        action: false,
        forwarded: None,
        reply_count: None,
        last_reply_at: None,
        replier_ids: Vec::new(),
        pinned_by: None,
        reactions: Vec::new(),
        attachments: Vec::new(),
        previews: Vec::new(),
    }
}

fn room(messages: Vec<ChatMessage>, new_after: Option<Seq>) -> Room {
    let head_seq = messages.last().map_or(0, |message| message.seq);
    let mut room = Room { new_after, ..Room::default() };
    room.timeline.reset(MessagePage { messages, head_seq, has_before: false, has_after: false });
    room
}

fn draw(room: &Room, pending: &[Entry]) -> Vec<Row> {
    let (day_of, gists) = (|at: Timestamp| at.0 / (1_440 * MINUTE), Gists::default());
    let view = View { me: user(1), day_of: &day_of, gists: &gists };
    rows(room, pending.iter(), &view)
}

fn heads(rows: &[Row]) -> Vec<bool> {
    rows.iter().map(|row| row.head).collect()
}

#[test]
fn an_author_within_seven_minutes_groups() {
    let room =
        room(vec![message(1, 2, 0), message(2, 2, 6), message(3, 2, 13), message(4, 3, 14)], None);
    assert_eq!(heads(&draw(&room, &[])), [true, false, true, true]);
}

#[test]
fn a_new_day_separates_and_breaks_the_group() {
    let room = room(vec![message(1, 2, 1_438), message(2, 2, 1_441)], None);
    let rows = draw(&room, &[]);
    assert_eq!(rows.iter().map(|row| row.day).collect::<Vec<_>>(), [true, true]);
    assert_eq!(heads(&rows), [true, true]);
}

#[test]
fn the_new_line_stands_before_the_first_unread_of_somebody_else() {
    let messages = || vec![message(1, 2, 0), message(2, 2, 1), message(3, 2, 2)];
    let lines = |rows: &[Row]| rows.iter().map(|row| row.new).collect::<Vec<_>>();
    assert_eq!(lines(&draw(&room(messages(), Some(1)), &[])), [false, true, false]);
    assert_eq!(lines(&draw(&room(messages(), None), &[])), [false; 3]);
    let own = vec![message(1, 2, 0), message(2, 1, 1), message(3, 2, 2)];
    assert_eq!(lines(&draw(&room(own, Some(1)), &[])), [false; 3]);
}

fn entry(nonce: &str) -> Entry {
    Entry {
        nonce: nonce.to_owned(),
        channel_id: "00000000-0000-0000-0002-000000000000".parse().unwrap(),
        message: "hi".to_owned(),
        reply_to: None,
        thread_root: None,
        also_in_channel: false,
        action: false,
        attachment_ids: Vec::new(),
        created: 3 * MINUTE,
        attempts: 0,
        state: SendState::Queued { not_before: 0 },
    }
}

#[test]
fn a_row_keeps_its_key_when_its_message_is_confirmed() {
    let mut room = room(vec![message(1, 2, 0)], None);
    let before = draw(&room, &[entry("n1")]);
    assert_eq!((before[1].key.as_str(), &before[1].state), ("n1", &RowState::Queued));
    let own = message(2, 1, 3);
    room.nonces.insert(own.message_id, "n1".to_owned());
    let mut messages = vec![message(1, 2, 0), own];
    messages[1].message = "hi".to_owned();
    room.timeline.reset(MessagePage { messages, head_seq: 2, has_before: false, has_after: false });
    let after = draw(&room, &[]);
    assert_eq!((after[1].key.as_str(), &after[1].state), ("n1", &RowState::Sent));
}

#[test]
fn what_is_on_its_way_is_not_shown_in_the_middle_of_history() {
    let mut room = room(vec![message(1, 2, 0), message(2, 2, 1)], None);
    room.timeline.trim_after(1);
    assert_eq!(draw(&room, &[entry("n1")]).len(), 1);
}
