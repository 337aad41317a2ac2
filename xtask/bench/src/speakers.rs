//! Sockets that speak, each in a room of its own, and note what became of each message: acknowledged, refused, or neither
//! yet. Unlike a [`crate::crowd`] they take refusals for an answer.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use memchr::memmem;

use crate::clock::{self, nanos};
use crate::frame::{self, Header};
use crate::histogram::Histogram;
use crate::hubbub::{Hubbub, Topology};
use crate::signals;
use crate::socket::{self, Epoll, EventFlags, Io};

/// Bytes read at once.
const READ: usize = 256 * 1024;
/// Bytes that wait to be written on one socket, past which it says nothing more: TCP holds it back.
const WAITING: usize = 64 * 1024;
/// How long answers are waited for.
const PATIENCE: f64 = 30.0;
/// How often somebody may look at the server meanwhile.
const LOOK: u64 = 100 * clock::MILLISECOND;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing yet.
    Outstanding,
    /// Acknowledged after so many nanoseconds, with this seq.
    Acked(u64, u64),
    /// Refused.
    Refused,
}

struct Speaker {
    socket: OwnedFd,
    room: String,
    read: Vec<u8>,
    write: Vec<u8>,
    /// When each message was to be sent, and what became of it; its nonce is its place.
    said: Vec<(u64, Fate)>,
    outstanding: u64,
}

/// All of them.
pub(crate) struct Speakers {
    epoll: Epoll,
    all: Vec<Speaker>,
    buffer: Vec<u8>,
    turn: usize,
    /// Messages that were to be said and were not, as the socket took nothing.
    pub(crate) held_back: u64,
}

/// What became of some of the messages.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) acked: u64,
    pub(crate) refused: u64,
    /// From when each was to be sent to its `ack`.
    pub(crate) latency: Histogram,
}

impl Told {
    /// How many have an answer.
    pub(crate) fn settled(&self) -> u64 {
        self.acked + self.refused
    }
}

impl Speakers {
    /// Connects one for each room, as its only member.
    ///
    /// # Errors
    /// When a socket is refused.
    pub(crate) fn connect(hubbub: &Hubbub, rooms: &[String]) -> Result<Self> {
        let epoll = Epoll::new()?;
        let seats = hubbub.seats(Topology { rooms: rooms.len(), members: 1 });
        let mut all = Vec::with_capacity(rooms.len());
        for (at, (seat, room)) in seats.iter().zip(rooms).enumerate() {
            let mut stream = TcpStream::connect(hubbub.address).context("can't connect")?;
            stream.set_nodelay(true)?;
            stream.write_all(&seat.request)?;
            let mut read = Vec::new();
            let end = loop {
                if let Some(end) = memmem::find(&read, b"\r\n\r\n") {
                    break end + 4;
                }
                let mut piece = [0; 1024];
                match stream.read(&mut piece)? {
                    0 => bail!("the socket was closed instead of opened"),
                    count => read.extend_from_slice(&piece[..count]),
                }
            };
            if !read.starts_with(b"HTTP/1.1 101") {
                bail!("the socket was refused: {}", String::from_utf8_lossy(&read));
            }
            read.drain(..end);
            stream.set_nonblocking(true)?;
            let socket = OwnedFd::from(stream);
            epoll.add(&socket, EventFlags::IN, at as u64)?;
            let (write, said) = (Vec::new(), Vec::new());
            all.push(Speaker { socket, room: room.clone(), read, write, said, outstanding: 0 });
        }
        Ok(Self { epoll, all, buffer: vec![0; READ], turn: 0, held_back: 0 })
    }

    /// Where everybody stands, for [`Speakers::told`].
    pub(crate) fn mark(&self) -> Vec<usize> {
        self.all.iter().map(|speaker| speaker.said.len()).collect()
    }

    /// What became of what was said from `from` on.
    pub(crate) fn told(&self, from: Vec<usize>) -> Told {
        self.told_until(from, &self.mark())
    }

