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
use std::ops::Deref;

/// All that a component needs, once somebody is inside. A handle of one word, since nearly every
/// listener of every row holds one.
#[derive(Clone, Copy)]
pub struct Ctx(&'static Parts);

/// What a [`Ctx`] leads to.
pub struct Parts {
    /// What the page knows.
    pub store: Store,
    /// The network.
    pub net: Net,
    /// What is open, chosen and shown.
    pub ui: Ui,
}

impl Deref for Ctx {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        self.0
    }
}

impl Ctx {
    /// For somebody who just came in. What it leads to, some hundred bytes, stays until the page is
    /// left; what that holds ends with its owner.
    pub fn new(store: Store, net: Net) -> Self {
        Self(Box::leak(Box::new(Parts { store, net, ui: Ui::new() })))
    }

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
