//! `hubbub serve`: builds the node, says where it listens, and serves until it is told to end.

use super::{Refusal, Report, say, wait_for};
use crate::config::Config;
use crate::log;
use crate::node::Node;
use tokio::signal::unix::{SignalKind, signal};

/// Serves until SIGTERM or SIGINT. Blocks.
///
/// # Errors
/// When it can't begin: a sentence that says what to change.
pub(super) fn serve(config: Config) -> Result<Report, Refusal> {
    let config = config.checked()?;
    log::begin(&config.log, config.log_format)?;
    wait_for(async {
        let node = Node::start(&config).await?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tracing::info!(address = %node.address(), version = env!("CARGO_PKG_VERSION"), "listening");
        say(format_args!("listening on http://{}\n", node.address()));
        node.run(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await;
        tracing::info!("ended");
        Ok(Report { text: String::new(), well: true })
    })
}
