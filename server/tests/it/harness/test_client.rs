//! A user over REST, typed with the shared types.

use super::{TestSocket, patiently};
use reqwest::{Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use shared::api::account::{Session, SignUp, Ticket};
use shared::api::channels::{Channels, CreateChannel, ReadPosition};
use shared::api::messages::{EventPage, MessagePage, PostMessage};
use shared::{
    ChannelEvent, ChannelId, ChannelInfo, ChatMessage, ClientId, ErrorCode, MessageId, Problem,
    Seq, UserId, Visibility, paths,
};
use std::net::IpAddr;

/// One client of a user: their token, and how to call the API with it.
#[derive(Clone)]
pub(crate) struct TestClient {
    http: reqwest::Client,
    base: String,
    session: Option<Session>,
}

impl TestClient {
    /// Somebody who is not logged in.
    pub(crate) fn stranger(base: &str) -> Self {
        Self::stranger_from(base, None)
    }

    /// Somebody who is not logged in, at this address of the loopback network.
    pub(crate) fn stranger_from(base: &str, address: Option<IpAddr>) -> Self {
        // A connection kept from before a server was killed would fail the first request after.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).local_address(address);
        Self { http: http.build().unwrap(), base: base.to_owned(), session: None }
    }

    /// Signs up.
    pub(crate) async fn sign_up(base: &str, sign_up: &SignUp) -> Self {
        let stranger = Self::stranger(base);
        let session = stranger.post(paths::USER).json(sign_up).gives(201).await;
        stranger.with(session)
    }

    /// Logs in: the same user, another client.
    pub(crate) async fn log_in(&self, password: &str) -> Self {
        let body = serde_json::json!({ "username": self.name(), "password": password });
        let stranger = Self::stranger(&self.base);
        let session = stranger.post(paths::LOGIN).json(&body).gives(200).await;
        stranger.with(session)
    }

    /// The client of this session.
    pub(crate) fn with(&self, session: Session) -> Self {
        Self { session: Some(session), ..self.clone() }
    }

    /// The same client at another address.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    fn session(&self) -> &Session {
        self.session.as_ref().expect("a client that is logged in")
    }

    /// The user's id.
    pub(crate) fn id(&self) -> UserId {
        self.session().user_id
    }

    /// The client's id.
    pub(crate) fn client_id(&self) -> ClientId {
        self.session().client_id
    }

    /// The user's name.
    pub(crate) fn name(&self) -> &str {
        &self.session().username
    }

    /// The client's token.
    pub(crate) fn token(&self) -> &str {
        &self.session().token
    }

    /// The server's URL, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A request with the client's token, if it has one.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.session {
            Some(session) => request.bearer_auth(&session.token),
            None => request,
        }
    }

    /// GET.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// POST.
    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// PUT.
    pub(crate) fn put(&self, path: &str) -> RequestBuilder {
        self.request(Method::PUT, path)
    }

    /// PATCH.
    pub(crate) fn patch(&self, path: &str) -> RequestBuilder {
        self.request(Method::PATCH, path)
    }

    /// DELETE.
    pub(crate) fn delete(&self, path: &str) -> RequestBuilder {
        self.request(Method::DELETE, path)
    }

    /// A private room of this name with these people.
    pub(crate) async fn room(&self, name: &str, people: &[&Self]) -> ChannelInfo {
        let user_ids = people.iter().map(|person| person.id()).collect();
        let wanted = CreateChannel { user_ids, name: Some(name.to_owned()), ..Default::default() };
        self.create(&wanted).await
    }

    /// A public room of this name with these people.
    pub(crate) async fn public_room(&self, name: &str, people: &[&Self]) -> ChannelInfo {
        let user_ids = people.iter().map(|person| person.id()).collect();
        let visibility = Some(Visibility::Public);
        let name = Some(name.to_owned());
        self.create(&CreateChannel { user_ids, name, visibility, ..Default::default() }).await
    }

    /// The direct conversation with this person.
    pub(crate) async fn direct(&self, person: &Self) -> ChannelInfo {
        let wanted = CreateChannel { user_ids: vec![person.id()], ..Default::default() };
        let answer = self.post(paths::CREATE_CHANNEL).json(&wanted).send().await.unwrap();
        assert!([200, 201].contains(&answer.status().as_u16()), "{answer:?}");
        answer.json().await.unwrap()
    }

    /// Creates a channel that isn't there yet.
    pub(crate) async fn create(&self, wanted: &CreateChannel) -> ChannelInfo {
        self.post(paths::CREATE_CHANNEL).json(wanted).gives(201).await
    }

    /// A channel as this user sees it.
    pub(crate) async fn channel(&self, channel: ChannelId) -> ChannelInfo {
        self.get(&paths::channel(channel)).gives(200).await
    }

    /// This user's channels.
    pub(crate) async fn channels(&self) -> Vec<ChannelInfo> {
        self.get(paths::CHANNELS).gives::<Channels>(200).await.channels
    }

    /// Posts a message.
    pub(crate) async fn say(&self, channel: ChannelId, text: &str) -> ChatMessage {
        let body = PostMessage { message: text.to_owned(), ..Default::default() };
        self.post(&paths::messages(channel)).json(&body).gives(201).await
    }

    /// Changes a message's text.
    pub(crate) async fn edit(&self, channel: ChannelId, message: MessageId, text: &str) {
        let body = serde_json::json!({ "message": text });
        self.patch(&paths::message(channel, message)).json(&body).succeeds().await;
    }

    /// Deletes a message.
    pub(crate) async fn unsay(&self, channel: ChannelId, message: MessageId) {
        self.delete(&paths::message(channel, message)).succeeds().await;
    }

    /// Sets or takes back a reaction.
    pub(crate) async fn react(
        &self,
        channel: ChannelId,
        message: MessageId,
        emoji: &str,
        on: bool,
    ) {
        let method = if on { Method::PUT } else { Method::DELETE };
        self.request(method, &paths::reaction(channel, message, emoji)).succeeds().await;
    }

    /// Makes somebody (or oneself) a member.
    pub(crate) async fn add(&self, channel: ChannelId, person: &Self) {
        self.put(&paths::member(channel, person.id())).succeeds().await;
    }

    /// Ends somebody's (or one's own) membership.
    pub(crate) async fn remove(&self, channel: ChannelId, person: &Self) {
        self.delete(&paths::member(channel, person.id())).succeeds().await;
    }

    /// Moves the read position.
    pub(crate) async fn read(&self, channel: ChannelId, seq: Seq) -> Seq {
        let answer: ReadPosition =
            self.put(&paths::read(channel)).json(&ReadPosition { seq }).gives(200).await;
        answer.seq
    }

    /// A page of messages; `query` as in `before=7&limit=2`.
    pub(crate) async fn page(&self, channel: ChannelId, query: &str) -> MessagePage {
        self.get(&format!("{}?{query}", paths::messages(channel))).gives(200).await
    }

    /// Every message of a channel, page by page from the newest back.
    pub(crate) async fn history(&self, channel: ChannelId) -> Vec<ChatMessage> {
        let mut page = self.page(channel, "limit=200").await;
        let mut all = page.messages;
        while page.has_before {
            let before = all.first().expect("a page before which there is more").seq;
            page = self.page(channel, &format!("before={before}&limit=200")).await;
            let mut older = std::mem::take(&mut page.messages);
            older.append(&mut all);
            all = older;
        }
        all
    }

    /// Every event of a channel after `after`, page by page.
    pub(crate) async fn events(&self, channel: ChannelId, after: Seq) -> Vec<ChannelEvent> {
        let mut all: Vec<ChannelEvent> = Vec::new();
        loop {
            let from = all.last().map_or(after, ChannelEvent::seq);
            let url = format!("{}?after={from}", paths::events(channel));
            let page: EventPage = self.get(&url).gives(200).await;
            let (end, head) = (page.events.is_empty(), page.head_seq);
            all.extend(page.events);
            if end || all.last().is_some_and(|event| event.seq() >= head) {
                return all;
            }
        }
    }

    /// A single-use ticket for a socket.
    pub(crate) async fn ticket(&self) -> String {
        self.post(paths::TICKET).gives::<Ticket>(201).await.ticket
    }

    /// A socket of all the user's channels, after its `welcome`.
    pub(crate) async fn socket(&self) -> TestSocket {
        self.socket_at(&paths::ws(self.client_id())).await
    }

    /// A socket of one channel, after its `welcome`.
    pub(crate) async fn join(&self, channel: ChannelId, after: Option<Seq>) -> TestSocket {
        self.socket_at(&paths::ws_join_channel(channel, self.client_id(), after)).await
    }

    /// A socket at this path, after its `welcome`.
    pub(crate) async fn socket_at(&self, path: &str) -> TestSocket {
        let opened = TestSocket::open(&self.base, path, Some(self.token())).await;
        opened.unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// What a socket at this path is refused with, before the upgrade.
    pub(crate) async fn refused_socket(&self, path: &str) -> Problem {
        let token = self.session.as_ref().map(|session| session.token.as_str());
        match TestSocket::open(&self.base, path, token).await {
            Ok(_) => panic!("{path} was opened"),
            Err(refusal) => refusal.problem(),
        }
    }
}

