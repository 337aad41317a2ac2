//! The chat's sockets, `/ws/join_channel` and `/api/ws`: checked, upgraded, welcomed, live.

use super::handshake::{accept_key, authenticate, switching};
use super::link::{Link, Seat};
use super::receive::Chat;
use super::replay::replay;
use super::stream::Stream;
use super::upgrade::upgrade;
use crate::actions::channels;
use crate::app::AppHandle;
use crate::domain::channel::GoLive;
use crate::domain::client::Scope;
use crate::domain::identity::Caller;
use crate::domain::scopes::Wanted;
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
    if !app.storage.is_member(caller.user_id, query.channel_id, app.clock.now()).await? {
        caller.scopes.permit(Wanted::Write)?;
        channels::add_member(&app, caller, query.channel_id, caller.user_id).await?;
    }
    let seat = seat(&app, caller, &request)?;
    open(app, seat, request, Scope::One(query.channel_id), query.after);
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
    let seat = seat(&app, caller, &request)?;
    open(app, seat, request, Scope::All, None);
    Ok(switching(accept))
}

fn seat(app: &AppHandle, caller: Caller, request: &Request) -> Result<Seat> {
    if *app.draining.borrow() {
        return Err(Error::draining());
    }
    let slot = request.extensions().get::<Slot>().cloned();
    Seat::take(app, caller, slot)
}

fn open(app: AppHandle, seat: Seat, request: Request, scope: Scope, after: Option<Seq>) {
    upgrade(app, seat, request, move |app, seat, stream, ahead| {
        live(app, seat, scope, after, stream, ahead)
    });
}

async fn live(
    app: AppHandle,
    seat: Seat,
    scope: Scope,
    after: Option<Seq>,
    stream: Stream,
    ahead: Bytes,
) {
    let link = match Link::open(app, seat, scope, stream) {
        Ok(link) => link,
        Err(cause) => return tracing::error!(%cause, "a connection could not be taken over"),
    };
    // Boxed, as what it holds is needed for a moment and the connection's task lives for days.
    match Box::pin(welcome(&link, after)).await {
        Ok(()) => {}
        Err(error) if error.code == ErrorCode::NotLoggedIn => {
            link.close(close_code::NOT_LOGGED_IN, "logged out");
        }
        Err(error) => {
            tracing::warn!(%error, "a socket could not be welcomed");
            link.close(close_code::DRAINING, "storage unavailable: connect again in a moment");
        }
    }
    let mut chat = Chat::begin(&link.app);
    link.converse(&ahead, &mut chat).await;
}

/// Attaches first, then reads where things stand, says `welcome`, replays, and goes live.
async fn welcome(link: &Link, after: Option<Seq>) -> Result<()> {
    let (app, caller) = (&link.app, link.caller());
    let channels = attach(link).await?;
    // A client that was revoked before it was registered was not told: ask once more.
    let role = app.storage.role_of_client(caller.client_id).await?;
    let role = role.ok_or_else(Error::not_logged_in)?;
    let welcome = ServerMessage::Welcome(Welcome {
        user_id: caller.user_id,
        client_id: caller.client_id,
        epoch: app.storage.epoch().to_owned(),
        heartbeat_seconds: HEARTBEAT_SECONDS,
        channels: channels.clone(),
    });
    app.hub.welcome(link.key, &welcome, role);
    for channel in channels {
        let id = channel.channel_id;
        match after {
            Some(cursor) => replay(link, id, cursor).await?,
            None => {
                if app.hub.go_live(link.key, id, channel.head_seq, None) == GoLive::Behind {
                    replay(link, id, channel.head_seq).await?;
                }
            }
        }
    }
    Ok(())
}

/// Puts the socket, held, into its channels; where they stand, read after that. A membership that
/// begins meanwhile is in the next look; one that ends is announced to the Hub, which drops it.
async fn attach(link: &Link) -> Result<Vec<Cursor>> {
    let (app, key) = (&link.app, link.key);
    let wanted = |cursor: &Cursor| match link.scope {
        Scope::All => true,
        Scope::One(id) => cursor.channel_id == id,
        Scope::Nothing => false,
    };
    let mut attached = HashSet::new();
    loop {
        let mut cursors = app.storage.cursors(link.caller().user_id).await?;
        cursors.retain(wanted);
        let new: Vec<ChannelId> =
            cursors.iter().map(|c| c.channel_id).filter(|id| attached.insert(*id)).collect();
        if new.is_empty() {
            for gone in attached.iter().filter(|id| !cursors.iter().any(|c| c.channel_id == **id)) {
                app.hub.remove_client(key, *gone);
            }
            if let (Scope::One(_), []) = (link.scope, cursors.as_slice()) {
                link.close(close_code::NOT_A_MEMBER, "no longer a member");
            }
            return Ok(cursors);
        }
        app.hub.add_client(key, new);
    }
}
