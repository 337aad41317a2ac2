//! Every bound that a user of the API can meet, in one place. The OpenAPI document shows them.

/// Longest text of a chat message, in bytes of UTF-8.
pub const MESSAGE_MAX_BYTES: usize = 64 * 1024;
/// Longest text frame a client may send, in bytes. JSON may write one byte of text as six.
pub const FRAME_MAX_BYTES: usize = 6 * MESSAGE_MAX_BYTES + 4096;
/// Longest body of a JSON request, in bytes: a longest message, or a channel of the most people.
pub const BODY_MAX_BYTES: usize = 512 * 1024;
/// Longest nonce, in characters; each must be visible ASCII (`!` to `~`).
pub const NONCE_MAX_CHARS: usize = 64;

/// Longest user name, in characters.
pub const USERNAME_MAX_CHARS: usize = 64;
/// Longest display name, in characters.
pub const DISPLAY_NAME_MAX_CHARS: usize = 80;
/// Shortest password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 8;
/// Longest password, in bytes of UTF-8.
pub const PASSWORD_MAX_BYTES: usize = 1024;
/// Longest device description, in characters. A longer `User-Agent` is cut.
pub const DEVICE_MAX_CHARS: usize = 200;

/// Seconds that an invite holds when the request names none: a week.
pub const INVITE_DEFAULT_SECONDS: u64 = 7 * 24 * 3600;
/// Most seconds that an invite holds: a year.
pub const INVITE_MAX_SECONDS: u64 = 365 * 24 * 3600;
/// Most people who can come in with one invite that counts them.
pub const INVITE_USES_MAX: u64 = 10_000;
/// Most channels that an invite leads to.
pub const INVITE_CHANNELS_MAX: usize = 50;
/// Most invites of one user that can be used still.
pub const INVITES_PER_USER_MAX: usize = 100;
/// Seconds that a one-time link to a new password holds: a day.
pub const RESET_SECONDS: u64 = 24 * 3600;
/// Longest name of a token or a passkey, in characters.
pub const TOKEN_NAME_MAX_CHARS: usize = 80;
/// Most tokens of one user.
pub const TOKENS_PER_USER_MAX: usize = 100;
/// Most seconds that a token which expires holds: ten years.
pub const TOKEN_MAX_SECONDS: u64 = 10 * 365 * 24 * 3600;
/// Most bots of the server.
pub const BOTS_MAX: usize = 500;
/// Most passkeys of one user.
pub const PASSKEYS_PER_USER_MAX: usize = 20;
/// Seconds within which a passkey must answer.
pub const PASSKEY_SECONDS: u64 = 300;

/// Longest channel name, in characters.
pub const CHANNEL_NAME_MAX_CHARS: usize = 80;
/// Longest topic, in characters.
pub const TOPIC_MAX_CHARS: usize = 250;
/// Longest reason of a ban, in characters.
pub const REASON_MAX_CHARS: usize = 250;
/// Most members of a channel.
pub const CHANNEL_MEMBERS_MAX: usize = 10_000;
/// Most channels a user can be a member of.
pub const CHANNELS_PER_USER_MAX: usize = 1_000;
/// Most clients (devices, tokens) of one user; the longest unused one ends when a new one logs in.
pub const CLIENTS_PER_USER_MAX: usize = 100;
/// Most open sockets of one user.
pub const SOCKETS_PER_USER_MAX: usize = 100;

/// Longest emoji of a reaction, in bytes of UTF-8. Families and flags with tags fit.
pub const EMOJI_MAX_BYTES: usize = 64;
/// Most different emoji on one message.
pub const REACTIONS_PER_MESSAGE_MAX: usize = 50;

/// Most messages that are pinned to one channel.
pub const PINS_MAX: usize = 100;
/// Most messages that one user remembers.
pub const BOOKMARKS_MAX: usize = 5_000;
/// Most names that are looked up in one message.
pub const MENTIONS_MAX: usize = 50;

/// Largest file, in bytes.
pub const UPLOAD_MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Most files of one upload.
pub const UPLOAD_FILES_MAX: usize = ATTACHMENTS_MAX;
/// Seconds for which the body of an upload may pause.
pub const UPLOAD_PAUSE_SECONDS: u64 = 10;
/// Fewest bytes a second of an upload's body, over the whole of it; it has half a minute to begin.
pub const UPLOAD_BYTES_PER_SECOND_MIN: u64 = 1024;
/// Most uploads of one user that are under way at once.
pub const UPLOADS_AT_ONCE_MAX: usize = 6;
/// Most bytes of files that one user may hold, those in messages and thumbnails included.
pub const UPLOADS_PER_USER_MAX_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Most files of one message.
pub const ATTACHMENTS_MAX: usize = 10;
/// Longest file name, in characters; a longer one is cut.
pub const FILENAME_MAX_CHARS: usize = 120;
/// Most pixels of an image that is decoded, so that no small file becomes a large picture in memory.
pub const IMAGE_MAX_PIXELS: u64 = 50_000_000;
/// Most width and height of an image's small thumbnail, in pixels.
pub const THUMBNAIL_SMALL_MAX: (u32, u32) = (480, 360);
/// Most width and height of an image's large thumbnail, in pixels.
pub const THUMBNAIL_LARGE_MAX: (u32, u32) = (1_600, 1_600);
/// Most lines of a text's preview.
pub const TEXT_PREVIEW_MAX_LINES: usize = 200;
/// Most bytes of text that are read for a preview.
pub const TEXT_PREVIEW_MAX_BYTES: usize = 64 * 1024;
/// Hours after which an upload that no message took is swept.
pub const UPLOAD_UNUSED_HOURS: u64 = 24;

