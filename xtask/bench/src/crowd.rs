//! A crowd: many sockets of one server, in rooms, on one thread and one epoll. This part holds their life: connecting,
//! writing, closing. [`crate::receive`] reads what comes, [`crate::load`] has them send.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use memchr::memmem::Finder;

use crate::frame;
use crate::record::Record;
use crate::socket::{self, Epoll, EventFlags, Io};
use crate::tally::Tally;
use crate::{clock, signals};

/// Bytes read at once.
pub(crate) const READ: usize = 256 * 1024;
/// Sockets that connect at the same time, unless said otherwise.
const CONNECTING: usize = 64;
/// Local addresses, `127.0.0.2` and up; each has about 28,000 ports.
const SOURCES: usize = 4;
/// How long a connection may take, with everything up to the welcome.
const CONNECT_PATIENCE: u64 = 60 * clock::SECOND;

/// How a server is spoken to.
#[derive(Debug, Clone)]
pub(crate) enum Speech {
    /// A message is its text.
    Plain,
    /// Hubbub's JSON; the ids of the rooms.
    Hubbub(Rc<[String]>),
}

/// What one socket needs to connect.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    /// The number of its room.
    pub(crate) room: usize,
    /// The whole upgrade request.
    pub(crate) request: Vec<u8>,
    /// Bytes that the kernel may hold for it; `None` lets the kernel choose.
    pub(crate) receive_buffer: Option<usize>,
}

/// Where a socket is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Not connected, or not any more.
    Closed,
    /// Waits for the kernel.
    Connecting,
    /// Waits for the 101.
    Upgrading,
    /// Waits for Hubbub's `welcome`.
    Welcoming,
    /// Sends and receives.
    Ready,
}

/// One socket.
pub(crate) struct Conn {
    pub(crate) socket: Option<OwnedFd>,
    pub(crate) state: State,
    pub(crate) room: usize,
    /// Not yet accepted by the kernel.
    out: Vec<u8>,
    /// An incomplete frame.
    pub(crate) carry: Vec<u8>,
    /// The newest of Hubbub's sequence numbers; 0 before the first.
    pub(crate) last: u64,
    /// Messages sent and not acknowledged.
    pub(crate) in_flight: u32,
    /// Does not read, and its deliveries are not waited for.
    pub(crate) slow: bool,
    /// Said `resume`, so that a part may come twice until it is caught up.
    pub(crate) resuming: bool,
    /// The newest sequence number that came while a part before it was missing, which the replay must reach.
    pub(crate) held: u64,
    /// When it said `resume`, by [`clock::now`].
    pub(crate) resumed: u64,
    /// When it was caught up, by [`clock::now`]; 0 before.
    pub(crate) caught_up: u64,
    /// Too far behind: the newest sequence number that it was told.
    pub(crate) reset: Option<u64>,
    /// The code of the server's close frame.
    pub(crate) close_code: Option<u16>,
}

impl Conn {
    fn new(room: usize) -> Self {
        Self {
            socket: None,
            state: State::Closed,
            room,
            out: Vec::new(),
            carry: Vec::new(),
            last: 0,
            in_flight: 0,
            slow: false,
            resuming: false,
            held: 0,
            resumed: 0,
            caught_up: 0,
            reset: None,
            close_code: None,
        }
    }
}

/// Many sockets of one server.
pub(crate) struct Crowd {
    server: SocketAddrV4,
    pub(crate) speech: Speech,
    seats: Vec<Seat>,
    pub(crate) conns: Vec<Conn>,
    /// The sockets of each room.
    pub(crate) rooms: Vec<Vec<usize>>,
    /// Tells this crowd's records from others'.
    pub(crate) id: u16,
    pub(crate) mark: Finder<'static>,
    /// How many sockets of each room wait for deliveries.
    pub(crate) readers: Vec<u64>,
    /// The next message's number in each room.
    pub(crate) numbers: Vec<u32>,
    /// The first number in each room that counts.
    pub(crate) base: Vec<u32>,
    /// The room that is sent to next.
    pub(crate) turn: usize,
    pub(crate) tally: Tally,
    pub(crate) buffer: Vec<u8>,
    epoll: Epoll,
    /// Where in a frame the newest record and sequence number were found: where the next ones are looked for first.
    pub(crate) record_at: usize,
    pub(crate) seq_at: usize,
    pub(crate) ready: usize,
}

impl Crowd {
    /// Connects a socket for each seat and waits until all are ready.
    ///
    /// # Errors
    /// When one is refused.
    pub(crate) fn connect(server: SocketAddrV4, speech: Speech, seats: Vec<Seat>) -> Result<Self> {
        let mut crowd = Self::assemble(server, speech, seats)?;
        let all: Vec<usize> = (0..crowd.conns.len()).collect();
        crowd.open(&all, CONNECTING)?;
        Ok(crowd)
    }

