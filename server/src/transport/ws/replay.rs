//! Catching a socket up from storage: it is attached first, what is announced meanwhile waits in
//! the Hub, and what storage holds is sent before it. So nothing is missed, and all is in order.

use crate::app::App;
use crate::domain::channel::GoLive;
use crate::domain::client::Conn;
use crate::error::{Error, Result};
use shared::limits::RESUME_MAX_EVENTS;
use shared::{CaughtUp, ChannelId, ErrorCode, Reset, ResetReason, Seq, ServerMessage};

/// Events that are read from storage and queued at a time.
const EVENTS_AT_ONCE: usize = 128;

/// Replays a held socket's channel after `cursor`, says `caught_up` and makes it live; or tells it
/// to start anew.
pub(super) async fn replay(
    app: &App,
    conn: &Conn,
    channel_id: ChannelId,
    cursor: Seq,
) -> Result<()> {
    let mut last = cursor;
    let mut first = true;
    loop {
        let page = app.storage.events(conn.caller.user_id, channel_id, last, EVENTS_AT_ONCE).await;
        let page = match page {
            Ok(page) => page,
            Err(error) if error.code == ErrorCode::NotFound => {
                // It went away, or the user was removed from it: going live tells the socket.
                app.hub.remove_client(conn, channel_id);
                app.hub.go_live(conn, channel_id, last, None);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if std::mem::take(&mut first)
            && let Some(reason) = reset_reason(cursor, page.head_seq)
        {
            let head_seq = page.head_seq;
            conn.write_message(&ServerMessage::Reset(Reset { channel_id, reason, head_seq }));
            match app.hub.go_live(conn, channel_id, head_seq, None) {
                GoLive::Live | GoLive::Gone => return Ok(()),
                GoLive::Behind => {
                    last = head_seq;
                    continue;
                }
            }
        }
        for event in page.events {
            last = event.seq();
            wait_for_room(conn).await?;
            conn.write_message(&event.into());
        }
        if last < page.head_seq {
            continue;
        }
        let caught_up = ServerMessage::CaughtUp(CaughtUp { channel_id, seq: last });
        if app.hub.go_live(conn, channel_id, last, Some((&caught_up).into())) != GoLive::Behind {
            return Ok(());
        }
    }
}

fn reset_reason(cursor: Seq, head: Seq) -> Option<ResetReason> {
    if cursor > head {
        Some(ResetReason::Epoch)
    } else if head - cursor > RESUME_MAX_EVENTS {
        Some(ResetReason::TooFar)
    } else {
        None
    }
}

/// A replay never fills the queue by itself: it waits until the socket has taken some.
async fn wait_for_room(conn: &Conn) -> Result<()> {
    while conn.egress.is_busy() {
        tokio::select! {
            () = conn.egress.emptied() => {}
            () = conn.ended().cancelled() => return Err(Error::draining()),
        }
    }
    Ok(())
}
