//! Three times the load that the server can bear: what it refuses, what it takes of memory, what becomes of what it
//! acknowledged, and how soon all is as before.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::clock::{self, nanos};
use crate::histogram::Histogram;
use crate::http::request;
use crate::hubbub::{Hubbub, Topology};
use crate::outcome::{Bound, Outcome};
use crate::speakers::{Fate, Speakers};
use crate::stage::Stage;

/// Sockets, each in a room of its own.
const SOCKETS: usize = 64;
/// Messages in flight on each while it is found out how much the server bears.
const IN_FLIGHT: u64 = 8;
/// What is offered then, as a multiple of that.
const TIMES: f64 = 3.0;
/// The part of it that is a normal load.
const NORMAL: f64 = 0.5;
/// Within so many seconds all must be as before.
const RECOVERY: f64 = 5.0;
/// How long that is watched, and in which steps.
const WATCHED: f64 = 10.0;
const STEP: f64 = 0.25;
/// Latency in milliseconds up to which a step is as before, if that was less.
const FAST_MS: f64 = 20.0;
/// Most bytes of memory that it may take beyond what it has under normal load.
const MEMORY_MIB: f64 = 256.0;
/// Most events in one answer.
const PAGE: usize = 1_000;

pub(super) fn three_times(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let quick = stage.options.quick;
    let (measured, overloaded) = if quick { (1.0, 4.0) } else { (4.0, 20.0) };
    let topology = Topology { rooms: SOCKETS, members: 1 };
    let rooms = stage.rooms(topology)?;
    let hubbub = stage.hubbub()?;
    let mut speakers = Speakers::connect(hubbub, &rooms)?;

    speakers.closed_loop(IN_FLIGHT, measured / 4.0)?;
    let from = speakers.mark();
    let start = clock::now();
    speakers.closed_loop(IN_FLIGHT, measured)?;
    let bears = speakers.told(from).acked as f64 / clock::seconds_since(start);

    let from = speakers.mark();
    speakers.open_loop(bears * NORMAL, measured, &mut || ())?;
    speakers.settle()?;
    let before = speakers.told(from);
    if before.refused > 0 {
        bail!("{} messages were refused at half of {bears:.0}/s", before.refused);
    }
    let resident = hubbub.process.resident();

    let from = speakers.mark();
    let mut most = resident;
    let mut look = || most = most.max(hubbub.process.resident());
    speakers.open_loop(bears * TIMES, overloaded, &mut look)?;
    let end = clock::now();

    // At once, without waiting for what is outstanding: that is what a server is to get over.
    let after = speakers.mark();
    speakers.open_loop(bears * NORMAL, WATCHED, &mut || ())?;
    speakers.settle()?;
    let during = speakers.told_until(from, &after);
    let normal_ms = before.latency.ms(0.99);
    let recovered = recovery(&speakers, after, end, (2.0 * normal_ms).max(FAST_MS));
    let lost = lost(hubbub, &rooms, &speakers)?;

    let mib = (most - resident) as f64 / 1024.0 / 1024.0;
    let what = format!(
        "{TIMES:.0} times the load that it bears, {overloaded:.0} s: until p99 is as before"
    );
    let refused = during.refused as f64 / during.settled().max(1) as f64 * 100.0;
    let mut line = Outcome::figure("overload", &what, Bound::AtMost(RECOVERY), recovered)
        .measured(format!("{recovered:.2} s"))
        .note(format!(
            "bears {bears:.0}/s on {SOCKETS} sockets, p99 {normal_ms:.1} ms at half of it; of {:.0}/s offered, {:.0}/s \
             acknowledged (p99 {:.0} ms), {refused:.0} % refused with the time to wait, {:.0}/s held back by TCP; {} \
             acknowledged in all, {lost} of them lost after SIGKILL",
            bears * TIMES,
            during.acked as f64 / overloaded,
            during.latency.ms(0.99),
            speakers.held_back as f64 / overloaded,
            speakers.acked(),
        ));
    if lost > 0 {
        line = Outcome::failed("overload", format!("{lost} acknowledged messages were lost"));
    } else if during.refused == 0 && speakers.held_back == 0 {
        line = Outcome::failed("overload", "nothing was refused: it was no overload".to_owned());
    }
    let memory = Outcome::figure(
        "overload:memory",
        "memory that it took then, beyond that of a normal load",
        Bound::AtMost(MEMORY_MIB),
        mib,
    )
    .measured(format!("{mib:.0} MiB"));
    Ok(vec![line, memory])
}

/// Seconds from `end` until the first step after which each has no refusal and is as fast as `ms`.
fn recovery(speakers: &Speakers, from: Vec<usize>, end: u64, ms: f64) -> f64 {
    let steps = (WATCHED / STEP) as usize;
    let mut times: Vec<_> = (0..steps).map(|_| Histogram::default()).collect();
    let mut refused = vec![0; steps];
    speakers.each(&from, |sent, fate| {
        let step = (sent.saturating_sub(end) / nanos(STEP)) as usize;
        if step < steps {
            match fate {
                Fate::Acked(after, _) => times[step].record(after),
                Fate::Refused | Fate::Outstanding => refused[step] += 1,
            }
        }
    });
    let bad = (0..steps).rev().find(|at| refused[*at] > 0 || times[*at].ms(0.99) > ms);
    bad.map_or(0.0, |at| (at + 1) as f64 * STEP)
}

/// How many acknowledged messages are not there after the server was killed and started again.
fn lost(hubbub: &mut Hubbub, rooms: &[String], speakers: &Speakers) -> Result<u64> {
    #[derive(Deserialize)]
    struct Event {
        seq: u64,
        nonce: Option<String>,
    }
    #[derive(Deserialize)]
    struct Page {
        events: Vec<Event>,
    }
    hubbub.crash_and_start()?;
    let mut http = hubbub.http()?;
    let mut lost = 0;
    for (at, room) in rooms.iter().enumerate() {
        let mut acked = speakers.acked_of(at);
        let mut after = 0;
        loop {
            let path = format!("/api/channels/{room}/events?after={after}&limit={PAGE}");
            let answer = http.call(request("GET", &path, &hubbub.users[at].token, ""))?.good()?;
            let page: Page = serde_json::from_slice(&answer.body).context("a page of events")?;
            let Some(last) = page.events.last() else { break };
            after = last.seq;
            for event in page.events {
                if let Some(nonce) = event.nonce {
                    acked.remove(&(nonce, event.seq));
                }
            }
        }
        lost += acked.len() as u64;
    }
    Ok(lost)
}
