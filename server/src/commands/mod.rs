//! The program's commands beside `serve`: for who runs the server, and for who is locked out. Each
//! works while a server runs on the same directory, and says what it did.

pub mod invite;
pub mod user;

use crate::config::Data;
use crate::domain::clock::Clock;
use crate::domain::secret;
use crate::error::{Error, Result};
use shared::Timestamp;

/// A time that lies so many seconds after another.
fn after(at: Timestamp, seconds: u64) -> Timestamp {
    Timestamp(at.0 + i64::try_from(seconds.saturating_mul(1000)).unwrap_or(0))
}

fn random(clock: Clock) -> Result<[u8; 32]> {
    clock.random().map_err(|cause| Error::internal("the random source", &cause))
}

/// A path as a link, where the server's name is known.
fn link(data: &Data, path: &str) -> String {
    let origin = data.origin.as_ref().map(|origin| origin.as_str().trim_end_matches('/'));
    format!("{}{path}", origin.unwrap_or_default())
}

/// A code that is told once, and its hash.
fn told_once(clock: Clock) -> Result<(String, secret::TokenHash)> {
    let code = secret::token(random(clock)?);
    let hash = secret::token_hash(&code);
    Ok((code, hash))
}
