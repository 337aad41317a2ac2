//! Searching, as far as it is pure: the words that a text is found by, what a search asks for, and
//! the part of a text that shows its hits. The index is storage's.

pub mod marks;
pub mod query;
pub mod words;
