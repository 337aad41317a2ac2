//! Hubbub's page. `state/` is plain Rust and is tested natively; everything that needs a browser
//! exists in the WebAssembly build alone.

pub mod state;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod commands;
#[cfg(target_arch = "wasm32")]
pub mod keep;
#[cfg(target_arch = "wasm32")]
pub mod net;
#[cfg(target_arch = "wasm32")]
pub mod store;

fn main() {}
