//! Any first line as a search, and any rest as a message: reading them never panics, what is looked for are
//! words that can't be taken for syntax, and what shows the hits is harmless and says them.
//!
//! The modules are compiled in here by their path, so that the whole server need not be.
#![no_main]

#[allow(dead_code, reason = "the server uses all of it")]
#[path = "../../src/domain/search/mod.rs"]
mod search;

use libfuzzer_sys::fuzz_target;
use search::marks::marked;
use search::query::Query;
use search::words::words;

fuzz_target!(|input: &str| {
    let (asked, text) = input.split_once('\n').unwrap_or((input, input));
    let words = words(text);
    for word in &words {
        assert!(!word.folded.is_empty() && text.get(word.place.clone()).is_some());
    }
    let Ok(query) = Query::parse(asked) else { return };
    for pattern in query.wanted.iter().chain(&query.unwanted) {
        assert!(!pattern.words.is_empty());
        for word in &pattern.words {
            assert!(!word.is_empty() && !word.contains(['"', ' ', '*', '#', '\0']), "{word:?}");
        }
    }
    let html = marked(text, &query.wanted);
    let plain = html.replace("<mark>", "").replace("</mark>", "");
    assert!(!plain.contains(['<', '>']), "{html}");
    let hit = query.wanted.iter().any(|pattern| pattern.is_in(&words));
    assert_eq!(html.contains("<mark>"), hit, "{html}");
});
