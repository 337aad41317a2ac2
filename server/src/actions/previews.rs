//! Taking a message's previews away, and their pictures. Finding them is the server's own doing:
//! `crate::previews`.

use super::messages::nonce_or_new;
use crate::actions::Done;
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::Result;
use crate::storage::events::Stored;
use crate::storage::previews::PreviewRemoval;
use shared::{ChannelId, MessageId};

/// Takes all previews of a message away; none comes back until its text is changed. What is so
/// already stays so and takes no seq.
///
/// # Errors
/// `invalid` and `rate_limited` at once; everything else through `done`.
pub async fn remove(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    nonce: Option<String>,
    done: Done<Stored>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    let nonce = nonce_or_new(app, nonce, at)?;
    let user_id = caller.user_id;
    let gone = PreviewRemoval { channel_id, message_id, user_id, nonce, at };
    app.storage.remove_previews(gone, done).await
}

/// The picture of this name, as WebP. Who knows its name has seen a message that shows it.
///
/// # Errors
/// `not_found`, or when it can't be read.
pub async fn picture(app: &App, name: &str) -> Result<Vec<u8>> {
    app.previews.picture(name).await
}
