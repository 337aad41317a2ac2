//! The audit log: who did what with accounts, rights and the server. The page doesn't read it.

use crate::{ChannelId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What was done, as a stable word. On the wire in snake_case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Act { $($(#[$doc])* $name,)* }

        impl Act {
            /// Every act there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The word on the wire and in the log.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }
        }
    };
}

acts! {
    /// An account was made.
    SignedUp = "signed_up";
    /// An invite was made; its code isn't told.
    InviteCreated = "invite_created";
    /// An invite was taken back.
    InviteRevoked = "invite_revoked";
    /// Someone's role on the server was changed.
    RoleChanged = "role_changed";
    /// An account was put out of use.
    Deactivated = "deactivated";
    /// An account was put back into use.
    Reactivated = "reactivated";
    /// The server was handed over to another owner.
    OwnershipTransferred = "ownership_transferred";
    /// Someone changed their own password.
    PasswordChanged = "password_changed";
    /// A one-time link to a new password was made.
    ResetCreated = "reset_created";
    /// It was used.
    ResetUsed = "reset_used";
    /// Someone added a passkey.
    PasskeyAdded = "passkey_added";
    /// Someone took a passkey away.
    PasskeyRemoved = "passkey_removed";
    /// Someone logged one of their clients out.
    ClientEnded = "client_ended";
    /// Someone logged all of their clients out.
    ClientsEnded = "clients_ended";
    /// A token of the API was made.
    TokenCreated = "token_created";
    /// It was taken back.
    TokenRevoked = "token_revoked";
    /// A bot was made.
    BotCreated = "bot_created";
    /// It was put out of use.
    BotRemoved = "bot_removed";
    /// Someone's role in a channel was changed.
    ChannelRoleChanged = "channel_role_changed";
    /// Someone was taken out of a channel by another.
    Kicked = "kicked";
    /// Someone was kept out of a channel.
    Banned = "banned";
    /// They may come back.
    Unbanned = "unbanned";
    /// Someone may only read in a channel.
    Muted = "muted";
    /// They may write again.
    Unmuted = "unmuted";
    /// A channel was deleted.
    ChannelDeleted = "channel_deleted";
    /// How long a channel keeps its messages was changed.
    RetentionChanged = "retention_changed";
    /// The whole server was restored from a backup.
    Restored = "restored";
    /// The whole server was read in from an export.
    Imported = "imported";
}

/// One line of the audit log. Nobody can change or delete one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The line's number, from 1 without gaps.
    pub no: u64,
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub act: Act,
    /// Who did it; left out for the program's own commands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// With whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// What else there is to say, e.g. the new role. Never a secret.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// SHA-256 over the digest of the line before and this line, in hexadecimal: who keeps the last
    /// one elsewhere can prove that no line before it was changed.
    pub digest: String,
}

/// `GET /api/audit`: lines of the audit log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    /// The lines.
    pub entries: Vec<AuditEntry>,
    /// Where to go on: `before` of the next request. Left out at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}
