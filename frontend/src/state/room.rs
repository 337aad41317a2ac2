//! A channel whose messages are held: its window, which of them are keyed by a nonce, and where
//! the "New" line was fixed. Drawing it is `rows.rs`, fetching it `net/` and `commands`.

use shared::map::HashMap;
use shared::timeline::Timeline;
use shared::{MessageId, Seq};

/// Most messages that one window holds; the far side is let go past it.
pub const WINDOW_MAX: usize = 260;

/// The messages of one channel, as far as they are here.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// The window.
    pub timeline: Timeline,
    /// Nonces of the user's own messages. A row that was drawn under a nonce keeps it for life.
    pub nonces: HashMap<MessageId, String>,
    /// The read position when the channel was entered: the "New" line stands after it.
    pub new_after: Option<Seq>,
    /// Marked unread by hand: showing it does not mark it read.
    pub unread_held: bool,
    /// A page is on its way.
    pub loading: bool,
    /// Counts the pages that start anew: one that was asked for before another is let go.
    pub turn: u32,
    /// A replay was asked for because events were missing.
    pub filling: bool,
    /// When it was shown last, for letting go of the one that wasn't shown for longest.
    pub shown: u64,
}

impl Room {
    /// Whether the window reaches the present.
    pub fn at_present(&self) -> bool {
        !self.timeline.has_after()
    }

    /// A page is asked for: one that starts anew always, one that extends the window only while no
    /// other is on its way. Gives what tells it from later ones, or nothing if it must wait.
    pub fn ask(&mut self, anew: bool) -> Option<u32> {
        if self.loading && !anew {
            return None;
        }
        self.loading = true;
        self.turn = self.turn.wrapping_add(u32::from(anew));
        Some(self.turn)
    }

    /// The page of this turn is here, or failed. False if another one has been asked for since: it
    /// would not fit any more.
    pub fn answered(&mut self, turn: u32) -> bool {
        let current = self.turn == turn;
        self.loading &= !current;
        current
    }

    /// A page came before the window: the far side is let go.
    pub fn trim_end(&mut self) {
        self.timeline.trim_after(WINDOW_MAX);
        self.forget_nonces();
    }

    /// Messages came after the window: the far side is let go.
    pub fn trim_start(&mut self) {
        self.timeline.trim_before(WINDOW_MAX);
        self.forget_nonces();
    }

    fn forget_nonces(&mut self) {
        if self.nonces.len() > 2 * WINDOW_MAX {
            let timeline = &self.timeline;
            self.nonces.retain(|id, _| timeline.message(*id).is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_starts_anew_is_never_held_up_and_lets_go_of_those_before_it() {
        let mut room = Room::default();
        let older = room.ask(false).unwrap();
        assert_eq!(room.ask(false), None, "one page extends the window at a time");
        let jump = room.ask(true).unwrap();
        assert!(!room.answered(older) && room.loading);
        assert!(room.answered(jump) && !room.loading);
        assert!(room.ask(false).is_some());
    }
}
