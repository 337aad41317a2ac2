//! The threads that deliver: one for each shard of the Hub, with a runtime of its own on which the
//! shard's sockets are read and written. Between the parts of a long pass, sockets are read and
//! other channels have their turn.

use crate::domain::clock::Clock;
use crate::domain::hub::{Hub, Progress};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::runtime::{Builder, Handle};

/// Sockets that are written to before the thread reads again: about a millisecond.
const WRITES_AT_ONCE: usize = 256;

/// The running threads.
#[derive(Debug)]
pub struct Shards {
    runtimes: Vec<Handle>,
    threads: Vec<JoinHandle<()>>,
}

impl Shards {
    /// Starts a thread for each shard of the Hub. They end after [`Hub::end`].
    ///
    /// # Errors
    /// When the system has no thread or no I/O driver for them.
    pub fn start(hub: &Arc<Hub>, clock: Clock) -> io::Result<Self> {
        let mut shards = Self { runtimes: Vec::new(), threads: Vec::new() };
        for shard in 0..hub.shards() {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            shards.runtimes.push(runtime.handle().clone());
            let hub = Arc::clone(hub);
            let thread = std::thread::Builder::new().name(format!("shard-{shard}"));
            let run = move || runtime.block_on(deliver(&hub, shard, clock));
            shards.threads.push(thread.spawn(run)?);
        }
        Ok(shards)
    }

    /// The runtime of each shard.
    pub fn runtimes(&self) -> Vec<Handle> {
        self.runtimes.clone()
    }

    /// Waits for the threads to end.
    pub fn join(self) {
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a delivering thread ended badly");
            }
        }
    }
}

async fn deliver(hub: &Hub, shard: usize, clock: Clock) {
    let now = || clock.elapsed();
    while let Some(progress) = hub.run(shard, &now, WRITES_AT_ONCE) {
        match progress {
            Progress::Busy => tokio::task::yield_now().await,
            Progress::Idle => hub.handed(shard).await,
            Progress::Until(at) => {
                let pause = at.saturating_sub(clock.elapsed());
                tokio::select! {
                    () = hub.handed(shard) => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
    }
}
