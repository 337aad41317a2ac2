//! The sending task: the only one that writes to the socket. What waits in the egress queue leaves
//! in as few writes as the kernel takes.

use crate::domain::client::Conn;
use crate::domain::egress::{Closing, Outgoing};
use crate::domain::frame::Frame;
use std::io::{self, IoSlice};
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::OwnedWriteHalf;

/// Bytes that are taken from the queue for one write; a larger frame goes alone.
const WRITE_BYTES: usize = 64 * 1024;
/// Most frames in one write: the kernel's bound on slices is 1,024.
const WRITE_FRAMES: usize = 512;

/// Sends until the socket's end was decided and told, or the peer is gone, or it is cut.
pub(super) async fn send(conn: Arc<Conn>, mut writer: OwnedWriteHalf) {
    let told = tokio::select! {
        told = send_all(&conn, &mut writer) => told,
        () = conn.ended().cancelled() => return,
    };
    if let Err(cause) = told {
        tracing::debug!(%cause, conn = conn.id, "the peer is gone");
        conn.cut();
    }
}

async fn send_all(conn: &Conn, writer: &mut OwnedWriteHalf) -> io::Result<()> {
    let mut batch = Vec::new();
    loop {
        match conn.egress.take(&mut batch, WRITE_BYTES) {
            Outgoing::Frames => {
                for part in batch.chunks(WRITE_FRAMES) {
                    write(writer, part).await?;
                }
                batch.clear();
                batch.shrink_to(WRITE_FRAMES);
            }
            Outgoing::Nothing => {
                batch = Vec::new();
                conn.egress.filled().await;
            }
            Outgoing::Close(Closing { code, reason }) => {
                writer.write_all(Frame::close(code, reason).bytes()).await?;
                return writer.shutdown().await;
            }
        }
    }
}

/// Writes all of the frames, in one call if the kernel takes them.
async fn write(writer: &mut OwnedWriteHalf, frames: &[Frame]) -> io::Result<()> {
    if let [frame] = frames {
        return writer.write_all(frame.bytes()).await;
    }
    let mut slices: Vec<IoSlice<'_>> =
        frames.iter().map(|frame| IoSlice::new(frame.bytes())).collect();
    let mut rest = slices.as_mut_slice();
    while !rest.is_empty() {
        let written = writer.write_vectored(rest).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        IoSlice::advance_slices(&mut rest, written);
    }
    Ok(())
}
