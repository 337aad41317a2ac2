//! Readers that stop reading: what they cost the others, and whether they lose anything.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::clock;
use crate::crowd::{Crowd, State};
use crate::http::{Http, request};
use crate::hubbub::{Topology, User};
use crate::load::{Load, Phase};
use crate::outcome::{Bound, Outcome, median};
use crate::stage::{Side, Stage};

/// Bytes that the kernel holds for a reader that will stop: little, so that the server feels it soon.
const RECEIVE_BUFFER: usize = 16 * 1024;
/// The close code of a socket whose reader is too slow.
const TOO_SLOW: u16 = 4008;
/// How long the slow may take to get everything once they read again.
const PATIENCE: f64 = 60.0;
/// Most messages on a page.
const PAGE: u64 = 200;

/// What became of the slow ones.
#[derive(Default)]
struct Fates {
    /// Got everything on the socket that they had.
    whole: usize,
    /// Were closed with 4008, and got the rest by `resume`.
    resumed: usize,
    /// Were closed, were too far behind for `resume`, and got the rest by pages.
    paged: usize,
}

pub(super) fn readers(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let quick = stage.options.quick;
    let members = if quick { 500 } else { 1_000 };
    let topology = Topology { rooms: 1, members };
    let slow: Vec<usize> = (members - members / 10..members).collect();
    let rooms = stage.rooms(topology)?;
    let (alone, together) = if quick { (1.0, 1.5) } else { (10.0, 25.0) };
    let phase = |seconds| Phase {
        load: Load::Rate(300.0),
        size: 1_000,
        seconds,
        warmup: 1.0,
        give_up_ms: Some(2_000),
    };
    let (mut ratios, mut with, mut without, mut grown) = (vec![], vec![], vec![], 0.0_f64);
    let mut fates = Fates::default();
    for _ in 0..stage.options.rounds {
        let mut crowd = stage.crowd(Side::Hubbub, topology)?;
        let hubbub = stage.hubbub()?;
        let before = crowd.measure(&phase(alone), &mut hubbub.process)?;
        crowd.reopen(&slow, Some(RECEIVE_BUFFER))?;
        crowd.idle(0.3)?;
        let resident = hubbub.process.resident();
        slow.iter().for_each(|&at| crowd.conns[at].slow = true);
        let during = crowd.measure(&phase(together), &mut hubbub.process)?;
        if before.gave_up || during.gave_up {
            bail!("Hubbub does not hold 300 messages/s");
        }
        grown = grown.max(hubbub.process.resident() as f64 - resident as f64);
        without.push(before.p99_ms);
        with.push(during.p99_ms);
        ratios.push(during.p99_ms / before.p99_ms);
        let mut http = hubbub.http()?;
        let room = Room { id: &rooms[0], users: &hubbub.users };
        read_again(&mut crowd, &slow, &mut http, &room, &mut fates)?;
    }
    let mib = grown / 1024.0 / 1024.0;
    let count = slow.len();
    let what = format!(
        "{members} subscribers, {count} of them stop reading: the others' p99, 300/s of 1 KB"
    );
    let Fates { whole, resumed, paged } = fates;
    let outcome = Outcome::ratio("slow", &what, Bound::AtMost(1.2), ratios)
        .measured(format!("{:.1} ms", median(&with)))
        .floor(format!("{:.1} ms, when all read", median(&without)))
        .note(format!(
            "the slow ones lost nothing: {whole} got all on their socket, {resumed} were closed with {TOO_SLOW} and \
             resumed, {paged} were closed and loaded pages"
        ));
    // What may wait for one socket is 4 MiB.
    let bound = count as f64 * 4.0 + 8.0;
    let memory =
        Outcome::figure("slow:memory", "memory that the slow ones took", Bound::AtMost(bound), mib)
            .measured(format!("{mib:.1} MiB, {:.2} for each", mib / count as f64));
    Ok(vec![outcome, memory])
}

struct Room<'a> {
    id: &'a str,
    users: &'a [User],
}

/// Has the slow ones read again, and makes sure that each gets everything.
fn read_again(
    crowd: &mut Crowd,
    slow: &[usize],
    http: &mut Http,
    room: &Room<'_>,
    fates: &mut Fates,
) -> Result<()> {
    let head = crowd.conns.iter().map(|conn| conn.last).max().unwrap_or(0);
    // What they get late does not count as a delivery.
    crowd.restart();
    for &at in slow {
        crowd.conns[at].slow = false;
        crowd.readable(at, true);
    }
    wait(crowd, slow, |crowd, at| {
        let conn = &crowd.conns[at];
        conn.state == State::Closed || conn.last >= head
    })?;
    let closed: Vec<usize> =
        slow.iter().copied().filter(|&at| crowd.conns[at].state == State::Closed).collect();
    fates.whole += slow.len() - closed.len();
    for &at in &closed {
        let code = crowd.conns[at].close_code;
        if code != Some(TOO_SLOW) {
            bail!("a slow reader was closed with {code:?} instead of {TOO_SLOW}");
        }
        crowd.begin_to_resume(at)?;
    }
    wait(crowd, &closed, |crowd, at| {
        let conn = &crowd.conns[at];
        conn.reset.is_some() || conn.caught_up > 0 && conn.last >= head
    })?;
    for &at in &closed {
        if crowd.conns[at].reset.is_some() {
            load_pages(http, room, at, crowd.conns[at].last, head)?;
            fates.paged += 1;
        } else {
            fates.resumed += 1;
        }
    }
    Ok(())
}

fn wait(crowd: &mut Crowd, which: &[usize], done: impl Fn(&Crowd, usize) -> bool) -> Result<()> {
    let mut left = which.to_vec();
    let start = clock::now();
    while !left.is_empty() {
        crowd.turn(None)?;
        if let Some(fault) = crowd.tally.verdict() {
            bail!("{fault}");
        }
        left.retain(|&at| !done(crowd, at));
        if clock::seconds_since(start) > PATIENCE {
            bail!("{} slow readers did not get everything in {PATIENCE} s", left.len());
        }
    }
    Ok(())
}

/// Loads everything after `last`, and makes sure that nothing is missing up to `head`.
fn load_pages(http: &mut Http, room: &Room<'_>, at: usize, last: u64, head: u64) -> Result<()> {
    #[derive(Deserialize)]
    struct Message {
        seq: u64,
    }
    #[derive(Deserialize)]
    struct Page {
        messages: Vec<Message>,
    }
    let mut last = last;
    while last < head {
        let path = format!("/api/channels/{}/messages?after={last}&limit={PAGE}", room.id);
        let answer = http.call(request("GET", &path, &room.users[at].token, ""))?.good()?;
        let page: Page = serde_json::from_slice(&answer.body).context("a page")?;
        if page.messages.is_empty() {
            bail!("the pages end at {last}, though there are messages up to {head}");
        }
        for message in page.messages {
            if message.seq != last + 1 {
                bail!("a page loses: seq {} after {last}", message.seq);
            }
            last = message.seq;
        }
    }
    Ok(())
}
