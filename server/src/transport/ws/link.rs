//! One open connection after the upgrade: registered with the Hub, received from by one task, and
//! forgotten when that ends, whatever ends it. What its messages mean is its [`Handler`]'s.

use super::frames::{Fault, Incoming, Limits, Reader};
use super::stream::{Stream, Wire};
use crate::app::AppHandle;
use crate::domain::client::{ConnKey, Scope};
use crate::domain::figures::add;
use crate::domain::frame::{Frame, opcode};
use crate::domain::hub::Hub;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::domain::slots;
use crate::error::{Error, Result};
use crate::transport::Slot;
use shared::limits::{HEARTBEAT_SECONDS, SOCKETS_PER_CLIENT_MAX};
use shared::{ClientId, ErrorCode};
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

/// Bytes read at once, into a buffer that all sockets of a thread share.
const READ_BYTES: usize = 16 * 1024;
/// How long the peer has to answer a close frame, and how long the last frames have to leave.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// What a connection does with what comes.
pub(super) trait Handler: Send {
    /// What may come at all.
    const LIMITS: Limits;

    /// A text or binary message. While this waits, nothing more is read: who sends too fast is
    /// slowed by TCP.
    fn take(&mut self, link: &Link, message: Incoming) -> impl Future<Output = ()> + Send;

    /// What came can't be read: says why, and closes.
    fn fault(&mut self, link: &Link, fault: Fault);
}

/// A place in the Hub that a connection was promised before its upgrade. Given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    hub: Arc<Hub>,
    caller: Caller,
    shard: usize,
    /// The places among the client's sockets and the server's connections.
    _places: (slots::Slot<ClientId>, Option<Slot>),
}

impl Seat {
    /// Takes a place.
    ///
    /// # Errors
    /// `rate_limited` when the user opens sockets too fast, or it or its client has too many.
    pub(super) fn take(app: &AppHandle, caller: Caller, slot: Option<Slot>) -> Result<Self> {
        app.limiter.take(Limited::Socket(caller.user_id), app.clock.elapsed())?;
        let own = app.sockets.take(caller.client_id, SOCKETS_PER_CLIENT_MAX).ok_or_else(|| {
            full("this client has 50 open sockets, which is the most; close one first")
        })?;
        let shard = app
            .hub
            .enter(caller.user_id)
            .ok_or_else(|| full("you have 100 open sockets, which is the most; close one first"))?;
        Ok(Self { hub: Arc::clone(&app.hub), caller, shard, _places: (own, slot) })
    }

    /// Which shard the connection is to live in.
    pub(super) fn shard(&self) -> usize {
        self.shard
    }

    /// Whose it is.
    pub(super) fn caller(&self) -> Caller {
        self.caller
    }
}

fn full(detail: &'static str) -> Error {
    // A socket that is gone without a word is noticed after two heartbeats.
    let wait = Duration::from_secs(HEARTBEAT_SECONDS);
    Error { retry_after: Some(wait), ..Error::new(ErrorCode::RateLimited, detail) }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.leave(self.caller.user_id, self.shard);
    }
}

/// One open connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) app: AppHandle,
    pub(super) key: ConnKey,
    pub(super) scope: Scope,
    seat: Seat,
    wire: Wire,
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(closing) = self.app.hub.closing(self.key) {
            self.app.figures.note_closed(closing.code);
        }
        self.app.hub.remove_conn(self.key);
    }
}

impl Link {
    /// Registers a connection with the Hub. To be called on the runtime of its shard.
    ///
    /// # Errors
    /// When the runtime can't watch it.
    pub(super) fn open(
        app: AppHandle,
        seat: Seat,
        scope: Scope,
        stream: Stream,
    ) -> io::Result<Self> {
        let wire = Wire::new(stream)?;
        let (caller, now) = (seat.caller(), app.clock.elapsed());
        let key = app.hub.register_conn(seat.shard(), caller, scope, wire.socket(), now);
        add(&app.figures.opened, 1);
        wire.settle(&app.hub, key);
        Ok(Self { app, key, scope, seat, wire })
    }

    /// Whose it is.
    pub(super) fn caller(&self) -> Caller {
        self.seat.caller()
    }

    /// Waits while so much is queued that more should not be: a replay never fills the queue by
    /// itself.
    pub(super) async fn room(&self) {
        while self.app.hub.is_busy(self.key) {
            self.wire.room().await;
        }
    }

    /// Ends it once what is queued has been written.
    pub(super) fn close(&self, code: u16, reason: &'static str) {
        self.app.hub.close(self.key, code, reason);
    }

    /// Receives until the peer closes or goes, a frame can't be read, or the end was decided; then
    /// what is queued may still leave.
    pub(super) async fn converse<H: Handler>(&self, ahead: &[u8], handler: &mut H) {
        self.receive(ahead, handler).await;
        if self.app.hub.closing(self.key).is_none() {
            self.close(1000, "");
        }
        let finished = async {
            while !self.app.hub.is_finished(self.key) {
                self.wire.room().await;
            }
        };
        // Whoever does not take its last frames within this time does not get them.
        let _ = tokio::time::timeout(CLOSE_PATIENCE, finished).await;
    }

    async fn receive<H: Handler>(&self, ahead: &[u8], handler: &mut H) {
        let (mut reader, mut incoming) = (Reader::new(H::LIMITS), Vec::new());
        let mut outcome = reader.read(ahead, &mut incoming);
        loop {
            for message in incoming.drain(..) {
                match message {
                    Incoming::Text(_) | Incoming::Binary(_) => handler.take(self, message).await,
                    Incoming::Ping(payload) => {
                        let pong = Frame::new(opcode::PONG, &payload);
                        self.app.hub.write_control(self.key, &pong);
                    }
                    Incoming::Pong => {}
                    Incoming::Close(code) => return self.close(code.unwrap_or(1000), ""),
                }
            }
            if let Err(fault) = outcome {
                handler.fault(self, fault);
            }
            if self.app.hub.heard(self.key, self.app.clock.elapsed()).is_some() {
                return self.await_end().await;
            }
            match self.read(&mut reader, &mut incoming).await {
                Ok(Some(read)) => outcome = read,
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Reads what is there, once something is; None at the end of the stream.
    async fn read(
        &self,
        reader: &mut Reader,
        incoming: &mut Vec<Incoming>,
    ) -> io::Result<Option<Result<(), Fault>>> {
        poll_fn(|context| {
            BUFFER.with_borrow_mut(|buffer| {
                let len = ready!(self.wire.poll_read(context, buffer))?;
                let bytes = buffer.get(..len).unwrap_or_default();
                Poll::Ready(Ok((len > 0).then(|| reader.read(bytes, incoming))))
            })
        })
        .await
    }

    /// After the end was decided, what the peer still says is passed over until it goes: a
    /// connection that is closed with unread bytes would take the close frame with it.
    async fn await_end(&self) {
        let gone = poll_fn(|context| {
            BUFFER.with_borrow_mut(|buffer| {
                while let 1.. = ready!(self.wire.poll_read(context, buffer)).unwrap_or(0) {}
                Poll::Ready(())
            })
        });
        // Whoever does not go within this time is left.
        let _ = tokio::time::timeout(CLOSE_PATIENCE, gone).await;
    }
}
