//! A crash, and everyone coming back at once.

use anyhow::{Context as _, Result, bail};

use crate::clock;
use crate::crowd::{Crowd, State};
use crate::http::{Http, request};
use crate::hubbub::{Topology, User};
use crate::outcome::{Bound, Outcome, median};
use crate::receive::number_field;
use crate::stage::{Side, Stage};

/// Messages that are posted as soon as the server listens again.
const POSTS: u64 = 10;
/// How long all of it may take.
const PATIENCE: f64 = 60.0;

pub(super) fn after_a_crash(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let members = if stage.options.quick { 2_000 } else { 10_000 };
    let topology = Topology { rooms: 1, members };
    let rooms = stage.rooms(topology)?;
    let (mut times, mut retries) = (Vec::new(), 0);
    for _ in 0..stage.options.rounds {
        let mut crowd = stage.crowd(Side::Hubbub, topology)?;
        // Everyone knows a message, and so where to resume from.
        crowd.last_deliveries(3, 0.05, 100)?;
        let hubbub = stage.hubbub()?;
        hubbub.crash_and_start()?;
        crowd.set_server(hubbub.address);
        let poster = hubbub.users.first().context("no user")?.clone();
        let mut http = hubbub.http()?;
        times.push(all_back(&mut crowd, &mut http, &poster, &rooms[0], &mut retries)?);
    }
    let time = median(&times);
    let what = format!(
        "SIGKILL and start: listening → the last of {members} has caught up, with {POSTS} messages posted meanwhile"
    );
    let outcome = Outcome::figure("reconnect", &what, Bound::AtMost(5.0), time)
        .measured(format!("{time:.2} s"))
        .note(format!("{retries} connections had to be tried again"));
    Ok(vec![Outcome { rounds: times, ..outcome }])
}

/// Seconds from now until everyone is back and has everything.
fn all_back(
    crowd: &mut Crowd,
    http: &mut Http,
    poster: &User,
    room: &str,
    retries: &mut u64,
) -> Result<f64> {
    let start = clock::now();
    let everyone = 0..crowd.conns.len();
    for at in everyone.clone() {
        crowd.close(at);
        crowd.begin_to_resume(at)?;
    }
    crowd.tally.closed = 0;
    let path = format!("/api/channels/{room}/messages");
    let (mut posted, mut head, mut waiting) = (0, 0, false);
    let mut left: Vec<usize> = everyone.collect();
    while !left.is_empty() {
        if posted < POSTS && !waiting {
            let body = format!(r#"{{"message":"back again, {posted}"}}"#);
            http.start(0, &request("POST", &path, &poster.token, &body));
            waiting = true;
        }
        if waiting && let Some(answer) = http.poll_one(0)? {
            head = number_field(&answer.good()?.body, "seq").context("a post without seq")?;
            posted += 1;
            waiting = false;
        }
        crowd.turn(None)?;
        if crowd.tally.closed > 0 {
            crowd.tally.closed = 0;
            for &at in &left {
                if crowd.conns[at].state == State::Closed {
                    *retries += 1;
                    crowd.begin_to_resume(at)?;
                }
            }
        }
        if let Some(fault) = crowd.tally.verdict() {
            bail!("{fault}");
        }
        if posted == POSTS {
            left.retain(|&at| {
                let conn = &crowd.conns[at];
                conn.caught_up == 0 || conn.last < head
            });
        }
        if clock::seconds_since(start) > PATIENCE {
            bail!("{} clients were not back after {PATIENCE} s", left.len());
        }
    }
    Ok(clock::seconds_since(start))
}
