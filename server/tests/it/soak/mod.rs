//! Everything that people do, for as long as one likes: they talk, edit, delete, react, read, resume,
//! vanish, come back, and some stop reading. At the end the whole history is held against every ack
//! and everything that was heard; and in a long run the server's memory must have stayed flat.
//!
//! `HUBBUB_SOAK_SECONDS` (5), `HUBBUB_SOAK_PEOPLE` (8) and `HUBBUB_SOAK_SEED` (random) change the
//! run. It prints its figures, and fails when one that must be 0 isn't.

mod memory;
mod talker;

use crate::harness::{Chance, TestServer, everyone, patiently};
use memory::Memory;
use shared::{ChannelEvent, ChannelId, MessageId, Seq};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use talker::Talker;
use tokio::sync::Barrier;

const ROOMS: usize = 3;

/// How often each thing was done.
#[derive(Debug, Default)]
struct Counts {
    acks: AtomicU64,
    heard: AtomicU64,
    connects: AtomicU64,
    resumes: AtomicU64,
    vanished: AtomicU64,
    stalled: AtomicU64,
    edits: AtomicU64,
    deletions: AtomicU64,
    reactions: AtomicU64,
    requests: AtomicU64,
}

/// What everybody shares.
#[derive(Debug)]
struct Run {
    ending: AtomicBool,
    /// Where everybody waits until nobody writes any more.
    written: Barrier,
    counts: Counts,
}

impl Run {
    fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }
}

/// An event, without what a later deletion takes from it.
type Heard = (&'static str, Option<MessageId>);

fn essence(event: &ChannelEvent) -> Heard {
    match event {
        ChannelEvent::Message(e) => ("message", Some(e.message_id)),
        ChannelEvent::Edited(e) => ("edited", Some(e.message_id)),
        ChannelEvent::Deleted(e) => ("deleted", Some(e.message_id)),
        ChannelEvent::Reacted(e) => ("reacted", Some(e.message_id)),
        ChannelEvent::Pinned(e) => ("pinned", Some(e.message_id)),
        ChannelEvent::Previewed(e) => ("previewed", Some(e.message_id)),
        ChannelEvent::Member(_) => ("member", None),
    }
}

/// Everything that somebody heard, in the order of the channels' seqs, and was told is stored.
#[derive(Debug, Default)]
struct Account {
    heard: BTreeMap<ChannelId, Vec<Heard>>,
    /// By nonce: where it stands.
    acked: HashMap<String, (ChannelId, Seq, MessageId)>,
    wrong: Vec<String>,
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number"))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_who_talk_all_day_lose_nothing_and_the_servers_memory_stays_flat() {
    let seconds = number("HUBBUB_SOAK_SECONDS", 5);
    let count = number("HUBBUB_SOAK_PEOPLE", 8);
    let seed = Chance::seed("HUBBUB_SOAK_SEED");
    println!("soak: {seconds} seconds, {count} people, HUBBUB_SOAK_SEED={seed}");
    let mut chance = Chance::new(seed);
    let mut server = TestServer::start().await;
    let owner = server.user("owner").await;
    let people = everyone(&server, "person", usize::try_from(count).unwrap()).await;
    let members: Vec<_> = people.iter().collect();
    let mut rooms = Vec::new();
    for n in 0..ROOMS {
        rooms.push(owner.room(&format!("room {n}"), &members).await.channel_id);
    }

    let written = Barrier::new(people.len());
    let (ending, counts) = (AtomicBool::new(false), Counts::default());
    let run = Arc::new(Run { ending, written, counts });
    let talking: Vec<_> = people
        .iter()
        .map(|person| {
            let chance = Chance::new(chance.any());
            let talker = Talker::new(person.clone(), rooms.clone(), chance, run.clone());
            tokio::spawn(talker.talk(server.address()))
        })
        .collect();
    let mut memory = Memory::of(server.program().pid());
    memory.watch(Duration::from_secs(seconds)).await;
    run.ending.store(true, Ordering::Release);
    let mut accounts = Vec::new();
    for talker in talking {
        accounts.push(patiently("somebody to come to an end", talker).await.unwrap());
    }

    let (mut events, mut messages) = (0, HashMap::new());
    let mut wrong: Vec<String> = Vec::new();
    for room in &rooms {
        let history = owner.events(*room, 0).await;
        events += history.len();
        for (event, seq) in history.iter().zip(1..) {
            if event.seq() != seq {
                wrong.push(format!("{} stands where {seq} should", event.seq()));
            }
            if let ChannelEvent::Message(m) = event
                && messages.insert(m.nonce.clone(), (*room, seq, m.message_id)).is_some()
            {
                wrong.push(format!("{} is there twice", m.nonce));
            }
        }
        let history: Vec<_> = history.iter().map(essence).collect();
        for account in &accounts {
            if account.heard[room] != history {
                wrong.push(format!("somebody heard {room} differently from its history"));
            }
        }
    }
    for account in &mut accounts {
        wrong.append(&mut account.wrong);
        for (nonce, place) in &account.acked {
            if messages.get(nonce) != Some(place) {
                wrong.push(format!("{nonce} was acknowledged at {place:?} and is not there"));
            }
        }
    }
    let acked: usize = accounts.iter().map(|account| account.acked.len()).sum();
    println!("soak: {events} events, {acked} messages acknowledged; {:?}", run.counts);
    println!("soak: {memory}");
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(acked > 0 && events >= acked, "nothing happened");
    memory.check();
    assert_eq!(server.terminate().await.code(), Some(0));
}
