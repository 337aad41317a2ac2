//! The parts of the page: each draws one thing from the store and calls `commands` when people do
//! something. None of them touches the network or the storage.

pub mod announcer;
pub mod attachments;
pub mod avatar;
pub mod body;
pub mod browse;
pub mod composer;
pub mod confirm;
pub mod create;
pub mod details;
pub mod dialog;
pub mod editor;
pub mod emoji;
pub mod feed;
pub mod forward;
pub mod icon;
pub mod lightbox;
pub mod list;
pub mod listed;
pub mod pane;
pub mod picker;
pub mod previews;
pub mod rail;
pub mod reactions;
pub mod rich;
pub mod row;
pub mod search;
pub mod settings;
pub mod sheet;
pub mod shortcuts;
pub mod switcher;
pub mod thread;
pub mod toasts;
pub mod toolbar;
pub mod versions;
