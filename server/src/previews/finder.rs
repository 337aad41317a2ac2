//! From a link to its preview: what it leads to is fetched and read, and its picture is fetched,
//! made small and kept, all of it in a bounded time. Each step is in a file of its own; here they
//! are put together.

use super::cache::Cache;
use super::connect::{Fault, Network};
use super::fetch::{Fetched, Kind, Wanted, fetch};
use super::guard::Target;
use super::page;
use super::pictures::Pictures;
use super::text::clean;
use crate::actions::pictures::Pictures as Decoding;
use crate::domain::clock::Clock;
use crate::media::image::{cost, dimensions, thumbnail};
use percent_encoding::percent_decode_str;
use shared::limits::{
    PREVIEW_PICTURE_MAX_HEIGHT, PREVIEW_PICTURE_MAX_PIXELS, PREVIEW_PICTURE_MAX_WIDTH,
    PREVIEW_SECONDS, PREVIEW_TITLE_MAX_CHARS,
};
use shared::{Preview, paths};
use std::io::Cursor;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// Links that are fetched at a time.
const FETCHES_MAX: usize = 6;

/// Finds previews.
#[derive(Debug)]
pub(super) struct Finder {
    network: Network,
    pictures: Pictures,
    cache: Cache,
    clock: Clock,
    fetches: Semaphore,
    decoding: Decoding,
    found: AtomicU64,
    nothing: AtomicU64,
}

impl Finder {
    /// Finds previews over this network and keeps their pictures there.
    pub(super) fn new(
        network: Network,
        pictures: Pictures,
        decoding: Decoding,
        clock: Clock,
    ) -> Self {
        Self {
            network,
            pictures,
            cache: Cache::default(),
            clock,
            fetches: Semaphore::new(FETCHES_MAX),
            decoding,
            found: AtomicU64::new(0),
            nothing: AtomicU64::new(0),
        }
    }

    /// Links whose previews were found, and links that have none, those of the cache aside.
    pub(super) fn figures(&self) -> (u64, u64) {
        (self.found.load(Ordering::Relaxed), self.nothing.load(Ordering::Relaxed))
    }

    /// The preview of a link, if it has one.
    pub(super) async fn find(&self, link: &str) -> Option<Preview> {
        let target = match self.network.guard.link(link) {
            Ok(target) => target,
            Err(why) => {
                tracing::debug!(%why, "a link is not fetched");
                self.nothing.fetch_add(1, Ordering::Relaxed);
                return None;
            }
        };
        let known = self.cache.of(target.url.as_str(), self.clock.elapsed());
        let found = known.get_or_init(|| self.fetch(target)).await.clone()?;
        Some(Preview { url: link.to_owned(), ..found })
    }

    async fn fetch(&self, target: Target) -> Option<Preview> {
        let _turn = self.fetches.acquire().await.ok()?;
        let mut found = None;
        let work = self.look(target, &mut found);
        // What is there by then is taken: a page without its picture, too.
        match tokio::time::timeout(Duration::from_secs(PREVIEW_SECONDS), work).await {
            Ok(Ok(())) => {}
            // Where it leads is part of what people wrote, which no log holds.
            Ok(Err(why)) => tracing::debug!(%why, "a link has no preview, or one without picture"),
            Err(_) => tracing::debug!("a link took too long"),
        }
        let counter = if found.is_some() { &self.found } else { &self.nothing };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    async fn look(&self, target: Target, found: &mut Option<Preview>) -> Result<(), Fault> {
        let fetched = fetch(&self.network, target, Wanted::Either).await?;
        match fetched.kind {
            Kind::Picture => {
                let title = file_name(&fetched.url);
                let mut preview = preview(title.ok_or(Fault::Kind)?);
                self.add_picture(&mut preview, fetched.bytes).await?;
                *found = Some(preview);
                Ok(())
            }
            Kind::Page => {
                let Some((preview, picture)) = read(fetched).await else { return Ok(()) };
                let preview = found.insert(preview);
                let Some(picture) = picture else { return Ok(()) };
                let target = self.network.guard.target(picture)?;
                let fetched = fetch(&self.network, target, Wanted::Picture).await?;
                self.add_picture(preview, fetched.bytes).await
            }
        }
    }

    /// Makes a picture small, keeps it and adds it. What is no picture changes nothing.
    async fn add_picture(&self, preview: &mut Preview, bytes: Vec<u8>) -> Result<(), Fault> {
        let (width, height) = dimensions(Cursor::new(&bytes)).map_err(|_| Fault::Kind)?;
        if u64::from(width) * u64::from(height) > PREVIEW_PICTURE_MAX_PIXELS {
            return Err(Fault::TooLarge);
        }
        let pictures = self.pictures.clone();
        let work = move || {
            let most = (PREVIEW_PICTURE_MAX_WIDTH, PREVIEW_PICTURE_MAX_HEIGHT);
            let small = thumbnail(&bytes, most).ok()?;
            match pictures.keep(&small.webp) {
                Ok(name) => Some((name, small.width, small.height)),
                Err(cause) => {
                    tracing::error!(%cause, "a preview's picture can't be kept");
                    None
                }
            }
        };
        let made = self.decoding.run(cost((width, height)), work).await;
        let (name, width, height) = made.ok().flatten().ok_or(Fault::Kind)?;
        preview.image = Some(paths::preview_image(&name));
        (preview.width, preview.height) = (Some(width), Some(height));
        Ok(())
    }
}

/// Reads a page, apart from what waits for the network: it can be long.
async fn read(fetched: Fetched) -> Option<(Preview, Option<Url>)> {
    let reading = tokio::task::spawn_blocking(move || {
        page::read(&fetched.bytes, fetched.charset.as_deref(), &fetched.url)
    });
    let page = match reading.await {
        Ok(page) => page,
        Err(cause) => {
            tracing::error!(%cause, "reading a page panicked");
            return None;
        }
    };
    let (text, site) = (page.text, page.site);
    Some((Preview { text, site, ..preview(page.title?) }, page.picture))
}

fn preview(title: String) -> Preview {
    let (url, text, site, image) = Default::default();
    Preview { url, title, text, site, image, width: None, height: None }
}

/// What a picture is called: the end of its path, or its host.
fn file_name(url: &Url) -> Option<String> {
    let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let last = percent_decode_str(last).decode_utf8_lossy();
    clean(&last, PREVIEW_TITLE_MAX_CHARS)
        .or_else(|| clean(url.host_str()?, PREVIEW_TITLE_MAX_CHARS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_called_by_its_file_or_its_host() {
        let name = |url: &str| file_name(&url.parse().unwrap());
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(name("https://a.example/b/cat%20%C3%A9+a=1&b.png?x=y"), is("cat é+a=1&b.png"));
        assert_eq!(name("https://a.example/"), is("a.example"));
        assert_eq!(name("https://a.example/%E2%80%AE"), is("a.example"));
        assert_eq!(name("https://a.example/b%2F..%2Fc"), is("b/../c"));
    }
}
