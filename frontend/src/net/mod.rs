//! The network: REST, the socket, and the driver that feeds the state with what they bring. All
//! timing rules are in `state::connection`; this floor only carries them out.

pub mod driver;
mod exchange;
pub mod load;
pub mod rest;
mod socket;
pub mod upload;

pub use driver::Net;
