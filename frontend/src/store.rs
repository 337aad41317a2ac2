//! Where the plain state meets signals. The state itself is in no signal: a step of it says what
//! changed, and only the pulses of that are given, so that the page draws no more than it must.

use crate::state::connection::Link;
use crate::state::{Arrival, Changes, State, Want, Where};
use leptos::prelude::*;
use shared::{ClientId, UserId};
use std::ops::Deref;

/// Tells those who watch that something changed, without saying what it is now.
#[derive(Clone, Copy)]
pub struct Pulse(RwSignal<u32>);

impl Pulse {
    fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// Watches, within a reactive closure.
    pub fn track(self) {
        let _ = self.0.try_get();
    }

    /// Tells.
    pub fn give(self) {
        let _ = self.0.try_update(|count| *count = count.wrapping_add(1));
    }
}

/// The state of the logged-in user and its signals. A handle of one word.
#[derive(Clone, Copy)]
pub struct Store(&'static Signals);

/// What a [`Store`] leads to.
pub struct Signals {
    state: StoredValue<State>,
    wants: StoredValue<Vec<Want>>,
    /// Who is logged in.
    pub me: UserId,
    /// The list of channels, their names and badges.
    pub channels: Pulse,
    /// Names and presence.
    pub people: Pulse,
    /// Who is typing.
    pub typing: Pulse,
    /// The rows of the open channel.
    pub rows: Pulse,
    /// The rows of the thread on the screen.
    pub thread: Pulse,
    /// Where the user stands in threads, and what they remember.
    pub kept: Pulse,
    /// How many wait in the outbox.
    pub outbox: Pulse,
    /// The files that no message carries yet.
    pub uploads: Pulse,
    /// The table of emoji, and which are remembered.
    pub emoji: Pulse,
    /// The connection.
    pub link: RwSignal<Link>,
    /// Whether the list of channels is here.
    pub ready: RwSignal<bool>,
    /// The newest messages that came live.
    pub arrivals: RwSignal<Vec<Arrival>>,
}

impl Deref for Store {
    type Target = Signals;

    fn deref(&self) -> &Signals {
        self.0
    }
}

impl Store {
    /// The store of a user who just came in. What it holds belongs to the component that makes it,
    /// and ends with it; the signals' own places, some hundred bytes, stay until the page is left.
    pub fn new(me: UserId, client: ClientId) -> Self {
        Self(Box::leak(Box::new(Signals {
            state: StoredValue::new(State::new(me, client)),
            wants: StoredValue::new(Vec::new()),
            me,
            channels: Pulse::new(),
            people: Pulse::new(),
            typing: Pulse::new(),
            rows: Pulse::new(),
            thread: Pulse::new(),
            kept: Pulse::new(),
            outbox: Pulse::new(),
            uploads: Pulse::new(),
            emoji: Pulse::new(),
            link: RwSignal::new(Link::Connecting),
            ready: RwSignal::new(false),
            arrivals: RwSignal::new(Vec::new()),
        })))
    }

    /// The rows of the open channel, or of the thread on the screen.
    pub fn rows_at(self, at: Where) -> Pulse {
        if at.1.is_some() { self.thread } else { self.rows }
    }

    /// Reads from the state; nothing after the user has left.
    pub fn read<T: Default>(self, read: impl FnOnce(&State) -> T) -> T {
        let (mut read, mut found) = (Some(read), None);
        self.read_with(&mut |state| found = read.take().map(|read| read(state)));
        found.unwrap_or_default()
    }

    fn read_with(self, read: &mut dyn FnMut(&State)) {
        self.state.try_with_value(|state| read(state));
    }

    /// Changes the state and tells who watches.
    pub fn write(self, write: impl FnOnce(&mut State) -> Changes) {
        let mut write = Some(write);
        self.write_with(&mut |state| match write.take() {
            Some(write) => write(state),
            None => Changes::default(),
        });
    }

    fn write_with(self, write: &mut dyn FnMut(&mut State) -> Changes) {
        if let Some(changes) = self.state.try_update_value(|state| write(state)) {
            self.tell(changes);
        }
    }

    /// What the network shall do since the last time somebody asked.
    pub fn take_wants(self) -> Vec<Want> {
        self.wants.try_update_value(std::mem::take).unwrap_or_default()
    }

    fn tell(self, changes: Changes) {
        if !changes.wants.is_empty() {
            self.wants.try_update_value(|wants| wants.extend(changes.wants));
        }
        let pulses = [
            (changes.channels, self.channels),
            (changes.people, self.people),
            (changes.typing, self.typing),
            (changes.rows, self.rows),
            (changes.thread, self.thread),
            (changes.kept, self.kept),
            (changes.outbox, self.outbox),
            (changes.uploads, self.uploads),
            (changes.emoji, self.emoji),
        ];
        for (_, pulse) in pulses.into_iter().filter(|(changed, _)| *changed) {
            pulse.give();
        }
        if !changes.arrivals.is_empty() {
            let _ = self.arrivals.try_set(changes.arrivals);
        }
    }
}
