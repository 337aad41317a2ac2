//! What bad input gets: a clear problem or `rejected`, and nothing changed or lost.

mod bodies;
mod frames;
pub(crate) mod full_storage;
mod said_wrongly;
mod slowness;