    /// The sockets without their connections.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn assemble(server: SocketAddrV4, speech: Speech, seats: Vec<Seat>) -> Result<Self> {
        let rooms = seats.iter().map(|seat| seat.room + 1).max().unwrap_or(0);
        let mut members = vec![Vec::new(); rooms];
        for (at, seat) in seats.iter().enumerate() {
            members[seat.room].push(at);
        }
        let id = ((clock::now() >> 10) & 0xffff) as u16;
        Ok(Self {
            server,
            speech,
            conns: seats.iter().map(|seat| Conn::new(seat.room)).collect(),
            seats,
            rooms: members,
            readers: vec![0; rooms],
            id,
            mark: Finder::new(&Record::mark(id)).into_owned(),
            numbers: vec![0; rooms],
            base: vec![0; rooms],
            turn: 0,
            tally: Tally::default(),
            buffer: vec![0; 2 * READ],
            epoll: Epoll::new()?,
            record_at: 0,
            seq_at: 0,
            ready: 0,
        })
    }

    /// Speaks to a server that was started again.
    pub(crate) fn set_server(&mut self, server: SocketAddrV4) {
        self.server = server;
    }

    /// Connects these sockets, so many at a time, and waits until they are ready.
    ///
    /// # Errors
    /// When one is refused, or it takes a minute.
    pub(crate) fn open(&mut self, which: &[usize], at_once: usize) -> Result<()> {
        let goal = self.ready + which.len();
        let mut next = which.iter();
        let mut begun = self.ready;
        let start = clock::now();
        self.tally.closed = 0;
        while self.ready < goal {
            while begun < goal && begun - self.ready < at_once {
                let Some(&at) = next.next() else { break };
                self.begin(at)?;
                begun += 1;
            }
            self.turn(Some(Duration::from_millis(5)))?;
            if self.tally.closed > 0 {
                let why = self.tally.verdict().unwrap_or_else(|| "closed by the server".to_owned());
                bail!("a socket did not get ready: {why}");
            }
            if clock::now() - start > CONNECT_PATIENCE {
                bail!(
                    "{} of {} sockets did not get ready in a minute",
                    goal - self.ready,
                    which.len()
                );
            }
        }
        Ok(())
    }

    /// Starts to connect a socket.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn begin(&mut self, at: usize) -> Result<()> {
        let source = Ipv4Addr::new(127, 0, 0, 2 + (at % SOURCES) as u8);
        let seat = &self.seats[at];
        let socket =
            socket::connect(source, self.server, seat.receive_buffer).context("can't connect")?;
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        self.epoll.add(&socket, flags, at as u64)?;
        let conn = &mut self.conns[at];
        conn.out.clear();
        conn.out.extend_from_slice(&seat.request);
        conn.carry.clear();
        conn.socket = Some(socket);
        conn.state = State::Connecting;
        (conn.in_flight, conn.close_code, conn.caught_up, conn.reset) = (0, None, 0, None);
        (conn.resuming, conn.held) = (false, 0);
        Ok(())
    }

    /// Starts to connect a socket that says `resume` as soon as it is welcome, from the newest message that it has.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn begin_to_resume(&mut self, at: usize) -> Result<()> {
        self.begin(at)?;
        self.conns[at].resuming = true;
        Ok(())
    }

    /// Connects these sockets anew, with a bound on what the kernel holds for each, in bytes.
    ///
    /// # Errors
    /// When it is refused.
    pub(crate) fn reopen(&mut self, which: &[usize], receive_buffer: Option<usize>) -> Result<()> {
        for &at in which {
            self.close(at);
            self.seats[at].receive_buffer = receive_buffer;
        }
        self.open(which, CONNECTING)
    }

    /// Closes a socket from this side.
    pub(crate) fn close(&mut self, at: usize) {
        let conn = &mut self.conns[at];
        if conn.state == State::Ready {
            self.ready -= 1;
        }
        conn.state = State::Closed;
        conn.socket = None;
    }

    /// The server has closed a socket.
    pub(crate) fn lost(&mut self, at: usize) {
        if self.conns[at].state != State::Closed {
            self.close(at);
            self.tally.closed += 1;
        }
    }

    /// Marks a socket as ready.
    pub(crate) fn arrived(&mut self, at: usize) {
        self.ready += 1;
        let conn = &mut self.conns[at];
        conn.state = State::Ready;
        if let (true, Speech::Hubbub(rooms)) = (conn.resuming, &self.speech) {
            conn.resumed = clock::now();
            let resume = format!(
                r#"{{"type":"resume","cursors":{{"{}":{}}}}}"#,
                rooms[conn.room], conn.last
            );
            self.send(at, frame::TEXT, resume.as_bytes());
        }
    }

    /// Sends a frame.
    pub(crate) fn send(&mut self, at: usize, opcode: u8, payload: &[u8]) {
        let conn = &mut self.conns[at];
        let idle = conn.out.is_empty();
        frame::push(&mut conn.out, opcode, payload, Some(frame::MASK));
        if idle {
            self.flush(at);
        }
    }

    fn flush(&mut self, at: usize) {
        let conn = &mut self.conns[at];
        let Some(socket) = &conn.socket else { return };
        while !conn.out.is_empty() {
            match socket::write(socket, &conn.out) {
                Io::Done(count) if count == conn.out.len() => conn.out.clear(),
                Io::Done(count) => drop(conn.out.drain(..count)),
                Io::Again => return,
                Io::Closed => return self.lost(at),
            }
        }
    }

    /// Handles what has happened; without anything, waits for so long (`None`: not at all).
    ///
    /// # Errors
    /// When we were asked to end.
    pub(crate) fn turn(&mut self, wait: Option<Duration>) -> Result<()> {
        signals::check()?;
        let count = self.epoll.wait(Some(wait.unwrap_or(Duration::ZERO)));
        if count == 0 {
            return Ok(());
        }
        let start = clock::now();
        for event in 0..count {
            let (token, flags) = self.epoll.event(event);
            let at = token as usize;
            if flags.contains(EventFlags::OUT) {
                if self.conns[at].state == State::Connecting {
                    self.conns[at].state = State::Upgrading;
                }
                self.flush(at);
            }
            if flags != EventFlags::OUT && !self.conns[at].slow {
                self.readable(at, flags.intersects(!(EventFlags::IN | EventFlags::OUT)));
            }
        }
        self.tally.busy += clock::now() - start;
        Ok(())
    }
}
