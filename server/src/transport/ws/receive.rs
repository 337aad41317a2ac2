//! What the chat does with what a socket says: each frame is checked and calls one action. It waits
//! for room in the writer's queue (so that who sends too fast is slowed by TCP) and never for a
//! commit.

use super::frames::{Fault, Incoming, Limits};
use super::link::{Handler, Link};
use super::replay::replay;
use crate::actions::{Done, channels, keeping, messages, previews, threads};
use crate::app::{App, AppHandle};
use crate::domain::client::{ConnKey, Scope};
use crate::domain::limiter::{Bucket, Limited};
use crate::domain::scopes::Wanted;
use crate::error::{Error, Result};
use crate::storage::events::Stored;
use shared::api::messages::EditMessage;
use shared::limits::{CHANNELS_PER_USER_MAX, FRAME_MAX_BYTES, FRAME_RATE};
use shared::{
    Ack, ChannelId, ClientMessage, DecodeError, ErrorCode, Pong, Rejected, Resume, ServerMessage,
    close_code,
};
use std::sync::Arc;

/// The chat, on either kind of socket.
pub(super) struct Chat {
    /// What the socket may say.
    frames: Bucket,
}

impl Chat {
    /// Of a socket that may say as much as any.
    pub(super) fn begin(app: &App) -> Self {
        Self { frames: Bucket::full(&FRAME_RATE, app.clock.elapsed()) }
    }

    /// Whether the socket may say another frame.
    fn permit(&mut self, app: &App) -> Result<()> {
        if app.limiter.is_on() {
            let taken = self.frames.take(&FRAME_RATE, app.clock.elapsed());
            app.limiter.noted(&FRAME_RATE, taken)?;
        }
        Ok(())
    }
}

impl Handler for Chat {
    const LIMITS: Limits = Limits { binary: false, max_bytes: FRAME_MAX_BYTES };

    async fn take(&mut self, link: &Link, message: Incoming) {
        let Incoming::Text(text) = message else { return };
        let permitted = self.permit(&link.app);
        match ClientMessage::from_json(&text) {
            // Boxed, as the connection's task lives for days and this for a moment.
            Ok(message) => Box::pin(obey(link, message, permitted)).await,
            Err(DecodeError::UnknownType { kind, nonce }) => {
                let detail = format!("there is no frame type {kind:?}");
                let unknown = Error::new(ErrorCode::UnknownType, detail);
                reject(link, nonce, &permitted.err().unwrap_or(unknown));
            }
            Err(DecodeError::Malformed { not_json: false, nonce, detail }) => {
                let invalid = Error::new(ErrorCode::Invalid, detail);
                reject(link, nonce, &permitted.err().unwrap_or(invalid));
            }
            Err(DecodeError::Malformed { detail, .. }) => {
                let detail = format!("send one JSON object with a `type` a frame: {detail}");
                reject(link, None, &Error::new(ErrorCode::Malformed, detail));
                link.close(close_code::PROTOCOL, "protocol error");
            }
        }
    }

    fn fault(&mut self, link: &Link, fault: Fault) {
        let (code, detail) = match fault {
            Fault::Protocol(detail) => return link.close(1002, detail),
            Fault::NotUtf8 => (ErrorCode::Malformed, "a text frame must be UTF-8"),
            Fault::Binary => (ErrorCode::Malformed, "send text frames with one JSON object each"),
            Fault::TooLarge => (ErrorCode::TooLarge, "the frame is over 397,312 bytes"),
        };
        reject(link, None, &Error::new(code, detail));
        link.close(close_code::PROTOCOL, "protocol error");
    }
}

fn rejected(app: &App, nonce: Option<String>, error: &Error) -> ServerMessage {
    app.figures.note_rejected(error.code);
    let retry_after_ms =
        error.retry_after.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    ServerMessage::Rejected(Rejected {
        nonce,
        code: error.code,
        message: error.detail.clone().into_owned(),
        retry_after_ms,
    })
}

