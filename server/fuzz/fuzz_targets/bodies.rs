//! Any bytes as the body of every request that takes JSON: they are read or refused, with places that
//! are JSON Pointers, and never a panic.
//!
//! The modules are compiled in here by their path, so that the whole server need not be.
#![no_main]

#[allow(dead_code, reason = "the server uses all of it")]
#[path = "../../src/domain"]
mod domain {
    pub mod limiter;
}
#[allow(dead_code, reason = "the server uses all of it")]
#[path = "../../src/error.rs"]
mod error;
#[path = "../../src/transport/http/parsing.rs"]
mod parsing;

use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use shared::ErrorCode;
use shared::api::account::{LogIn, SignUp, UpdateMe};
use shared::api::channels::{CreateChannel, ReadPosition, UpdateChannel};
use shared::api::messages::{EditMessage, PostMessage};

fuzz_target!(|bytes: &[u8]| {
    read::<SignUp>(bytes);
    read::<LogIn>(bytes);
    read::<UpdateMe>(bytes);
    read::<CreateChannel>(bytes);
    read::<UpdateChannel>(bytes);
    read::<PostMessage>(bytes);
    read::<EditMessage>(bytes);
    read::<ReadPosition>(bytes);
});

fn read<T: DeserializeOwned>(bytes: &[u8]) {
    let Err(error) = parsing::parse::<T>(bytes) else { return };
    assert!(matches!(error.code, ErrorCode::Malformed | ErrorCode::Invalid), "{error}");
    for place in error.places {
        assert!(place.pointer.is_empty() || place.pointer.starts_with('/'), "{}", place.pointer);
    }
}
