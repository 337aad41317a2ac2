//! Hubbub's server. The floors, each of which knows only those before it:
//! `shared → domain → storage, broker, previews → actions → transport → node → main`.

pub mod actions;
pub mod app;
pub mod broker;
pub mod commands;
pub mod config;
pub mod domain;
pub mod error;
pub mod media;
pub mod node;
pub mod previews;
pub mod storage;
pub mod transport;
