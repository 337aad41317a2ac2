//! A socket's life: checked, upgraded, registered with the Hub, welcomed, live, forgotten.

use super::handshake::{accept_key, authenticate, switching, take_over};
use super::receive::receive;
use super::replay::replay;
use super::send::send;
use crate::actions::channels;
use crate::app::{App, AppHandle};
use crate::domain::channel::GoLive;
use crate::domain::client::{Conn, Scope};
use crate::domain::identity::Caller;
use crate::error::{Error, Result};
use crate::transport::Slot;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::Response;
use bytes::Bytes;
use serde::Deserialize;
use shared::limits::HEARTBEAT_SECONDS;
use shared::{ChannelId, ClientId, Cursor, ErrorCode, Seq, ServerMessage, Welcome, close_code};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::net::TcpStream;

/// The query of `/ws/join_channel`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinQuery {
    channel_id: ChannelId,
    client_id: Option<ClientId>,
    after: Option<Seq>,
    ticket: Option<String>,
}

/// The query of `/api/ws`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllQuery {
    client_id: Option<ClientId>,
    ticket: Option<String>,
}

type Parsed<T> = std::result::Result<Query<T>, QueryRejection>;

fn parsed<T>(query: Parsed<T>) -> Result<T> {
    query
        .map(|Query(query)| query)
        .map_err(|cause| Error::new(ErrorCode::Malformed, format!("the query is wrong: {cause}")))
}

/// `WS /ws/join_channel`: one channel on one socket. Joins a public one if need be.
///
/// # Errors
/// Before the upgrade: `malformed`, `not_logged_in`, `not_your_client`, `cross_origin`, `not_found`,
/// `rate_limited`, `draining`.
pub async fn join_channel(
    State(app): State<AppHandle>,
    query: Parsed<JoinQuery>,
    request: Request,
) -> Result<Response<Body>> {
    let query = parsed(query)?;
    let ticket = query.ticket.as_deref();
    let caller = authenticate(&app, request.headers(), ticket, query.client_id).await?;
    let accept = accept_key(&request)?;
    if !app.storage.is_member(caller.user_id, query.channel_id).await? {
        channels::add_member(&app, caller, query.channel_id, caller.user_id).await?;
    }
    let conn = register(&app, caller, Scope::One(query.channel_id))?;
    upgrade(app, conn, query.after, request);
    Ok(switching(accept))
}

/// `WS /api/ws`: all channels of the user on one socket.
///
/// # Errors
/// Before the upgrade: `malformed`, `not_logged_in`, `not_your_client`, `cross_origin`,
/// `rate_limited`, `draining`.
pub async fn all_channels(
    State(app): State<AppHandle>,
    query: Parsed<AllQuery>,
    request: Request,
) -> Result<Response<Body>> {
    let query = parsed(query)?;
    let ticket = query.ticket.as_deref();
    let caller = authenticate(&app, request.headers(), ticket, query.client_id).await?;
    let accept = accept_key(&request)?;
    let conn = register(&app, caller, Scope::All)?;
    upgrade(app, conn, None, request);
    Ok(switching(accept))
}

fn register(app: &App, caller: Caller, scope: Scope) -> Result<Registered> {
    if *app.draining.borrow() {
        return Err(Error::draining());
    }
    let conn = app.hub.register_conn(caller, scope, app.clock.elapsed()).ok_or_else(|| {
        let wait = std::time::Duration::from_secs(HEARTBEAT_SECONDS);
        Error {
            retry_after: Some(wait),
            ..Error::new(
                ErrorCode::RateLimited,
                "you have 100 open sockets, which is the most; close one first",
            )
        }
    })?;
    Ok(Registered { hub: Arc::clone(&app.hub), conn })
}

/// A socket that the Hub knows, for as long as this lives: whatever ends it, it is forgotten.
struct Registered {
    hub: Arc<crate::domain::hub::SharedHub>,
    conn: Arc<Conn>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.conn.cut();
        self.hub.remove_conn(&self.conn);
    }
}

