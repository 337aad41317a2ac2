//! `hubbub serve`: builds the node, says where it listens, and serves until it is told to end.

use super::{Refusal, Report, say, wait_for};
use crate::config::Config;
use crate::node::Node;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serves until SIGTERM or SIGINT. Blocks.
///
/// # Errors
/// When it can't begin: a sentence that says what to change.
pub(super) fn serve(config: Config) -> Result<Report, Refusal> {
    let config = config.checked()?;
    let filter = EnvFilter::try_from_env("HUBBUB_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    wait_for(async {
        let node = Node::start(&config).await?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        say(format_args!("listening on http://{}\n", node.address()));
        node.run(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await;
        Ok(Report { text: String::new(), well: true })
    })
}
