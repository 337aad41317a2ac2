//! The state built from live frames equals the state fetched anew, whatever happened: several users
//! do random things over sockets and REST, and watchers, some of which lose their connection and
//! resume at random, fold what they hear with the same `Timeline` that the page uses.

use crate::harness::{Chance, Expect, TestClient, TestServer, TestSocket, everyone};
use crate::previews::site::{Answer, Site};
use reqwest::Method;
use shared::api::messages::{MessagePage, PostMessage, ThreadPage};
use shared::api::uploads::Uploaded;
use shared::timeline::{Applied, Timeline};
use shared::{
    ChannelEvent, ChannelId, ChatMessage, ClientMessage, Delete, Edit, Forward, MessageId, React,
    Resume, Seq, ServerMessage, UserId, paths,
};
use std::collections::{BTreeMap, BTreeSet};

const USERS: usize = 5;
const CHANNELS: usize = 3;
const OPERATIONS: usize = 600;
const EMOJI: [&str; 4] = ["👍", "❤️", "🎉", "👩‍👩‍👧‍👦"];

/// One channel as a watcher holds it.
#[derive(Default)]
struct View {
    timeline: Timeline,
    members: BTreeSet<UserId>,
    /// Memberships that began or ended at places the timeline has not come to.
    changes: BTreeMap<Seq, (UserId, bool)>,
    /// The threads of all messages that were heard of, by their first messages.
    threads: BTreeMap<MessageId, Timeline>,
    /// Up to where the threads are, and what came ahead of that.
    threads_at: Seq,
    ahead: BTreeMap<Seq, ChannelEvent>,
    /// Whether the replay on this socket is complete: from then on there is no gap.
    caught_up: bool,
}

impl View {
    /// The next event, for every thread: a thread of its own for a message that stands in none.
    fn apply_to_threads(&mut self, event: &ChannelEvent) {
        if let ChannelEvent::Message(new) = event
            && new.thread_root.is_none()
        {
            let mut thread = Timeline::of_thread(new.message_id);
            thread.reset(MessagePage {
                messages: Vec::new(),
                head_seq: new.seq - 1,
                has_before: false,
                has_after: false,
            });
            self.threads.insert(new.message_id, thread);
        }
        for thread in self.threads.values_mut() {
            assert_eq!(thread.apply(event.clone()), Applied::Yes);
        }
    }
}

/// Somebody who builds their state from frames alone.
struct Watcher {
    client: TestClient,
    socket: Option<TestSocket>,
    /// Watches one channel on a socket of its own, or all of them on one.
    one: Option<ChannelId>,
    views: BTreeMap<ChannelId, View>,
}

impl Watcher {
    async fn new(client: &TestClient, one: Option<ChannelId>, channels: &[ChannelId]) -> Self {
        let mut views = BTreeMap::new();
        for channel in one.map_or_else(|| channels.to_vec(), |one| vec![one]) {
            let members = client.channel(channel).await.user_ids.into_iter().collect();
            views.insert(channel, View { members, ..View::default() });
        }
        let mut watcher = Self { client: client.clone(), socket: None, one, views };
        watcher.connect().await;
        watcher
    }

    async fn connect(&mut self) {
        let cursors: BTreeMap<_, _> =
            self.views.iter().map(|(id, view)| (*id, view.timeline.cursor())).collect();
        let socket = match self.one {
            Some(channel) => self.client.join(channel, Some(cursors[&channel])).await,
            None => {
                let mut socket = self.client.socket().await;
                socket.send(&ClientMessage::Resume(Resume { cursors })).await;
                socket
            }
        };
        for view in self.views.values_mut() {
            view.caught_up = false;
        }
        self.socket = Some(socket);
    }

    fn disconnect(&mut self) {
        if let Some(socket) = self.socket.take() {
            socket.cut();
        }
    }

    /// Takes frames until every channel stands at its head.
    async fn catch_up(&mut self, heads: &BTreeMap<ChannelId, Seq>) {
        if self.socket.is_none() {
            self.connect().await;
        }
        while self.views.iter().any(|(id, v)| v.timeline.cursor() < heads[id] || !v.caught_up) {
            let frame = self.socket.as_mut().unwrap().recv().await;
            self.take(frame).await;
        }
    }

