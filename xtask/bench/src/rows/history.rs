//! Whether a long history makes anything slower: the same calls on a Hubbub with few messages and on one with many, in
//! turns.

use anyhow::{Context as _, Result, bail};

use crate::clock;
use crate::crowd::Crowd;
use crate::histogram::Histogram;
use crate::http::{Http, request};
use crate::hubbub::{Hubbub, Topology};
use crate::outcome::{Bound, Outcome, median};
use crate::receive::number_field;
use crate::stage::Stage;

/// Messages that the others are compared with.
const FEW: u64 = 10_000;
/// Messages that are compared, as far as `--history` allows.
const LEVELS: [u64; 2] = [1_000_000, 10_000_000];
/// The messages are in so many rooms; one of them is measured.
const ROOMS: Topology = Topology { rooms: 16, members: 1 };
/// Messages in flight on each socket while a history is made.
const IN_FLIGHT: u32 = 64;
/// Events that a socket resumes.
const BEHIND: u64 = 500;
/// How much slower than with few messages is still flat.
const FLAT: f64 = 1.3;
/// How long an answer may take, in seconds.
const PATIENCE: f64 = 10.0;
/// The measured calls.
const CALLS: [&str; 4] = ["post", "newest page", "page before", "resume"];

/// A Hubbub with a history.
struct Filled {
    hubbub: Hubbub,
    crowd: Crowd,
    /// One socket of the first room.
    reader: Crowd,
    http: Http,
    room: String,
    stored: u64,
    chance: u64,
}

pub(super) fn flat(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let cap = stage.options.history;
    let mut levels: Vec<u64> = LEVELS.into_iter().filter(|level| *level <= cap).collect();
    if levels.last() != Some(&cap) && cap > FEW && cap < LEVELS[1] {
        levels.push(cap);
    }
    stage.end_hubbub();
    let mut few = Filled::new(stage)?;
    few.fill(FEW)?;
    let mut many = Filled::new(stage)?;
    let mut outcomes = Vec::new();
    for level in levels {
        let (start, before) = (clock::now(), many.stored);
        many.fill(level)?;
        let speed = (many.stored - before) as f64 / clock::seconds_since(start);
        few.fill(FEW)?;
        let mut times = [(); CALLS.len()].map(|()| (Vec::new(), Vec::new()));
        for _ in 0..stage.options.rounds {
            let (short, long) =
                (few.measure(stage.options.quick)?, many.measure(stage.options.quick)?);
            for (times, (short, long)) in times.iter_mut().zip(short.into_iter().zip(long)) {
                times.0.push(short);
                times.1.push(long);
            }
        }
        let resident = many.hubbub.process.resident() as f64 / 1024.0 / 1024.0;
        for (call, (short, long)) in CALLS.into_iter().zip(times) {
            let ratios = long.iter().zip(&short).map(|(long, short)| long / short).collect();
            let name = format!("history:{}@{level}", call.replace(' ', "-"));
            let what = format!("{call}, p50, with {level} messages stored");
            let outcome = Outcome::ratio(&name, &what, Bound::AtMost(FLAT), ratios)
                .measured(format!("{:.3} ms", median(&long)))
                .floor(format!("{:.3} ms with {FEW}", median(&short)));
            outcomes.push(match call {
                "post" => outcome.note(format!(
                    "{level} messages: stored at {speed:.0}/s, {resident:.0} MiB resident"
                )),
                _ => outcome,
            });
        }
    }
    Ok(outcomes)
}

impl Filled {
    fn new(stage: &mut Stage) -> Result<Self> {
        let mut hubbub = stage.another_hubbub()?;
        let rooms = hubbub.rooms(ROOMS)?;
        let speech = Hubbub::speech(&rooms);
        let seats = hubbub.seats(ROOMS);
        let reader = Crowd::connect(hubbub.address, speech.clone(), seats[..1].to_vec())?;
        let crowd = Crowd::connect(hubbub.address, speech, seats)?;
        let http = hubbub.http()?;
        let room = rooms[0].clone();
        Ok(Self { hubbub, crowd, reader, http, room, stored: 0, chance: 1 })
    }

