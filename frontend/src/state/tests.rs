//! The state as a whole, driven by frames alone.

use super::outbox::{Entry, SendState};
use super::*;
use shared::api::messages::MessagePage;
use shared::{
    Ack, CaughtUp, ChannelChange, ChannelFrame, ChannelInfo, ChannelKind, ClientMessage, Cursor,
    ErrorCode, Message, PresenceFrame, ReadFrame, Rejected, Reset, ResetReason, ServerMessage,
    TypingFrame, Visibility, Welcome,
};

fn id<T: std::str::FromStr>(n: u64) -> T {
    let text = ["00000000-0000-7000-8000-", &(n + 100_000_000_000).to_string()].concat();
    match text.parse() {
        Ok(id) => id,
        Err(_) => panic!("{text}"),
    }
}

const ME: u64 = 1;
const MIRA: u64 = 2;

fn channel() -> ChannelId {
    id(500)
}

fn info(head: Seq, read: Option<Seq>) -> ChannelInfo {
    ChannelInfo {
        channel_id: channel(),
        kind: ChannelKind::Room,
        name: Some("garden".to_owned()),
        topic: None,
        visibility: Visibility::Private,
        user_ids: vec![id(ME), id(MIRA)],
        created_by: id(ME),
        created_at: Timestamp(0),
        head_seq: head,
        read_seq: read,
        unread: None,
        mentions: None,
    }
}

fn state(head: Seq) -> State {
    let mut state = State::new(id(ME), id(9));
    state.channels.put(info(head, Some(head)));
    state.open = Some(channel());
    let page =
        MessagePage { messages: vec![], head_seq: head, has_before: false, has_after: false };
    state.room_mut(channel(), 0).timeline.reset(page);
    state
}

fn said(seq: Seq, by: u64, nonce: &str) -> ServerMessage {
    ServerMessage::Message(Message {
        channel_id: channel(),
        seq,
        message_id: id(1_000 + seq),
        user_id: id(by),
        nonce: nonce.to_owned(),
        sent_at: Timestamp(0),
        message: nonce.to_owned(),
        html: None,
        reply_to: None,
        thread_root: None,
        also_in_channel: false,
        action: false,
        forwarded: None,
        attachments: Vec::new(),
    })
}

fn write(state: &mut State, nonce: &str) {
    let entry = Entry {
        nonce: nonce.to_owned(),
        channel_id: channel(),
        message: nonce.to_owned(),
        reply_to: None,
        thread_root: None,
        also_in_channel: false,
        action: false,
        attachment_ids: Vec::new(),
        created: 0,
        attempts: 0,
        state: SendState::Queued { not_before: 0 },
    };
    state.outbox.push(entry).unwrap();
}

fn keys(state: &State) -> Vec<String> {
    state.rows(channel(), &|_| 0).into_iter().map(|row| row.key).collect()
}

fn ack(nonce: &str, seq: Seq) -> ServerMessage {
    ServerMessage::Ack(Ack {
        channel_id: channel(),
        nonce: nonce.to_owned(),
        seq,
        message_id: id(1_000 + seq),
        duplicate: false,
    })
}

#[test]
fn a_message_of_somebody_else_is_a_row_an_arrival_and_unread() {
    let mut state = state(4);
    let changes = state.apply(said(5, MIRA, "hi"), 0);
    assert!(changes.rows && changes.channels);
    assert_eq!(changes.arrivals.len(), 1);
    assert_eq!(state.channels.get(channel()).unwrap().unread(), 1);
    let again = state.apply(said(5, MIRA, "hi"), 0);
    assert!(!again.rows && again.arrivals.is_empty());
    assert_eq!(keys(&state).len(), 1);
}

#[test]
fn a_row_is_the_same_before_between_and_after_ack_and_message_in_either_order() {
    for ack_first in [true, false] {
        let mut state = state(4);
        write(&mut state, "n1");
        assert_eq!(keys(&state), ["n1"]);
        assert_eq!(state.outbox.due(0).len(), 1);
        let frames = match ack_first {
            true => [ack("n1", 5), said(5, ME, "n1")],
            false => [said(5, ME, "n1"), ack("n1", 5)],
        };
        for frame in frames {
            state.apply(frame, 0);
            assert_eq!(keys(&state), ["n1"]);
        }
        assert_eq!((state.outbox.waiting(), state.outbox.failed()), (0, 0));
    }
}

#[test]
fn a_gap_asks_for_a_replay_once_and_shows_nothing_out_of_order() {
    let mut state = state(4);
    let changes = state.apply(said(7, MIRA, "late"), 0);
    let wanted = Want::Resume(BTreeMap::from([(channel(), 4)]));
    assert!(changes.wants.contains(&wanted), "{changes:?}");
    assert!(keys(&state).is_empty());
    let changes = state.apply(said(8, MIRA, "later"), 0);
    assert!(!changes.wants.contains(&wanted));
    state.apply(said(5, MIRA, "a"), 0);
    state.apply(said(6, MIRA, "b"), 0);
    assert_eq!(keys(&state).len(), 4);
    assert_eq!(state.rooms[&channel()].timeline.cursor(), 8);
}

