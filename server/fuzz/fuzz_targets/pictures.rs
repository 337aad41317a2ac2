//! Any bytes as a file: they are told, walked, stripped and made small without a panic; and what was
//! stripped once has nothing left to strip.
//!
//! The module is compiled in here by its path, so that the whole server need not be.
#![no_main]

#[allow(dead_code, reason = "the server uses all of it")]
#[path = "../../src/media/mod.rs"]
mod media;

use libfuzzer_sys::fuzz_target;
use media::metadata::{Container, plan};
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    let mut text = media::kind::TextCheck::default();
    text.see(bytes);
    media::kind::kind(bytes, text.is_text());
    let _ = media::image::thumbnail(bytes, (48, 36));
    let Some(container) = Container::of(bytes) else { return };
    let Some(clean) = stripped(container, bytes) else { return };
    let again = Container::of(&clean).and_then(|container| stripped(container, &clean));
    assert_eq!(again.as_ref(), Some(&clean), "stripped twice");
});

fn stripped(container: Container, bytes: &[u8]) -> Option<Vec<u8>> {
    let plan = plan(container, Cursor::new(bytes)).ok()?;
    let mut clean = Vec::new();
    plan.copy(Cursor::new(bytes), &mut clean).expect("what was walked can be copied");
    Some(clean)
}