    /// Stores messages until there are so many.
    fn fill(&mut self, count: u64) -> Result<()> {
        // The reader would get, and hold, what is not for it.
        self.reader.close(0);
        let missing = count.saturating_sub(self.stored);
        self.crowd.store(missing, IN_FLIGHT)?;
        self.stored += missing;
        // The server has closed what was left alone while another was filled.
        let all: Vec<usize> = (0..self.crowd.conns.len()).collect();
        self.crowd.reopen(&all, None)?;
        self.http = self.hubbub.http()?;
        Ok(())
    }

    /// The median times of the calls, in milliseconds.
    fn measure(&mut self, quick: bool) -> Result<[f64; CALLS.len()]> {
        let (pages, resumes) = if quick { (40, 5) } else { (200, 20) };
        let post = self.post()?;
        let newest = self.pages(pages, |_| String::new())?;
        let before = self.pages(pages, |before| format!("&before={before}"))?;
        let resume = self.resume(resumes)?;
        Ok([post, newest, before, resume])
    }

    fn post(&mut self) -> Result<f64> {
        let mut times = Histogram::default();
        // The first ones warm up.
        for number in 0..220 {
            let sent = clock::now();
            self.crowd.restart();
            self.crowd.publish_from(0, sent, 100);
            while self.crowd.tally.acked == 0 {
                self.crowd.turn(None)?;
                if clock::seconds_since(sent) > PATIENCE {
                    bail!("no ack in {PATIENCE} s");
                }
            }
            if number >= 20 {
                times.record(clock::now() - sent);
            }
            self.crowd.settle_now()?;
            self.stored += 1;
        }
        Ok(times.ms(0.5))
    }

    fn head(&mut self) -> Result<u64> {
        let path = format!("/api/channels/{}/messages?limit=1", self.room);
        let answer =
            self.http.call(request("GET", &path, &self.hubbub.users[0].token, ""))?.good()?;
        number_field(&answer.body, "headSeq").context("a page without headSeq")
    }

    /// Pages of 50; `query` gets a place in the history.
    fn pages(&mut self, count: u32, query: impl Fn(u64) -> String) -> Result<f64> {
        let head = self.head()?;
        let mut times = Histogram::default();
        for _ in 0..count {
            self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let place = 60 + (self.chance >> 33) % (head - 60);
            let path = format!("/api/channels/{}/messages?limit=50{}", self.room, query(place));
            let page = request("GET", &path, &self.hubbub.users[0].token, "");
            let asked = clock::now();
            let answer = self.http.call(page)?;
            times.record(clock::now() - asked);
            if answer.good()?.body.len() < 5_000 {
                bail!("a page of 50 that is short");
            }
        }
        Ok(times.ms(0.5))
    }

    /// From `resume` to `caught_up`, on a new socket each time.
    fn resume(&mut self, count: u32) -> Result<f64> {
        let head = self.head()?;
        let mut times = Histogram::default();
        for _ in 0..count {
            self.reader.close(0);
            self.reader.conns[0].last = head - BEHIND;
            self.reader.begin_to_resume(0)?;
            let start = clock::now();
            while self.reader.conns[0].caught_up == 0 {
                self.reader.turn(None)?;
                if let Some(fault) = self.reader.tally.verdict() {
                    bail!("{fault}");
                }
                if clock::seconds_since(start) > PATIENCE {
                    bail!("a socket was not caught up in {PATIENCE} s");
                }
            }
            let conn = &self.reader.conns[0];
            if conn.last != head {
                bail!("caught up at {} instead of {head}", conn.last);
            }
            times.record(conn.caught_up - conn.resumed);
        }
        self.reader.close(0);
        Ok(times.ms(0.5))
    }
}