fn welcome(epoch: &str, head: Seq, read: Seq) -> ServerMessage {
    ServerMessage::Welcome(Welcome {
        user_id: id(ME),
        client_id: id(9),
        epoch: epoch.to_owned(),
        heartbeat_seconds: 25,
        channels: vec![Cursor {
            channel_id: channel(),
            head_seq: head,
            read_seq: read,
            mentions: 0,
        }],
    })
}

#[test]
fn a_welcome_resumes_what_moved_on_and_only_that() {
    let mut state = state(4);
    let same = state.apply(welcome("e", 4, 4), 0);
    assert!(!same.wants.iter().any(|want| matches!(want, Want::Resume(_))));
    let moved = state.apply(welcome("e", 9, 4), 0);
    assert!(moved.wants.contains(&Want::Resume(BTreeMap::from([(channel(), 4)]))));
    let done = ServerMessage::CaughtUp(CaughtUp { channel_id: channel(), seq: 9 });
    assert_eq!(state.apply(done, 0).wants, [Want::CaughtUp]);
}

#[test]
fn what_is_replayed_is_not_announced() {
    let mut state = state(4);
    state.apply(welcome("e", 6, 4), 0);
    assert!(state.apply(said(5, MIRA, "a"), 0).arrivals.is_empty());
}

#[test]
fn another_life_of_the_history_starts_anew() {
    let mut state = state(4);
    state.apply(welcome("one", 4, 4), 0);
    let changes = state.apply(welcome("two", 2, 1), 0);
    assert!(changes.wants.contains(&Want::Reload(channel())));
    assert!(state.rooms.is_empty());
}

#[test]
fn a_reset_loads_the_open_channel_again() {
    let mut state = state(4);
    let reset = Reset { channel_id: channel(), reason: ResetReason::TooFar, head_seq: 9_000 };
    let changes = state.apply(ServerMessage::Reset(reset), 0);
    assert!(changes.wants.contains(&Want::Reload(channel())));
    assert_eq!(state.rooms[&channel()].timeline.cursor(), 0);
}

#[test]
fn what_was_read_while_the_line_was_broken_is_told_on_return() {
    let mut state = state(4);
    state.apply(said(5, MIRA, "a"), 0);
    state.channels.read(channel(), 5);
    let changes = state.apply(welcome("e", 5, 4), 0);
    assert!(changes.wants.contains(&Want::Read(channel(), 5)));
}

#[test]
fn reading_on_another_device_clears_the_badge_here() {
    let mut state = state(4);
    state.apply(said(5, MIRA, "a"), 0);
    let read = |user| ReadFrame { channel_id: channel(), user_id: id(user), seq: 5 };
    assert!(!state.apply(ServerMessage::Read(read(MIRA)), 0).channels);
    assert!(state.apply(ServerMessage::Read(read(ME)), 0).channels);
    assert_eq!(state.channels.get(channel()).unwrap().unread(), 0);
}

#[test]
fn a_channel_that_is_gone_takes_its_rows_and_refuses_what_waits_for_it() {
    let mut state = state(4);
    write(&mut state, "n1");
    let gone =
        ChannelFrame { channel_id: channel(), change: ChannelChange::Deleted, channel: None };
    assert!(state.apply(ServerMessage::Channel(gone), 0).channels);
    assert!(state.channels.is_empty() && state.rooms.is_empty());
    assert_eq!((state.outbox.waiting(), state.outbox.failed()), (0, 1));
}

#[test]
fn a_renamed_channel_keeps_what_is_unread_in_it() {
    let mut state = state(4);
    state.apply(said(5, MIRA, "a"), 0);
    let mut renamed = info(5, None);
    renamed.name = Some("orchard".to_owned());
    let frame = ChannelFrame {
        channel_id: channel(),
        change: ChannelChange::Updated,
        channel: Some(renamed),
    };
    state.apply(ServerMessage::Channel(frame), 0);
    assert_eq!(state.title(channel()), "orchard");
    assert_eq!(state.channels.get(channel()).unwrap().unread(), 1);
}

#[test]
fn a_refusal_is_the_rows_and_one_without_a_nonce_is_told() {
    let mut state = state(4);
    write(&mut state, "n1");
    state.outbox.due(0);
    let rejected = |nonce: Option<&str>| {
        ServerMessage::Rejected(Rejected {
            nonce: nonce.map(str::to_owned),
            code: ErrorCode::Forbidden,
            message: "no".to_owned(),
            retry_after_ms: None,
        })
    };
    assert!(state.apply(rejected(Some("n1")), 0).wants.contains(&Want::Keep("n1".to_owned())));
    assert_eq!(state.outbox.failed(), 1);
    assert_eq!(state.apply(rejected(None), 0).wants, [Want::Tell("no".to_owned())]);
}

