//! What is made of a text before it is stored: its safe rendering, and whom it mentions. How it is
//! rendered is `domain/markdown`'s; here its names are looked up, and long texts leave the thread.

use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::markdown::{self, Names};
use crate::domain::mention::Mentioned;
use crate::error::{Error, Result};
use crate::storage::names::Named;
use shared::{ChannelId, UserId};
use std::cell::RefCell;

/// Bytes of a text from which on it is rendered apart from the thread that serves others meanwhile.
const LONG_BYTES: usize = 2 * 1024;

/// A text, rendered.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    /// Safe HTML, if that is more than the text.
    pub html: Option<String>,
    /// Whom it mentions.
    pub mentions: Mentioned,
    /// Where its links lead to.
    pub links: Vec<String>,
}

/// Takes note of the names that a text asks for, and knows none.
#[derive(Default)]
struct Asked {
    users: RefCell<Vec<String>>,
    channels: RefCell<Vec<String>>,
}

impl Names for Asked {
    fn user(&self, name: &str) -> Option<UserId> {
        self.users.borrow_mut().push(name.to_owned());
        None
    }

    fn channel(&self, name: &str) -> Option<ChannelId> {
        self.channels.borrow_mut().push(name.to_owned());
        None
    }
}

impl Names for Named {
    fn user(&self, name: &str) -> Option<UserId> {
        self.users.get(name).copied()
    }

    fn channel(&self, name: &str) -> Option<ChannelId> {
        self.channels.get(name).copied()
    }
}

/// Renders a text. `new`: it is being sent, so that `@here` means who is online now.
///
/// # Errors
/// When storage can't be read.
pub(super) async fn render(app: &App, caller: Caller, text: &str, new: bool) -> Result<Rendered> {
    let (rendered, asked) = apart(text, |text| {
        let asked = Asked::default();
        let rendered = markdown::render(text, &asked);
        (rendered, asked)
    })
    .await?;
    let (users, channels) = (asked.users.into_inner(), asked.channels.into_inner());
    let rendered = if users.is_empty() && channels.is_empty() {
        rendered
    } else {
        let named = app.storage.named(caller.user_id, users, channels, app.clock.now()).await?;
        apart(text, move |text| markdown::render(text, &named)).await?
    };
    let markdown::Rendered { html, mentions, links, .. } = rendered;
    let online = if new && mentions.here { app.hub.online() } else { Vec::new() };
    let markdown::Mentions { users, channel, here, .. } = mentions;
    Ok(Rendered { html, mentions: Mentioned { users, channel, here, online }, links })
}

/// Does it here if that is short, and otherwise where it holds nobody up.
async fn apart<T: Send + 'static>(
    text: &str,
    work: impl FnOnce(&str) -> T + Send + 'static,
) -> Result<T> {
    if text.len() < LONG_BYTES && !text.contains("```") && !text.contains("~~~") {
        return Ok(work(text));
    }
    let text = text.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&text)).await;
    done.map_err(|fault| Error::internal("render", &fault))
}
