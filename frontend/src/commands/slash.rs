//! Doing what is written with a slash. What a text means is `state::commands`'.

use super::{Confirm, Ctx, Dialog, channels};
use crate::net::load;
use crate::net::rest::Failure;
use crate::state::commands::{Meaning, possible};
use crate::state::connection::Link;
use crate::state::text::lower;
use leptos::prelude::*;
use shared::api::channels::UpdateChannel;
use shared::{ChannelId, UserId};

/// Does it.
///
/// # Errors
/// With a sentence for people, when it can't be done here or now: nothing was changed then, but for
/// people who were invited before the one that could not be.
pub async fn run(ctx: Ctx, channel: ChannelId, meaning: Meaning) -> Result<(), String> {
    let kind = ctx.store.read(|state| state.channels.get(channel).map(|known| known.info.kind));
    if let Some(kind) = kind {
        possible(&meaning, kind)?;
    }
    match meaning {
        Meaning::Help => ctx.ui.open(Dialog::Commands),
        Meaning::Leave => ctx.ui.open(Dialog::Confirm(Confirm::Leave(channel))),
        Meaning::Topic(topic) => {
            online(ctx)?;
            let body = UpdateChannel { topic: Some(topic), ..UpdateChannel::default() };
            channels::update(channel, &body).await.map_err(told)?;
        }
        Meaning::Rename(name) => {
            online(ctx)?;
            let body = UpdateChannel { name: Some(name), ..UpdateChannel::default() };
            channels::update(channel, &body).await.map_err(told)?;
        }
        Meaning::Invite(names) => {
            online(ctx)?;
            let mut users = Vec::new();
            for name in &names {
                users.push(called(ctx, name).await?);
            }
            channels::add(ctx, channel, &users).await.map_err(told)?;
            ctx.ui.toast(&["Added ", &names.join(", ")].concat(), false);
        }
        // Messages wait for the network in the outbox, and need nothing here.
        Meaning::Text(_) | Meaning::Action(_) => {}
    }
    Ok(())
}

fn online(ctx: Ctx) -> Result<(), String> {
    if ctx.store.link.get_untracked() == Link::Offline {
        return Err("You are offline, and commands do not wait for the network.".to_owned());
    }
    Ok(())
}

fn told(failure: Failure) -> String {
    match failure {
        Failure::Unreachable => "The server does not answer. Nothing was changed.".to_owned(),
        Failure::Refused(_) => {
            // Problems are told as parts of sentences.
            let mut text = failure.say().to_owned();
            if let Some(first) = text.get(..1) {
                text.replace_range(..1, &first.to_ascii_uppercase());
            }
            if !text.ends_with('.') {
                text.push('.');
            }
            text
        }
    }
}

/// The user of this name, capitals aside.
async fn called(ctx: Ctx, name: &str) -> Result<UserId, String> {
    let known = || {
        ctx.store.read(|state| {
            let name = lower(name);
            let mut people = state.people.find(&name).into_iter();
            people.find(|user| lower(&user.username) == name).map(|user| user.user_id)
        })
    };
    if let Some(user) = known() {
        return Ok(user);
    }
    load::users(ctx.net, name).await.map_err(told)?;
    known().ok_or_else(|| ["Nobody is called @", name, "."].concat())
}