#[test]
fn passing_knowledge_changes_only_what_shows_it() {
    let mut state = state(4);
    let typing = TypingFrame { channel_id: channel(), user_id: id(MIRA) };
    let changes = state.apply(ServerMessage::Typing(typing), 0);
    assert_eq!(changes, Changes { typing: true, ..Changes::default() });
    state.people.put(shared::UserInfo {
        user_id: id(MIRA),
        username: "mira".to_owned(),
        display_name: "Mira".to_owned(),
        role: shared::Role::Member,
        online: false,
    });
    let online = PresenceFrame { user_id: id(MIRA), online: true };
    let changes = state.apply(ServerMessage::Presence(online.clone()), 0);
    assert_eq!(changes, Changes { people: true, ..Changes::default() });
    assert_eq!(state.apply(ServerMessage::Presence(online), 0), Changes::default());
}

#[test]
fn the_neighbours_in_the_rail_go_around_and_skip_what_is_read() {
    let mut state = state(4);
    for (n, name) in [(501, "herbs"), (502, "zinnias")] {
        let mut other = info(3, Some(3));
        (other.channel_id, other.name) = (id(n), Some(name.to_owned()));
        state.channels.put(other);
    }
    assert_eq!(state.neighbour(true, false), Some(id(501)));
    assert_eq!(state.neighbour(false, false), Some(id(502)));
    assert_eq!(state.neighbour(true, true), None);
    state.channels.advance(id(502), 4);
    assert_eq!(state.neighbour(true, true), Some(id(502)));
}

#[test]
fn a_sent_frame_carries_the_nonce_of_its_row() {
    let mut state = state(4);
    write(&mut state, "n1");
    let frames = state.outbox.due(0);
    let json = ClientMessage::Message(frames[0].clone()).to_json();
    assert!(json.contains("\"nonce\":\"n1\""), "{json}");
}

fn replied(seq: Seq, root: Seq) -> ServerMessage {
    let ServerMessage::Message(message) = said(seq, MIRA, "reply") else { unreachable!() };
    ServerMessage::Message(shared::Message { thread_root: Some(id(1_000 + root)), ..message })
}

/// The thread of message 5 on the screen, read up to where the channel stands.
fn in_thread(state: &mut State) -> MessageId {
    let root = id(1_005);
    state.apply(said(5, MIRA, "root"), 0);
    let first = state.rooms[&channel()].timeline.message(root).unwrap().clone();
    let mut thread = Thread::new(channel(), root);
    thread.room.loading = false;
    thread.room.timeline.reset(MessagePage {
        messages: vec![first],
        head_seq: 5,
        has_before: false,
        has_after: false,
    });
    state.thread = Some(thread);
    root
}

#[test]
fn a_reply_is_a_row_of_its_thread_and_arrives_there_alone() {
    let mut state = state(4);
    let root = in_thread(&mut state);
    let changes = state.apply(replied(6, 5), 0);
    assert_eq!(changes.arrivals[0].thread, Some(root));
    let rows = state.rows_at((channel(), Some(root)), &|_| 0);
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.in_thread && row.key.starts_with('~')));
    assert!(rows[1].head, "under the line that counts the replies");
    assert_eq!(keys(&state).len(), 1, "and none of the channel's");
}

#[test]
fn a_thread_whose_channel_is_not_replayed_is_loaded_again_on_return() {
    let mut state = state(4);
    in_thread(&mut state);
    let both = state.apply(welcome("e", 9, 5), 0).wants;
    assert!(!both.contains(&Want::Thread), "the replay of the channel brings it all");
    state.rooms.clear();
    let alone = state.apply(welcome("e", 9, 5), 0).wants;
    assert!(alone.contains(&Want::Thread));
    let again = state.apply(welcome("e", 5, 5), 0).wants;
    assert!(!again.contains(&Want::Thread), "nothing has happened");
}

#[test]
fn lists_are_out_of_date_once_what_they_hold_may_have_changed() {
    let mut state = state(4);
    in_thread(&mut state);
    let before = state.listed;
    state.apply(replied(6, 5), 0);
    assert_eq!(state.listed, super::Listed { threads: before.threads + 1, ..before });
    let pin = shared::Pinned {
        channel_id: channel(),
        seq: 7,
        message_id: id(1_005),
        user_id: id(MIRA),
        on: true,
    };
    assert!(state.apply(ServerMessage::Pinned(pin), 0).kept);
    assert_eq!(state.listed.pins, before.pins + 1);
}