/// Several users with the names `prefix1`, `prefix2`, …
pub(crate) async fn everyone(
    server: &super::TestServer,
    prefix: &str,
    count: usize,
) -> Vec<TestClient> {
    let mut people = Vec::with_capacity(count);
    for n in 1..=count {
        people.push(server.user(&format!("{prefix}{n}")).await);
    }
    people
}

/// What a test expects of an answer.
pub(crate) trait Expect {
    /// This status, and a JSON body of this type.
    async fn gives<T: DeserializeOwned>(self, status: u16) -> T;
    /// Any status from 200 to 299.
    async fn succeeds(self) -> Response;
    /// A whole and honest problem+json of this code, with the code's status.
    async fn fails(self, code: ErrorCode) -> Problem;
}

impl Expect for RequestBuilder {
    async fn gives<T: DeserializeOwned>(self, status: u16) -> T {
        let answer = patiently("an answer", self.send()).await.unwrap();
        let (found, url) = (answer.status().as_u16(), answer.url().clone());
        let content_type = header(&answer, "content-type");
        let body = patiently("a body", answer.text()).await.unwrap();
        assert_eq!(found, status, "{url}: {body}");
        assert_eq!(content_type, "application/json", "{url}");
        serde_json::from_str(&body).unwrap_or_else(|e| panic!("{url}: {e}: {body}"))
    }

