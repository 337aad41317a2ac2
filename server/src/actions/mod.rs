//! One verb per change and per question, called by REST and sockets alike: check the request, ask
//! storage to do it (which permits, stores and announces in one transaction), answer.
//!
//! HTTP, frames and SQL are elsewhere.

pub mod accounts;
pub mod audit;
pub mod bots;
pub mod channels;
pub mod ending;
pub mod invites;
pub mod keeping;
pub mod messages;
pub mod moderation;
pub mod passkeys;
pub mod passwords;
pub mod people;
pub mod pictures;
pub mod previews;
mod rendering;
pub mod resets;
pub mod roles;
pub mod search;
pub mod sweeping;
pub mod threads;
pub mod tokens;
pub mod uploads;

use crate::error::{Error, Result};
use tokio::sync::oneshot;

/// What is called with the outcome of a change, once it is on disk or refused.
pub type Done<T> = Box<dyn FnOnce(Result<T>) + Send>;

/// Submits a change and waits for its outcome.
pub(crate) async fn outcome<T, F>(submit: impl FnOnce(Done<T>) -> F) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<()>>,
{
    let (answer, answered) = oneshot::channel();
    submit(Box::new(move |outcome| {
        // Nobody waits any more when the request was cut off; the change stands all the same.
        let _ = answer.send(outcome);
    }))
    .await?;
    answered.await.map_err(|_| Error::draining())?
}
