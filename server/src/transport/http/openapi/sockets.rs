//! The two sockets, as far as OpenAPI can tell of them: how they are opened, and where their frames
//! are described.

use shared::{ChannelId, ClientId, Seq, paths};
use utoipa::IntoParams;

/// How the socket of one channel is opened.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it only describes")]
pub(super) struct JoinChannel {
    /// The channel. A public one is joined; a private one of others is 404.
    #[param(rename = "channelId")]
    channel_id: ChannelId,
    /// The authenticated client's own id. It names the client and never authenticates it.
    #[param(rename = "clientId")]
    client_id: ClientId,
    /// Replay the events after this seq before going live.
    after: Option<Seq>,
    /// A ticket instead of a token or a cookie: used once, within 30 seconds.
    ticket: Option<String>,
}

/// How the socket of all one's channels is opened.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it only describes")]
pub(super) struct AllChannels {
    /// The authenticated client's own id. It names the client and never authenticates it.
    #[param(rename = "clientId")]
    client_id: ClientId,
    /// A ticket instead of a token or a cookie: used once, within 30 seconds.
    ticket: Option<String>,
}

/// One channel on one socket (WebSocket).
///
/// Send `ClientMessage` frames, receive `ServerMessage` frames (see the schemas), one JSON object
/// per text frame; `{"type":"message","message":"hi"}` is enough to talk. The first frame is
/// `welcome`. Close codes: 4001 not logged in any more, 4003 no longer a member, 4008 too slow,
/// 4009 draining, 4010 protocol error. With a cookie it must be of the same origin.
#[utoipa::path(get, path = paths::WS_JOIN_CHANNEL, tag = "sockets", operation_id = "joinChannel",
    params(JoinChannel),
    responses(
        (status = 101, description = "Switching to WebSocket"),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`not_your_client` or `cross_origin`"),
        (status = 404, body = shared::Problem, content_type = "application/problem+json",
            description = "`not_found`: unknown, or not visible to you"),
        (status = 426, description = "Not a WebSocket handshake"),
        (status = 429, body = shared::Problem, content_type = "application/problem+json",
            description = "Too many open sockets"),
    ))]
#[expect(dead_code, reason = "it only describes")]
pub(super) fn join_channel() {}

/// All channels of the user on one socket (WebSocket).
///
/// As for one channel; frames name their `channelId`. New channels appear as they are created.
#[utoipa::path(get, path = paths::WS, tag = "sockets", operation_id = "allChannels",
    params(AllChannels),
    responses(
        (status = 101, description = "Switching to WebSocket"),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`not_your_client` or `cross_origin`"),
        (status = 426, description = "Not a WebSocket handshake"),
        (status = 429, body = shared::Problem, content_type = "application/problem+json",
            description = "Too many open sockets"),
    ))]
#[expect(dead_code, reason = "it only describes")]
pub(super) fn all_channels() {}
