//! Having a crowd send: so many messages in flight, or so many in a second.

use std::fmt::Write as _;
use std::rc::Rc;

use anyhow::{Result, bail};

use crate::clock::{self, nanos};
use crate::crowd::{Crowd, Speech, State};
use crate::frame;
use crate::histogram::Histogram;
use crate::process::Process;
use crate::record::Record;

/// How long outstanding deliveries are waited for before they count as lost.
const PATIENCE: f64 = 10.0;
/// Senders of a room: its first members, in turns.
const SENDERS: usize = 4;

/// How messages are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Load {
    /// So many messages in flight, each until its last delivery.
    Window(u64),
    /// So many messages a second in all, whatever comes back. Latency counts from when each was to be sent.
    Rate(f64),
    /// So many messages in flight on each socket, each until its `ack`.
    Acks(u32),
}

/// One measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phase {
    /// How messages are sent.
    pub(crate) load: Load,
    /// Bytes of each text.
    pub(crate) size: usize,
    /// Seconds that are measured.
    pub(crate) seconds: f64,
    /// Seconds before them.
    pub(crate) warmup: f64,
    /// A latency in milliseconds at which the phase ends early, because the server is not up to the load.
    pub(crate) give_up_ms: Option<u64>,
}

/// What one phase came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    /// CPU time of the server for each delivery, in microseconds.
    pub(crate) cpu_us: f64,
    /// Messages acknowledged in a second.
    pub(crate) acked_per_second: f64,
    /// Median from sending to each delivery, in milliseconds.
    pub(crate) p50_ms: f64,
    /// Of 99 in 100 deliveries the longest.
    pub(crate) p99_ms: f64,
    /// Median from sending to the `ack`, in milliseconds.
    pub(crate) ack_p50_ms: f64,
    /// Of 99 in 100 acks the longest.
    pub(crate) ack_p99_ms: f64,
    /// Bytes of a delivered payload, with everything around the text.
    pub(crate) payload_len: usize,
    /// The part of the time that the generator was busy; near 1 it may be what limits.
    pub(crate) busy: f64,
    /// Whether it ended early.
    pub(crate) gave_up: bool,
    /// Sockets that the server closed, in a phase that ended early.
    pub(crate) closed: u64,
}

impl Crowd {
    /// Sends one message to the next room.
    pub(crate) fn publish(&mut self, sent: u64, size: usize) {
        let room = self.turn;
        self.turn = (room + 1) % self.rooms.len();
        let turn = self.numbers[room] as usize;
        let from = self.rooms[room][turn % SENDERS.min(self.rooms[room].len())];
        self.publish_from(from, sent, size);
    }

    /// Sends one message from a socket to its room.
    pub(crate) fn publish_from(&mut self, from: usize, sent: u64, size: usize) {
        let room = self.conns[from].room;
        let record = Record { crowd: self.id, room: room as u16, number: self.numbers[room], sent };
        self.numbers[room] += 1;
        let mut text = String::with_capacity(size + 160);
        match &self.speech {
            Speech::Plain => record.write(&mut text, size),
            Speech::Hubbub(ids) => {
                let ids = Rc::clone(ids);
                // Writing to a string does not fail.
                let _ = write!(
                    text,
                    r#"{{"type":"message","channelId":"{}","nonce":"{}","message":""#,
                    ids[room],
                    record.nonce()
                );
                record.write(&mut text, size);
                text.push_str("\"}");
            }
        }
        self.tally.sent += 1;
        self.tally.expected += self.readers[room];
        self.conns[from].in_flight += 1;
        self.send(from, frame::TEXT, text.as_bytes());
    }

    /// Sends and receives for `seconds`; false when it gave up.
    fn drive(&mut self, phase: &Phase, seconds: f64) -> Result<bool> {
        let start = clock::now();
        let until = start + nanos(seconds);
        let fan = (self.conns.len() / self.rooms.len()).max(1) as u64;
        let mut due = start as f64;
        let mut progress = (self.tally.delivered, self.tally.acked, start);
        loop {
            let now = clock::now();
            if now >= until {
                return Ok(true);
            }
            match phase.load {
                Load::Rate(rate) => {
                    for _ in 0..64 {
                        if due > now as f64 {
                            break;
                        }
                        self.publish(due as u64, phase.size);
                        due += clock::SECOND as f64 / rate;
                    }
                }
                Load::Window(window) => {
                    while self.tally.outstanding() + fan <= window * fan {
                        self.publish(clock::now(), phase.size);
                    }
                }
                Load::Acks(window) => {
                    for at in 0..self.conns.len() {
                        while self.conns[at].in_flight < window {
                            self.publish_from(at, clock::now(), phase.size);
                        }
                    }
                }
            }
            self.turn(None)?;
            if (progress.0, progress.1) != (self.tally.delivered, self.tally.acked) {
                progress = (self.tally.delivered, self.tally.acked, now);
            } else if now - progress.2 > nanos(PATIENCE) {
                bail!(
                    "nothing came for {PATIENCE} s, with {} deliveries outstanding",
                    self.tally.outstanding()
                );
            }
            let late = phase
                .give_up_ms
                .is_some_and(|ms| self.tally.latency.max() > ms * clock::MILLISECOND);
            if late || (phase.give_up_ms.is_some() && self.tally.closed > 0) {
                return Ok(false);
            }
            self.check()?;
        }
    }

