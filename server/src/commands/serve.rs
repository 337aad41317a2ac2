//! `hubbub serve`: builds the node, says where it listens, and serves until it is told to end.

use super::{Refusal, Report, say, wait_for};
use crate::config::Config;
use crate::log;
use crate::node::Node;
use crate::transport::tls::Tls;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};

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
        let renewal = match node.tls() {
            Some(tls) => Some((tls, signal(SignalKind::hangup())?)),
            None => None,
        };
        tracing::info!(url = %node.url(), version = env!("CARGO_PKG_VERSION"), "listening");
        say(format_args!("listening on {}\n", node.url()));
        node.run(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                () = read_again(renewal) => {}
            }
        })
        .await;
        tracing::info!("ended");
        Ok(Report { text: String::new(), well: true })
    })
}

/// Has the certificate read anew with each SIGHUP. Without one, that ends the program, as ever.
async fn read_again(renewal: Option<(Arc<Tls>, Signal)>) {
    if let Some((tls, mut hangup)) = renewal {
        while hangup.recv().await.is_some() {
            tls.read_again();
        }
    }
    std::future::pending().await
}
