//! Hubbub's server. The floors, each of which knows only those before it:
//! `shared → domain → storage, broker, previews → actions → transport → node → commands → main`.
//! `log` and `config` say how the program is told to run.

pub mod actions;
pub mod app;
pub mod broker;
pub mod commands;
pub mod config;
pub mod domain;
pub mod error;
pub mod log;
pub mod media;
pub mod node;
pub mod previews;
pub mod storage;
pub mod transport;
