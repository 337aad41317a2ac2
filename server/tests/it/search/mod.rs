//! Searching: what is found and how it is shown, by whom, page by page, at once and after crashes.

mod crashes;
mod finding;
mod paging;
mod permissions;

use crate::harness::{Expect, TestClient};
use shared::api::messages::MessageList;
use shared::paths;

/// A search with more parameters beside `q`.
pub(crate) async fn search_with(
    client: &TestClient,
    q: &str,
    more: &[(&str, &str)],
) -> MessageList {
    client.get(&paths::search(q, more)).gives(200).await
}

/// The texts that are found, newest first.
pub(crate) async fn found(client: &TestClient, q: &str) -> Vec<String> {
    let list = search_with(client, q, &[("limit", "100")]).await;
    list.items.into_iter().map(|item| item.message.message).collect()
}
