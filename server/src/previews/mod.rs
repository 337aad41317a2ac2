//! Previews of links: what a message's links lead to, found after the message is on disk and told as
//! an event of its own. It never slows a message: what waits is bounded, and what doesn't fit has
//! no preview. Nothing of it is kept over a restart: a message whose links were still to be
//! fetched then has none.
//!
//! A link is written by anybody, and fetched from inside the operator's network: read `guard.rs`
//! first. Storing what was found is in `storage`, taking it away in `actions`.

mod addresses;
mod cache;
mod connect;
mod fetch;
mod finder;
mod guard;
mod page;
mod pictures;
mod text;

use crate::actions::pictures::Pictures as Decoding;
use crate::actions::{Done, outcome};
use crate::domain::clock::Clock;
use crate::error::Result;
use crate::storage::Storage;
use crate::storage::events::Stored;
use crate::storage::previews::FoundPreviews;
use connect::Network;
use finder::Finder;
use futures_util::future::join_all;
use guard::Guard;
use pictures::Pictures;
use shared::limits::PREVIEWS_MAX;
use shared::{ChannelId, MessageId};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_rustls::rustls;

/// Messages that wait for their previews; past it, new ones have none.
const QUEUE_MAX: usize = 256;
/// Messages whose links are looked at, at a time.
const MESSAGES_MAX: usize = 4;
/// How often pictures that no message shows are swept.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// Whether links are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetching {
    /// None is.
    Off,
    /// From the public web.
    On,
    /// From the public web and, for tests, this one address and port.
    OnAnd(SocketAddr),
}

/// Previews since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewFigures {
    /// Links that led to a preview.
    pub found: u64,
    /// Links that didn't, or were refused.
    pub nothing: u64,
    /// Messages that found no room to wait.
    pub dropped: u64,
}

/// A message whose links are to be looked at.
#[derive(Debug)]
struct Wanted {
    channel_id: ChannelId,
    message_id: MessageId,
    links: Vec<String>,
}

/// Where messages wait for their previews. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Previews {
    /// None when no link is fetched.
    looking: Option<(mpsc::Sender<Wanted>, Arc<Finder>)>,
    pictures: Pictures,
    dropped: Arc<AtomicU64>,
}

impl Previews {
    /// Begins to look at links, until the node drains. Pictures are decoded within the bound that
    /// uploads share, and kept in the data directory.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn start(
        fetching: Fetching,
        data: &Path,
        (storage, decoding): (&Storage, &Decoding),
        clock: Clock,
        draining: watch::Receiver<bool>,
    ) -> std::result::Result<Self, rustls::Error> {
        let pictures = Pictures::new(data);
        let guard = match fetching {
            Fetching::Off => None,
            Fetching::On => Some(Guard::new(None)),
            Fetching::OnAnd(exception) => Some(Guard::new(Some(exception))),
        };
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let finder = match guard {
            Some(guard) => {
                let network = Network::new(guard)?;
                Some(Arc::new(Finder::new(network, pictures.clone(), decoding.clone(), clock)))
            }
            None => None,
        };
        let work = Work { storage: storage.clone(), pictures: pictures.clone(), clock };
        tokio::spawn(run(work, finder.clone(), waiting, draining));
        let looking = finder.map(|finder| (queue, finder));
        Ok(Self { looking, pictures, dropped: Arc::default() })
    }

    /// Asks for the previews of a message whose text, which is on disk, holds these links. Returns
    /// at once.
    pub fn wanted(&self, channel_id: ChannelId, message_id: MessageId, mut links: Vec<String>) {
        let Some((queue, _)) = &self.looking else { return };
        links.truncate(PREVIEWS_MAX);
        if !links.is_empty() && queue.try_send(Wanted { channel_id, message_id, links }).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(%message_id, "too many links wait; a message has no previews");
        }
    }

    /// What is done with the outcome of a text that holds these links: what `done` does, and then
    /// their previews are asked for.
    pub fn after(&self, links: Vec<String>, done: Done<Stored>) -> Done<Stored> {
        if links.is_empty() || self.looking.is_none() {
            return done;
        }
        let previews = self.clone();
        Box::new(move |outcome| {
            let fresh = outcome.as_ref().ok().filter(|stored| !stored.duplicate);
            let place = fresh.map(|stored| (stored.channel_id, stored.message_id));
            done(outcome);
            if let Some((channel_id, message_id)) = place {
                previews.wanted(channel_id, message_id, links);
            }
        })
    }

    /// The picture of this name, as WebP.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn picture(&self, name: &str) -> Result<Vec<u8>> {
        self.pictures.read(name).await
    }

    /// Figures since the start.
    pub fn figures(&self) -> PreviewFigures {
        let (found, nothing) = self.looking.as_ref().map_or((0, 0), |(_, finder)| finder.figures());
        PreviewFigures { found, nothing, dropped: self.dropped.load(Ordering::Relaxed) }
    }
}

/// What the task that looks at links needs.
#[derive(Debug, Clone)]
struct Work {
    storage: Storage,
    pictures: Pictures,
    clock: Clock,
}

/// Looks at links, a few messages at a time, and sweeps now and then, until the node drains.
async fn run(
    work: Work,
    finder: Option<Arc<Finder>>,
    mut waiting: mpsc::Receiver<Wanted>,
    mut draining: watch::Receiver<bool>,
) {
    let mut under_way = JoinSet::new();
    let mut sweep = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            // Whatever is under way ends with the set.
            _ = until(&mut draining) => return,
            _ = sweep.tick() => {
                under_way.spawn(work.clone().sweep());
            }
            Some(ended) = under_way.join_next() => {
                if let Err(cause) = ended {
                    tracing::error!(%cause, "looking at links ended badly");
                }
            }
            Some(wanted) = waiting.recv(), if under_way.len() < MESSAGES_MAX => {
                if let Some(finder) = finder.clone() {
                    under_way.spawn(work.clone().look(finder, wanted));
                }
            }
        }
    }
}

async fn until(draining: &mut watch::Receiver<bool>) {
    // Who could tell is gone when the node is.
    let _ = draining.wait_for(|draining| *draining).await;
}

impl Work {
    async fn look(self, finder: Arc<Finder>, wanted: Wanted) {
        let Wanted { channel_id, message_id, links } = wanted;
        let looked = join_all(links.iter().map(|link| finder.find(link))).await;
        let previews: Vec<_> = looked.into_iter().flatten().collect();
        if previews.is_empty() {
            return;
        }
        let found = FoundPreviews { channel_id, message_id, previews, at: self.clock.now() };
        if let Err(error) = outcome(|done| self.storage.set_previews(found, done)).await {
            tracing::warn!(%error, %message_id, "a message's previews were not stored");
        }
    }

    async fn sweep(self) {
        if let Err(error) = self.try_sweep().await {
            tracing::warn!(%error, "pictures of previews were not swept");
        }
    }

    async fn try_sweep(&self) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let pictures = self.pictures.clone();
        let old = tokio::task::spawn_blocking(move || pictures.old()).await??;
        let unused = self.storage.unused_pictures(old).await?;
        let pictures = self.pictures.clone();
        tokio::task::spawn_blocking(move || {
            unused.iter().try_for_each(|name| pictures.remove_old(name))
        })
        .await??;
        Ok(())
    }
}
