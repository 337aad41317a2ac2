//! The broker of a single node: commits arrive in order, and this one task hands them in order to
//! the Hub, whose shards deliver them.

use crate::domain::hub::Hub;
use crate::storage::Committed;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Hands over each commit's announcements and then answers who asked for them, until storage is
/// closed. Nothing else in the process may deliver durable events.
pub async fn run(mut commits: mpsc::Receiver<Committed>, hub: Arc<Hub>) {
    while let Some(Committed { announcements, answers }) = commits.recv().await {
        hub.deliver(announcements);
        for answer in answers {
            answer();
        }
        hub.wake();
        // While the shards lag, storage is not emptied further: who sends is slowed, nothing grows.
        while let Some(shard) = hub.lagging() {
            hub.taken(shard).await;
        }
    }
}
