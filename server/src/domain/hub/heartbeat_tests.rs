//! Who says nothing any more, in model time: heartbeats that are due, and the end of those who missed
//! two or don't take their close frame.

use super::Hub;
use crate::domain::client::{ConnKey, Scope};
use crate::domain::frame::opcode;
use crate::domain::identity::Caller;
use crate::domain::model_socket::ModelSocket;
use shared::limits::HEARTBEAT_SECONDS;
use shared::{ClientId, UserId};
use std::time::Duration;
use uuid::Uuid;

/// How often the node sweeps.
const SWEEP: u64 = 5;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn open(hub: &Hub) -> (ModelSocket, ConnKey) {
    let socket = ModelSocket::default();
    let (user_id, client_id) = (UserId(Uuid::nil()), ClientId(Uuid::nil()));
    let caller = Caller::device(user_id, client_id);
    let shard = hub.enter(user_id).unwrap();
    let key = hub.register_conn(shard, caller, Scope::All, socket.handle(), at(0));
    (socket, key)
}

fn pings(socket: &ModelSocket) -> usize {
    socket.frames().iter().filter(|(code, _)| *code == opcode::PING).count()
}

#[test]
fn who_says_nothing_is_asked_twice_and_then_cut() {
    let hub = Hub::new(2);
    let (silent, _) = open(&hub);
    let (lively, key) = open(&hub);
    for now in (0..=10 * HEARTBEAT_SECONDS).step_by(SWEEP as usize) {
        hub.sweep(at(now));
        if now % HEARTBEAT_SECONDS == SWEEP {
            hub.heard(key, at(now)); // The answer to the last heartbeat.
        }
        let dead = now > 2 * HEARTBEAT_SECONDS + HEARTBEAT_SECONDS / 5;
        assert_eq!(silent.was_cut(), dead, "after {now} seconds");
        assert!(!lively.was_cut(), "after {now} seconds");
        assert_eq!(pings(&lively) as u64, now / HEARTBEAT_SECONDS);
    }
    assert_eq!(pings(&silent), 2);
}

#[test]
fn a_sweep_that_comes_late_takes_nobody_for_dead_who_was_heard() {
    let hub = Hub::new(1);
    let (socket, key) = open(&hub);
    // The machine slept for an hour, and so did its clock of seconds, or not.
    hub.heard(key, at(3_600));
    hub.sweep(at(3_601));
    assert!(!socket.was_cut());
    assert_eq!(pings(&socket), 1);
}

#[test]
fn who_does_not_take_its_close_frame_is_cut_after_six_sweeps() {
    let hub = Hub::new(1);
    let (socket, key) = open(&hub);
    socket.take(1);
    hub.close(key, 4009, "draining");
    for sweep in 1..=8 {
        hub.heard(key, at(sweep * SWEEP));
        hub.sweep(at(sweep * SWEEP));
        assert_eq!(socket.was_cut(), sweep > 6, "after {sweep} sweeps");
    }
}
