//! Any text as a client's message: reading it never panics, and what it reads is, written and read
//! again, the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::ClientMessage;

fuzz_target!(|text: &str| {
    let Ok(message) = ClientMessage::from_json(text) else { return };
    let written = message.to_json();
    assert_eq!(ClientMessage::from_json(&written), Ok(message), "{written}");
});
