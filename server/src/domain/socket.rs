//! What the Hub needs of a connection: that bytes can be written to it without waiting. The
//! connection itself, and everything that waits, is `transport/ws`'s; tests write to a model.

use std::fmt::Debug;
use std::io::{self, IoSlice};
use std::sync::Arc;

/// The writing side of one connection. No method ever waits.
pub trait Socket: Debug + Send + Sync {
    /// Writes as much as is taken now; how many bytes that was.
    ///
    /// # Errors
    /// `WouldBlock` when nothing is taken now; anything else means that the peer is gone.
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// As [`Socket::write`], of several parts in one call (at most 1,024, the kernel's bound).
    ///
    /// # Errors
    /// As [`Socket::write`].
    fn write_parts(&self, parts: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Not everything was taken, and what is left waits in the egress queue: `Hub::flush` is to be
    /// called once the socket takes more. Said once until the queue is empty again.
    fn stalled(self: Arc<Self>);

    /// The close frame was written: nothing more will be.
    fn finish(&self);

    /// Ends the connection at once, whatever is still queued.
    fn cut(&self);
}
