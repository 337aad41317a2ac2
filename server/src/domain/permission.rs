//! Who may do what, as pure rules over facts that the caller has looked up. They are asked inside
//! the transaction that changes something, so that no removal can slip in between.

use crate::error::{Error, Result};
use shared::{ChannelKind, ErrorCode, Role, UserId, Visibility};

/// What a rule needs to know of a channel and of who asks.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// What the channel is.
    pub kind: ChannelKind,
    /// Who may find it.
    pub visibility: Visibility,
    /// Whether who asks is a member.
    pub member: bool,
    /// Whether who asks created the channel.
    pub creator: bool,
    /// What who asks may do on the whole server.
    pub role: Role,
}

impl Standing {
    fn in_charge(&self) -> bool {
        self.creator || matches!(self.role, Role::Owner | Role::Admin)
    }
}

/// Reading a channel's messages and events: members only.
///
/// # Errors
/// `not_found`, as for a channel that doesn't exist.
pub fn may_read(who: &Standing) -> Result<()> {
    if who.member { Ok(()) } else { Err(Error::not_found("channel")) }
}

/// Seeing that a channel exists: members, and everyone if it is public.
///
/// # Errors
/// `not_found`, as for a channel that doesn't exist.
pub fn may_see(who: &Standing) -> Result<()> {
    if who.member || who.visibility == Visibility::Public {
        Ok(())
    } else {
        Err(Error::not_found("channel"))
    }
}

/// Sending messages and reactions: members only.
///
/// # Errors
/// `not_found`, as for a channel that doesn't exist.
pub fn may_post(who: &Standing) -> Result<()> {
    may_read(who)
}

/// Changing a message's text: its author only.
///
/// # Errors
/// `not_found` for who can't see it, `forbidden` for others than the author.
pub fn may_edit(who: &Standing, asks: UserId, author: UserId) -> Result<()> {
    may_read(who)?;
    if asks == author {
        Ok(())
    } else {
        Err(Error::forbidden("only its author may edit a message"))
    }
}

/// Deleting a message: its author, the channel's creator, the server's owner and admins.
///
/// # Errors
/// `not_found` for who can't see it, `forbidden` for others.
pub fn may_delete_message(who: &Standing, asks: UserId, author: UserId) -> Result<()> {
    may_read(who)?;
    if asks == author || who.in_charge() {
        Ok(())
    } else {
        Err(Error::forbidden("only its author or the channel's creator may delete a message"))
    }
}

/// Taking a message's previews away: who may delete it.
///
/// # Errors
/// `not_found` for who can't see it, `forbidden` for others.
pub fn may_remove_previews(who: &Standing, asks: UserId, author: UserId) -> Result<()> {
    may_read(who)?;
    if asks == author || who.in_charge() {
        Ok(())
    } else {
        Err(Error::forbidden("only its author or the channel's creator may remove its previews"))
    }
}

/// Changing a channel's name, topic or visibility, or deleting it.
///
/// # Errors
/// `not_found` for who isn't a member, `conflict` for a direct conversation, `forbidden` for others
/// than the creator, the server's owner and admins.
pub fn may_change_channel(who: &Standing) -> Result<()> {
    may_read(who)?;
    not_direct(who, "a direct conversation can't be renamed or deleted")?;
    if who.in_charge() {
        Ok(())
    } else {
        Err(Error::forbidden("only its creator may change or delete a channel"))
    }
}

/// Saying how long a channel keeps its messages: who is in charge of it.
///
/// # Errors
/// `not_found` for who isn't a member, `conflict` for a direct conversation, `forbidden` for others.
pub fn may_set_retention(who: &Standing) -> Result<()> {
    may_read(who)?;
    not_direct(who, "a direct conversation keeps its messages as long as the server does")?;
    if who.in_charge() {
        Ok(())
    } else {
        Err(Error::forbidden("only its creator may say how long a channel keeps its messages"))
    }
}

/// Making someone a member: any member of it; and anyone oneself, if it is public.
///
/// # Errors
/// `not_found` for who can't see it, `conflict` for a direct conversation.
pub fn may_add_member(who: &Standing, oneself: bool) -> Result<()> {
    may_see(who)?;
    if !who.member && !oneself {
        return Err(Error::not_found("channel"));
    }
    not_direct(who, "a direct conversation is of two for ever; create a channel instead")
}

/// Ending a membership: one's own; or another's, as the creator, the server's owner or an admin.
///
/// # Errors
/// `not_found` for who isn't a member, `conflict` for a direct conversation, `forbidden` for others.
pub fn may_remove_member(who: &Standing, oneself: bool) -> Result<()> {
    may_read(who)?;
    not_direct(who, "a direct conversation can't be left")?;
    if oneself || who.in_charge() {
        Ok(())
    } else {
        Err(Error::forbidden("only its creator may remove others from a channel"))
    }
}

fn not_direct(who: &Standing, detail: &'static str) -> Result<()> {
    if who.kind == ChannelKind::Direct {
        Err(Error::new(ErrorCode::Conflict, detail))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        Standing {
            kind: ChannelKind::Room,
            visibility: Visibility::Private,
            member: true,
            creator: false,
            role: Role::Member,
        }
    }

    fn code(result: Result<()>) -> Option<ErrorCode> {
        result.err().map(|e| e.code)
    }

    #[test]
    fn a_stranger_learns_nothing_of_a_private_channel() {
        let stranger = Standing { member: false, role: Role::Owner, ..standing() };
        for answer in [
            may_read(&stranger),
            may_see(&stranger),
            may_post(&stranger),
            may_change_channel(&stranger),
            may_add_member(&stranger, true),
            may_remove_member(&stranger, true),
        ] {
            assert_eq!(code(answer), Some(ErrorCode::NotFound));
        }
    }

    #[test]
    fn a_public_channel_can_be_seen_and_joined_but_not_read_by_strangers() {
        let stranger = Standing { member: false, visibility: Visibility::Public, ..standing() };
        assert_eq!(code(may_see(&stranger)), None);
        assert_eq!(code(may_add_member(&stranger, true)), None);
        assert_eq!(code(may_add_member(&stranger, false)), Some(ErrorCode::NotFound));
        assert_eq!(code(may_read(&stranger)), Some(ErrorCode::NotFound));
    }

    #[test]
    fn only_the_creator_and_the_owner_are_in_charge() {
        assert_eq!(code(may_change_channel(&standing())), Some(ErrorCode::Forbidden));
        let creator = Standing { creator: true, ..standing() };
        assert_eq!(code(may_change_channel(&creator)), None);
        let owner = Standing { role: Role::Owner, ..standing() };
        assert_eq!(code(may_remove_member(&owner, false)), None);
        assert_eq!(code(may_remove_member(&standing(), false)), Some(ErrorCode::Forbidden));
        assert_eq!(code(may_remove_member(&standing(), true)), None);
    }

    #[test]
    fn a_direct_conversation_stays_as_it_is() {
        let direct = Standing { kind: ChannelKind::Direct, creator: true, ..standing() };
        for answer in [
            may_change_channel(&direct),
            may_add_member(&direct, false),
            may_remove_member(&direct, true),
        ] {
            assert_eq!(code(answer), Some(ErrorCode::Conflict));
        }
    }
}
