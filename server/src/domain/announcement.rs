//! What storage announces once it is on disk. The broker carries it, the Hub delivers it.

use shared::{ChannelEvent, ChannelId, ChannelInfo, ClientId, Member, Seq, UserId};

/// Something that is durable now and that live clients must learn.
#[derive(Debug, Clone)]
pub enum Announcement {
    /// A channel was created; its members' sockets join it.
    Created(Box<ChannelInfo>),
    /// A channel's name, topic or visibility changed.
    Updated(Box<ChannelInfo>),
    /// A channel is gone.
    Deleted(ChannelId),
    /// A message, an edit, a deletion or a reaction.
    Event(ChannelEvent),
    /// A user became a member. The channel is as the new member sees it.
    Joined(Box<ChannelInfo>, Member),
    /// A user is no member any more.
    Left(Member),
    /// A user's read position moved.
    Read(ChannelId, UserId, Seq),
    /// A client was revoked or logged out: its sockets end.
    ClientEnded(UserId, ClientId),
}
