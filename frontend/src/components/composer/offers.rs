//! What can be completed: people, rooms, emoji and commands, as they are offered. The list is
//! `completion.rs`'; what fits and in which order is `state::completion`'s.

use crate::commands::Ctx;
use crate::components::icon;
use crate::state::commands::{COMMANDS, parse, possible};
use crate::state::completion::{Candidate, Sign, Token, everyone, fit, people, rooms};
use crate::state::emoji::{Emojis, find};
use crate::state::text::lower;
use crate::state::{State, Where};
use shared::paths::percent_encode;
use shared::{ChannelKind, UserId};

/// Most offers that are shown.
const SHOWN_MAX: usize = 8;
/// Messages in which those who wrote lately are looked for.
const LATELY: usize = 200;

/// What stands before an offer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Face {
    /// Somebody.
    User(UserId),
    /// A room of one's own, by its id.
    Room(String),
    /// An emoji.
    Emoji(String),
    /// The path of an icon.
    Icon(&'static str),
}

/// Something that can be accepted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Offer {
    /// Tells it from all others, without blanks.
    pub(super) key: String,
    /// What comes into the text.
    pub(super) insert: String,
    /// What stands before it.
    pub(super) face: Face,
    /// What it is called.
    pub(super) title: String,
    /// What else is to say.
    pub(super) note: String,
}

/// What fits what is being typed here, the likeliest first. Watches what it reads.
pub(super) fn offers(ctx: Ctx, at: Where, token: &Token) -> Vec<Offer> {
    let mut found = match token.sign {
        Sign::Person => {
            ctx.store.people.track();
            ctx.store.channels.track();
            ctx.store.read(|state| persons(state, at, &token.query))
        }
        Sign::Room => {
            ctx.store.channels.track();
            ctx.store.read(|state| named_rooms(state, &token.query))
        }
        Sign::Emoji => {
            ctx.store.emoji.track();
            ctx.store.read(|state| signs(&state.emoji, &token.query))
        }
        Sign::Command => {
            let kind = ctx.store.read(|s| s.channels.get(at.0).map(|known| known.info.kind));
            commands(kind, &token.query)
        }
    };
    found.truncate(SHOWN_MAX);
    found
}

fn persons(state: &State, at: Where, query: &str) -> Vec<Offer> {
    let channel = state.channels.get(at.0);
    let members = channel.map(|known| known.info.user_ids.as_slice()).unwrap_or_default();
    let room = match &state.thread {
        Some(thread) if at.1 == Some(thread.root) => Some(&thread.room),
        _ => state.rooms.get(&at.0),
    };
    let mut lately: Vec<UserId> = Vec::new();
    for message in room.iter().flat_map(|room| room.timeline.messages().rev()).take(LATELY) {
        if !lately.contains(&message.user_id) {
            lately.push(message.user_id);
        }
    }
    let known = state.people.find("").into_iter().filter(|user| user.user_id != state.me);
    let known = known.map(|user| Candidate {
        id: user.user_id,
        username: user.username.clone(),
        name: user.display_name.clone(),
        member: members.contains(&user.user_id),
        wrote: lately.iter().position(|id| *id == user.user_id),
    });
    let found = people(query, known.collect());
    let members_found = found.iter().take_while(|who| who.member).count();
    let mut offers: Vec<Offer> = found.into_iter().map(person).collect();
    if channel.is_some_and(|known| !known.is_direct()) {
        // After a few members, so that they are found without being in the way.
        let from = members_found.min(SHOWN_MAX - 2);
        for (place, word) in (from..).zip(everyone(query)) {
            offers.insert(place, all(word));
        }
    }
    offers
}

fn person(who: Candidate) -> Offer {
    let mut note = ["@", &who.username].concat();
    if !who.member {
        note.push_str(" · not in this channel");
    }
    Offer {
        key: who.id.to_string(),
        insert: ["@", &who.username, " "].concat(),
        face: Face::User(who.id),
        title: who.name,
        note,
    }
}

fn all(word: &str) -> Offer {
    let note =
        if word == "here" { "Everyone here who is online" } else { "Everyone in this channel" };
    Offer {
        key: word.to_owned(),
        insert: ["@", word, " "].concat(),
        face: Face::Icon(icon::PEOPLE),
        title: ["@", word].concat(),
        note: note.to_owned(),
    }
}

fn named_rooms(state: &State, query: &str) -> Vec<Offer> {
    let mine = state.channels.iter().filter_map(|known| known.info.name.clone());
    let public = state.public.iter().flatten().map(|name| (name.clone(), false));
    let known = mine.map(|name| (name, true)).chain(public);
    let found = rooms(query, known.collect()).into_iter().map(|(name, mine)| {
        let id = state.channels.iter().find(|known| known.info.name.as_ref() == Some(&name));
        let id = id.map(|known| known.info.channel_id.to_string());
        Offer {
            key: percent_encode(&name),
            insert: ["#", &name, " "].concat(),
            face: id.map_or(Face::Icon(icon::GLOBE), Face::Room),
            title: name,
            note: if mine { String::new() } else { "Public".to_owned() },
        }
    });
    found.collect()
}

fn signs(known: &Emojis, query: &str) -> Vec<Offer> {
    let Some(table) = known.here() else { return Vec::new() };
    let found = find(&table, query).into_iter().take(SHOWN_MAX).filter_map(|at| table.get(at));
    let found = found.map(|emoji| {
        let toned = known.toned(emoji);
        // The one that is being typed, of those that it has.
        let codes = &emoji.shortcodes;
        let typed = codes.iter().find(|code| fit(code, query).is_some());
        let code = typed.or(codes.first()).map(String::as_str).unwrap_or_default();
        Offer {
            key: code.to_owned(),
            insert: toned.clone(),
            face: Face::Emoji(toned),
            title: [":", code, ":"].concat(),
            note: emoji.name.clone(),
        }
    });
    found.collect()
}

fn commands(kind: Option<ChannelKind>, query: &str) -> Vec<Offer> {
    let fits = COMMANDS.into_iter().filter(|usage| {
        let example = parse(&["/", usage.word, " ", usage.then].concat());
        let here = kind.zip(example.ok()).is_none_or(|(kind, what)| possible(&what, kind).is_ok());
        here && usage.word.starts_with(&lower(query))
    });
    let found = fits.map(|usage| Offer {
        key: usage.word.to_owned(),
        insert: ["/", usage.word, if usage.then.is_empty() { "" } else { " " }].concat(),
        face: Face::Icon(icon::SLASH),
        title: ["/", usage.word].concat(),
        note: usage.does.to_owned(),
    });
    found.collect()
}
