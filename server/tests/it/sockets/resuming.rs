//! Coming back: replay, `caught_up`, `reset`, and the overlap with what happens meanwhile.

use crate::harness::{TestClient, TestServer, TestSocket, everyone};
use shared::{
    ChannelChange, ChannelEvent, ChannelId, ClientMessage, ResetReason, Resume, Seq, ServerMessage,
    limits,
};
use std::collections::BTreeMap;

/// How a replay ended.
#[derive(Debug, PartialEq)]
enum Ended {
    CaughtUp(Seq),
    Reset(ResetReason, Seq),
    Gone,
}

async fn resume(socket: &mut TestSocket, channel: ChannelId, after: Seq) {
    let cursors = BTreeMap::from([(channel, after)]);
    socket.send(&ClientMessage::Resume(Resume { cursors })).await;
}

/// Reads until the replay of `channel` ended; the durable events before that, and how it ended.
async fn replay(socket: &mut TestSocket, channel: ChannelId) -> (Vec<ChannelEvent>, Ended) {
    let mut events = Vec::new();
    loop {
        match socket.recv().await {
            ServerMessage::CaughtUp(up) if up.channel_id == channel => {
                return (events, Ended::CaughtUp(up.seq));
            }
            ServerMessage::Reset(reset) if reset.channel_id == channel => {
                return (events, Ended::Reset(reset.reason, reset.head_seq));
            }
            ServerMessage::Channel(frame)
                if frame.channel_id == channel && frame.change == ChannelChange::Deleted =>
            {
                return (events, Ended::Gone);
            }
            other => {
                if let Ok(event) = other.into_event()
                    && event.channel_id() == channel
                {
                    events.push(event);
                }
            }
        }
    }
}

fn seqs(events: &[ChannelEvent]) -> Vec<Seq> {
    events.iter().map(ChannelEvent::seq).collect()
}

async fn busy_room(ada: &TestClient, bob: &TestClient) -> ChannelId {
    let room = ada.room("tea", &[bob]).await.channel_id;
    let id = ada.say(room, "one").await.message_id;
    ada.say(room, "two").await;
    ada.edit(room, id, "uno").await;
    ada.react(room, id, "👍", true).await;
    room
}

#[tokio::test]
async fn a_socket_with_after_replays_what_was_missed_and_then_is_live() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = busy_room(&ada, &bob).await;
    for after in 0..=4 {
        let mut socket = bob.join(room, Some(after)).await;
        let (events, ended) = replay(&mut socket, room).await;
        assert_eq!(seqs(&events), (after + 1..=4).collect::<Vec<_>>());
        assert_eq!(ended, Ended::CaughtUp(4));
    }
    let mut socket = bob.join(room, Some(2)).await;
    replay(&mut socket, room).await;
    ada.say(room, "live").await;
    assert_eq!(socket.text().await, "live");
}

#[tokio::test]
async fn without_after_a_socket_is_live_from_its_welcome_on() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = busy_room(&ada, &bob).await;
    let mut socket = bob.join(room, None).await;
    let heard = socket.until_pong().await;
    assert!(heard.into_iter().all(|message| message.into_event().is_err()));
    ada.say(room, "live").await;
    assert_eq!(socket.event().await.seq(), 5);
}

#[tokio::test]
async fn resume_catches_several_channels_up_on_one_socket() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let rooms = [busy_room(&ada, &bob).await, busy_room(&ada, &bob).await];
    let mut socket = bob.socket().await;
    let cursors = BTreeMap::from([(rooms[0], 3), (rooms[1], 0)]);
    socket.send(&ClientMessage::Resume(Resume { cursors })).await;
    let mut ends = 0;
    while ends < 2 {
        ends += usize::from(matches!(socket.recv().await, ServerMessage::CaughtUp(_)));
    }
    let events = |room| {
        let heard = socket.log.iter().cloned().filter_map(|message| message.into_event().ok());
        heard.filter(|event| event.channel_id() == room).collect::<Vec<_>>()
    };
    assert_eq!(seqs(&events(rooms[0])), [4]);
    assert_eq!(seqs(&events(rooms[1])), [1, 2, 3, 4]);
    assert_eq!(events(rooms[1]), bob.events(rooms[1], 0).await);
}

#[tokio::test]
async fn a_channel_one_does_not_see_is_told_as_gone() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, bob) = (&people[1], &people[2]);
    let hidden = ada.room("hidden", &[]).await.channel_id;
    let left = ada.room("left", &[bob]).await.channel_id;
    bob.remove(left, bob).await;
    let mut socket = bob.socket().await;
    for channel in [hidden, left, ChannelId(crate::harness::unknown_id())] {
        resume(&mut socket, channel, 0).await;
        assert_eq!(replay(&mut socket, channel).await, (vec![], Ended::Gone));
    }
}