    async fn succeeds(self) -> Response {
        let answer = patiently("an answer", self.send()).await.unwrap();
        let (status, url) = (answer.status(), answer.url().clone());
        if !status.is_success() {
            panic!("{url}: {status}: {}", answer.text().await.unwrap_or_default());
        }
        answer
    }

    async fn fails(self, code: ErrorCode) -> Problem {
        let answer = patiently("an answer", self.send()).await.unwrap();
        problem_of(answer, code).await
    }
}

/// The answer's header, or nothing.
pub(crate) fn header(answer: &Response, name: &str) -> String {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
}

async fn problem_of(answer: Response, code: ErrorCode) -> Problem {
    let (status, url) = (answer.status().as_u16(), answer.url().clone());
    let content_type = header(&answer, "content-type");
    let body = patiently("a body", answer.text()).await.unwrap();
    assert_eq!(content_type, "application/problem+json", "{url}: {status} {body}");
    let problem: Problem =
        serde_json::from_str(&body).unwrap_or_else(|e| panic!("{url}: {e}: {body}"));
    assert_eq!(problem.code, code, "{url}: {body}");
    assert_eq!(status, code.status(), "{url}: {body}");
    check_problem(&problem);
    problem
}

/// A problem is whole, agrees with itself, and shows no internals.
pub(crate) fn check_problem(problem: &Problem) {
    let wanted = Problem::new(problem.code, problem.detail.clone(), problem.errors.clone());
    assert_eq!(*problem, wanted);
    assert!(!problem.detail.is_empty(), "{problem:?}");
    for internal in ["SQL", "sqlite", "rusqlite", ".rs:", "panicked", "os error", "unwrap"] {
        assert!(!problem.detail.contains(internal), "shows internals: {problem:?}");
    }
}
