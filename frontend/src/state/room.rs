//! A channel whose messages are held: its window, which of them are keyed by a nonce, and where
//! the "New" line was fixed. Drawing it is `rows.rs`, fetching it `net/` and `commands`.

use shared::timeline::Timeline;
use shared::{MessageId, Seq};
use std::collections::HashMap;

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