/// Waits for the connection, off the request's task, and lives the socket's life on it.
fn upgrade(app: AppHandle, registered: Registered, after: Option<Seq>, mut request: Request) {
    let slot = request.extensions().get::<Slot>().cloned();
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let _slot = slot;
        match upgraded.await {
            Ok(upgraded) => {
                if let Some((stream, ahead)) = take_over(upgraded) {
                    live(&app, &registered.conn, after, stream, ahead).await;
                }
            }
            Err(cause) => tracing::debug!(%cause, "the upgrade came to nothing"),
        }
    });
}

/// Two tasks: this one receives, the other sends; one cancellation ends both.
async fn live(
    app: &AppHandle,
    conn: &Arc<Conn>,
    after: Option<Seq>,
    stream: TcpStream,
    ahead: Bytes,
) {
    let (reader, writer) = stream.into_split();
    let sending = tokio::spawn(send(Arc::clone(conn), writer));
    match welcome(app, conn, after).await {
        Ok(()) => receive(app, conn, reader, &ahead).await,
        Err(error) if error.code == ErrorCode::NotLoggedIn => {
            conn.close(close_code::NOT_LOGGED_IN, "logged out");
        }
        Err(error) => {
            tracing::warn!(%error, "a socket could not be welcomed");
            conn.close(close_code::DRAINING, "storage unavailable: connect again in a moment");
        }
    }
    // The peer may still read what is queued and the close frame; then it is over.
    if conn.egress.closing().is_none() {
        conn.close(1000, "");
    }
    if let Err(cause) = sending.await {
        tracing::error!(%cause, "a sending task ended badly");
    }
}

/// Attaches first, then reads where things stand, says `welcome`, replays, and goes live.
async fn welcome(app: &App, conn: &Arc<Conn>, after: Option<Seq>) -> Result<()> {
    let channels = attach(app, conn).await?;
    // A client that was revoked before it was registered was not told: ask once more.
    if !app.storage.has_client(conn.caller.client_id).await? {
        return Err(Error::not_logged_in());
    }
    conn.write_message(&ServerMessage::Welcome(Welcome {
        user_id: conn.caller.user_id,
        client_id: conn.caller.client_id,
        epoch: app.storage.epoch().to_owned(),
        heartbeat_seconds: HEARTBEAT_SECONDS,
        channels: channels.clone(),
    }));
    conn.welcomed();
    for channel in channels {
        let id = channel.channel_id;
        match after {
            Some(cursor) => replay(app, conn, id, cursor).await?,
            None => {
                if app.hub.go_live(conn, id, channel.head_seq, None) == GoLive::Behind {
                    replay(app, conn, id, channel.head_seq).await?;
                }
            }
        }
    }
    Ok(())
}

/// Puts the socket, held, into its channels; where they stand, read after that. A membership that
/// begins meanwhile is in the next look; one that ends is announced to the Hub, which drops it.
async fn attach(app: &App, conn: &Arc<Conn>) -> Result<Vec<Cursor>> {
    let wanted = |cursor: &Cursor| match conn.scope {
        Scope::All => true,
        Scope::One(id) => cursor.channel_id == id,
    };
    let mut attached = HashSet::new();
    loop {
        let mut cursors = app.storage.cursors(conn.caller.user_id).await?;
        cursors.retain(wanted);
        let new: Vec<ChannelId> =
            cursors.iter().map(|c| c.channel_id).filter(|id| attached.insert(*id)).collect();
        if new.is_empty() {
            for gone in attached.iter().filter(|id| !cursors.iter().any(|c| c.channel_id == **id)) {
                app.hub.remove_client(conn, *gone);
            }
            if let (Scope::One(_), []) = (conn.scope, cursors.as_slice()) {
                conn.close(close_code::NOT_A_MEMBER, "no longer a member");
            }
            return Ok(cursors);
        }
        app.hub.add_client(conn, new);
    }
}
