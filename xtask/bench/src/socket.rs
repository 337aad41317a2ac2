//! The few system calls on sockets that both sides need, and the epoll that waits for them.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, connect as start, ipproto,
    listen as open, recv, send, socket_with, sockopt,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

pub(crate) use epoll::EventFlags;

/// Events taken from an epoll at once.
const EVENTS: usize = 1024;

/// What came of reading or writing.
pub(crate) enum Io {
    /// So many bytes.
    Done(usize),
    /// Nothing now.
    Again,
    /// The peer is gone.
    Closed,
}

impl Io {
    fn of(result: Result<usize, Errno>, zero_is_the_end: bool) -> Self {
        match result {
            Ok(0) if zero_is_the_end => Self::Closed,
            Ok(count) => Self::Done(count),
            Err(Errno::AGAIN | Errno::INTR) => Self::Again,
            Err(_) => Self::Closed,
        }
    }
}

/// Reads what is there.
pub(crate) fn read(socket: impl AsFd, buffer: &mut [u8]) -> Io {
    Io::of(recv(socket, buffer, RecvFlags::empty()).map(|(count, _)| count), true)
}

/// Writes what the socket takes.
pub(crate) fn write(socket: impl AsFd, bytes: &[u8]) -> Io {
    Io::of(send(socket, bytes, SendFlags::NOSIGNAL), false)
}

fn tcp() -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    socket_with(AddressFamily::INET, SocketType::STREAM, flags, Some(ipproto::TCP))
}

/// Starts to connect from the local address `source`, without waiting. A `receive_buffer` bounds what the kernel holds for
/// a reader that does not read, in bytes. The socket is reset when it is closed, so that no port is held back after it.
///
/// # Errors
/// When the system refuses.
pub(crate) fn connect(
    source: Ipv4Addr,
    to: SocketAddrV4,
    receive_buffer: Option<usize>,
) -> Result<OwnedFd, Errno> {
    let socket = tcp()?;
    if let Some(bytes) = receive_buffer {
        sockopt::set_socket_recv_buffer_size(&socket, bytes)?;
    }
    sockopt::set_socket_linger(&socket, Some(Duration::ZERO))?;
    bind(&socket, &SocketAddrV4::new(source, 0))?;
    sockopt::set_tcp_nodelay(&socket, true)?;
    match start(&socket, &to) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(cause) => Err(cause),
    }
}

/// Listens on a loopback port.
///
/// # Errors
/// When the system refuses.
pub(crate) fn listen(port: u16) -> Result<OwnedFd, Errno> {
    let socket = tcp()?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
    open(&socket, 4096)?;
    Ok(socket)
}

/// The next waiting connection.
pub(crate) fn accept(listener: &OwnedFd) -> Option<OwnedFd> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = rustix::net::accept_with(listener, flags).ok()?;
    sockopt::set_tcp_nodelay(&socket, true).ok()?;
    Some(socket)
}

/// Lifts the bound of open files to what the system allows, for us and for the programs that we start, and returns it.
///
/// # Errors
/// When the system refuses.
pub(crate) fn allow_files() -> Result<u64, Errno> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX))
}

/// An epoll with room for its events.
pub(crate) struct Epoll {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
}

impl Epoll {
    /// A new one.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn new() -> Result<Self, Errno> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Self { epoll, events: Vec::with_capacity(EVENTS) })
    }

    /// Tells `token` whenever one of `flags` holds for the socket.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn add(
        &self,
        socket: impl AsFd,
        flags: EventFlags,
        token: u64,
    ) -> Result<(), Errno> {
        epoll::add(&self.epoll, socket, epoll::EventData::new_u64(token), flags)
    }

    /// Waits for events: `None` for ever, zero not at all. Returns how many there are.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> usize {
        let timeout = timeout.map(|time| Timespec {
            tv_sec: time.as_secs().cast_signed(),
            tv_nsec: time.subsec_nanos().into(),
        });
        self.events.clear();
        let events = rustix::buffer::spare_capacity(&mut self.events);
        // Interrupted is as good as nothing.
        epoll::wait(&self.epoll, events, timeout.as_ref()).unwrap_or(0)
    }

    /// Token and flags of one of the events that [`wait`](Self::wait) found.
    pub(crate) fn event(&self, at: usize) -> (u64, EventFlags) {
        let event = self.events[at];
        (event.data.u64(), event.flags)
    }
}