    /// What became of what was said from `from` up to `until`.
    pub(crate) fn told_until(&self, from: Vec<usize>, until: &[usize]) -> Told {
        let mut told = Told::default();
        for ((speaker, from), until) in self.all.iter().zip(from).zip(until) {
            for (_, fate) in &speaker.said[from..*until] {
                match fate {
                    Fate::Acked(after, _) => {
                        told.acked += 1;
                        told.latency.record(*after);
                    }
                    Fate::Refused => told.refused += 1,
                    Fate::Outstanding => {}
                }
            }
        }
        told
    }

    /// Goes over what was said from `from` on: when, and what became of it.
    pub(crate) fn each(&self, from: &[usize], mut what: impl FnMut(u64, Fate)) {
        for (speaker, from) in self.all.iter().zip(from) {
            speaker.said[*from..].iter().for_each(|(sent, fate)| what(*sent, *fate));
        }
    }

    /// How many were acknowledged in all.
    pub(crate) fn acked(&self) -> u64 {
        self.told(vec![0; self.all.len()]).acked
    }

    /// Nonce and seq of all that was acknowledged to one of them.
    pub(crate) fn acked_of(&self, at: usize) -> HashSet<(String, u64)> {
        let said = self.all[at].said.iter().enumerate();
        said.filter_map(|(nonce, (_, fate))| match fate {
            Fate::Acked(_, seq) => Some((nonce.to_string(), *seq)),
            Fate::Outstanding | Fate::Refused => None,
        })
        .collect()
    }

    /// Has each say something as soon as fewer than `in_flight` of its messages are outstanding.
    ///
    /// # Errors
    /// When a socket ends.
    pub(crate) fn closed_loop(&mut self, in_flight: u64, seconds: f64) -> Result<()> {
        let until = clock::now() + nanos(seconds);
        while clock::now() < until {
            for at in 0..self.all.len() {
                while self.all[at].outstanding < in_flight {
                    self.say(at, clock::now())?;
                }
            }
            self.turn(Duration::from_millis(1))?;
        }
        self.settle()
    }

    /// Has them say so many a second in all, in turns, whatever comes back.
    ///
    /// # Errors
    /// When a socket ends.
    pub(crate) fn open_loop(
        &mut self,
        rate: f64,
        seconds: f64,
        look: &mut dyn FnMut(),
    ) -> Result<()> {
        let start = clock::now();
        let (total, mut said, mut looked) = ((rate * seconds) as u64, 0, start);
        while said < total {
            let now = clock::now();
            let due = (((now - start) as f64 / clock::SECOND as f64 * rate) as u64).min(total);
            // A part at a time, so that what comes is read as well.
            for number in said..due.min(said + 256) {
                let at = self.turn;
                self.turn = (at + 1) % self.all.len();
                if self.all[at].write.len() > WAITING {
                    self.held_back += 1;
                } else {
                    self.say(at, start + (number as f64 / rate * clock::SECOND as f64) as u64)?;
                }
            }
            let behind = due > said + 256;
            said = due.min(said + 256);
            let wait = if behind { Duration::ZERO } else { Duration::from_micros(500) };
            self.turn(wait)?;
            if now - looked > LOOK {
                looked = now;
                look();
            }
        }
        Ok(())
    }

