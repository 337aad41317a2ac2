//! Catching a socket up from storage: it is attached first, what is announced meanwhile waits in
//! the Hub, and what storage holds is sent before it. So nothing is missed, and all is in order.

use super::link::Link;
use crate::domain::burst::Burst;
use crate::domain::channel::GoLive;
use crate::domain::frame::Frame;
use crate::error::Result;
use shared::limits::RESUME_MAX_EVENTS;
use shared::{CaughtUp, ChannelId, ErrorCode, Reset, ResetReason, Seq, ServerMessage};

/// Events that are read from storage and queued at a time.
const EVENTS_AT_ONCE: usize = 128;
/// Bytes that are queued at a time, unless one event alone is longer.
const BYTES_AT_ONCE: usize = 256 * 1024;

/// Replays a held socket's channel after `cursor`, says `caught_up` and makes it live; or tells it
/// to start anew.
pub(super) async fn replay(link: &Link, channel_id: ChannelId, cursor: Seq) -> Result<()> {
    let (app, key, user) = (&link.app, link.key, link.caller().user_id);
    let mut last = cursor;
    let mut first = true;
    loop {
        let page = app.storage.events(user, channel_id, last, EVENTS_AT_ONCE).await;
        let (page, swept) = match page {
            Ok(found) => found,
            Err(error) if error.code == ErrorCode::NotFound => {
                // It went away, or the user was removed from it: going live tells the socket.
                app.hub.remove_client(key, channel_id);
                app.hub.go_live(key, channel_id, last, None);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        // What was swept is as far behind as what is too far; also while this goes on.
        let reason = if std::mem::take(&mut first) {
            reset_reason(cursor, swept, page.head_seq)
        } else {
            (last < swept).then_some(ResetReason::TooFar)
        };
        if let Some(reason) = reason {
            let head_seq = page.head_seq;
            let reset = ServerMessage::Reset(Reset { channel_id, reason, head_seq });
            app.hub.write_message(key, &reset);
            match app.hub.go_live(key, channel_id, head_seq, None) {
                GoLive::Live | GoLive::Gone => return Ok(()),
                GoLive::Behind => {
                    last = head_seq;
                    continue;
                }
            }
        }
        let frames = page.events.into_iter().map(|event| {
            let seq = event.seq();
            (seq, Frame::from(&ServerMessage::from(event)))
        });
        // In parts, each of which waits for room: a page of long messages is more than a queue holds.
        let parts =
            Burst::of(frames).map_or_else(Vec::new, |burst| burst.parts_after(last, BYTES_AT_ONCE));
        for (part, seq) in parts {
            link.room().await;
            app.hub.write_frames(key, &part.bytes, part.frames);
            last = seq;
        }
        if last < page.head_seq {
            continue;
        }
        let caught_up = ServerMessage::CaughtUp(CaughtUp { channel_id, seq: last });
        if app.hub.go_live(key, channel_id, last, Some((&caught_up).into())) != GoLive::Behind {
            return Ok(());
        }
    }
}

fn reset_reason(cursor: Seq, swept: Seq, head: Seq) -> Option<ResetReason> {
    if cursor > head {
        Some(ResetReason::Epoch)
    } else if cursor < swept || head - cursor > RESUME_MAX_EVENTS {
        Some(ResetReason::TooFar)
    } else {
        None
    }
}
