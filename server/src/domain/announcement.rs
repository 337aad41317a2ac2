//! What storage announces once it is on disk. The broker carries it, the Hub delivers it.

use shared::{
    BookmarkedFrame, ChannelEvent, ChannelId, ChannelInfo, ClientId, Member, Seq, ThreadFrame,
    UserId,
};

/// Something that is durable now and that live clients must learn.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all are events, and each would be a box")]
pub enum Announcement {
    /// A channel was created; its members' sockets join it.
    Created(Box<ChannelInfo>),
    /// A channel's name, topic or visibility changed.
    Updated(Box<ChannelInfo>),
    /// A channel is gone.
    Deleted(ChannelId),
    /// A message, or what changed one.
    Event(ChannelEvent),
    /// A user became a member. The channel is as the new member sees it.
    Joined(Box<ChannelInfo>, Member),
    /// A user is no member any more.
    Left(Member),
    /// A user's read position moved.
    Read(ChannelId, UserId, Seq),
    /// Where a user stands in a thread; told to themselves alone.
    Thread(UserId, ThreadFrame),
    /// A user remembers a message, or forgot it; told to themselves alone.
    Bookmarked(UserId, BookmarkedFrame),
    /// A client was revoked or logged out: its sockets end.
    ClientEnded(UserId, ClientId),
}
