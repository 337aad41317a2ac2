//! Who joins and leaves while a socket is only just opening or being caught up, step by step: what
//! was announced last holds, whatever storage answered before that.

use super::*;
use crate::domain::model_socket::ModelSocket;
use shared::limits::EGRESS_MAX_FRAMES;
use shared::{
    ChannelEvent, ChannelInfo, ChannelKind, ClientId, Cursor, Member, Timestamp, Visibility,
    Welcome, close_code,
};
use uuid::Uuid;

const ROOM: ChannelId = ChannelId(Uuid::from_u128(1));
const ADA: UserId = UserId(Uuid::from_u128(2));
const BOB: UserId = UserId(Uuid::from_u128(3));

fn member(user_id: UserId, seq: Seq, joined: bool) -> Member {
    Member { channel_id: ROOM, seq, user_id, joined }
}

fn joined(user: UserId, seq: Seq) -> Announcement {
    let channel = ChannelInfo {
        channel_id: ROOM,
        kind: ChannelKind::Room,
        name: None,
        topic: None,
        visibility: Visibility::Private,
        user_ids: vec![user],
        created_by: user,
        created_at: Timestamp(0),
        head_seq: seq,
        read_seq: None,
        unread: None,
        mentions: None,
    };
    Announcement::Joined(Box::new(channel), member(user, seq, true))
}

fn left(user: UserId, seq: Seq) -> Announcement {
    Announcement::Left(member(user, seq, false))
}

fn event(seq: Seq) -> Announcement {
    Announcement::Event(ChannelEvent::Member(member(UserId(Uuid::nil()), seq, true)))
}

fn open(hub: &Hub, user_id: UserId) -> (ConnKey, ModelSocket) {
    let socket = ModelSocket::default();
    let caller = Caller::device(user_id, ClientId(user_id.0));
    let shard = hub.enter(user_id).unwrap();
    let key = hub.register_conn(shard, caller, Scope::All, socket.handle(), Duration::ZERO);
    (key, socket)
}

fn welcome(hub: &Hub, key: ConnKey, head: Option<Seq>) {
    let cursor = |head_seq| Cursor { channel_id: ROOM, head_seq, read_seq: 0, mentions: 0 };
    let channels = head.map(cursor).into_iter().collect();
    let (user_id, client_id) = (ADA, ClientId(ADA.0));
    let welcome = Welcome {
        user_id,
        client_id,
        epoch: String::new(),
        heartbeat_seconds: HEARTBEAT_SECONDS,
        channels,
    };
    hub.welcome(key, &ServerMessage::Welcome(welcome), shared::Role::Member);
}

/// A socket in the room, so that the room is known here.
fn somebody_else(hub: &Hub) -> ModelSocket {
    let (key, socket) = open(hub, BOB);
    hub.add_client(key, [ROOM]);
    assert_eq!(hub.go_live(key, ROOM, 0, None), GoLive::Live);
    socket
}

fn run(hub: &Hub) {
    assert_eq!(hub.run(0, &|| Duration::ZERO, 10_000), Some(Progress::Idle));
}

/// Every frame that came: its kind, or the seq of an event.
fn heard(socket: &ModelSocket) -> Vec<String> {
    let read = |text: &String| match ServerMessage::from_json(text).unwrap() {
        ServerMessage::Member(member) => member.seq.to_string(),
        ServerMessage::Channel(frame) => format!("{:?}", frame.change),
        other => other.kind().to_owned(),
    };
    socket.texts().iter().map(read).collect()
}

#[test]
fn a_channel_that_is_joined_too_late_for_the_welcome_is_told_right_after_it() {
    let hub = Hub::new(1);
    let (key, socket) = open(&hub, ADA);
    // Storage was asked where things stand, and the user joins before it is told.
    hub.deliver(vec![event(4), joined(ADA, 5), event(6)]);
    run(&hub);
    welcome(&hub, key, None);
    hub.deliver(vec![event(7)]);
    run(&hub);
    assert_eq!(heard(&socket), ["welcome", "Created", "5", "6", "7"]);
}

#[test]
fn who_left_and_came_back_before_it_connected_is_in_after_both_had_their_turn() {
    let hub = Hub::new(1);
    let _other = somebody_else(&hub);
    hub.deliver((1..=9).map(event).collect());
    hub.deliver(vec![left(ADA, 10), joined(ADA, 11)]);
    // The shard takes both in, while the user has no socket here, and has written to nobody yet.
    assert_eq!(hub.run(0, &|| Duration::ZERO, 0), Some(Progress::Busy));
    let (key, socket) = open(&hub, ADA);
    hub.add_client(key, [ROOM]);
    welcome(&hub, key, Some(11));
    run(&hub);
    assert_eq!(hub.go_live(key, ROOM, 11, None), GoLive::Live);
    hub.deliver(vec![event(12)]);
    run(&hub);
    assert_eq!(heard(&socket).last().unwrap(), "12");
}

#[test]
fn an_old_answer_of_storage_does_not_take_out_who_joined_since() {
    let hub = Hub::new(1);
    let _other = somebody_else(&hub);
    for held in [false, true] {
        let (key, socket) = open(&hub, ADA);
        welcome(&hub, key, None);
        if held {
            // A resume puts it in to ask storage, which says that it is no member.
            hub.add_client(key, [ROOM]);
        }
        hub.deliver(vec![joined(ADA, 5)]);
        run(&hub);
        hub.remove_client(key, ROOM);
        assert_eq!(hub.go_live(key, ROOM, 0, None), GoLive::Live);
        hub.deliver(vec![event(6)]);
        run(&hub);
        assert_eq!(heard(&socket), ["welcome", "Created", "5", "6"]);
        hub.remove_conn(key);
    }
}

#[test]
fn who_joined_and_could_not_be_held_any_longer_is_told_to_resume() {
    let hub = Hub::new(1);
    let (key, socket) = open(&hub, ADA);
    welcome(&hub, key, None);
    hub.add_client(key, [ROOM]);
    let many = EGRESS_MAX_FRAMES as Seq + 2;
    hub.deliver([joined(ADA, 1)].into_iter().chain((2..=many).map(event)).collect());
    run(&hub);
    // The replay begins anew, and then storage says that the user is no member (any more).
    assert_eq!(hub.go_live(key, ROOM, 0, None), GoLive::Behind);
    hub.remove_client(key, ROOM);
    hub.deliver(vec![event(many + 1)]);
    run(&hub);
    assert_eq!(heard(&socket), ["welcome"]);
    assert_eq!(socket.closed(), Some(close_code::TOO_SLOW));
}
