//! The broker of a single node: commits arrive in order, and this one task delivers them in order.

use crate::domain::hub::SharedHub;
use crate::storage::Committed;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Delivers each commit's announcements and then answers who asked for them, until storage is
/// closed. Nothing else in the process may deliver durable events.
pub async fn run(mut commits: mpsc::Receiver<Committed>, hub: Arc<SharedHub>) {
    while let Some(Committed { announcements, answers }) = commits.recv().await {
        if !announcements.is_empty() {
            hub.deliver(&announcements);
        }
        for answer in answers {
            answer();
        }
    }
}
