//! Any text as a server's message, read with the page's reader: it never panics, and what it reads
//! is, written by the server and read again, the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::ServerMessage;

fuzz_target!(|text: &str| {
    let Ok(message) = ServerMessage::from_json(text) else { return };
    let written = message.to_json();
    assert_eq!(ServerMessage::from_json(&written), Ok(message), "{written}");
});