    /// Waits until everything has its answer.
    ///
    /// # Errors
    /// When that takes too long, or a socket ends.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let start = clock::now();
        while self.all.iter().any(|speaker| speaker.outstanding > 0) {
            self.turn(Duration::from_millis(5))?;
            if clock::seconds_since(start) > PATIENCE {
                bail!("some messages have no answer after {PATIENCE} s");
            }
        }
        Ok(())
    }

    fn say(&mut self, at: usize, sent: u64) -> Result<()> {
        let speaker = &mut self.all[at];
        let text = format!(
            r#"{{"type":"message","channelId":"{}","nonce":"{}","message":"{}"}}"#,
            speaker.room,
            speaker.said.len(),
            "overload is a hundred letters long ".repeat(3)
        );
        frame::push(&mut speaker.write, frame::TEXT, text.as_bytes(), Some(frame::MASK));
        speaker.said.push((sent, Fate::Outstanding));
        speaker.outstanding += 1;
        speaker.flush()
    }

    /// Reads what came and writes what waits, once.
    fn turn(&mut self, wait: Duration) -> Result<()> {
        signals::check()?;
        let count = self.epoll.wait(Some(wait));
        for event in 0..count {
            let (token, _) = self.epoll.event(event);
            let speaker = &mut self.all[token as usize];
            loop {
                match socket::read(&speaker.socket, &mut self.buffer) {
                    Io::Done(read) => speaker.read.extend_from_slice(&self.buffer[..read]),
                    Io::Again => break,
                    Io::Closed => bail!("the server closed a socket"),
                }
            }
            speaker.take()?;
        }
        self.all.iter_mut().try_for_each(Speaker::flush)
    }
}

impl Speaker {
    fn flush(&mut self) -> Result<()> {
        while !self.write.is_empty() {
            match socket::write(&self.socket, &self.write) {
                Io::Done(written) => drop(self.write.drain(..written)),
                Io::Again => break,
                Io::Closed => bail!("the server closed a socket"),
            }
        }
        Ok(())
    }

    /// Takes the whole frames that were read.
    fn take(&mut self) -> Result<()> {
        let mut at = 0;
        while let Some(header) = Header::read(&self.read[at..]) {
            let end = at + header.frame_len();
            if end > self.read.len() {
                break;
            }
            let payload = &self.read[at + header.header_len..end];
            match header.opcode {
                frame::TEXT => {
                    let (acked, refused) = (is(payload, b"ack"), is(payload, b"rejected"));
                    if acked || refused {
                        let nonce = number(payload, b"\"nonce\":\"").context("no nonce")? as usize;
                        let said = self.said.get_mut(nonce).context("a nonce of nobody")?;
                        if said.1 != Fate::Outstanding {
                            bail!("one message has two answers");
                        }
                        let seq = number(payload, b"\"seq\":");
                        said.1 = match seq.filter(|_| acked) {
                            Some(seq) => Fate::Acked(clock::now().saturating_sub(said.0), seq),
                            None => Fate::Refused,
                        };
                        self.outstanding -= 1;
                    }
                }
                frame::PING => {
                    frame::push(&mut self.write, frame::PONG, payload, Some(frame::MASK))
                }
                frame::CLOSE => bail!("the server closed a socket: {payload:?}"),
                _ => {}
            }
            at = end;
        }
        self.read.drain(..at);
        Ok(())
    }
}

/// Whether a frame is of this type.
fn is(payload: &[u8], kind: &[u8]) -> bool {
    let rest = payload.strip_prefix(b"{\"type\":\"").and_then(|rest| rest.strip_prefix(kind));
    rest.is_some_and(|rest| rest.starts_with(b"\""))
}

/// The number after `name`.
fn number(payload: &[u8], name: &[u8]) -> Option<u64> {
    let from = memmem::find(payload, name)? + name.len();
    let digits = payload[from..].iter().take_while(|byte| byte.is_ascii_digit());
    let digits: String = digits.map(|byte| char::from(*byte)).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let ack = br#"{"type":"ack","channelId":"c","nonce":"17","seq":4,"messageId":"m"}"#;
        assert!(is(ack, b"ack") && !is(ack, b"ac") && !is(ack, b"rejected"));
        assert_eq!((number(ack, b"\"nonce\":\""), number(ack, b"\"seq\":")), (Some(17), Some(4)));
        assert_eq!(number(ack, b"\"at\":"), None);
    }
}
