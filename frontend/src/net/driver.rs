//! Carries out what the connection's machine and the state want: opens and drops the socket, sends
//! and resends, asks for replays, and applies what comes, once per animation frame.

use super::load;
use super::rest;
use super::socket::{Heard, Socket};
use crate::browser::{clock, page, random};
use crate::keep;
use crate::state::connection::{Connection, Effect, Input, Link, Phase};
use crate::state::{Changes, Want};
use crate::store::Store;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::limits::LIST_MAX;
use shared::{
    ChannelId, ClientMessage, ErrorCode, MessageId, Ping, Read, Resume, Seq, ServerMessage, paths,
};

/// Milliseconds after which frames are applied although the page draws no animation frames.
const UNDRAWN_MS: u32 = 200;

/// Threads that are asked for what is unread in them: those with the newest messages.
const KNOWN_THREADS: usize = 50;

struct Inner {
    connection: Connection,
    socket: Option<Socket>,
    /// Frames that came since the last animation frame.
    queue: Vec<String>,
    scheduled: bool,
    undrawn: Option<Timeout>,
    timer: Option<Timeout>,
}

/// The connection of a logged-in user. A handle: copying it copies nothing.
#[derive(Clone, Copy)]
pub struct Net {
    inner: StoredValue<Inner, LocalStorage>,
    store: Store,
    /// Told when the session has ended, with the reason for people.
    ended: RwSignal<Option<&'static str>>,
    /// What went wrong beside a call of one's own, for people.
    troubles: RwSignal<Option<String>>,
}

impl Net {
    /// Not connected yet. Belongs to the component that makes it, and ends with it.
    pub fn new(store: Store, ended: RwSignal<Option<&'static str>>) -> Self {
        let inner = Inner {
            connection: Connection::default(),
            socket: None,
            queue: Vec::new(),
            scheduled: false,
            undrawn: None,
            timer: None,
        };
        let inner = StoredValue::new_local(inner);
        Self { inner, store, ended, troubles: RwSignal::new(None) }
    }

    /// What went wrong beside a call of one's own, for people.
    pub fn troubles(self) -> RwSignal<Option<String>> {
        self.troubles
    }

    /// Connects, and reconnects for as long as the session holds.
    pub fn start(self) {
        self.input(Input::Start);
        for (name, input) in [
            ("online", Input::NetworkChanged),
            ("offline", Input::NetworkChanged),
            ("visibilitychange", Input::Visible),
            ("pageshow", Input::Visible),
        ] {
            let listener = window_event_listener_untyped(name, move |_| {
                if input != Input::Visible || page::is_visible() {
                    self.input(input);
                }
            });
            on_cleanup(move || listener.remove());
        }
    }

    /// Tries at once.
    pub fn retry(self) {
        self.input(Input::NetworkChanged);
    }

    /// Sends a frame, if the socket is open.
    pub fn send(self, message: &ClientMessage) -> bool {
        let text = message.to_json();
        let sent = self.inner.try_with_value(|inner| {
            inner.connection.is_open()
                && inner.socket.as_ref().is_some_and(|socket| socket.send(&text))
        });
        sent.unwrap_or(false)
    }

    /// Sends what waits in the outbox.
    pub fn flush(self) {
        let open = self.inner.try_with_value(|inner| inner.connection.is_open());
        if open.unwrap_or(false) {
            let mut frames = Vec::new();
            self.store.write(|state| {
                frames = state.outbox.due(clock::now());
                let sent = !frames.is_empty();
                Changes { outbox: sent, rows: sent, thread: sent, ..Changes::default() }
            });
            for frame in frames {
                self.send(&ClientMessage::Message(frame));
            }
        }
        self.arm();
    }

    /// Does what the last steps of the state wanted.
    pub fn settle(self) {
        for want in self.store.take_wants() {
            match want {
                Want::Resume(cursors) => {
                    self.send(&ClientMessage::Resume(Resume { cursors }));
                }
                Want::Read(channel, seq) => self.read(channel, None, seq),
                Want::ReadThread(channel, root, seq) => self.read(channel, Some(root), seq),
                Want::Flush => self.flush(),
                Want::CaughtUp => self.input(Input::CaughtUp),
                Want::Reload(channel) => spawn_local(async move {
                    let page = load::page(self, channel, rest::Place::Newest).await;
                    self.report(page);
                }),
                Want::Thread => spawn_local(async move {
                    let thread = load::thread(self, rest::Place::Newest).await;
                    self.report(thread);
                }),
                Want::Threads => self.list(rest::List::Threads, KNOWN_THREADS),
                Want::Bookmarks => self.list(rest::List::Bookmarks, LIST_MAX),
                Want::Channels => spawn_local(async move {
                    let channels = load::channels(self).await;
                    self.report(channels);
                }),
                Want::User(user) => spawn_local(load::user(self, user)),
                Want::Forget(nonce) => keep::remove_entry(self.store.me, &nonce),
                Want::Keep(nonce) => {
                    let entry = self.store.read(|state| state.outbox.get(&nonce).cloned());
                    if entry.is_some_and(|e| keep::put_entry(self.store.me, &e).is_err()) {
                        self.tell(keep::FULL);
                    }
                }
                Want::Tell(text) => self.tell(&text),
            }
        }
    }

    fn read(self, channel: ChannelId, thread_root: Option<MessageId>, seq: Seq) {
        let read = Read { channel_id: Some(channel), thread_root, seq };
        self.send(&ClientMessage::Read(read));
    }

