//! What carries announcements from the storage that committed them to the Hub that delivers them.
//! One node has only the local one; each node of several would end its own in `Hub::deliver`, too.

pub mod local;
