//! One verb for everything that people can do. Components call these and know nothing of the
//! network, the storage or the state behind them.

pub mod account;
pub mod channels;
pub mod emoji;
pub mod keeping;
pub mod lists;
pub mod messages;
pub mod panes;
pub mod reading;
pub mod slash;
mod ui;
pub mod uploads;

pub use ui::{Confirm, Dialog, Land, Pane, Stand, Toast, Ui};

use crate::net::Net;
use crate::net::rest::Failure;
use crate::store::Store;

/// All that a component needs, once somebody is inside. A handle: copying it copies nothing.
#[derive(Clone, Copy)]
pub struct Ctx {
    /// What the page knows.
    pub store: Store,
    /// The network.
    pub net: Net,
    /// What is open, chosen and shown.
    pub ui: Ui,
}

impl Ctx {
    /// Tells people what went wrong.
    pub fn complain(self, text: &str) {
        self.ui.toast(text, true);
    }

    /// Tells people what went wrong with a call; gives what came of it otherwise.
    pub fn check<T>(self, result: Result<T, Failure>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(failure) => {
                self.complain(failure.say());
                None
            }
        }
    }
}
