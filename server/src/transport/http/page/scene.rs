//! What a page shows to whom. A private channel is told to its members alone; for everyone else it
//! is as if it didn't exist.

use crate::actions::{accounts, channels};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::{Error, Result};
use shared::{ChannelId, ChannelInfo, ErrorCode, UserId, UserInfo};
use std::collections::HashMap;

/// Most channels in the rail of a first paint; it is there for some hundred milliseconds.
const RAIL_MAX: usize = 40;
/// Most people whose names are looked up for it.
const NAMES_MAX: usize = 40;

/// One page.
#[derive(Debug)]
pub(super) struct Scene {
    /// What the tab is called.
    pub(super) title: String,
    /// What a shared link tells of a public channel beside its name.
    pub(super) topic: Option<String>,
    /// What is in it.
    pub(super) content: Content,
}

/// What is in a page until the app takes over.
#[derive(Debug)]
pub(super) enum Content {
    /// The entrance, for who is not logged in.
    Door,
    /// Rail and sheet, for who is.
    Inside(Box<Inside>),
    /// There is nothing here.
    Lost,
}

/// The inside of the house, as far as it is known at once.
#[derive(Debug)]
pub(super) struct Inside {
    /// Channels with a name.
    pub(super) rooms: Vec<Place>,
    /// Conversations.
    pub(super) talks: Vec<Place>,
    /// The channel that is open.
    pub(super) here: Option<Place>,
    /// Oneself.
    pub(super) me: Option<UserInfo>,
}

/// A channel as the rail and the bar show it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Which.
    pub(super) id: ChannelId,
    /// Its name, or those of the people in it.
    pub(super) title: String,
    /// What it is about.
    pub(super) topic: Option<String>,
    /// Whether it has a name of its own.
    pub(super) is_room: bool,
    /// The people of a conversation, without oneself.
    pub(super) others: Vec<UserInfo>,
    /// How many those are in all.
    pub(super) count: usize,
    /// Whether something in it is unread.
    pub(super) unread: bool,
}

impl Scene {
    /// The entrance, or one's own rail.
    pub(super) async fn home(app: &AppHandle, visitor: Option<Caller>) -> Result<Self> {
        match visitor {
            Some(caller) => Ok(Self::inside(Inside::load(app, caller, None).await?)),
            None => Ok(Self::closed()),
        }
    }

    /// A channel. Who is logged in and may not see it gets what an unknown one gets; who is not may
    /// be told of a public one, and gets the entrance.
    pub(super) async fn channel(
        app: &AppHandle,
        visitor: Option<Caller>,
        id: ChannelId,
    ) -> Result<Self> {
        let Some(caller) = visitor else {
            let mut scene = Self::closed();
            if let Some((name, topic)) = app.storage.public_face(id).await? {
                scene.title = name;
                scene.topic = topic;
            }
            return Ok(scene);
        };
        match channels::get(app, caller, id).await {
            Ok(channel) => Ok(Self::inside(Inside::load(app, caller, Some(channel)).await?)),
            Err(Error { code: ErrorCode::NotFound, .. }) => Ok(Self::lost()),
            Err(error) => Err(error),
        }
    }

    /// The entrance, which tells nothing.
    pub(super) fn closed() -> Self {
        Self { title: "Hubbub".to_owned(), topic: None, content: Content::Door }
    }

    /// There is nothing here, or nothing for this visitor.
    pub(super) fn lost() -> Self {
        Self { title: "Nothing here · Hubbub".to_owned(), topic: None, content: Content::Lost }
    }

    fn inside(inside: Inside) -> Self {
        let here = inside.here.as_ref();
        let title = here.map_or_else(|| "Hubbub".to_owned(), |here| here.title.clone());
        let topic = here.and_then(|here| here.topic.clone());
        Self { title, topic, content: Content::Inside(Box::new(inside)) }
    }

    /// Whether the page says that there is nothing.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.content, Content::Lost)
    }
}

impl Inside {
    async fn load(app: &AppHandle, caller: Caller, here: Option<ChannelInfo>) -> Result<Self> {
        let mut mine = channels::mine(app, caller).await?.channels;
        mine.truncate(RAIL_MAX);
        let people = people(app, caller, here.iter().chain(&mine)).await?;
        let place = |channel: &ChannelInfo| Place::new(channel, caller.user_id, &people);
        let (rooms, talks): (Vec<_>, Vec<_>) =
            mine.iter().map(place).partition(|place| place.is_room);
        let mut inside = Self {
            rooms,
            talks,
            here: here.as_ref().map(place),
            me: people.get(&caller.user_id).cloned(),
        };
        inside.rooms.sort_by_cached_key(|place| place.title.to_lowercase());
        Ok(inside)
    }
}

/// Oneself and the people of these conversations, up to a bound.
async fn people(
    app: &AppHandle,
    caller: Caller,
    channels: impl Iterator<Item = &ChannelInfo>,
) -> Result<HashMap<UserId, UserInfo>> {
    let talks = channels.filter(|channel| channel.name.is_none());
    let ids =
        std::iter::once(caller.user_id).chain(talks.flat_map(|talk| talk.user_ids.iter().copied()));
    let mut people = HashMap::new();
    for id in ids {
        if people.len() >= NAMES_MAX {
            break;
        }
        if people.contains_key(&id) {
            continue;
        }
        match accounts::user(app, caller, id).await {
            Ok(user) => {
                people.insert(id, user);
            }
            Err(Error { code: ErrorCode::NotFound, .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(people)
}

impl Place {
    fn new(channel: &ChannelInfo, me: UserId, people: &HashMap<UserId, UserInfo>) -> Self {
        let others = || channel.user_ids.iter().filter(|id| **id != me);
        let is_room = channel.name.is_some();
        let known: Vec<UserInfo> = if is_room {
            Vec::new()
        } else {
            others().filter_map(|id| people.get(id)).cloned().collect()
        };
        let title = match &channel.name {
            Some(name) => name.clone(),
            None => conversation(&known, people.get(&me), others().count()),
        };
        Self {
            id: channel.channel_id,
            title,
            topic: channel.topic.clone(),
            is_room,
            count: others().count(),
            others: known,
            unread: channel.unread.is_some_and(|unread| unread > 0),
        }
    }
}

/// A conversation is called by the others in it: by the whole name of one, by the first names of
/// several.
fn conversation(others: &[UserInfo], me: Option<&UserInfo>, count: usize) -> String {
    match others {
        [] if count == 0 => match me {
            Some(me) => format!("{} (you)", me.display_name),
            None => "You".to_owned(),
        },
        [one] if count == 1 => one.display_name.clone(),
        several => {
            let first = |user: &UserInfo| {
                let name = &user.display_name;
                name.split(' ').next().unwrap_or(name).to_owned()
            };
            several.iter().map(first).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Role;
    use uuid::Uuid;

    fn user(name: &str) -> UserInfo {
        UserInfo {
            user_id: UserId(Uuid::nil()),
            username: name.to_owned(),
            display_name: name.to_owned(),
            role: Role::Member,
            online: false,
        }
    }

    #[test]
    fn a_conversation_is_called_by_the_others() {
        let me = user("Ada Lovelace");
        assert_eq!(conversation(&[], Some(&me), 0), "Ada Lovelace (you)");
        assert_eq!(conversation(&[user("Mira Okafor")], Some(&me), 1), "Mira Okafor");
        let two = [user("Mira Okafor"), user("Jonas Lind")];
        assert_eq!(conversation(&two, Some(&me), 2), "Mira, Jonas");
    }
}
