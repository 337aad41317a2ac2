//! The durable side: accounts, channels and the log. Every verb is one transaction that permits,
//! changes and says what to announce; answers are `shared` types and a few plain structs. Files lie
//! beside the database.
//!
//! SQL is spoken here and nowhere else. Delivery is the broker's and the Hub's.

pub mod files;
mod sqlite;

pub use sqlite::{Committed, OpenError, Sizes, Storage, StorageFigures};
pub use sqlite::{
    accounts, channels, events, invites, moderation, names, operator, pages, passkeys, pins,
    previews, search, tokens, uploads,
};