    async fn take(&mut self, frame: ServerMessage) {
        match frame {
            ServerMessage::CaughtUp(up) => {
                if let Some(view) = self.views.get_mut(&up.channel_id) {
                    assert!(view.timeline.cursor() >= up.seq, "caught up to what was never sent");
                    view.caught_up = true;
                }
            }
            ServerMessage::Reset(reset) => panic!("never that far behind: {reset:?}"),
            other => {
                let Ok(event) = other.into_event() else { return };
                let Some(view) = self.views.get_mut(&event.channel_id()) else { return };
                if let ChannelEvent::Member(member) = &event
                    && member.seq > view.timeline.cursor()
                {
                    view.changes.insert(member.seq, (member.user_id, member.joined));
                }
                view.ahead.insert(event.seq(), event.clone());
                while let Some(event) = view.ahead.remove(&(view.threads_at + 1)) {
                    view.threads_at += 1;
                    view.apply_to_threads(&event);
                }
                view.ahead = view.ahead.split_off(&view.threads_at);
                if let Applied::Gap { after } = view.timeline.apply(event) {
                    // What is live may overtake what is still to be replayed, and nothing else.
                    assert!(!view.caught_up, "a frame ahead of {}", after + 1);
                }
                while let Some((&seq, &(user, joined))) = view.changes.first_key_value()
                    && seq <= view.timeline.cursor()
                {
                    let changed =
                        if joined { view.members.insert(user) } else { view.members.remove(&user) };
                    assert!(changed, "{user} was told twice");
                    view.changes.remove(&seq);
                }
            }
        }
    }
}

/// Who does things, and what there is to do them to.
struct World {
    chance: Chance,
    people: Vec<TestClient>,
    sockets: Vec<TestSocket>,
    channels: Vec<ChannelId>,
    guest: TestClient,
    /// What links lead to.
    site: Site,
    /// Messages whose links were found.
    linked: Vec<(ChannelId, MessageId, usize)>,
    /// Every message and its author, deleted ones too: doing things to those must change nothing.
    messages: Vec<(ChannelId, MessageId, usize)>,
    count: usize,
}

impl World {
    async fn step(&mut self) {
        self.count += 1;
        let by = self.chance.below(self.people.len());
        let channel = *self.chance.pick(&self.channels).unwrap();
        let old = self.chance.pick(&self.messages).copied();
        let nonce = self.chance.nonce();
        match (self.chance.below(34), old) {
            (0..=8, _) | (_, None) => self.post(by, channel, &nonce).await,
            (9..=12, Some((channel, message, author))) => {
                let text = format!("edit *{}* {}", self.count, "y".repeat(self.chance.below(40)));
                self.edit(author, channel, message, &nonce, &text).await;
            }
            (13, Some((channel, message, author))) => {
                self.delete(author, channel, message, &nonce).await;
            }
            (14..=18, Some((channel, message, _))) => self.react(by, channel, message).await,
            (19..=23, Some((channel, message, _))) => self.reply(by, channel, message).await,
            (24..=25, Some((channel, message, _))) => {
                let on = !self.chance.once_in(3);
                let method = if on { Method::PUT } else { Method::DELETE };
                let request = self.people[by].request(method, &paths::pin(channel, message));
                assert!(request.send().await.unwrap().status().as_u16() < 500);
            }
            (26, Some((from, message_id, _))) => {
                let forward = Some(Forward { channel_id: from, message_id });
                self.send(by, channel, PostMessage { forward, ..PostMessage::default() }).await;
            }
            (27..=28, Some(_)) => {
                let mut attachment_ids = Vec::new();
                for n in 0..=self.chance.below(2) {
                    let bytes = format!("file {n} of {}", self.count);
                    let url = format!("{}?filename={n}.txt", paths::UPLOADS);
                    let request = self.people[by].post(&url).body(bytes);
                    let stored: Uploaded = request.gives(201).await;
                    attachment_ids.push(stored.uploads[0].upload_id);
                }
                self.send(by, channel, PostMessage { attachment_ids, ..PostMessage::default() })
                    .await;
            }
            (29, Some(_)) => self.link(by, channel).await,
            (30, Some(_)) => {
                // Of messages that were edited or deleted since, too.
                if let Some((channel, message, author)) = self.chance.pick(&self.linked).copied() {
                    let request = self.people[author].delete(&paths::previews(channel, message));
                    assert!(request.send().await.unwrap().status().as_u16() < 500);
                }
            }
            (_, Some(_)) => {
                let (guest, creator) = (self.guest.id(), &self.people[0]);
                let joined = creator.channel(channel).await.user_ids.contains(&guest);
                if joined && self.chance.once_in(2) {
                    let ban = paths::ban(channel, guest);
                    creator.put(&ban).json(&serde_json::json!({})).succeeds().await;
                    creator.delete(&ban).succeeds().await;
                } else {
                    let method = if joined { Method::DELETE } else { Method::PUT };
                    creator.request(method, &paths::member(channel, guest)).succeeds().await;
                }
            }
        }
    }

