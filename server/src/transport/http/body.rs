//! Reading a request's body under its limits: of bytes, of the pause between two pieces, and (in
//! `safety`) of the whole request. Nothing here knows what a body means.

use crate::error::{Error, Result};
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use shared::ErrorCode;
use shared::limits::{BODIES_MAX_BYTES, BODY_MAX_BYTES, BODY_SMALL_BYTES};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How long a body may pause between two pieces.
const IDLE_MAX: Duration = Duration::from_secs(10);
/// What all bodies may still hold, of what is longer than any may be.
static ROOM: Semaphore = Semaphore::const_new(BODIES_MAX_BYTES);
/// How much of a refused body is still read, so that its sender gets to the answer: a connection
/// that closes on unread bytes is reset, and the answer may be lost with it.
const LINGER_BYTES: usize = 8 * BODY_MAX_BYTES;
/// For how long that is done.
const LINGER_MAX: Duration = Duration::from_secs(2);

/// Whether the headers alone say that the body is too large.
pub(super) fn told_too_large(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_LENGTH).is_some_and(|length| {
        // hyper has refused what is no number; one too large for u64 is too large.
        let length = length.to_str().ok().and_then(|text| text.trim().parse::<u64>().ok());
        length.is_none_or(|length| length > BODY_MAX_BYTES as u64)
    })
}

/// The refusal of a body that is over the limit.
pub(super) fn too_large() -> Error {
    Error::new(ErrorCode::TooLarge, "the body is larger than 524,288 bytes")
}

/// The refusal of a request that takes too long to arrive.
pub(super) fn too_slow() -> Error {
    Error::new(ErrorCode::Timeout, "the request took too long to arrive; send it again")
}

/// The whole body, however it is cut into pieces.
///
/// # Errors
/// `too_large` past the limit, `storage_unavailable` while long bodies hold too much, `timeout` after a pause of ten seconds, `malformed` when the
/// connection ends inside it.
pub(super) async fn read(mut body: Body) -> Result<Bytes> {
    let mut read = BytesMut::new();
    let mut room: Option<SemaphorePermit<'_>> = None;
    loop {
        let piece = match tokio::time::timeout(IDLE_MAX, body.frame()).await {
            Err(_) => return Err(too_slow()),
            Ok(None) => return Ok(read.freeze()),
            Ok(Some(Err(_))) => {
                return Err(Error::new(ErrorCode::Malformed, "the body broke off"));
            }
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        };
        if read.len() + piece.len() > BODY_MAX_BYTES {
            linger(body);
            return Err(too_large());
        }
        let held = room.as_ref().map_or(0, SemaphorePermit::num_permits);
        let long = (read.len() + piece.len()).saturating_sub(BODY_SMALL_BYTES);
        if long > held {
            let Some(more) =
                u32::try_from(long - held).ok().and_then(|n| ROOM.try_acquire_many(n).ok())
            else {
                linger(body);
                return Err(Error::overloaded());
            };
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
        }
        read.extend_from_slice(&piece);
    }
}

/// Reads on for a moment after a refusal, and throws away what comes.
pub(super) fn linger(mut body: Body) {
    tokio::spawn(async move {
        let drain = async {
            let mut left = LINGER_BYTES;
            while let Some(Ok(frame)) = body.frame().await {
                let size = frame.data_ref().map_or(0, Bytes::len);
                let Some(less) = left.checked_sub(size) else { break };
                left = less;
            }
        };
        // Whether the end came by bytes or by time: the connection is closed all the same.
        let _ = tokio::time::timeout(LINGER_MAX, drain).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn told(length: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static(length));
        told_too_large(&headers)
    }

    #[test]
    fn the_length_alone_refuses_a_body() {
        assert!(!told_too_large(&HeaderMap::new()));
        assert!(!told("524288"));
        assert!(told("524289"));
        assert!(told("107374182400"));
        assert!(told("99999999999999999999999"));
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let fits = read(Body::from(vec![b'x'; BODY_MAX_BYTES])).await;
        assert_eq!(fits.map(|bytes| bytes.len()), Ok(BODY_MAX_BYTES));
        let over = read(Body::from(vec![b'x'; BODY_MAX_BYTES + 1])).await;
        assert_eq!(over.map_err(|error| error.code), Err(ErrorCode::TooLarge));
    }

    #[tokio::test]
    async fn long_bodies_share_what_there_is_and_short_ones_always_fit() {
        let all = u32::try_from(ROOM.available_permits()).unwrap();
        let held = ROOM.try_acquire_many(all).unwrap();
        let short = read(Body::from(vec![b'x'; BODY_SMALL_BYTES])).await;
        assert_eq!(short.map(|bytes| bytes.len()), Ok(BODY_SMALL_BYTES));
        let long = read(Body::from(vec![b'x'; BODY_SMALL_BYTES + 1])).await.unwrap_err();
        assert!(long.code == ErrorCode::StorageUnavailable && long.retry_after.is_some());
        drop(held);
        let long = read(Body::from(vec![b'x'; BODY_MAX_BYTES])).await;
        assert_eq!(long.map(|bytes| bytes.len()), Ok(BODY_MAX_BYTES));
        assert_eq!(ROOM.available_permits(), BODIES_MAX_BYTES, "what was held is given back");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_cut() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let never = futures_util::stream::once(async move {
            let _ = receiver.await;
            Ok::<_, std::io::Error>(Bytes::new())
        });
        let cut = read(Body::from_stream(never)).await;
        assert_eq!(cut.map_err(|error| error.code), Err(ErrorCode::Timeout));
        drop(sender);
    }
}
