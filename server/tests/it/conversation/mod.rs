//! What a conversation can hold beside texts: threads, pins, bookmarks, forwarded messages, earlier
//! versions, mentions.

mod forwarding;
mod keeping;
mod mentions;
mod threads;
mod versions;
