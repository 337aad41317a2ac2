//! Certificates last for weeks and the server for longer: the files are looked at every few seconds,
//! and read when they have changed, or when somebody says so (SIGHUP). A pair that can't be used
//! changes nothing. Connections that are there stay as they are.

use super::Tls;
use super::pair::Look;
use std::sync::Arc;
use std::time::Duration;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// What was seen of the files.
#[derive(Debug, Default)]
struct Seen {
    /// How they looked at last.
    last: Option<Look>,
    /// How they looked when they were last read.
    read: Option<Look>,
}

/// Has new certificates used, for as long as this runs.
pub async fn keep_fresh(tls: Arc<Tls>) {
    let mut seen = Seen::default();
    loop {
        let at_once = tokio::select! {
            () = tls.again.notified() => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        let looking = Arc::clone(&tls);
        let looked = tokio::task::spawn_blocking(move || {
            seen.look(&looking, at_once);
            seen
        });
        seen = looked.await.unwrap_or_else(|cause| {
            tracing::error!(%cause, "looking for a new certificate ended badly");
            Seen::default()
        });
    }
}

impl Seen {
    /// Reads the files if they have changed and then stayed as they are for a look: of two files one
    /// is written first. `at_once` spares them that. Blocks.
    fn look(&mut self, tls: &Tls, at_once: bool) {
        let look = tls.pair.look();
        let settled = self.last.replace(look) == Some(look);
        if !at_once && (!settled || self.read == Some(look)) {
            return;
        }
        self.read = Some(look);
        match tls.pair.read().and_then(|content| tls.renew(content)) {
            Ok(true) => tracing::info!("a new TLS certificate is used from now on"),
            Ok(false) if at_once => tracing::info!("the TLS certificate is the one from before"),
            Ok(false) => {}
            Err(fault) => tracing::error!("the TLS certificate from before stays: {fault}"),
        }
    }
}
