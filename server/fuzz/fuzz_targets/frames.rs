//! Any bytes, in any pieces: the reader of frames reads what the reference reads, and nothing more
//! once it has refused.
//!
//! The reader is compiled in here by its path, so that the whole server need not be.
#![no_main]

#[allow(dead_code, reason = "only its opcodes are used here")]
#[path = "../../src/domain/frame.rs"]
mod frame;
#[allow(dead_code, reason = "the server uses all of it")]
#[path = "../../src/transport/ws/frames/mod.rs"]
mod frames;
#[path = "../../src/transport/ws/frames/reference.rs"]
mod reference;

/// Where the reader looks for the opcodes.
mod domain {
    pub(crate) use super::frame;
}

use frames::{Fault, Incoming, Limits, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [settings, seed, bytes @ ..] = input else { return };
    let max_bytes = [10, 300, 70_000, shared::limits::FRAME_MAX_BYTES];
    let limits = Limits {
        binary: settings & 1 != 0,
        max_bytes: max_bytes[usize::from(settings >> 1) % max_bytes.len()],
    };
    let expected = reference::read(limits, bytes);
    let whole = read(limits, bytes, || usize::MAX);
    assert_eq!(whole, expected, "whole");
    // Pieces of 1 to 4 bytes, or now and then a long one.
    let mut state = u32::from(*seed);
    let pieces = read(limits, bytes, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let chosen = state >> 24;
        if chosen < 64 { 30 + chosen as usize } else { 1 + chosen as usize % 4 }
    });
    assert_eq!(pieces, expected, "in pieces from seed {seed}");
    let step = 1 + usize::from(*seed);
    assert_eq!(read(limits, bytes, || step), expected, "in pieces of {step}");
});

/// Reads the bytes in pieces of these lengths.
fn read(
    limits: Limits,
    mut bytes: &[u8],
    mut length: impl FnMut() -> usize,
) -> (Vec<Incoming>, Result<(), Fault>) {
    let (mut reader, mut out) = (Reader::new(limits), Vec::new());
    let mut outcome = Ok(());
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(bytes.len().min(length()));
        let said = out.len();
        let read = reader.read(piece, &mut out);
        if outcome.is_err() {
            assert_eq!(read, Ok(()));
            assert_eq!(out.len(), said, "read on after a fault");
        } else {
            outcome = read;
        }
        bytes = rest;
    }
    (out, reference::without_text(outcome))
}
