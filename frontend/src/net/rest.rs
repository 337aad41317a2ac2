//! The calls of the REST API, one function each. Paths are `shared::paths`' alone; errors are the
//! server's problems or the missing network.

pub mod messages;

use super::exchange::{self, Method};
use shared::api::account::{Clients, LogIn, Me, Setup, SignUp, UpdateMe, Users};
use shared::api::channels::{Channels, CreateChannel, UpdateChannel};
use shared::api::emoji::EmojiTable;
use shared::api::messages::{EditMessage, MessageList, MessagePage, ThreadPage};
use shared::json::{self, Wire};
use shared::{
    ChannelId, ChannelInfo, ClientId, ErrorCode, MessageId, Problem, Seq, Timestamp, UploadId,
    UserId, UserInfo, paths,
};
use std::pin::Pin;

/// Why a call failed.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The server can't be reached, or what came is not from it.
    Unreachable,
    /// The server said no.
    Refused(Box<Problem>),
}

impl Failure {
    /// What to tell people.
    pub fn say(&self) -> &str {
        match self {
            Self::Unreachable => "The server does not answer. Try again in a moment.",
            Self::Refused(problem) => match problem.errors.first() {
                Some(first) => &first.detail,
                None => &problem.detail,
            },
        }
    }

    /// The server's code, if it said one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Unreachable => None,
            Self::Refused(problem) => Some(problem.code),
        }
    }
}

/// An answer that will come. Boxed: every call holding its own copy of the whole exchange was a
/// good part of the page.
type Answer = Pin<Box<dyn Future<Output = Result<String, Failure>>>>;

fn fetch(method: Method, path: &str, body: Option<String>) -> Answer {
    Box::pin(exchange(method, path.to_owned(), body))
}

async fn exchange(method: Method, path: String, body: Option<String>) -> Result<String, Failure> {
    let answer = exchange::exchange(method, &path, body).await.ok_or(Failure::Unreachable)?;
    answered(answer.ok, answer.text)
}

/// What an answer means: its text, or the problem that it tells.
pub(super) fn answered(ok: bool, text: String) -> Result<String, Failure> {
    if ok {
        return Ok(text);
    }
    match json::from_str(&text) {
        Ok(problem) => Err(Failure::Refused(Box::new(problem))),
        Err(_) => Err(Failure::Unreachable),
    }
}

fn read<T: Wire>(text: &str) -> Result<T, Failure> {
    json::from_str(text).map_err(|_| Failure::Unreachable)
}

fn write<T: Wire>(body: &T) -> Option<String> {
    Some(json::to_string(body))
}

async fn get<T: Wire>(path: &str) -> Result<T, Failure> {
    read(&fetch(Method::GET, path, None).await?)
}

/// What the entrance needs to know.
pub async fn setup() -> Result<Setup, Failure> {
    get(paths::SETUP).await
}

/// Oneself; refused with `not_logged_in` when nobody is logged in.
pub async fn me() -> Result<Me, Failure> {
    get(paths::ME).await
}

/// Signs up. The cookie is set by the answer, and `me` tells what it says.
pub async fn sign_up(body: &SignUp) -> Result<(), Failure> {
    fetch(Method::POST, paths::USER, write(body)).await.map(drop)
}

/// Logs in. The cookie is set by the answer, and `me` tells what it says.
pub async fn log_in(body: &LogIn) -> Result<(), Failure> {
    fetch(Method::POST, paths::LOGIN, write(body)).await.map(drop)
}

/// Logs this client out.
pub async fn log_out() -> Result<(), Failure> {
    fetch(Method::POST, paths::LOGOUT, None).await.map(drop)
}

/// Changes oneself.
pub async fn update_me(body: &UpdateMe) -> Result<(), Failure> {
    fetch(Method::PATCH, paths::ME, write(body)).await.map(drop)
}

/// One's clients.
pub async fn clients() -> Result<Clients, Failure> {
    get(paths::CLIENTS).await
}

/// Ends one of one's clients.
pub async fn revoke(client: ClientId) -> Result<(), Failure> {
    fetch(Method::DELETE, &paths::client(client), None).await.map(drop)
}

/// Users whose name has a word that starts like the query; everybody for an empty one.
pub async fn users(query: &str) -> Result<Users, Failure> {
    let mut path = [paths::USERS, "?limit=200"].concat();
    if !query.is_empty() {
        path.push_str("&query=");
        path.push_str(&paths::percent_encode(query));
    }
    get(&path).await
}

/// One user.
pub async fn user(user: UserId) -> Result<UserInfo, Failure> {
    get(&paths::user(user)).await
}

/// All emoji.
pub async fn emoji() -> Result<EmojiTable, Failure> {
    get(paths::EMOJI).await
}

/// Takes back an upload that no message took.
pub async fn remove_upload(upload: UploadId) -> Result<(), Failure> {
    fetch(Method::DELETE, &paths::upload_by_id(upload), None).await.map(drop)
}

