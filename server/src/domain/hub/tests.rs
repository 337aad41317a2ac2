//! The Hub step by step, on connections that are models.

use super::*;
use crate::domain::model_socket::ModelSocket;
use shared::limits::EGRESS_MAX_FRAMES;
use shared::{ChannelEvent, ClientId, Member};
use uuid::Uuid;

const ROOM: ChannelId = ChannelId(Uuid::from_u128(1));
const OTHER: ChannelId = ChannelId(Uuid::from_u128(2));

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

/// A welcomed socket of a user of its own, in no channel.
fn connect(hub: &Hub, n: u128) -> (ConnKey, ModelSocket) {
    let caller = Caller::device(user(n), ClientId(Uuid::from_u128(n)));
    let (shard, socket) = (hub.enter(caller.user_id).unwrap(), ModelSocket::default());
    let key = hub.register_conn(shard, caller, Scope::All, socket.handle(), Duration::ZERO);
    hub.with(key, |conn| conn.welcomed = true);
    (key, socket)
}

/// A welcomed socket that is live in these channels from their beginning.
fn live(hub: &Hub, n: u128, channels: &[ChannelId]) -> (ConnKey, ModelSocket) {
    let (key, socket) = connect(hub, n);
    hub.add_client(key, channels.iter().copied());
    for id in channels {
        assert_eq!(hub.go_live(key, *id, 0, None), GoLive::Live);
    }
    (key, socket)
}

fn event(channel_id: ChannelId, seq: Seq) -> Announcement {
    let member = Member { channel_id, seq, user_id: user(0), joined: true };
    Announcement::Event(ChannelEvent::Member(member))
}

/// Has a shard do everything that it can, at a time.
fn run_at(hub: &Hub, now: Duration) -> Progress {
    loop {
        match hub.run(0, &|| now, 1_000).unwrap() {
            Progress::Busy => {}
            rest => return rest,
        }
    }
}

fn run(hub: &Hub) {
    assert_eq!(run_at(hub, Duration::ZERO), Progress::Idle);
}

/// The seqs of a channel's events that came, and 0 for every ack.
fn seqs(socket: &ModelSocket, id: ChannelId) -> Vec<Seq> {
    let read = |text: &String| match ServerMessage::from_json(text).unwrap() {
        ServerMessage::Member(member) if member.channel_id == id => Some(member.seq),
        ServerMessage::Pong(_) => Some(0),
        _ => None,
    };
    socket.texts().iter().filter_map(read).collect()
}

/// Stands for an ack.
fn ack() -> ServerMessage {
    ServerMessage::Pong(shared::Pong { at: 1 })
}

#[test]
fn what_is_announced_during_a_replay_follows_it_once_and_in_order() {
    let hub = Hub::new(1);
    let (key, socket) = connect(&hub, 1);
    hub.add_client(key, [ROOM]);
    for seq in 3..=6 {
        hub.deliver(vec![event(ROOM, seq)]);
        run(&hub);
    }
    assert!(seqs(&socket, ROOM).is_empty());
    assert_eq!(hub.go_live(key, ROOM, 4, None), GoLive::Live);
    hub.deliver(vec![event(ROOM, 7)]);
    run(&hub);
    assert_eq!(seqs(&socket, ROOM), [5, 6, 7]);
}

#[test]
fn a_replay_that_is_overtaken_starts_again_from_storage() {
    let hub = Hub::new(1);
    let (key, socket) = connect(&hub, 1);
    hub.add_client(key, [ROOM]);
    let many = EGRESS_MAX_FRAMES as Seq + 1;
    hub.deliver((1..=many).map(|seq| event(ROOM, seq)).collect());
    run(&hub);
    assert_eq!(hub.go_live(key, ROOM, 0, None), GoLive::Behind);
    hub.deliver(vec![event(ROOM, many + 1)]);
    run(&hub);
    assert_eq!(hub.go_live(key, ROOM, many, None), GoLive::Live);
    assert_eq!(seqs(&socket, ROOM), [many + 1]);
}

#[test]
fn a_socket_that_left_gets_nothing() {
    let hub = Hub::new(1);
    let (key, socket) = live(&hub, 1, &[ROOM]);
    hub.deliver(vec![event(ROOM, 1)]);
    run(&hub);
    assert!(hub.hold(key, ROOM));
    hub.remove_client(key, ROOM);
    hub.deliver(vec![event(ROOM, 2)]);
    run(&hub);
    assert_eq!(seqs(&socket, ROOM), [1]);
    assert_eq!(hub.go_live(key, ROOM, 2, None), GoLive::Gone);
}

#[test]
fn what_several_commits_brought_leaves_in_one_write() {
    let hub = Hub::new(1);
    let sockets: Vec<_> = (1..=5).map(|n| live(&hub, n, &[ROOM]).1).collect();
    hub.deliver(vec![event(ROOM, 1)]);
    hub.deliver(vec![event(ROOM, 2), event(OTHER, 1), event(ROOM, 3)]);
    run(&hub);
    for socket in sockets {
        assert_eq!((seqs(&socket, ROOM), socket.writes()), (vec![1, 2, 3], 1));
    }
}