#[tokio::test]
async fn a_cursor_of_another_life_is_reset() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = busy_room(&ada, &bob).await;
    let mut socket = bob.socket().await;
    for cursor in [5, 1_000, u64::MAX] {
        resume(&mut socket, room, cursor).await;
        let (events, ended) = replay(&mut socket, room).await;
        assert_eq!((events, ended), (vec![], Ended::Reset(ResetReason::Epoch, 4)));
    }
    let mut socket = bob.join(room, Some(5)).await;
    let (_, ended) = replay(&mut socket, room).await;
    assert_eq!(ended, Ended::Reset(ResetReason::Epoch, 4));
    ada.say(room, "live all the same").await;
    assert_eq!(socket.text().await, "live all the same");
}

#[tokio::test]
async fn exactly_a_thousand_events_are_replayed_and_one_more_is_reset() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut writer = ada.join(room, None).await;
    let most = limits::RESUME_MAX_EVENTS;
    for n in 1..=most + 1 {
        let nonce = n.to_string();
        writer.send(&crate::harness::said(room, &nonce, &nonce)).await;
    }
    writer.ack(&(most + 1).to_string()).await;

    let mut socket = ada.join(room, Some(1)).await;
    let (events, ended) = replay(&mut socket, room).await;
    assert_eq!(ended, Ended::CaughtUp(most + 1));
    assert_eq!(seqs(&events), (2..=most + 1).collect::<Vec<_>>());
    let mut socket = ada.join(room, Some(0)).await;
    let (events, ended) = replay(&mut socket, room).await;
    assert!(events.is_empty());
    assert_eq!(ended, Ended::Reset(ResetReason::TooFar, most + 1));
    let mut socket = ada.socket().await;
    resume(&mut socket, room, 0).await;
    let (_, ended) = replay(&mut socket, room).await;
    assert_eq!(ended, Ended::Reset(ResetReason::TooFar, most + 1));
    ada.say(room, "live").await;
    assert_eq!(socket.text().await, "live");
}

#[tokio::test]
async fn a_replay_in_the_middle_of_a_storm_misses_nothing_and_stays_in_order() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    const STORM: u64 = 600;
    let mut writer = ada.join(room, None).await;
    let storm = tokio::spawn(async move {
        for n in 1..=STORM {
            let nonce = n.to_string();
            writer.send(&crate::harness::said(room, &nonce, &nonce)).await;
        }
        writer.ack(&STORM.to_string()).await;
    });
    let mut replays = Vec::new();
    let mut last: Seq = 0;
    while last < STORM {
        let mut socket = bob.join(room, Some(0)).await;
        let (mut events, ended) = replay(&mut socket, room).await;
        let Ended::CaughtUp(up) = ended else { panic!("{ended:?}") };
        assert!(events.last().map_or(0, ChannelEvent::seq) >= up, "caught up to what it had sent");
        events.push(match events.last() {
            Some(event) if event.seq() == STORM => break,
            _ => socket.event().await,
        });
        last = events.last().map_or(0, ChannelEvent::seq);
        replays.push(seqs(&events));
    }
    storm.await.unwrap();
    for seqs in replays {
        // Live frames and the replay may overlap; what is new comes in order and without a gap.
        let mut held = 0;
        for seq in seqs {
            assert!(seq <= held + 1, "after {held} came {seq}");
            held = held.max(seq);
        }
    }
}

#[tokio::test]
async fn edits_and_deletions_made_while_away_are_in_the_replay() {
    let mut server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let (one, two) = (ada.say(room, "one").await, ada.say(room, "two").await);
    let socket = bob.join(room, None).await;
    let epoch = socket.welcome.epoch.clone();
    socket.cut();
    server.kill();
    server.start_again().await;
    ada.edit(room, one.message_id, "uno").await;
    ada.unsay(room, two.message_id).await;
    let mut socket = bob.join(room, Some(2)).await;
    assert_eq!(socket.welcome.epoch, epoch, "a restart is the same life");
    let (events, ended) = replay(&mut socket, room).await;
    assert_eq!(ended, Ended::CaughtUp(4));
    let [ChannelEvent::Edited(edited), ChannelEvent::Deleted(deleted)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((edited.message_id, edited.message.as_str()), (one.message_id, "uno"));
    assert_eq!(deleted.message_id, two.message_id);
}
