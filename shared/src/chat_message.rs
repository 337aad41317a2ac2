//! A chat message as it stands now: its sending, edits, deletion and reactions folded into one.

use crate::json::Wire;
use crate::{Attachment, ChannelId, Message, MessageId, Preview, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// One message of a channel, folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    /// Which message.
    pub message_id: MessageId,
    /// Where it was said.
    pub channel_id: ChannelId,
    /// Its place in the channel's order.
    pub seq: Seq,
    /// Who said it.
    pub user_id: UserId,
    /// The text as written, at most 65,536 bytes; empty once deleted.
    pub message: String,
    /// The server's safe rendering; left out when it would only repeat the plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// When the server took it.
    pub sent_at: Timestamp,
    /// When its text was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// When it was deleted; a tombstone stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// The message of the same channel that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The first message of the thread that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    /// Whether a message of a thread is shown in the channel, too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub also_in_channel: bool,
    /// Whether it tells what its author does (`/me`), and not what they say.
    #[serde(default, skip_serializing_if = "is_false")]
    pub action: bool,
    /// Where it was forwarded from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// How many messages its thread has, deleted ones aside; left out without a thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_count: Option<u64>,
    /// When the newest message of its thread was sent; there with `replyCount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reply_at: Option<Timestamp>,
    /// The first five who wrote in its thread, in the order in which they did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replier_ids: Vec<UserId>,
    /// Who pinned it, while it is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_by: Option<UserId>,
    /// Reactions, in the order in which each emoji first came.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// Its files, in the order of its sending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What its links lead to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previews: Vec<Preview>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}

impl From<Message> for ChatMessage {
    /// The message as it stands right after its sending.
    fn from(new: Message) -> Self {
        Self {
            message_id: new.message_id,
            channel_id: new.channel_id,
            seq: new.seq,
            user_id: new.user_id,
            message: new.message,
            html: new.html,
            sent_at: new.sent_at,
            edited_at: None,
            deleted_at: None,
            reply_to: new.reply_to,
            thread_root: new.thread_root,
            also_in_channel: new.also_in_channel,
            action: new.action,
            forwarded: new.forwarded,
            reply_count: None,
            last_reply_at: None,
            replier_ids: Vec::new(),
            pinned_by: None,
            reactions: Vec::new(),
            attachments: new.attachments,
            previews: Vec::new(),
        }
    }
}

impl ChatMessage {
    /// Most repliers that are named under the first message of a thread.
    pub const REPLIERS_MAX: usize = 5;

    /// Whether it is shown in the channel itself, and not in its thread alone.
    pub fn in_channel(&self) -> bool {
        self.thread_root.is_none() || self.also_in_channel
    }
}

/// The message that another one repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Forwarded {
    /// The channel that it is from; not everyone who reads the repetition may see that.
    pub channel_id: ChannelId,
    /// Which message.
    pub message_id: MessageId,
    /// Its place in its channel.
    pub seq: Seq,
    /// Who wrote it.
    pub user_id: UserId,
    /// When it was sent.
    pub sent_at: Timestamp,
}

/// One emoji on a message and who set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// The emoji itself.
    pub emoji: String,
    /// Who set it, in the order in which they did; never empty.
    pub user_ids: Vec<UserId>,
}
