//! The floor: the least that a server can do to pass WebSocket messages on, on one core. Each text received on a path goes,
//! encoded once, to every socket of that path. No users, no history, no checks, nothing on disk.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::time::Duration;

use anyhow::{Context as _, Result};
use memchr::memmem;

use crate::frame::{self, Header};
use crate::report;
use crate::socket::{self, Epoll, EventFlags, Io};

/// Bytes that may wait for one socket; past it the socket is closed.
const BACKLOG_LIMIT: usize = 64 << 20;
/// The listener's token; sockets have small ones.
const LISTENER: u64 = u64::MAX;

/// When messages leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Each message by itself: one write for each socket and message.
    Single,
    /// What arrived in one round of epoll together: one write for each socket and round.
    Joining,
}

struct Conn {
    socket: OwnedFd,
    /// None until upgraded.
    room: Option<usize>,
    /// An incomplete frame.
    input: Vec<u8>,
    /// What the kernel did not take yet.
    backlog: Vec<u8>,
}

impl Conn {
    /// Writes what the socket takes now and keeps the rest; false when the peer is gone.
    fn write(&mut self, bytes: &[u8]) -> bool {
        if !self.backlog.is_empty() {
            self.backlog.extend_from_slice(bytes);
            return self.backlog.len() < BACKLOG_LIMIT;
        }
        match socket::write(&self.socket, bytes) {
            Io::Done(count) => self.backlog.extend_from_slice(&bytes[count..]),
            Io::Again => self.backlog.extend_from_slice(bytes),
            Io::Closed => return false,
        }
        true
    }

    /// Writes what waits; false when the peer is gone.
    fn flush(&mut self) -> bool {
        if self.backlog.is_empty() {
            return true;
        }
        let bytes = std::mem::take(&mut self.backlog);
        self.write(&bytes)
    }
}

#[derive(Default)]
struct Room {
    members: Vec<usize>,
    batch: Vec<u8>,
}

struct Floor {
    mode: Mode,
    conns: Vec<Option<Conn>>,
    free: Vec<usize>,
    rooms: Vec<Room>,
    paths: HashMap<String, usize>,
    /// Rooms with a batch.
    dirty: Vec<usize>,
    /// Connections to close at the end of the round.
    gone: Vec<usize>,
}

/// Serves for ever.
///
/// # Errors
/// When the port is taken or the system refuses.
pub(crate) fn serve(port: u16, mode: Mode) -> Result<()> {
    socket::allow_files()?;
    let listener = socket::listen(port).context("can't listen")?;
    let address = rustix::net::getsockname(&listener)?;
    let address = std::net::SocketAddrV4::try_from(address)?;
    report::print(&format!("listening on http://{address}"));
    let mut epoll = Epoll::new()?;
    epoll.add(&listener, EventFlags::IN, LISTENER)?;
    let mut floor = Floor {
        mode,
        conns: Vec::new(),
        free: Vec::new(),
        rooms: Vec::new(),
        paths: HashMap::new(),
        dirty: Vec::new(),
        gone: Vec::new(),
    };
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let forever: Option<Duration> = None;
        for at in 0..epoll.wait(forever) {
            match epoll.event(at) {
                (LISTENER, _) => floor.accept(&listener, &epoll),
                (token, flags) => floor.event(token as usize, flags, &mut buffer),
            }
        }
        floor.deliver();
        floor.drop_gone();
    }
}

impl Floor {
    fn accept(&mut self, listener: &OwnedFd, epoll: &Epoll) {
        while let Some(socket) = socket::accept(listener) {
            let at = self.free.pop().unwrap_or(self.conns.len());
            let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
            if epoll.add(&socket, flags, at as u64).is_err() {
                self.gone.push(at);
            }
            let conn = Conn { socket, room: None, input: Vec::new(), backlog: Vec::new() };
            match self.conns.get_mut(at) {
                Some(place) => *place = Some(conn),
                None => self.conns.push(Some(conn)),
            }
        }
    }