    /// Sends what may be refused, as what it is about may be deleted.
    async fn send(&mut self, by: usize, channel: ChannelId, new: PostMessage) {
        let request = self.people[by].post(&paths::messages(channel)).json(&new);
        let answer = request.send().await.unwrap();
        assert!(answer.status().as_u16() < 500, "{answer:?}");
        if answer.status().is_success() {
            let sent: ChatMessage = answer.json().await.unwrap();
            self.messages.push((channel, sent.message_id, by));
        }
    }

    /// In the thread of a message, or of the thread that it stands in.
    async fn reply(&mut self, by: usize, channel: ChannelId, message: MessageId) {
        // A few of them grow.
        let first = self.messages.iter().find(|(of, ..)| *of == channel).map(|(_, id, _)| *id);
        let root = if self.chance.once_in(2) { first.unwrap_or(message) } else { message };
        let new = PostMessage {
            message: format!("{} in a thread", self.count),
            thread_root: Some(root),
            also_in_channel: self.chance.once_in(3),
            action: self.chance.once_in(5),
            reply_to: self.chance.once_in(3).then_some(message),
            ..PostMessage::default()
        };
        self.send(by, channel, new).await;
    }

    async fn post(&mut self, by: usize, channel: ChannelId, nonce: &str) {
        let text = format!("**{}** by {by} {}", self.count, "x".repeat(self.chance.below(60)));
        let id = if self.chance.once_in(2) {
            let socket = &mut self.sockets[by];
            let ack = socket.say(channel, nonce, &text).await;
            if self.chance.once_in(4) {
                assert!(socket.say(channel, nonce, "again").await.duplicate);
            }
            ack.message_id
        } else {
            self.people[by].say(channel, &text).await.message_id
        };
        self.messages.push((channel, id, by));
    }

    /// A link, whose preview comes as an event of its own: nothing else is done until then.
    async fn link(&mut self, by: usize, channel: ChannelId) {
        let page = Answer::page(&format!("<title>Page {}</title>", self.count));
        let url = self.site.serve_at(&format!("/{}", self.count), page);
        let nonce = self.chance.nonce();
        let id = self.sockets[by].say(channel, &nonce, &format!("see {url}")).await.message_id;
        self.sockets[by]
            .recv_until(|message| match message {
                ServerMessage::Previewed(event) if event.message_id == id => Some(()),
                _ => None,
            })
            .await;
        self.sockets[by].log.clear();
        self.messages.push((channel, id, by));
        self.linked.push((channel, id, by));
    }

    /// Waits for the answer to `nonce`, whichever it is: a deleted message can't be changed.
    async fn answered(socket: &mut TestSocket, nonce: &str) {
        socket
            .recv_until(|message| match message {
                ServerMessage::Ack(ack) if ack.nonce == nonce => Some(()),
                ServerMessage::Rejected(no) if no.nonce.as_deref() == Some(nonce) => Some(()),
                _ => None,
            })
            .await;
        socket.log.clear();
    }

    async fn edit(&mut self, by: usize, channel: ChannelId, id: MessageId, n: &str, text: &str) {
        let (message, nonce) = (text.to_owned(), Some(n.to_owned()));
        if self.chance.once_in(2) {
            let edit = Edit { channel_id: Some(channel), message_id: id, nonce, message };
            self.sockets[by].send(&ClientMessage::Edit(edit)).await;
            Self::answered(&mut self.sockets[by], n).await;
        } else {
            let body = serde_json::json!({ "message": message, "nonce": nonce });
            let request = self.people[by].patch(&paths::message(channel, id)).json(&body);
            assert!(request.send().await.unwrap().status().as_u16() < 500);
        }
    }

    async fn delete(&mut self, by: usize, channel: ChannelId, id: MessageId, n: &str) {
        if self.chance.once_in(2) {
            let nonce = Some(n.to_owned());
            let delete = Delete { channel_id: Some(channel), message_id: id, nonce };
            self.sockets[by].send(&ClientMessage::Delete(delete)).await;
            Self::answered(&mut self.sockets[by], n).await;
        } else {
            let request = self.people[by].delete(&paths::message(channel, id));
            assert!(request.send().await.unwrap().status().as_u16() < 500);
        }
    }

