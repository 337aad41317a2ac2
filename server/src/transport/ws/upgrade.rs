//! From a request to a connection of our own: axum answers 101, the stream is taken out of
//! hyper and moved to the runtime of the shard that will deliver to it.

use super::link::Seat;
use super::stream::{Stream, take_over};
use crate::app::AppHandle;
use axum::extract::Request;
use bytes::Bytes;

/// Waits for the connection, off the request's task, and lives its life on its shard.
pub(super) fn upgrade<F>(
    app: AppHandle,
    seat: Seat,
    mut request: Request,
    live: impl FnOnce(AppHandle, Seat, Stream, Bytes) -> F + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let upgraded = match upgraded.await {
            Ok(upgraded) => upgraded,
            Err(cause) => return tracing::debug!(%cause, "the upgrade came to nothing"),
        };
        let taken = take_over(upgraded);
        let (Ok(Some((stream, ahead))), Some(runtime)) = (taken, app.shards.get(seat.shard()))
        else {
            return tracing::error!("a connection could not be moved to its shard");
        };
        let runtime = runtime.clone();
        runtime.spawn(async move { live(app, seat, stream, ahead).await });
    });
}
