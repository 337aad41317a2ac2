//! The parts of the page: each draws one thing from the store and calls `commands` when people do
//! something. None of them touches the network or the storage.

pub mod announcer;
pub mod avatar;
pub mod browse;
pub mod composer;
pub mod confirm;
pub mod create;
pub mod details;
pub mod dialog;
pub mod emoji;
pub mod feed;
pub mod icon;
pub mod picker;
pub mod rail;
pub mod reactions;
pub mod row;
pub mod settings;
pub mod sheet;
pub mod shortcuts;
pub mod switcher;
pub mod toasts;
