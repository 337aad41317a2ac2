//! Hubbub's page. `state/` is plain Rust and is tested natively; everything that needs a browser
//! exists in the WebAssembly build alone.
//!
//! Floors, each using only those before it: `shared`, `state`, `store`, `net`, `commands`,
//! `components`, `pages`, `app`. `browser` is a leaf that all but `state` may use, which
//! takes small letters from it and nothing else.

pub mod state;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod commands;
#[cfg(target_arch = "wasm32")]
pub mod components;
#[cfg(target_arch = "wasm32")]
pub mod keep;
#[cfg(target_arch = "wasm32")]
pub mod net;
#[cfg(all(test, target_arch = "wasm32"))]
mod page_tests;
#[cfg(target_arch = "wasm32")]
pub mod pages;
#[cfg(target_arch = "wasm32")]
pub mod store;

#[cfg(target_arch = "wasm32")]
fn main() {
    // What the server drew for the first paint makes room for the real page.
    browser::dom::remove("ssr-shell");
    leptos::mount::mount_to_body(app::app);
}

/// The page runs in browsers; elsewhere only its tests do.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
