//! What was found of a URL lately, so that a link that goes around is fetched once: an hour for
//! what was found, some minutes for what was not. In memory and bounded; who asks for what is being
//! fetched waits for that.

use shared::Preview;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// Most URLs that are remembered; past it, the oldest is forgotten.
const URLS_MAX: usize = 1_000;
/// How long what was found holds.
const FOUND: Duration = Duration::from_secs(60 * 60);
/// How long it holds that nothing was found.
const NOTHING: Duration = Duration::from_secs(5 * 60);

/// What is known of one URL; empty while it is being fetched.
pub(super) type Known = Arc<OnceCell<Option<Preview>>>;

/// What is known of many.
#[derive(Debug, Default)]
pub(super) struct Cache {
    urls: Mutex<Urls>,
}

#[derive(Debug, Default)]
struct Urls {
    known: HashMap<String, (Duration, Known)>,
    /// In the order in which they were asked for; one that was asked for again stands here twice.
    order: VecDeque<(Duration, String)>,
}

impl Cache {
    /// What is known of a URL at this time, or an empty place for what will be.
    pub(super) fn of(&self, url: &str, now: Duration) -> Known {
        let mut urls = self.urls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, known)) = urls.known.get(url)
            && now.saturating_sub(*since) < holds(known)
        {
            return Arc::clone(known);
        }
        let known = Known::default();
        urls.known.insert(url.to_owned(), (now, Arc::clone(&known)));
        urls.order.push_back((now, url.to_owned()));
        while urls.order.len() > URLS_MAX {
            let Some((since, oldest)) = urls.order.pop_front() else { break };
            if urls.known.get(&oldest).is_some_and(|(known_since, _)| *known_since == since) {
                urls.known.remove(&oldest);
            }
        }
        known
    }
}

fn holds(known: &Known) -> Duration {
    match known.get() {
        Some(None) => NOTHING,
        Some(Some(_)) | None => FOUND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(url: &str) -> Preview {
        Preview {
            url: url.to_owned(),
            title: "t".to_owned(),
            text: None,
            site: None,
            image: None,
            width: None,
            height: None,
        }
    }

    #[test]
    fn what_was_found_holds_an_hour_and_what_was_not_some_minutes() {
        let cache = Cache::default();
        let at = Duration::from_secs;
        cache.of("a", at(0)).set(Some(preview("a"))).unwrap();
        cache.of("b", at(0)).set(None).unwrap();
        assert!(cache.of("a", at(3_599)).get().is_some());
        assert!(cache.of("a", at(3_600)).get().is_none());
        assert!(cache.of("b", at(299)).get().is_some());
        assert!(cache.of("b", at(300)).get().is_none());
    }

    #[test]
    fn what_is_being_fetched_is_one_place_for_all() {
        let cache = Cache::default();
        let first = cache.of("a", Duration::ZERO);
        assert!(Arc::ptr_eq(&first, &cache.of("a", Duration::from_secs(1))));
        assert!(!Arc::ptr_eq(&first, &cache.of("b", Duration::from_secs(1))));
    }

    #[test]
    fn the_oldest_is_forgotten_when_there_are_too_many() {
        let cache = Cache::default();
        for n in 0..=URLS_MAX {
            let found = cache.of(&n.to_string(), Duration::from_millis(n as u64));
            found.set(Some(preview("x"))).unwrap();
        }
        let later = Duration::from_secs(10);
        assert!(cache.of("1000", later).get().is_some());
        assert!(cache.of("1", later).get().is_some());
        assert!(cache.of("0", later).get().is_none());
        assert!(cache.urls.lock().unwrap().known.len() <= URLS_MAX);
    }
}