fn reject(link: &Link, nonce: Option<String>, error: &Error) {
    let rejected = rejected(&link.app, nonce, error);
    link.app.hub.write_message(link.key, &rejected);
}

async fn obey(link: &Link, message: ClientMessage, permitted: Result<()>) {
    let nonce = match &message {
        ClientMessage::Message(m) => m.nonce.clone(),
        ClientMessage::Edit(m) => m.nonce.clone(),
        ClientMessage::Delete(m) => m.nonce.clone(),
        ClientMessage::React(m) => m.nonce.clone(),
        ClientMessage::Pin(m) => m.nonce.clone(),
        ClientMessage::RemovePreviews(m) => m.nonce.clone(),
        ClientMessage::Bookmark(_)
        | ClientMessage::Follow(_)
        | ClientMessage::Read(_)
        | ClientMessage::Typing(_)
        | ClientMessage::Resume(_)
        | ClientMessage::Ping(_) => None,
    };
    let done = match permitted.and_then(|()| count(link, &message)) {
        Ok(()) => act(link, message, nonce.clone()).await,
        Err(refused) => Err(refused),
    };
    if let Err(error) = done {
        reject(link, nonce, &error);
    }
}

/// Counts a change towards what its client may do; its user's share is taken as it is made.
fn count(link: &Link, message: &ClientMessage) -> Result<()> {
    let app = &link.app;
    match message {
        ClientMessage::Read(_)
        | ClientMessage::Typing(_)
        | ClientMessage::Resume(_)
        | ClientMessage::Ping(_) => Ok(()),
        _ => {
            let client = Limited::ClientChange(link.caller().client_id);
            app.limiter.take(client, app.clock.elapsed())
        }
    }
}

async fn act(link: &Link, message: ClientMessage, nonce: Option<String>) -> Result<()> {
    let (app, caller) = (&link.app, link.caller());
    if !matches!(message, ClientMessage::Resume(_) | ClientMessage::Ping(_)) {
        caller.scopes.permit(Wanted::Write)?;
    }
    match message {
        ClientMessage::Message(m) => {
            let channel = channel(link, m.channel_id)?;
            let done = answer(link, nonce, true);
            messages::post(app, caller, channel, m.into(), done).await
        }
        ClientMessage::Edit(m) => {
            let channel = channel(link, m.channel_id)?;
            let done = answer(link, nonce.clone(), true);
            let edit = EditMessage { message: m.message, nonce };
            messages::edit(app, caller, channel, m.message_id, edit, done).await
        }
        ClientMessage::Delete(m) => {
            let channel = channel(link, m.channel_id)?;
            let done = answer(link, nonce.clone(), true);
            messages::delete(app, caller, channel, m.message_id, nonce, done).await
        }
        ClientMessage::React(m) => {
            let channel = channel(link, m.channel_id)?;
            let done = answer(link, nonce.clone(), nonce.is_some());
            messages::react(app, caller, channel, m.message_id, nonce, m.emoji, m.on, done).await
        }
        ClientMessage::Pin(m) => {
            let channel = channel(link, m.channel_id)?;
            let done = answer(link, nonce.clone(), nonce.is_some());
            keeping::pin(app, caller, channel, m.message_id, nonce, m.on, done).await
        }
        ClientMessage::Bookmark(m) => {
            let (channel, done) = (channel(link, m.channel_id)?, refusal(link));
            keeping::bookmark(app, caller, channel, m.message_id, m.on, done).await
        }
        ClientMessage::Follow(m) => {
            let (channel, done) = (channel(link, m.channel_id)?, refusal(link));
            threads::follow(app, caller, channel, m.message_id, m.on, done).await
        }
        ClientMessage::RemovePreviews(m) => {
            let channel = channel(link, m.channel_id)?;
            let done = answer(link, nonce.clone(), nonce.is_some());
            previews::remove(app, caller, channel, m.message_id, nonce, done).await
        }
        ClientMessage::Read(m) => {
            let (channel, done) = (channel(link, m.channel_id)?, refusal(link));
            match m.thread_root {
                Some(root) => threads::submit_read(app, caller, channel, root, m.seq, done).await,
                None => channels::submit_read(app, caller, channel, m.seq, done).await,
            }
        }
        ClientMessage::Typing(m) => {
            let channel = channel(link, m.channel_id)?;
            if app.hub.typing(link.key, channel, app.clock.elapsed()) {
                Ok(())
            } else {
                Err(Error::not_found("channel"))
            }
        }
        ClientMessage::Resume(m) => resume(link, m).await,
        ClientMessage::Ping(m) => {
            app.hub.write_message(link.key, &ServerMessage::Pong(Pong { at: m.at }));
            Ok(())
        }
    }
}

