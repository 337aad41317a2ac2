//! Reading a large body piece by piece: bounded in bytes, in the pause between two pieces and in how
//! slow it may be over the whole, and not in how long it takes. Whole bodies are `body.rs`'s.

use super::body;
use crate::domain::clock::Clock;
use crate::error::{Error, Result};
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use futures_util::{Stream, stream};
use http_body_util::BodyExt as _;
use shared::ErrorCode;
use shared::limits::{UPLOAD_BYTES_PER_SECOND_MIN, UPLOAD_PAUSE_SECONDS};
use std::time::Duration;

/// How long a body may pause between two pieces.
const PAUSE_MAX: Duration = Duration::from_secs(UPLOAD_PAUSE_SECONDS);
/// How long a body has until it is looked at how fast it comes.
const GRACE: Duration = Duration::from_secs(30);

/// A body that is being read.
struct Reading {
    /// None once it has ended or was cut.
    body: Option<Body>,
    clock: Clock,
    began: Duration,
    read: u64,
    max: u64,
}

/// Whether the headers alone say that a body is longer than `max` bytes.
pub(super) fn told_too_large(headers: &HeaderMap, max: u64) -> bool {
    let length = headers.get(CONTENT_LENGTH);
    length.is_some_and(|length| {
        let length = length.to_str().ok().and_then(|text| text.trim().parse::<u64>().ok());
        length.is_none_or(|length| length > max)
    })
}

/// The refusal of a body that is longer than `max` bytes.
pub(super) fn too_large(max: u64) -> Error {
    Error::new(
        ErrorCode::TooLarge,
        format!("the body is larger than {max} bytes; send less at once"),
    )
}

/// The pieces of a body. After an error there is none. What is left of a body that nobody reads to
/// its end is read for a moment, so that its sender gets to the answer.
pub(super) fn pieces(
    body: Body,
    max: u64,
    clock: Clock,
) -> impl Stream<Item = Result<Bytes>> + Send {
    let reading = Reading { body: Some(body), clock, began: clock.elapsed(), read: 0, max };
    stream::unfold(reading, |mut reading| async move {
        let piece = reading.next().await.transpose()?;
        if piece.is_err() {
            // Nothing comes after it, but a body that was only too long is still read for a moment.
            reading.max = 0;
        }
        Some((piece, reading))
    })
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.max == 0 {
            return Ok(None);
        }
        let Some(body) = &mut self.body else { return Ok(None) };
        let piece = match tokio::time::timeout(PAUSE_MAX, body.frame()).await {
            Err(_) => {
                self.body = None;
                return Err(body::too_slow());
            }
            Ok(None) => {
                self.body = None;
                return Ok(None);
            }
            Ok(Some(Err(_))) => {
                self.body = None;
                return Err(Error::new(ErrorCode::Malformed, "the body broke off"));
            }
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        };
        self.read += piece.len() as u64;
        if self.read > self.max {
            return Err(too_large(self.max));
        }
        let due = self.clock.elapsed().saturating_sub(self.began).saturating_sub(GRACE);
        if self.read < due.as_secs().saturating_mul(UPLOAD_BYTES_PER_SECOND_MIN) {
            self.body = None;
            return Err(body::too_slow());
        }
        Ok(Some(piece))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            body::linger(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    async fn read(body: Body, max: u64) -> Result<u64> {
        let mut pieces = Box::pin(pieces(body, max, Clock::system()));
        let mut size = 0;
        while let Some(piece) = pieces.next().await {
            size += piece?.len() as u64;
        }
        Ok(size)
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        assert_eq!(read(Body::from(vec![0; 1000]), 1000).await, Ok(1000));
        let over = read(Body::from(vec![0; 1001]), 1000).await;
        assert_eq!(over.map_err(|error| error.code), Err(ErrorCode::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_pauses_too_long_is_cut() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let never = stream::once(async move {
            let _ = receiver.await;
            Ok::<_, std::io::Error>(Bytes::new())
        });
        let cut = read(Body::from_stream(never), 1000).await;
        assert_eq!(cut.map_err(|error| error.code), Err(ErrorCode::Timeout));
        drop(sender);
    }
}
