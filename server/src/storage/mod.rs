//! The durable side: accounts, channels and the log. Every verb is one transaction that permits,
//! changes and says what to announce; answers are `shared` types and a few plain structs. Files lie
//! beside the database.
//!
//! SQL is spoken here and nowhere else. Delivery is the broker's and the Hub's.

pub mod backup;
pub mod checking;
pub mod files;
pub mod room;
mod sqlite;

pub use sqlite::{
    Committed, Counts, OpenError, Sizes, Storage, StorageFigures, accounts, channels, events,
    invites, moderation, names, operator, pages, passkeys, people, pins, previews, search, tokens,
    uploads,
};
