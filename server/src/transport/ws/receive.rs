//! The receiving task: reads frames, checks them, and calls one action each. It waits for room in
//! the writer's queue (so that who sends too fast is slowed by TCP) and never for a commit.

use super::frames::{Fault, Incoming, Reader};
use super::replay::replay;
use crate::actions::{Done, channels, messages};
use crate::app::AppHandle;
use crate::domain::client::{Conn, Scope};
use crate::domain::frame::{Frame, opcode};
use crate::error::{Error, Result};
use crate::storage::events::Stored;
use shared::limits::CHANNELS_PER_USER_MAX;
use shared::{
    Ack, ChannelId, ClientMessage, DecodeError, ErrorCode, Pong, Rejected, Resume, ServerMessage,
    close_code,
};
use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::tcp::OwnedReadHalf;

/// Bytes read at once, into a buffer that all sockets of a thread share.
const READ_BYTES: usize = 16 * 1024;
/// How long the peer has to answer a close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// Receives until the peer closes or goes, a frame can't be read, or the socket is ended.
pub(super) async fn receive(
    app: &AppHandle,
    conn: &Arc<Conn>,
    stream: OwnedReadHalf,
    ahead: &[u8],
) {
    let (mut reader, mut incoming) = (Reader::default(), Vec::new());
    let mut outcome = reader.read(ahead, &mut incoming);
    loop {
        for message in incoming.drain(..) {
            if !take(app, conn, message).await {
                return;
            }
        }
        if let Err(fault) = outcome {
            tell_fault(conn, fault);
        }
        if conn.egress.closing().is_some() {
            return await_end(conn, &stream).await;
        }
        tokio::select! {
            ready = stream.readable() => {
                if ready.is_err() {
                    return;
                }
            }
            () = conn.ended().cancelled() => return,
        }
        match read(&stream, &mut reader, &mut incoming) {
            Ok(Some(read)) => outcome = read,
            Ok(None) => return,
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => continue,
            Err(_) => return conn.cut(),
        }
        conn.heard(app.clock.elapsed());
    }
}

/// Reads what is there; None at the end of the stream.
fn read(
    stream: &OwnedReadHalf,
    reader: &mut Reader,
    incoming: &mut Vec<Incoming>,
) -> io::Result<Option<Result<(), Fault>>> {
    BUFFER.with_borrow_mut(|buffer| match stream.try_read(buffer)? {
        0 => Ok(None),
        len => Ok(Some(reader.read(&buffer[..len], incoming))),
    })
}

