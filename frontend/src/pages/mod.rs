//! What stands at an address: the entrance, the home screen, a channel, and nothing.

pub mod channel;
pub mod entrance;
pub mod home;
pub mod inside;
pub mod lost;