/// Most previews of one message.
pub const PREVIEWS_MAX: usize = 5;
/// Seconds in which a link's preview must be there.
pub const PREVIEW_SECONDS: u64 = 5;
/// Most bytes that are read of what a link leads to.
pub const PREVIEW_MAX_BYTES: usize = 512 * 1024;
/// Most bytes of a preview's picture, as it is fetched; what is kept of it fits 640 by 480 pixels.
pub const PREVIEW_PICTURE_MAX_BYTES: usize = 5 * 1024 * 1024;
/// Most pixels of a preview's picture, as it is fetched.
pub const PREVIEW_PICTURE_MAX_PIXELS: u64 = 24_000_000;
/// Longest title of a preview, in characters; a longer one is cut.
pub const PREVIEW_TITLE_MAX_CHARS: usize = 200;
/// Longest text of a preview, in characters; a longer one is cut.
pub const PREVIEW_TEXT_MAX_CHARS: usize = 400;
/// Longest name of a preview's site, in characters; a longer one is cut.
pub const PREVIEW_SITE_MAX_CHARS: usize = 80;
/// Widest picture of a preview, in pixels.
pub const PREVIEW_PICTURE_MAX_WIDTH: u32 = 640;
/// Highest picture of a preview, in pixels.
pub const PREVIEW_PICTURE_MAX_HEIGHT: u32 = 480;
/// Most redirects that are followed for a preview.
pub const PREVIEW_REDIRECTS_MAX: usize = 3;

/// Longest search, in bytes.
pub const SEARCH_MAX_BYTES: usize = 500;
/// Messages in one answer of a list (pins aside, which come whole) when the request names no limit.
pub const LIST_DEFAULT: usize = 20;
/// Most messages in one answer of a list.
pub const LIST_MAX: usize = 100;

/// Messages on a page when the request names no limit.
pub const PAGE_DEFAULT: usize = 50;
/// Most messages on a page.
pub const PAGE_MAX: usize = 200;
/// People on a page of the administration; members of a channel, too.
pub const PEOPLE_PAGE: usize = 50;
/// Lines in one answer of the audit log when the request names no limit.
pub const AUDIT_PAGE_DEFAULT: usize = 50;
/// Most lines in one answer of the audit log.
pub const AUDIT_PAGE_MAX: usize = 500;
/// Most events in one answer of the raw log.
pub const EVENTS_PAGE_MAX: usize = 1_000;
/// Most users in one answer of the look-up.
pub const USERS_PAGE_MAX: usize = 200;
/// Users in one answer of the look-up when the request names no limit.
pub const USERS_PAGE_DEFAULT: usize = 50;
/// Most public channels in one answer of `discover`.
pub const DISCOVER_MAX: usize = 500;

/// Events a client may be behind and still be caught up on its socket; past it, it is `reset`.
pub const RESUME_MAX_EVENTS: u64 = 1_000;
/// Most frames that wait in one socket's egress queue.
pub const EGRESS_MAX_FRAMES: usize = 4_096;
/// Most bytes that wait in one socket's egress queue.
pub const EGRESS_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Seconds between two heartbeats of the server; after two missed the socket is dead.
pub const HEARTBEAT_SECONDS: u64 = 25;
/// Seconds a WebSocket ticket can be used for.
pub const TICKET_SECONDS: u64 = 30;
/// Open sockets in a channel up to which read positions and typing are told to all of them; in
/// larger ones read positions go to the reader's own clients alone and typing to nobody, since they
/// would cost members².
pub const EPHEMERAL_AUDIENCE_MAX: usize = 256;
/// Open sockets of the server up to which presence is told as it changes; past it, a user's
/// `online` is what the users' look-up says.
pub const PRESENCE_AUDIENCE_MAX: usize = 512;
/// Least milliseconds between two `typing` frames of one user in one channel that are passed on.
pub const TYPING_INTERVAL_MS: u64 = 2_000;
/// Milliseconds for which a `typing` frame holds true.
pub const TYPING_SHOWN_MS: u64 = 6_000;
/// Deepest nesting of lists and objects in JSON that the page reads; a deeper answer is refused.
pub const JSON_MAX_DEPTH: usize = 64;