/// After the end was decided, what the peer still says is passed over until it goes.
async fn await_end(conn: &Conn, stream: &OwnedReadHalf) {
    let gone = async {
        loop {
            if stream.readable().await.is_err() {
                return;
            }
            let read = BUFFER.with_borrow_mut(|buffer| stream.try_read(buffer));
            match read {
                Ok(0) => return,
                Ok(_) => {}
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    };
    tokio::select! {
        () = gone => {}
        () = tokio::time::sleep(CLOSE_PATIENCE) => {}
        () = conn.ended().cancelled() => {}
    }
}

fn tell_fault(conn: &Conn, fault: Fault) {
    let (code, detail) = match fault {
        Fault::Protocol(detail) => return conn.close(1002, detail),
        Fault::NotUtf8 => (ErrorCode::Malformed, "a text frame must be UTF-8"),
        Fault::Binary => (ErrorCode::Malformed, "send text frames with one JSON object each"),
        Fault::TooLarge => (ErrorCode::TooLarge, "the frame is over 397,312 bytes"),
    };
    reject(conn, None, &Error::new(code, detail));
    conn.close(close_code::PROTOCOL, "protocol error");
}

fn reject(conn: &Conn, nonce: Option<String>, error: &Error) {
    let retry_after_ms =
        error.retry_after.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    conn.write_message(&ServerMessage::Rejected(Rejected {
        nonce,
        code: error.code,
        message: error.detail.clone().into_owned(),
        retry_after_ms,
    }));
}

/// Takes one message; false once the peer has closed.
async fn take(app: &AppHandle, conn: &Arc<Conn>, incoming: Incoming) -> bool {
    match incoming {
        Incoming::Text(text) => match ClientMessage::from_json(&text) {
            Ok(message) => obey(app, conn, message).await,
            Err(DecodeError::UnknownType { kind, nonce }) => {
                let detail = format!("there is no frame type {kind:?}");
                reject(conn, nonce, &Error::new(ErrorCode::UnknownType, detail));
            }
            Err(DecodeError::Malformed { not_json: false, nonce, detail }) => {
                reject(conn, nonce, &Error::new(ErrorCode::Invalid, detail));
            }
            Err(DecodeError::Malformed { detail, .. }) => {
                let detail = format!("send one JSON object with a `type` a frame: {detail}");
                reject(conn, None, &Error::new(ErrorCode::Malformed, detail));
                conn.close(close_code::PROTOCOL, "protocol error");
            }
        },
        Incoming::Ping(payload) => {
            conn.egress.push_ephemeral(Frame::new(opcode::PONG, &payload));
        }
        Incoming::Pong => {}
        Incoming::Close(code) => {
            conn.close(code.unwrap_or(1000), "");
            return false;
        }
    }
    true
}

async fn obey(app: &AppHandle, conn: &Arc<Conn>, message: ClientMessage) {
    let nonce = match &message {
        ClientMessage::Message(m) => m.nonce.clone(),
        ClientMessage::Edit(m) => m.nonce.clone(),
        ClientMessage::Delete(m) => m.nonce.clone(),
        ClientMessage::React(m) => m.nonce.clone(),
        ClientMessage::Read(_)
        | ClientMessage::Typing(_)
        | ClientMessage::Resume(_)
        | ClientMessage::Ping(_) => None,
    };
    let obeyed = tokio::select! {
        obeyed = act(app, conn, message, nonce.clone()) => obeyed,
        () = conn.ended().cancelled() => return,
    };
    if let Err(error) = obeyed {
        reject(conn, nonce, &error);
    }
}

async fn act(
    app: &AppHandle,
    conn: &Arc<Conn>,
    message: ClientMessage,
    nonce: Option<String>,
) -> Result<()> {
    let caller = conn.caller;
    match message {
        ClientMessage::Message(m) => {
            let channel = channel(conn, m.channel_id)?;
            let done = answer(conn, nonce.clone(), true);
            messages::post(app, caller, channel, nonce, m.message, m.reply_to, done).await
        }
        ClientMessage::Edit(m) => {
            let channel = channel(conn, m.channel_id)?;
            let done = answer(conn, nonce.clone(), true);
            messages::edit(app, caller, channel, m.message_id, nonce, m.message, done).await
        }
        ClientMessage::Delete(m) => {
            let channel = channel(conn, m.channel_id)?;
            let done = answer(conn, nonce.clone(), true);
            messages::delete(app, caller, channel, m.message_id, nonce, done).await
        }
        ClientMessage::React(m) => {
            let channel = channel(conn, m.channel_id)?;
            let done = answer(conn, nonce.clone(), nonce.is_some());
            messages::react(app, caller, channel, m.message_id, nonce, m.emoji, m.on, done).await
        }
        ClientMessage::Read(m) => {
            let channel = channel(conn, m.channel_id)?;
            let to = Arc::clone(conn);
            let done: Done<_> = Box::new(move |outcome| {
                if let Err(error) = outcome {
                    reject(&to, None, &error);
                }
            });
            channels::submit_read(app, caller, channel, m.seq, done).await
        }
        ClientMessage::Typing(m) => {
            let channel = channel(conn, m.channel_id)?;
            if app.hub.typing(conn, channel, app.clock.elapsed()) {
                Ok(())
            } else {
                Err(Error::not_found("channel"))
            }
        }
        ClientMessage::Resume(m) => resume(app, conn, m).await,
        ClientMessage::Ping(m) => {
            conn.write_message(&ServerMessage::Pong(Pong { at: m.at }));
            Ok(())
        }
    }
}

/// Which channel a frame is about: the one it names, or the socket's only one.
fn channel(conn: &Conn, named: Option<ChannelId>) -> Result<ChannelId> {
    match (conn.scope, named) {
        (Scope::All, Some(id)) => Ok(id),
        (Scope::All, None) => Err(Error::invalid("/channelId", "is needed on this socket")),
        (Scope::One(own), None) => Ok(own),
        (Scope::One(own), Some(id)) if own == id => Ok(own),
        (Scope::One(_), Some(_)) => {
            Err(Error::invalid("/channelId", "is not this socket's channel"))
        }
    }
}

/// What tells the socket how its change came out, once it is on disk or refused.
fn answer(conn: &Arc<Conn>, nonce: Option<String>, acknowledge: bool) -> Done<Stored> {
    let to = Arc::clone(conn);
    Box::new(move |outcome| match outcome {
        Ok(stored) if acknowledge => to.write_message(&ServerMessage::Ack(Ack {
            channel_id: stored.channel_id,
            nonce: stored.nonce,
            seq: stored.seq,
            message_id: stored.message_id,
            duplicate: stored.duplicate,
        })),
        Ok(_) => {}
        Err(error) => reject(&to, nonce, &error),
    })
}

/// Replays each channel from its cursor; one that can't be seen (any more) is told to be gone.
async fn resume(app: &AppHandle, conn: &Arc<Conn>, message: Resume) -> Result<()> {
    if message.cursors.len() > CHANNELS_PER_USER_MAX {
        return Err(Error::invalid("/cursors", "names more than 1,000 channels"));
    }
    for (channel_id, cursor) in message.cursors {
        if let Scope::One(own) = conn.scope
            && own != channel_id
        {
            return Err(Error::invalid("/cursors", "names another channel than this socket's"));
        }
        if !app.hub.hold(conn, channel_id) {
            // A membership that is stored may not be announced yet; the replay asks for certain.
            app.hub.add_client(conn, [channel_id]);
        }
        replay(app, conn, channel_id, cursor).await?;
    }
    Ok(())
}
