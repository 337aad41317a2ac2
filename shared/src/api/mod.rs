//! The bodies of REST requests and answers, a file per subject.

pub mod account;
pub mod audit;
pub mod channels;
pub mod emoji;
pub mod invites;
pub mod messages;
pub mod passkeys;
pub mod resets;
pub mod rights;
pub mod tokens;
pub mod uploads;
