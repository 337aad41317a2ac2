//! What is made of a text before it is stored: whom it mentions, and its safe rendering.

use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::mention::{Mentioned, candidates};
use crate::error::Result;
use shared::names;

/// A text, rendered.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    /// Safe HTML, if that is more than the text.
    pub html: Option<String>,
    /// Whom it mentions.
    pub mentions: Mentioned,
}

/// Renders a text. `new`: it is being sent, so that `@here` means who is online now.
pub(super) async fn render(app: &App, caller: Caller, text: &str, new: bool) -> Result<Rendered> {
    if !text.contains('@') {
        return Ok(Rendered::default());
    }
    let asked: Vec<Vec<String>> =
        candidates(text).map(|names| names.into_iter().map(str::to_owned).collect()).collect();
    let named = app.storage.named(caller.user_id, asked.clone(), Vec::new()).await?;
    let found = asked.iter().filter_map(|names| names.iter().find_map(|n| named.users.get(n)));
    let mut mentions = Mentioned::default();
    for user in found {
        if !mentions.users.contains(user) {
            mentions.users.push(*user);
        }
    }
    let says = |word: &str| asked.iter().flatten().any(|name| name == word);
    [mentions.channel, mentions.here] = names::MENTIONS_ALL.map(says);
    if new && mentions.here {
        mentions.online = app.hub.online();
    }
    Ok(Rendered { html: None, mentions })
}