/// One's channels.
pub async fn channels() -> Result<Channels, Failure> {
    get(paths::CHANNELS).await
}

/// The public channels.
pub async fn discover() -> Result<Channels, Failure> {
    get(&[paths::CHANNELS, "?discover=true"].concat()).await
}

/// One channel.
pub async fn channel(channel: ChannelId) -> Result<ChannelInfo, Failure> {
    get(&paths::channel(channel)).await
}

/// Creates a channel, or finds the direct conversation.
pub async fn create_channel(body: &CreateChannel) -> Result<ChannelInfo, Failure> {
    read(&fetch(Method::POST, paths::CREATE_CHANNEL, write(body)).await?)
}

/// Changes a channel's name, topic or visibility.
pub async fn update_channel(channel: ChannelId, body: &UpdateChannel) -> Result<(), Failure> {
    fetch(Method::PATCH, &paths::channel(channel), write(body)).await.map(drop)
}

/// Deletes a channel for everyone.
pub async fn delete_channel(channel: ChannelId) -> Result<(), Failure> {
    fetch(Method::DELETE, &paths::channel(channel), None).await.map(drop)
}

/// Makes a user a member: oneself to join a public channel.
pub async fn add_member(channel: ChannelId, user: UserId) -> Result<(), Failure> {
    fetch(Method::PUT, &paths::member(channel, user), None).await.map(drop)
}

/// Removes a member: oneself to leave.
pub async fn remove_member(channel: ChannelId, user: UserId) -> Result<(), Failure> {
    fetch(Method::DELETE, &paths::member(channel, user), None).await.map(drop)
}

/// A part of a channel's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The newest messages.
    Newest,
    /// The messages around this seq.
    Around(Seq),
    /// The messages right before this seq.
    Before(Seq),
    /// The messages right after this seq.
    After(Seq),
    /// The messages around the first one that is not older than this.
    Since(Timestamp),
}

/// A page of a channel's messages.
pub async fn page(channel: ChannelId, place: Place, limit: usize) -> Result<MessagePage, Failure> {
    get(&at(paths::messages(channel), place, limit)).await
}

/// A page of a thread.
pub async fn thread(
    channel: ChannelId,
    root: MessageId,
    place: Place,
    limit: usize,
) -> Result<ThreadPage, Failure> {
    get(&at(paths::thread(channel, root), place, limit)).await
}

fn at(path: String, place: Place, limit: usize) -> String {
    let (name, value) = match place {
        Place::Newest => ("", String::new()),
        Place::Around(seq) => ("&around=", seq.to_string()),
        Place::Before(seq) => ("&before=", seq.to_string()),
        Place::After(seq) => ("&after=", seq.to_string()),
        Place::Since(at) => ("&since=", paths::percent_encode(&at.to_rfc3339())),
    };
    [&path, "?limit=", &limit.to_string(), name, &value].concat()
}

/// A list of messages, of one channel or of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    /// What is pinned in a channel, all of it, the newest first.
    Pins(ChannelId),
    /// What the user remembers, the last first.
    Bookmarks,
    /// The threads that the user follows, the one with the newest message first.
    Threads,
    /// What is found, everywhere or in one channel, the newest first.
    Search(String, Option<ChannelId>),
}

/// A part of a list: from its beginning, or from what the part before said as `before`.
pub async fn list(list: &List, before: Option<u64>, limit: usize) -> Result<MessageList, Failure> {
    let mut path = match list {
        List::Pins(channel) => return get(&paths::pins(*channel)).await,
        List::Bookmarks => paths::BOOKMARKS.to_owned(),
        List::Threads => paths::THREADS.to_owned(),
        List::Search(..) => paths::SEARCH.to_owned(),
    };
    path.push_str("?limit=");
    path.push_str(&limit.to_string());
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            path.push_str(name);
            path.push_str(&value);
        }
    };
    add("&before=", before.map(|before| before.to_string()));
    if let List::Search(query, channel) = list {
        add("&q=", Some(paths::percent_encode(query)));
        add("&channelId=", channel.map(|channel| channel.to_string()));
    }
    get(&path).await
}

/// Changes the text of one's own message.
pub async fn edit(
    channel: ChannelId,
    message: MessageId,
    body: &EditMessage,
) -> Result<(), Failure> {
    fetch(Method::PATCH, &paths::message(channel, message), write(body)).await.map(drop)
}

/// Deletes a message.
pub async fn delete(channel: ChannelId, message: MessageId) -> Result<(), Failure> {
    fetch(Method::DELETE, &paths::message(channel, message), None).await.map(drop)
}

/// Sets a reaction or takes it back.
pub async fn react(
    channel: ChannelId,
    message: MessageId,
    emoji: &str,
    on: bool,
) -> Result<(), Failure> {
    let method = if on { Method::PUT } else { Method::DELETE };
    fetch(method, &paths::reaction(channel, message, emoji), None).await.map(drop)
}
