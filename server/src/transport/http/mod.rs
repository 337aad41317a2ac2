//! REST, the pages and the built frontend: parse a request, call one action, reply.
//!
//! Pages with forms that need no script are in `desk`. A file per subject; what they share (bodies, credentials, the origin rule, problems) stands in
//! files of its own. Sockets are in `transport/ws`, and the table of routes in `transport/router`.

pub mod account_pages;
pub mod accounts;
mod assets;
pub mod audit;
mod body;
pub mod channels;
pub mod credentials;
pub mod desk;
pub mod docs;
pub mod emoji;
pub mod extract;
mod figures;
pub mod files;
pub mod health;
pub mod invites;
pub mod keeping;
pub mod members;
pub mod messages;
pub mod moderation;
pub mod observe;
pub mod openapi;
pub mod origin;
pub mod page;
pub mod parsing;
pub mod passkeys;
pub mod previews;
pub mod problem;
mod ranges;
pub mod rates;
pub mod reads;
pub mod resets;
pub mod retention;
pub mod roles;
pub mod safety;
pub mod search;
pub mod session;
mod streaming;
pub mod threads;
pub mod tokens;
pub mod uploads;
