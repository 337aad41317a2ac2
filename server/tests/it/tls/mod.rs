//! TLS in the program itself: pages and sockets under it, its certificates, and what is refused.

mod certificates;
mod pages;
mod sockets;
