//! Everything of the browser that isn't the network: the leaf where `web-sys` lives. Thin
//! functions that say what they do; what they are used for is decided above.

pub mod area;
pub mod clipboard;
pub mod clock;
pub mod dom;
pub mod element;
pub mod files;
pub mod grid;
pub mod history;
pub mod letters;
pub mod markup;
pub mod page;
pub mod press;
pub mod random;
pub mod rich;
pub mod scroll;
pub mod storage;