/// Which channel a frame is about: the one it names, or the socket's only one.
fn channel(link: &Link, named: Option<ChannelId>) -> Result<ChannelId> {
    match (link.scope, named) {
        (Scope::All, Some(id)) => Ok(id),
        (Scope::Nothing, _) => Err(Error::not_found("channel")),
        (Scope::All, None) => Err(Error::invalid("/channelId", "is needed on this socket")),
        (Scope::One(own), None) => Ok(own),
        (Scope::One(own), Some(id)) if own == id => Ok(own),
        (Scope::One(_), Some(_)) => {
            Err(Error::invalid("/channelId", "is not this socket's channel"))
        }
    }
}

/// Where a socket's answers go.
fn address(link: &Link) -> (AppHandle, ConnKey) {
    (Arc::clone(&link.app), link.key)
}

/// What tells the socket of a refusal, and nothing otherwise.
fn refusal<T: 'static>(link: &Link) -> Done<T> {
    let (app, key) = address(link);
    Box::new(move |outcome| {
        if let Err(error) = outcome {
            app.hub.reply(key, None, &rejected(&app, None, &error));
        }
    })
}

/// What tells the socket how its change came out, once it is on disk or refused.
fn answer(link: &Link, nonce: Option<String>, acknowledge: bool) -> Done<Stored> {
    let (app, key) = address(link);
    Box::new(move |outcome| match outcome {
        Ok(stored) if acknowledge => {
            let channel_id = stored.channel_id;
            let ack = ServerMessage::Ack(Ack {
                channel_id,
                nonce: stored.nonce,
                seq: stored.seq,
                message_id: stored.message_id,
                duplicate: stored.duplicate,
            });
            app.hub.reply(key, Some(channel_id), &ack);
        }
        Ok(_) => {}
        Err(error) => app.hub.reply(key, None, &rejected(&app, nonce, &error)),
    })
}

/// Replays each channel from its cursor; one that can't be seen (any more) is told to be gone.
async fn resume(link: &Link, message: Resume) -> Result<()> {
    let (hub, user) = (&link.app.hub, link.caller().user_id);
    if message.cursors.len() > CHANNELS_PER_USER_MAX {
        return Err(Error::invalid("/cursors", "names more than 1,000 channels"));
    }
    for (channel_id, cursor) in message.cursors {
        if let Scope::One(own) = link.scope
            && own != channel_id
        {
            return Err(Error::invalid("/cursors", "names another channel than this socket's"));
        }
        if !hub.hold(link.key, channel_id) {
            // A membership that is stored may not be announced yet. Nobody else is attached, not
            // even for a moment: what is told to members would be heard.
            match link.app.storage.is_member(user, channel_id, link.app.clock.now()).await {
                Ok(true) => hub.add_client(link.key, [channel_id]),
                Ok(false) => {}
                Err(error) if error.code == ErrorCode::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        replay(link, channel_id, cursor).await?;
    }
    Ok(())
}