    async fn react(&mut self, by: usize, channel: ChannelId, id: MessageId) {
        let emoji = (*self.chance.pick(&EMOJI).unwrap()).to_owned();
        let on = !self.chance.once_in(3);
        if self.chance.once_in(2) {
            let n = self.chance.nonce();
            let nonce = Some(n.clone());
            let react = React { channel_id: Some(channel), message_id: id, emoji, on, nonce };
            self.sockets[by].send(&ClientMessage::React(react)).await;
            Self::answered(&mut self.sockets[by], &n).await;
        } else {
            let method = if on { Method::PUT } else { Method::DELETE };
            let path = paths::reaction(channel, id, &emoji);
            let status = self.people[by].request(method, &path).send().await.unwrap().status();
            assert!(status.as_u16() < 500, "{status}");
        }
    }

    async fn heads(&self) -> BTreeMap<ChannelId, Seq> {
        let mut heads = BTreeMap::new();
        for channel in &self.channels {
            heads.insert(*channel, self.people[0].channel(*channel).await.head_seq);
        }
        heads
    }
}

async fn compare(watcher: &Watcher, name: &str) {
    for (channel, view) in &watcher.views {
        let fetched = watcher.client.history(*channel).await;
        let held: Vec<_> = view.timeline.messages().cloned().collect();
        for (held, fetched) in held.iter().zip(&fetched) {
            assert_eq!(held, fetched, "{name}, {channel}");
        }
        assert_eq!(held.len(), fetched.len(), "{name}, {channel}");
        for (root, thread) in &view.threads {
            if thread.len() > 1 {
                let path = format!("{}?limit=200", paths::thread(*channel, *root));
                let page: ThreadPage = watcher.client.get(&path).gives(200).await;
                let fetched = std::iter::once(&page.root).chain(&page.messages);
                assert!(thread.messages().eq(fetched), "{name}, {channel}, thread {root}");
            }
        }
        let info = watcher.client.channel(*channel).await;
        assert_eq!(view.timeline.cursor(), info.head_seq, "{name}, {channel}");
        let members: BTreeSet<_> = info.user_ids.into_iter().collect();
        assert_eq!(view.members, members, "{name}, {channel}");
    }
}

async fn story(seed: u64, operations: usize) {
    println!("HUBBUB_EQUALITY_SEED={seed}");
    let site = Site::start().await;
    let mut server = TestServer::with(&["--test-previews", &site.address.to_string()]).await;
    let people = everyone(&server, "p", USERS).await;
    let guest = server.user("guest").await;
    let others: Vec<_> = people[1..].iter().collect();
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        channels.push(people[0].room(&format!("room {n}"), &others).await.channel_id);
    }
    let mut steady = Watcher::new(&people[1], None, &channels).await;
    let mut restless = Watcher::new(&people[2], None, &channels).await;
    let mut restless_one = Watcher::new(&people[3], Some(channels[0]), &channels).await;
    let mut sockets = Vec::new();
    for person in &people {
        sockets.push(person.socket().await);
    }
    let chance = Chance::new(seed);
    let (linked, messages) = (Vec::new(), Vec::new());
    let mut world =
        World { chance, people, sockets, channels, guest, site, linked, messages, count: 0 };

    for step in 0..operations {
        world.step().await;
        for watcher in [&mut restless, &mut restless_one] {
            if world.chance.once_in(12) {
                match watcher.socket {
                    Some(_) => watcher.disconnect(),
                    None => watcher.connect().await,
                }
            }
        }
        if step % 200 == 199 {
            let heads = world.heads().await;
            for watcher in [&mut steady, &mut restless, &mut restless_one] {
                watcher.catch_up(&heads).await;
            }
            compare(&steady, "steady").await;
            compare(&restless, "restless").await;
            compare(&restless_one, "restless in one channel").await;
        }
    }
    // The state that was built from frames also equals what another life of the process reads.
    server.kill();
    server.start_again().await;
    for (name, watcher) in
        [("steady", &steady), ("restless", &restless), ("restless in one channel", &restless_one)]
    {
        compare(watcher, name).await;
    }
    println!("{operations} operations, heads {:?}", world.heads().await.values());
}

#[tokio::test]
async fn the_state_from_live_frames_equals_the_state_fetched_anew() {
    story(Chance::seed("HUBBUB_EQUALITY_SEED"), OPERATIONS).await;
}

#[tokio::test]
async fn the_same_holds_for_a_story_that_is_always_the_same() {
    story(1, 200).await;
}
