//! The crash test. Writers send over sockets into several channels and send again what was not
//! acknowledged; the server is killed with SIGKILL at random moments and started again on the same
//! directory, many times; listeners reconnect and resume. At the end the whole history is fetched
//! and held against every ack and everything that was heard live.
//!
//! `HUBBUB_TORTURE_ROUNDS` (6), `HUBBUB_TORTURE_WRITERS` (16) and `HUBBUB_TORTURE_SEED` (random)
//! change the run. It prints its figures, and fails when one that must be 0 isn't.

mod listener;
mod verdict;
mod writer;

use crate::harness::{Chance, Program, TestServer, everyone};
use listener::Listener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use verdict::Verdict;
use writer::Writer;

const CHANNELS: usize = 4;
const LISTENERS: usize = 6;

/// What writers, listeners and the one who kills share.
#[derive(Default)]
pub(crate) struct Run {
    /// Writers begin nothing new; what is pending they still bring home.
    ending: AtomicBool,
    /// The server stays up from now on, and every writer is done: listeners may finish.
    written: AtomicBool,
    acks: AtomicU64,
    resends: AtomicU64,
    duplicates: AtomicU64,
    connects: AtomicU64,
    resets: AtomicU64,
    acked: Notify,
}

impl Run {
    fn count(counter: &AtomicU64) -> u64 {
        counter.fetch_add(1, Ordering::Relaxed)
    }

    fn is(flag: &AtomicBool) -> bool {
        flag.load(Ordering::Acquire)
    }

    fn set(flag: &AtomicBool) {
        flag.store(true, Ordering::Release);
    }
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number"))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_doubled_or_reordered_by_kills() {
    let rounds = number("HUBBUB_TORTURE_ROUNDS", 6);
    let writers = number("HUBBUB_TORTURE_WRITERS", 16);
    let seed = Chance::seed("HUBBUB_TORTURE_SEED");
    println!("torture: {rounds} rounds, {writers} writers, HUBBUB_TORTURE_SEED={seed}");
    let mut chance = Chance::new(seed);

    let mut server = TestServer::start().await;
    let people = everyone(&server, "writer", writers).await;
    let owner = server.user("owner").await;
    let mut members: Vec<_> = people.iter().collect();
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        channels.push(owner.room(&format!("room {n}"), &members).await.channel_id);
    }
    members.clear();

    let run = Arc::new(Run::default());
    let writing: Vec<_> = people
        .iter()
        .map(|person| {
            let chance = Chance::new(chance.any());
            let writer = Writer::new(person.clone(), channels.clone(), chance, run.clone());
            tokio::spawn(writer.write())
        })
        .collect();
    let listening: Vec<_> = (0..LISTENERS)
        .map(|n| {
            // Half listen to everything on one socket, half to one channel each.
            let one = (n % 2 == 1).then(|| channels[n / 2 % channels.len()]);
            let listener = Listener::new(people[n % writers].clone(), one, &channels, run.clone());
            tokio::spawn(listener.listen())
        })
        .collect();

    let mut kills = 0;
    for round in 1..=rounds {
        let from = run.acks.load(Ordering::Relaxed);
        let enough = from + 40 + chance.below(400) as u64;
        crate::harness::patiently("acks to go on", async {
            loop {
                let acked = run.acked.notified();
                if run.acks.load(Ordering::Relaxed) >= enough {
                    return;
                }
                acked.await;
            }
        })
        .await;
        // Not a wait for anything: the moment of the kill is to have nothing to do with an ack.
        tokio::time::sleep(Duration::from_micros(chance.below(20_000) as u64)).await;
        server.kill();
        kills += 1;
        // Now and then it dies again while it starts, in the middle of its recovery.
        while chance.once_in(3) {
            server.spawn_again();
            tokio::time::sleep(Duration::from_micros(chance.below(60_000) as u64)).await;
            server.kill();
            kills += 1;
        }
        server.start_again().await;
        if round % 10 == 0 {
            println!("torture: round {round} of {rounds}");
        }
    }
    Run::set(&run.ending);
    let mut acked = Vec::new();
    for task in writing {
        acked.push(task.await.expect("a writer that ends"));
    }
    Run::set(&run.written);
    let mut heard = Vec::new();
    for channel in &channels {
        let head = owner.channel(*channel).await.head_seq;
        heard.push((*channel, head));
    }
    let heads = heard;
    let mut heard = Vec::new();
    for task in listening {
        heard.push(task.await.expect("a listener that ends"));
    }

    let mut verdict = Verdict::default();
    for (channel, head) in heads {
        let history = owner.events(channel, 0).await;
        verdict.head(head, &history);
        verdict.history(&history);
        for listener in &heard {
            if let Some(order) = listener.get(&channel) {
                verdict.live(order, &history);
            }
        }
    }
    for writer in &acked {
        verdict.acks(writer);
    }
    assert_eq!(server.terminate().await.code(), Some(0));
    let integrity = check_database(&server);
    let figure = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    println!(
        "torture: rounds {rounds}, kills {kills}, acks {}, resends {}, duplicates answered {}, \
         connects {}, resets {}, events in history {}, heard live {}",
        figure(&run.acks),
        figure(&run.resends),
        figure(&run.duplicates),
        figure(&run.connects),
        figure(&run.resets),
        verdict.events,
        verdict.heard,
    );
    println!("torture: {verdict}");
    println!("torture: database {integrity}");
    assert!(verdict.is_clean(), "{verdict}\n{}", verdict.examples.join("\n"));
    assert_eq!(integrity, "ok");
    assert!(figure(&run.acks) > 0 && verdict.events > 0 && verdict.heard > 0, "nothing happened");
    assert!(kills >= rounds);
}

fn check_database(server: &TestServer) -> String {
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let broken: i64 = database
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(broken, 0, "rows that point at nothing");
    database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_server_killed_while_it_starts_for_the_first_time_starts_the_next() {
    let seed = Chance::seed("HUBBUB_TORTURE_SEED");
    println!("HUBBUB_TORTURE_SEED={seed}");
    let mut chance = Chance::new(seed);
    for _ in 0..8 {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().to_str().unwrap();
        let args = ["--listen", "127.0.0.1:0", "--data", path];
        let mut program = Program::start(&args);
        tokio::time::sleep(Duration::from_micros(chance.below(80_000) as u64)).await;
        program.kill();
        let mut program = Program::start(&args);
        program.listening().await;
    }
}
