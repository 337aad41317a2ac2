//! The life of the socket as a pure machine: (state, input) → (state, effects). Clock and chance
//! are arguments; opening, closing and sending are `net/`'s.

use shared::close_code;

/// Least silence, in milliseconds, after which the server is asked whether it is there.
pub const HEARTBEAT_MS: u64 = 20_000;
/// Pings without an answer after which the socket is dead.
const MISSES_MAX: u32 = 2;
/// Milliseconds that a connection may take until the first frame.
const OPENING_MS: u64 = 10_000;
/// Milliseconds for the answer to a ping that was sent because the network may have changed.
const PROBE_MS: u64 = 4_000;
/// The first bound of the wait between two tries, in milliseconds; it doubles each time.
const BACKOFF_FIRST_MS: u64 = 250;
/// The largest bound of the wait, in milliseconds.
const BACKOFF_MAX_MS: u64 = 30_000;

/// Where the socket is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Not wanted: nobody is logged in.
    #[default]
    Idle,
    /// Opened, and nothing was heard yet.
    Connecting,
    /// Welcomed; what was missed is being replayed.
    Resuming,
    /// Everything that is there is here.
    Live,
    /// Waiting until the next try.
    Backoff,
    /// The session ended; a new one must be started.
    Ended,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Somebody is logged in.
    Start,
    /// Nobody is logged in any more.
    Stop,
    /// The welcome came. Tells whether a replay was asked for.
    Welcomed {
        /// Whether a replay was asked for.
        replays: bool,
    },
    /// The replay is complete.
    CaughtUp,
    /// Any frame came.
    Heard,
    /// The socket is closed, with this code.
    Closed {
        /// The close code; 1006 when the line broke.
        code: u16,
    },
    /// The browser says that the network is there, or changed, or is gone.
    NetworkChanged,
    /// The page became visible.
    Visible,
    /// The deadline is over.
    Timer,
}

/// What shall be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Open a socket.
    Open,
    /// Let go of the socket; its `Closed` is not told any more.
    Drop,
    /// Send a `ping`.
    Ping,
    /// The server may not know the session any more: ask.
    CheckSession,
    /// The session ended: show the entrance.
    LoggedOut,
}

/// The socket's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connection {
    phase: Phase,
    /// Tries since it was last live.
    tries: u32,
    /// Pings without an answer.
    misses: u32,
    /// When `Input::Timer` is due.
    deadline: Option<u64>,
}

/// What people are told about the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// Everything that is there is here.
    Live,
    /// A moment, please.
    #[default]
    Connecting,
    /// It doesn't work for now.
    Offline,
}

impl Link {
    /// The word in `data-connection`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Connecting => "connecting",
            Self::Offline => "offline",
        }
    }
}

impl Connection {
    /// Where it is.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// When `Input::Timer` is due, if ever, in the milliseconds that `step` is called with.
    pub fn deadline(&self) -> Option<u64> {
        self.deadline
    }

