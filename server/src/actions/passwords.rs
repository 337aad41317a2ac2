//! Password hashing with argon2id, on blocking threads, a bounded number at once: each takes 19 MiB
//! and tens of milliseconds, and must never hold up a socket.

use crate::error::{Error, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use shared::limits::PASSWORDS_WAITING_MAX;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hashes at once. More would only take turns on the cores, and memory.
const AT_ONCE: usize = 2;

/// Hashes and verifies passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Places to wait for a turn, those that have one among them.
    places: Arc<Semaphore>,
    /// Hash of a password that nobody has, so that an unknown name takes as long as a wrong one.
    decoy: Arc<str>,
}

impl Passwords {
    /// Makes the decoy, which takes one hash.
    ///
    /// # Errors
    /// When the system's random source fails.
    pub fn new() -> Result<Self> {
        let decoy = hash(b"nobody has this password")?;
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let places = Arc::new(Semaphore::new(AT_ONCE + PASSWORDS_WAITING_MAX));
        Ok(Self { turns, places, decoy: decoy.into() })
    }

    /// The hash to store, in PHC format, with a salt of its own.
    ///
    /// # Errors
    /// `storage_unavailable` while too many wait; `internal`, when the system's random source fails.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.on_blocking_thread(move || hash(password.as_bytes())).await?
    }

    /// Whether the password belongs to the hash. Without a hash it takes as long, and is false.
    ///
    /// # Errors
    /// `storage_unavailable` while too many wait; `internal`, when the blocking thread ended.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        let decoy = Arc::clone(&self.decoy);
        self.on_blocking_thread(move || {
            let known = stored.is_some();
            let against = stored.as_deref().unwrap_or(&decoy);
            Argon2::default().verify_password(password.as_bytes(), against).is_ok() && known
        })
        .await
    }

    async fn on_blocking_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Error::overloaded())?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| Error::draining())?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = (turn, place);
            work()
        });
        done.await.map_err(|cause| Error::internal("password hashing", &cause))
    }
}

fn hash(password: &[u8]) -> Result<String> {
    Argon2::default()
        .hash_password(password)
        .map(|hash| hash.to_string())
        .map_err(|cause| Error::internal("password hashing", &cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ErrorCode;

    #[tokio::test]
    async fn only_so_many_wait_for_their_hash_and_the_others_are_told_at_once() {
        let passwords = Passwords::new().unwrap();
        // All turns are taken: whoever comes waits, for as long as this lives.
        let turns = Arc::clone(&passwords.turns).acquire_many_owned(2).await.unwrap();
        let places = AT_ONCE + PASSWORDS_WAITING_MAX;
        let waiting: Vec<_> = (0..places)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.verify("x".into(), None).await })
            })
            .collect();
        while passwords.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = passwords.verify("x".into(), None).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::StorageUnavailable);
        assert!(refused.retry_after.is_some());
        drop(turns);
        for waited in waiting {
            waited.abort();
            let _ = waited.await;
        }
        while passwords.places.available_permits() < places {
            tokio::task::yield_now().await;
        }
        assert_eq!(passwords.verify("x".into(), None).await, Ok(false));
    }
}
