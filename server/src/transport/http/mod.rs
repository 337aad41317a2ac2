//! REST, the pages and the built frontend: parse a request, call one action, reply.
//!
//! A file per subject; what they share (bodies, credentials, the origin rule, problems) stands in
//! files of its own. Sockets are in `transport/ws`, and the table of routes in `transport/router`.

pub mod accounts;
mod assets;
mod body;
pub mod channels;
pub mod credentials;
pub mod docs;
pub mod emoji;
pub mod extract;
pub mod health;
pub mod keeping;
pub mod members;
pub mod messages;
pub mod openapi;
pub mod origin;
pub mod page;
pub mod problem;
pub mod reads;
pub mod safety;
pub mod session;
pub mod threads;