    /// Whether frames can be sent.
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Resuming | Phase::Live)
    }

    /// What people are told. Short breaks are no news: "offline" is said from the third try on.
    pub fn link(&self) -> Link {
        match self.phase {
            Phase::Live => Link::Live,
            Phase::Connecting | Phase::Backoff if self.tries > 2 => Link::Offline,
            Phase::Idle | Phase::Connecting | Phase::Resuming | Phase::Backoff => Link::Connecting,
            Phase::Ended => Link::Offline,
        }
    }

    /// Takes one step. `now` is in milliseconds of a clock that never goes back; `chance` is in
    /// [0, 1).
    #[must_use]
    pub fn step(mut self, input: Input, now: u64, chance: f64) -> (Self, Vec<Effect>) {
        let effects = match input {
            Input::Start => self.open(now, Vec::new()),
            Input::Stop => {
                self = Self::default();
                vec![Effect::Drop]
            }
            Input::Welcomed { replays } if self.phase == Phase::Connecting => {
                self.phase = if replays { Phase::Resuming } else { Phase::Live };
                if !replays {
                    self.tries = 0;
                }
                self.heard(now)
            }
            Input::CaughtUp if self.phase == Phase::Resuming => {
                self.phase = Phase::Live;
                self.tries = 0;
                self.heard(now)
            }
            Input::Heard if self.is_open() => self.heard(now),
            Input::Closed { code: close_code::NOT_LOGGED_IN } => {
                self = Self { phase: Phase::Ended, ..Self::default() };
                vec![Effect::Drop, Effect::LoggedOut]
            }
            Input::Closed { .. } if self.is_open() || self.phase == Phase::Connecting => {
                // A refused upgrade and a server that is away look alike: the code is 1006.
                let refused = self.phase == Phase::Connecting;
                self.back_off(now, chance);
                if refused { vec![Effect::CheckSession] } else { Vec::new() }
            }
            Input::NetworkChanged | Input::Visible => match self.phase {
                Phase::Backoff => self.open(now, Vec::new()),
                Phase::Resuming | Phase::Live => {
                    self.misses = MISSES_MAX;
                    self.deadline = Some(now + PROBE_MS);
                    vec![Effect::Ping]
                }
                Phase::Idle | Phase::Connecting | Phase::Ended => Vec::new(),
            },
            Input::Timer if self.deadline.is_some_and(|deadline| deadline <= now) => {
                self.timer(now, chance)
            }
            Input::Welcomed { .. }
            | Input::CaughtUp
            | Input::Heard
            | Input::Closed { .. }
            | Input::Timer => Vec::new(),
        };
        (self, effects)
    }

    fn open(&mut self, now: u64, mut effects: Vec<Effect>) -> Vec<Effect> {
        self.phase = Phase::Connecting;
        self.tries += 1;
        self.misses = 0;
        self.deadline = Some(now + OPENING_MS);
        effects.push(Effect::Open);
        effects
    }

    fn heard(&mut self, now: u64) -> Vec<Effect> {
        self.misses = 0;
        self.deadline = Some(now + HEARTBEAT_MS);
        Vec::new()
    }

    fn back_off(&mut self, now: u64, chance: f64) {
        self.phase = Phase::Backoff;
        self.misses = 0;
        self.deadline = Some(now + backoff(self.tries, chance));
    }

    fn timer(&mut self, now: u64, chance: f64) -> Vec<Effect> {
        match self.phase {
            Phase::Backoff => self.open(now, Vec::new()),
            Phase::Connecting => {
                self.back_off(now, chance);
                vec![Effect::Drop]
            }
            Phase::Resuming | Phase::Live if self.misses < MISSES_MAX => {
                self.misses += 1;
                self.deadline = Some(now + HEARTBEAT_MS);
                vec![Effect::Ping]
            }
            Phase::Resuming | Phase::Live => {
                // The line is dead without having said so: the first try comes at once.
                self.open(now, vec![Effect::Drop])
            }
            Phase::Idle | Phase::Ended => Vec::new(),
        }
    }
}

