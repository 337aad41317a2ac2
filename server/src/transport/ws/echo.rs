//! `/ws/echo`: says back what it is told, over the very connection code that the chat uses, so that
//! conformance suites can exercise that. Mounted by `--test-echo` alone, on loopback alone.

use super::frames::{Fault, Incoming, Limits};
use super::handshake::{accept_key, switching};
use super::link::{Handler, Link, Seat};
use super::upgrade::upgrade;
use crate::app::AppHandle;
use crate::domain::client::Scope;
use crate::domain::frame::{Frame, opcode};
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use shared::{ClientId, UserId};
use uuid::Uuid;

/// Longest message that is echoed, in bytes.
const ECHO_MAX_BYTES: usize = 16 * 1024 * 1024;

struct Echo;

impl Handler for Echo {
    const LIMITS: Limits = Limits { binary: true, max_bytes: ECHO_MAX_BYTES };

    async fn take(&mut self, link: &Link, message: Incoming) {
        let frame = match message {
            Incoming::Text(text) => Frame::text(&text),
            Incoming::Binary(bytes) => Frame::new(opcode::BINARY, &bytes),
            Incoming::Ping(_) | Incoming::Pong | Incoming::Close(_) => return,
        };
        link.room().await;
        link.app.hub.write_frames(link.key, frame.bytes(), 1);
    }

    fn fault(&mut self, link: &Link, fault: Fault) {
        match fault {
            Fault::Protocol(reason) => link.close(1002, reason),
            Fault::NotUtf8 => link.close(1007, "text must be UTF-8"),
            Fault::Binary => link.close(1003, "text only"),
            Fault::TooLarge => link.close(1009, "the message is too long"),
        }
    }
}

/// `WS /ws/echo`.
///
/// # Errors
/// `malformed` for what is no WebSocket request, `rate_limited` with 100 open ones.
pub async fn echo(State(app): State<AppHandle>, request: Request) -> Result<Response<Body>> {
    let accept = accept_key(&request)?;
    let nobody = Caller::device(UserId(Uuid::nil()), ClientId(Uuid::nil()));
    let seat = Seat::take(&app, nobody, None)?;
    upgrade(app, seat, request, |app, seat, stream, ahead| async move {
        match Link::open(app, seat, Scope::Nothing, stream) {
            Ok(link) => link.converse(&ahead, &mut Echo).await,
            Err(cause) => tracing::error!(%cause, "a connection could not be taken over"),
        }
    });
    Ok(switching(accept))
}
