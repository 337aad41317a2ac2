//! What commands that make links share: times to come, codes that are told once, whole links.

use super::Data;
use crate::domain::clock::Clock;
use crate::domain::secret;
use crate::error::{Error, Result};
use shared::Timestamp;

/// A time that lies so many seconds after another.
pub(super) fn after(at: Timestamp, seconds: u64) -> Timestamp {
    Timestamp(at.0 + i64::try_from(seconds.saturating_mul(1000)).unwrap_or(0))
}

/// What nobody can guess.
pub(super) fn random(clock: Clock) -> Result<[u8; 32]> {
    clock.random().map_err(|cause| Error::internal("the random source", &cause))
}

/// A path as a link, where the server's name is known.
pub(super) fn link(data: &Data, path: &str) -> String {
    let origin = data.origin.as_ref().map(|origin| origin.as_str().trim_end_matches('/'));
    format!("{}{path}", origin.unwrap_or_default())
}

/// A code that is told once, and its hash.
pub(super) fn told_once(clock: Clock) -> Result<(String, secret::TokenHash)> {
    let code = secret::token(random(clock)?);
    let hash = secret::token_hash(&code);
    Ok((code, hash))
}
