//! Any text as Markdown: what it becomes is of allowed elements, each closed in turn, within its
//! bounds, and the same each time.
//!
//! The renderer is compiled in here by its path, so that the whole server need not be.
#![no_main]

#[allow(dead_code, unused_imports, reason = "the server uses all of it")]
#[path = "../../src/domain/markdown/mod.rs"]
mod markdown;
#[allow(dead_code, reason = "the server uses all of it")]
#[path = "../../src/domain/mention.rs"]
mod mention;
#[path = "../../src/domain/markdown/written_tests.rs"]
mod written_tests;

/// Where the renderer looks for mentions.
mod domain {
    pub(crate) use super::mention;
}

use libfuzzer_sys::fuzz_target;
use markdown::{DEPTH_MAX, LINKS_MAX, Names, html_max, render};
use shared::{ChannelId, UserId};
use written_tests::check_written;

/// Whoever is asked for exists: every spelling is a mention.
struct Anyone;

impl Names for Anyone {
    fn user(&self, _: &str) -> Option<UserId> {
        Some(UserId(uuid::Uuid::max()))
    }

    fn channel(&self, _: &str) -> Option<ChannelId> {
        Some(ChannelId(uuid::Uuid::max()))
    }
}

fuzz_target!(|text: &str| {
    let rendered = render(text, &Anyone);
    assert!(rendered.links.len() <= LINKS_MAX);
    if let Some(html) = &rendered.html {
        assert!(html.len() <= html_max(text.len()), "{}", html.len());
        check_written(html, text);
    }
    assert_eq!(render(text, &Anyone), rendered);
    check_written(&markdown::highlight_file("any.html", text), text);
});