    /// What marks and badges need to know of a list. What fails is asked for again with the next
    /// connection, and the list itself tells when somebody looks at it.
    fn list(self, list: rest::List, limit: usize) {
        spawn_local(async move {
            let _ = load::list(self, &list, None, limit).await;
        });
    }

    /// The store that it feeds.
    pub fn store(self) -> Store {
        self.store
    }

    /// Tells people what went wrong.
    pub fn tell(self, text: &str) {
        let _ = self.troubles.try_set(Some(text.to_owned()));
    }

    fn report<T>(self, result: Result<T, rest::Failure>) {
        if let Err(failure) = result {
            self.tell(failure.say());
        }
    }

    fn input(self, input: Input) {
        let (now, chance) = (clock::now(), random::chance());
        let stepped = self.inner.try_update_value(|inner| {
            let (next, effects) = inner.connection.step(input, now, chance);
            let broken = inner.connection.is_open() && !next.is_open();
            inner.connection = next;
            (effects, broken)
        });
        let Some((effects, broken)) = stepped else { return };
        if broken {
            self.store.write(|state| {
                state.outbox.disconnected();
                Changes { outbox: true, rows: true, thread: true, ..Changes::default() }
            });
        }
        for effect in effects {
            self.carry_out(effect);
        }
        let link = self.inner.try_with_value(|inner| inner.connection.link());
        let link = match link.unwrap_or_default() {
            Link::Connecting if !page::is_online() => Link::Offline,
            link => link,
        };
        if self.store.link.try_get_untracked() != Some(link) {
            let _ = self.store.link.try_set(link);
        }
        self.arm();
    }

    fn carry_out(self, effect: Effect) {
        match effect {
            Effect::Open => {
                let client = self.store.read(|state| Some(state.client));
                let Some(client) = client else { return };
                let url = page::socket_address(&paths::ws(client));
                let socket = Socket::open(&url, move |heard| self.hear(heard));
                self.inner.try_update_value(|inner| {
                    inner.queue.clear();
                    inner.socket = socket;
                });
            }
            Effect::Drop => {
                self.inner.try_update_value(|inner| inner.socket = None);
            }
            Effect::Ping => {
                let at = clock::wall().0;
                self.send(&ClientMessage::Ping(Ping { at }));
            }
            Effect::CheckSession => spawn_local(async move {
                if let Err(failure) = rest::me().await
                    && failure.code() == Some(ErrorCode::NotLoggedIn)
                {
                    self.input(Input::Stop);
                    let _ = self.ended.try_set(Some(ENDED));
                }
            }),
            Effect::LoggedOut => {
                let _ = self.ended.try_set(Some(ENDED));
            }
        }
    }

    fn hear(self, heard: Heard) {
        match heard {
            Heard::Frame(text) => {
                let first = self.inner.try_update_value(|inner| {
                    inner.queue.push(text);
                    !std::mem::replace(&mut inner.scheduled, true)
                });
                if first == Some(true) {
                    // A page in the background draws nothing: then a timer has to do.
                    let undrawn = Timeout::new(UNDRAWN_MS, move || self.drain());
                    self.inner.try_update_value(|inner| inner.undrawn = Some(undrawn));
                    request_animation_frame(move || self.drain());
                }
            }
            Heard::Closed(code) => {
                self.drain();
                self.input(Input::Closed { code });
            }
        }
    }

    /// Applies every frame that came.
    fn drain(self) {
        let queue = self.inner.try_update_value(|inner| {
            inner.scheduled = false;
            let timer = inner.undrawn.take();
            (std::mem::take(&mut inner.queue), timer)
        });
        let Some((queue, _timer)) = queue else { return };
        if queue.is_empty() {
            return;
        }
        self.input(Input::Heard);
        for text in queue {
            // A frame of a later version that this page can't read is passed over; what is durable
            // in it leaves a gap in the order, which is noticed and fetched.
            let Ok(frame) = ServerMessage::from_json(&text) else { continue };
            let welcome = matches!(frame, ServerMessage::Welcome(_));
            let mut replays = false;
            if welcome {
                // Frames can be sent from here on; what is wanted is sent below.
                let connecting =
                    self.inner.try_with_value(|i| i.connection.phase() == Phase::Connecting);
                if connecting != Some(true) {
                    continue;
                }
            }
            self.store.write(|state| {
                let changes = state.apply(frame, clock::now());
                replays = changes.wants.iter().any(|want| matches!(want, Want::Resume(_)));
                changes
            });
            if welcome {
                self.input(Input::Welcomed { replays });
            }
        }
        self.settle();
    }

    /// Sets the timer for what is due next.
    fn arm(self) {
        let (now, store) = (clock::now(), self.store);
        let connection = self.inner.try_with_value(|inner| inner.connection.deadline()).flatten();
        let open = self.inner.try_with_value(|inner| inner.connection.is_open()).unwrap_or(false);
        let outbox = store.read(|state| state.outbox.next_due()).filter(|_| open);
        let typing = store.read(|state| state.typing.next_expiry());
        let due = [connection, outbox, typing].into_iter().flatten().min();
        let timer = due.map(|due| {
            let wait = due.saturating_sub(now).clamp(1, 60_000) as u32;
            Timeout::new(wait, move || self.tick())
        });
        self.inner.try_update_value(|inner| inner.timer = timer);
    }

    fn tick(self) {
        let now = clock::now();
        self.store.write(|state| {
            let typing = state.typing.expire(now);
            Changes { typing, ..Changes::default() }
        });
        self.input(Input::Timer);
        self.flush();
    }
}

/// Why somebody sees the entrance who was inside.
const ENDED: &str = "You were logged out here: this device was ended from another one, or its time is over. What you wrote and did not send is kept.";