    fn event(&mut self, at: usize, flags: EventFlags, buffer: &mut [u8]) {
        if flags.contains(EventFlags::OUT) && !self.conns[at].as_mut().is_none_or(Conn::flush) {
            self.gone.push(at);
        }
        if flags != EventFlags::OUT {
            self.readable(at, buffer);
        }
    }

    fn drop_gone(&mut self) {
        for at in std::mem::take(&mut self.gone) {
            if let Some(conn) = self.conns[at].take() {
                if let Some(room) = conn.room {
                    self.rooms[room].members.retain(|&member| member != at);
                }
                self.free.push(at);
            }
        }
    }

    fn readable(&mut self, at: usize, buffer: &mut [u8]) {
        loop {
            let Some(conn) = self.conns[at].as_mut() else { return };
            let count = match socket::read(&conn.socket, buffer) {
                Io::Done(count) => count,
                Io::Again => return,
                Io::Closed => return self.gone.push(at),
            };
            let mut input = std::mem::take(&mut conn.input);
            input.extend_from_slice(&buffer[..count]);
            let used = self.consume(at, &mut input);
            if let Some(conn) = self.conns[at].as_mut()
                && used < input.len()
            {
                // Otherwise freed: an idle connection holds no buffer.
                input.drain(..used);
                conn.input = input;
            }
            if count < buffer.len() {
                return;
            }
        }
    }

    /// Handles what is whole in `data`; returns how much that was.
    fn consume(&mut self, from: usize, data: &mut [u8]) -> usize {
        let mut at = 0;
        if self.conns[from].as_ref().is_some_and(|conn| conn.room.is_none()) {
            let Some(end) = memmem::find(data, b"\r\n\r\n") else { return 0 };
            let request = String::from_utf8_lossy(&data[..end]).into_owned();
            if !self.upgrade(from, &request) {
                self.gone.push(from);
                return data.len();
            }
            at = end + 4;
        }
        while let Some(header) = Header::read(&data[at..]) {
            let end = at + header.frame_len();
            if data.len() < end {
                break;
            }
            let payload = &mut data[at + header.header_len..end];
            if let Some(mask) = header.mask {
                frame::apply_mask(payload, mask);
            }
            match header.opcode {
                frame::TEXT => self.publish(from, payload),
                frame::CLOSE => self.gone.push(from),
                _ => {}
            }
            at = end;
        }
        at
    }

    /// Answers an upgrade request; false when it is none, or the peer is gone.
    fn upgrade(&mut self, at: usize, request: &str) -> bool {
        let path = request.split(' ').nth(1).unwrap_or("/");
        let key = request.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("sec-websocket-key").then_some(value)
        });
        let (Some(key), Some(conn)) = (key, self.conns[at].as_mut()) else { return false };
        let next = self.rooms.len();
        let room = *self.paths.entry(path.to_owned()).or_insert(next);
        if room == next {
            self.rooms.push(Room::default());
        }
        self.rooms[room].members.push(at);
        conn.room = Some(room);
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n\r\n",
            frame::accept_key(key)
        );
        conn.write(answer.as_bytes())
    }

    fn publish(&mut self, from: usize, payload: &[u8]) {
        let Some(at) = self.conns[from].as_ref().and_then(|conn| conn.room) else { return };
        let room = &mut self.rooms[at];
        if room.batch.is_empty() {
            self.dirty.push(at);
        }
        frame::push(&mut room.batch, frame::TEXT, payload, None);
        if self.mode == Mode::Single {
            self.deliver();
        }
    }

    /// Sends the batch of each room that has one to its members.
    fn deliver(&mut self) {
        for at in std::mem::take(&mut self.dirty) {
            let room = &mut self.rooms[at];
            for &member in &room.members {
                let alive = self.conns[member].as_mut().is_some_and(|conn| conn.write(&room.batch));
                if !alive {
                    self.gone.push(member);
                }
            }
            room.batch.clear();
        }
    }
}