    /// # Errors
    /// When something happened that must not happen.
    fn check(&self) -> Result<()> {
        if let Some((what, _)) = &self.tally.fault {
            bail!("{what}");
        }
        Ok(())
    }

    /// Receives until nothing is outstanding.
    ///
    /// # Errors
    /// When something is lost, or too much.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let mut progress = (self.tally.delivered, clock::now());
        while self.tally.outstanding() > 0 {
            self.turn(None)?;
            if progress.0 != self.tally.delivered {
                progress = (self.tally.delivered, clock::now());
            } else if clock::seconds_since(progress.1) > PATIENCE {
                bail!(
                    "{} deliveries of {} were lost",
                    self.tally.outstanding(),
                    self.tally.expected
                );
            }
        }
        self.idle(0.03)?;
        match self.tally.verdict() {
            Some(fault) => bail!("{fault}"),
            None => Ok(()),
        }
    }

    /// Sends so many messages, so many in flight on each socket, and waits until all are acknowledged and delivered.
    ///
    /// # Errors
    /// When a delivery is lost, doubled or out of order.
    pub(crate) fn store(&mut self, count: u64, window: u32) -> Result<()> {
        self.restart();
        let mut progress = (0, clock::now());
        while self.tally.acked < count || self.tally.outstanding() > 0 {
            for at in 0..self.conns.len() {
                while self.conns[at].in_flight < window && self.tally.sent < count {
                    self.publish_from(at, clock::now(), 100);
                }
            }
            self.turn(None)?;
            self.check()?;
            if progress.0 != self.tally.acked {
                progress = (self.tally.acked, clock::now());
            } else if clock::seconds_since(progress.1) > PATIENCE {
                bail!("no message was stored for {PATIENCE} s");
            }
        }
        Ok(())
    }

    /// Receives until nothing is outstanding, without resting after it.
    ///
    /// # Errors
    /// When something is lost, or too much.
    pub(crate) fn settle_now(&mut self) -> Result<()> {
        let start = clock::now();
        while self.tally.outstanding() > 0 {
            self.turn(None)?;
            if clock::seconds_since(start) > PATIENCE {
                bail!("{} deliveries were lost", self.tally.outstanding());
            }
        }
        self.check()
    }

    /// Receives for `seconds` whatever comes.
    ///
    /// # Errors
    /// When we were asked to end.
    pub(crate) fn idle(&mut self, seconds: f64) -> Result<()> {
        let until = clock::now() + nanos(seconds);
        while clock::now() < until {
            self.turn(None)?;
        }
        Ok(())
    }

    /// Counts from here on.
    pub(crate) fn restart(&mut self) {
        self.base.copy_from_slice(&self.numbers);
        self.tally.restart();
        self.readers.fill(0);
        for conn in &mut self.conns {
            conn.in_flight = 0;
            self.readers[conn.room] += u64::from(conn.state == State::Ready && !conn.slow);
        }
    }

    /// Runs one phase against the server that this crowd is connected to.
    ///
    /// # Errors
    /// When a delivery is lost, doubled or out of order, or a socket was closed.
    pub(crate) fn measure(&mut self, phase: &Phase, server: &mut Process) -> Result<Measured> {
        self.restart();
        if phase.warmup > 0.0 {
            let finished = self.drive(phase, phase.warmup)?;
            if !finished && self.tally.closed > 0 {
                let closed = self.tally.closed;
                return Ok(Measured { gave_up: true, closed, ..Measured::default() });
            }
            self.settle()?;
            self.restart();
        }
        let span = server.start_cpu();
        let start = clock::now();
        let finished = self.drive(phase, phase.seconds)?;
        let wall = clock::seconds_since(start);
        let (acked, busy) = (self.tally.acked, self.tally.busy as f64 / clock::SECOND as f64);
        if finished || self.tally.closed == 0 {
            self.settle()?;
        }
        if finished && self.tally.closed > 0 {
            bail!("{} sockets were closed", self.tally.closed);
        }
        let tally = &self.tally;
        Ok(Measured {
            cpu_us: server.cpu(&span) as f64 / 1e3 / tally.delivered.max(1) as f64,
            acked_per_second: acked as f64 / wall,
            p50_ms: tally.latency.ms(0.5),
            p99_ms: tally.latency.ms(0.99),
            ack_p50_ms: tally.acks.ms(0.5),
            ack_p99_ms: tally.acks.ms(0.99),
            payload_len: tally.payload_len,
            busy: busy / wall,
            gave_up: !finished,
            closed: tally.closed,
        })
    }

    /// Sends one message at a time, so many, one in `interval` seconds, and tells how long each took to its last delivery.
    ///
    /// # Errors
    /// When a delivery is lost, doubled or out of order.
    pub(crate) fn last_deliveries(
        &mut self,
        samples: usize,
        interval: f64,
        size: usize,
    ) -> Result<Histogram> {
        let mut times = Histogram::default();
        for _ in 0..samples {
            self.restart();
            let sent = clock::now();
            self.publish(sent, size);
            while self.tally.outstanding() > 0 {
                self.turn(None)?;
                if clock::seconds_since(sent) > PATIENCE {
                    bail!("{} deliveries were lost", self.tally.outstanding());
                }
            }
            times.record(clock::now() - sent);
            self.check()?;
            let rest = interval - clock::seconds_since(sent);
            self.idle(rest.max(0.01))?;
        }
        Ok(times)
    }
}