#[test]
fn under_load_a_pass_waits_for_its_time_and_a_lone_event_does_not() {
    let hub = Hub::new(1);
    let (_, socket) = live(&hub, 1, &[ROOM]);
    hub.deliver(vec![event(ROOM, 1), event(ROOM, 2)]);
    // A clock by which the pass takes five milliseconds.
    let ticks = std::cell::Cell::new(0_u32);
    let slow = || {
        ticks.set(ticks.get() + 1);
        Duration::from_millis(5) * ticks.get()
    };
    assert_eq!(hub.run(0, &slow, 1_000), Some(Progress::Idle));
    let began = Duration::from_millis(5);
    hub.deliver(vec![event(ROOM, 3)]);
    let until = began + Duration::from_millis(10);
    assert_eq!(run_at(&hub, began + Duration::from_millis(6)), Progress::Until(until));
    hub.deliver(vec![event(ROOM, 4)]);
    assert_eq!(run_at(&hub, until), Progress::Idle);
    assert_eq!((seqs(&socket, ROOM), socket.writes()), (vec![1, 2, 3, 4], 2));
}

#[test]
fn a_small_channel_has_its_turn_within_a_large_ones_pass() {
    let hub = Hub::new(1);
    let large: Vec<_> = (1..=1_000).map(|n| live(&hub, n, &[ROOM]).1).collect();
    let (_, small) = live(&hub, 2_000, &[OTHER]);
    hub.deliver(vec![event(ROOM, 1), event(OTHER, 1)]);
    assert_eq!(hub.run(0, &|| Duration::ZERO, 200), Some(Progress::Busy));
    assert_eq!(seqs(&small, OTHER), [1]);
    let had = large.iter().filter(|socket| socket.writes() > 0).count();
    assert!(had < 300, "{had} of the large channel were first");
    run(&hub);
    assert!(large.iter().all(|socket| seqs(socket, ROOM) == [1]));
}

#[test]
fn who_leaves_in_the_middle_of_a_pass_makes_nobody_miss_it() {
    for leaves in 0..20 {
        let hub = Hub::new(1);
        let sockets: Vec<_> = (1..=20).map(|n| live(&hub, n, &[ROOM])).collect();
        hub.deliver(vec![event(ROOM, 1)]);
        assert_eq!(hub.run(0, &|| Duration::ZERO, 7), Some(Progress::Busy));
        hub.remove_conn(sockets[leaves].0);
        run(&hub);
        for (n, (_, socket)) in sockets.iter().enumerate().filter(|(n, _)| *n != leaves) {
            assert_eq!((n, seqs(socket, ROOM)), (n, vec![1]));
        }
    }
}

#[test]
fn an_ack_comes_behind_its_event_in_the_same_write() {
    let hub = Hub::new(1);
    let (key, socket) = live(&hub, 1, &[ROOM]);
    hub.deliver(vec![event(ROOM, 1)]);
    hub.reply(key, Some(ROOM), &ack());
    run(&hub);
    assert_eq!((seqs(&socket, ROOM), socket.writes()), (vec![1, 0], 1));
}

#[test]
fn an_ack_whose_event_has_left_already_waits_for_no_other() {
    let hub = Hub::new(1);
    let (key, socket) = live(&hub, 1, &[ROOM]);
    hub.deliver(vec![event(ROOM, 1)]);
    run(&hub);
    // A change of the members waits when the ack comes, and no event.
    let left = Member { channel_id: ROOM, seq: 2, user_id: user(9), joined: false };
    hub.deliver(vec![Announcement::Left(left)]);
    hub.reply(key, Some(ROOM), &ack());
    run(&hub);
    assert_eq!(seqs(&socket, ROOM).iter().filter(|seq| **seq == 0).count(), 1);
    hub.deliver(vec![Announcement::Deleted(ROOM)]);
    hub.reply(key, Some(ROOM), &ack());
    run(&hub);
    assert_eq!(seqs(&socket, ROOM).iter().filter(|seq| **seq == 0).count(), 2);
}

#[test]
fn each_shard_delivers_to_its_own_sockets() {
    let hub = Hub::new(2);
    let sockets: Vec<_> = (1..=4).map(|n| live(&hub, n, &[ROOM])).collect();
    hub.deliver(vec![event(ROOM, 1)]);
    run(&hub);
    let had = |shard: usize| {
        let of_shard = sockets.iter().filter(|(key, _)| key.shard == shard);
        of_shard.map(|(_, socket)| seqs(socket, ROOM)).collect::<Vec<_>>()
    };
    assert_eq!((had(0), had(1)), (vec![vec![1]; 2], vec![Vec::new(); 2]));
    assert_eq!(hub.run(1, &|| Duration::ZERO, 10), Some(Progress::Idle));
    assert_eq!(had(1), vec![vec![1]; 2]);
}