/// Full jitter: random(0, min(30 s, 250 ms · 2ⁿ)).
fn backoff(tries: u32, chance: f64) -> u64 {
    let bound = BACKOFF_FIRST_MS.saturating_mul(1 << tries.min(20)).min(BACKOFF_MAX_MS);
    (bound as f64 * chance) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(mut connection: Connection, inputs: &[(Input, u64)]) -> (Connection, Vec<Effect>) {
        let mut effects = Vec::new();
        for (input, now) in inputs {
            let (next, mut new) = connection.step(*input, *now, 0.5);
            connection = next;
            effects.append(&mut new);
        }
        (connection, effects)
    }

    fn live() -> Connection {
        let inputs = [(Input::Start, 0), (Input::Welcomed { replays: false }, 100)];
        run(Connection::default(), &inputs).0
    }

    #[test]
    fn a_welcome_with_nothing_missed_is_live_and_a_replay_comes_first() {
        assert_eq!(live().link(), Link::Live);
        let start = [(Input::Start, 0), (Input::Welcomed { replays: true }, 100)];
        let (resuming, effects) = run(Connection::default(), &start);
        assert_eq!((resuming.phase(), effects), (Phase::Resuming, vec![Effect::Open]));
        let (live, _) = run(resuming, &[(Input::CaughtUp, 200)]);
        assert_eq!(live.phase(), Phase::Live);
    }

    #[test]
    fn waits_grow_with_full_jitter_and_are_bounded() {
        assert_eq!(backoff(1, 0.5), 250);
        assert_eq!(backoff(2, 0.5), 500);
        assert_eq!(backoff(3, 0.0), 0);
        assert_eq!(backoff(40, 0.999), 29_970);
        let mut connection = live();
        let mut now = 1_000;
        for _ in 0..50 {
            (connection, _) = connection.step(Input::Closed { code: 1006 }, now, 0.999);
            let wait = connection.deadline().unwrap() - now;
            assert!(wait < BACKOFF_MAX_MS);
            now += wait;
            let (next, effects) = connection.step(Input::Timer, now, 0.5);
            assert!(effects.contains(&Effect::Open));
            connection = next;
        }
        assert_eq!(connection.link(), Link::Offline);
    }

    #[test]
    fn the_network_coming_back_or_the_page_shown_retries_at_once() {
        for input in [Input::NetworkChanged, Input::Visible] {
            let (waiting, _) = live().step(Input::Closed { code: 1006 }, 500, 0.9);
            let (connecting, effects) = waiting.step(input, 501, 0.9);
            assert_eq!((connecting.phase(), effects), (Phase::Connecting, vec![Effect::Open]));
        }
    }

    #[test]
    fn silence_is_asked_about_twice_and_then_the_socket_is_dead() {
        let steps = [(Input::Timer, 20_100), (Input::Timer, 40_100), (Input::Timer, 60_100)];
        let (connection, effects) = run(live(), &steps);
        assert_eq!(effects, [Effect::Ping, Effect::Ping, Effect::Drop, Effect::Open]);
        assert_eq!(connection.phase(), Phase::Connecting);
        let steps = [(Input::Timer, 20_100), (Input::Heard, 20_150), (Input::Timer, 30_000)];
        let (connection, effects) = run(live(), &steps);
        assert_eq!((connection.phase(), effects), (Phase::Live, vec![Effect::Ping]));
    }

    #[test]
    fn a_changed_network_is_probed_and_a_dead_line_found_within_seconds() {
        let steps = [(Input::NetworkChanged, 1_000), (Input::Timer, 5_000)];
        let (_, effects) = run(live(), &steps);
        assert_eq!(effects, [Effect::Ping, Effect::Drop, Effect::Open]);
    }

    #[test]
    fn a_revoked_client_is_logged_out_and_does_not_retry() {
        let (ended, effects) = live().step(Input::Closed { code: 4001 }, 500, 0.5);
        assert_eq!(effects, [Effect::Drop, Effect::LoggedOut]);
        assert_eq!(ended.deadline(), None);
        for input in [Input::Visible, Input::NetworkChanged, Input::Timer] {
            assert!(ended.step(input, 9_999, 0.5).1.is_empty());
        }
    }

    #[test]
    fn too_slow_and_draining_reconnect() {
        for code in [4008, 4009, 4010, 1006] {
            let (waiting, _) = live().step(Input::Closed { code }, 500, 0.5);
            assert_eq!(waiting.phase(), Phase::Backoff, "{code}");
        }
    }

    #[test]
    fn a_socket_that_never_opens_asks_whether_the_session_is_known() {
        let (connecting, _) = Connection::default().step(Input::Start, 0, 0.5);
        let (_, effects) = connecting.step(Input::Closed { code: 1006 }, 10, 0.5);
        assert_eq!(effects, [Effect::CheckSession]);
        let (waiting, effects) = connecting.step(Input::Timer, 10_000, 0.5);
        assert_eq!((waiting.phase(), effects), (Phase::Backoff, vec![Effect::Drop]));
    }
}
