//! JSON as the page reads and writes it: one reader and one writer for all types, and `Wire`, which
//! says what a type looks like in them with a call for each field.
//!
//! The server reads and writes with serde, whose errors name the wrong field and whose writing is
//! faster; but every type that serde reads brings one to three kilobytes of code of its own into
//! the page. `#[derive(Wire)]` reads the same `#[serde(…)]` attributes that serde's derives do, so
//! that the two can't say different things; `tests.rs` holds them against each other.

mod read;
#[cfg(test)]
mod tests;
mod wire;
mod write;

pub use read::{Document, Json, NotJson};
pub use shared_derive::Wire;
pub use wire::{Wire, from_str, or_default, to_string, variant};
pub use write::Writer;
