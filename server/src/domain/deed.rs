//! What is written down in the audit log, and the digest that chains its lines. Who may read the
//! log is said in `permission.rs`; where it is kept, in storage.

use sha2::{Digest as _, Sha256};
use shared::api::audit::Act;
use shared::{ChannelId, Timestamp, UserId};

/// The digest of a line of the audit log.
pub type LineDigest = [u8; 32];

/// What comes before the first line.
pub const BEFORE_ALL: LineDigest = [0; 32];

/// Something that was done with accounts, rights or the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// What.
    pub act: Act,
    /// By whom; None for the program's own commands.
    pub by: Option<UserId>,
    /// With whom.
    pub user: Option<UserId>,
    /// Where.
    pub channel: Option<ChannelId>,
    /// What else there is to say. Never a secret.
    pub detail: String,
}

impl Deed {
    /// Something that `by` did.
    pub fn new(act: Act, by: UserId) -> Self {
        Self { act, by: Some(by), user: None, channel: None, detail: String::new() }
    }

    /// Something that the program was told to do by who runs it.
    pub fn of_operator(act: Act) -> Self {
        Self { act, by: None, user: None, channel: None, detail: String::new() }
    }

    /// With whom.
    #[must_use]
    pub fn with(self, user: UserId) -> Self {
        Self { user: Some(user), ..self }
    }

    /// Where.
    #[must_use]
    pub fn in_channel(self, channel: ChannelId) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// What else there is to say.
    #[must_use]
    pub fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// The line's digest: over the digest of the line before, and everything in this one. Parts of
    /// any length are preceded by it, so that none can be moved into the next.
    pub fn digest(&self, before: LineDigest, no: u64, at: Timestamp) -> LineDigest {
        let id = |id: Option<&uuid::Uuid>| id.map(|id| *id.as_bytes());
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(no.to_be_bytes());
        hash.update(at.0.to_be_bytes());
        let ids = [
            id(self.by.as_ref().map(|id| &id.0)),
            id(self.user.as_ref().map(|id| &id.0)),
            id(self.channel.as_ref().map(|id| &id.0)),
        ];
        for id in ids {
            hash.update([u8::from(id.is_some())]);
            hash.update(id.unwrap_or_default());
        }
        for text in [self.act.as_str(), &self.detail] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_part_of_a_line_changes_its_digest() {
        let (ada, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let channel = ChannelId(Uuid::from_u128(1));
        let deed = Deed::new(Act::Kicked, ada).with(bob).in_channel(channel).saying("spam");
        let (at, digest) = (Timestamp(5), deed.digest(BEFORE_ALL, 1, Timestamp(5)));
        let others = [
            Deed { act: Act::Banned, ..deed.clone() },
            Deed { by: None, ..deed.clone() },
            Deed { by: Some(bob), ..deed.clone() },
            Deed { user: None, ..deed.clone() },
            Deed { channel: None, ..deed.clone() },
            Deed { detail: "spa".into(), ..deed.clone() },
        ];
        for other in others {
            assert_ne!(other.digest(BEFORE_ALL, 1, at), digest, "{other:?}");
        }
        assert_ne!(deed.digest(digest, 1, at), digest);
        assert_ne!(deed.digest(BEFORE_ALL, 2, at), digest);
        assert_ne!(deed.digest(BEFORE_ALL, 1, Timestamp(6)), digest);
        assert_eq!(deed.digest(BEFORE_ALL, 1, at), digest);
    }
}
