//! Who may do what, as pure rules over facts that the caller has looked up. They are asked inside
//! the transaction that changes something, so that no removal can slip in between. Time is an
//! argument: a mute or a ban that has ended holds no more.

mod ways_in;

pub use ways_in::{may_invite, may_manage_bots, may_manage_invite, may_reset, may_sign_up};

use crate::error::{Error, Result};
use shared::{ChannelKind, ErrorCode, Role, Timestamp, UserId, Visibility};

/// The end of what has none.
pub const FOR_EVER: Timestamp = Timestamp(i64::MAX);

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
    /// Whether who asks is one of the channel's moderators.
    pub moderator: bool,
    /// What who asks may do on the whole server.
    pub role: Role,
    /// Until when who asks may only read; [`FOR_EVER`] without an end.
    pub muted_until: Option<Timestamp>,
    /// Until when who asks is kept out; [`FOR_EVER`] without an end.
    pub banned_until: Option<Timestamp>,
}

/// How much somebody has to say in a channel. Who is above another may moderate them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Everybody, guests too.
    Member,
    /// One of its moderators.
    Moderator,
    /// Who created it.
    Creator,
    /// An admin of the server.
    Admin,
    /// The server's owner.
    Owner,
}

impl Standing {
    /// How much who asks has to say. In a direct conversation nobody is above the other.
    pub fn rank(&self) -> Rank {
        match self.role {
            _ if self.kind == ChannelKind::Direct => Rank::Member,
            Role::Owner => Rank::Owner,
            Role::Admin => Rank::Admin,
            _ if self.creator => Rank::Creator,
            Role::Member if self.moderator => Rank::Moderator,
            Role::Member | Role::Guest => Rank::Member,
        }
    }

    fn in_charge(&self) -> bool {
        self.kind != ChannelKind::Direct && (self.creator || self.rank() >= Rank::Creator)
    }

    fn banned(&self, at: Timestamp) -> bool {
        self.banned_until.is_some_and(|until| until > at)
    }
}

/// Reading a channel's messages and events: members only.
///
/// # Errors
/// `not_found`, as for a channel that doesn't exist.
pub fn may_read(who: &Standing) -> Result<()> {
    if who.member { Ok(()) } else { Err(Error::not_found("channel")) }
}

/// Seeing that a channel exists: members, and if it is public everyone but guests and who is banned.
///
/// # Errors
/// `not_found`, as for a channel that doesn't exist.
pub fn may_see(who: &Standing, at: Timestamp) -> Result<()> {
    let public = who.visibility == Visibility::Public && who.role != Role::Guest;
    if who.member || (public && !who.banned(at)) {
        Ok(())
    } else {
        Err(Error::not_found("channel"))
    }
}

/// Sending messages and reactions, and pinning: members who aren't muted.
///
/// # Errors
/// `not_found`, as for a channel that doesn't exist; `forbidden` for who is muted.
pub fn may_post(who: &Standing, at: Timestamp) -> Result<()> {
    may_read(who)?;
    match who.muted_until {
        Some(FOR_EVER) => Err(Error::forbidden(
            "you are muted in this channel and may only read; ask one of its moderators",
        )),
        Some(until) if until > at => {
            let until = until.to_rfc3339();
            let detail = format!("you are muted in this channel and may only read until {until}");
            Err(Error::new(ErrorCode::Forbidden, detail))
        }
        _ => Ok(()),
    }
}

/// Changing a message's text: its author only, and not while muted.
///
/// # Errors
/// `not_found` for who can't see it, `forbidden` for others than the author and who is muted.
pub fn may_edit(who: &Standing, asks: UserId, author: UserId, at: Timestamp) -> Result<()> {
    may_read(who)?;
    if asks == author {
        may_post(who, at)
    } else {
        Err(Error::forbidden("only its author may edit a message"))
    }
}

/// Deleting a message: its author, the channel's creator, the server's owner and admins; and a
/// moderator, if the author is below.
///
/// # Errors
/// `not_found` for who can't see it, `forbidden` for others.
pub fn may_delete_message(
    who: &Standing,
    asks: UserId,
    author: UserId,
    rank_of_author: Rank,
) -> Result<()> {
    may_read(who)?;
    if asks == author || who.in_charge() || who.rank() > rank_of_author {
        Ok(())
    } else {
        Err(Error::forbidden("only its author or who moderates the channel may delete a message"))
    }
}

/// Taking a message's previews away: who may delete it.
///
/// # Errors
/// `not_found` for who can't see it, `forbidden` for others.
pub fn may_remove_previews(
    who: &Standing,
    asks: UserId,
    author: UserId,
    rank_of_author: Rank,
) -> Result<()> {
    may_delete_message(who, asks, author, rank_of_author).map_err(|error| match error.code {
        ErrorCode::Forbidden => Error::forbidden(
            "only its author or who moderates the channel may remove a message's previews",
        ),
        _ => error,
    })
}

/// Changing a channel's topic: its moderators, and who may change all of it.
///
/// # Errors
/// As for [`may_change_channel`].
pub fn may_change_topic(who: &Standing) -> Result<()> {
    may_read(who)?;
    if who.rank() == Rank::Moderator { Ok(()) } else { may_change_channel(who) }
}

/// Changing a channel's name or visibility, or deleting it.
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

/// Creating channels and opening conversations: everybody but guests.
///
/// # Errors
/// `forbidden`.
pub fn may_create_channel(role: Role) -> Result<()> {
    if role == Role::Guest {
        return Err(Error::forbidden(
            "a guest can't create channels; ask somebody to make one and to add you",
        ));
    }
    Ok(())
}

/// Making someone a member: any member of it who is no guest; and anyone oneself, if it is public.
///
/// # Errors
/// `not_found` for who can't see it, `forbidden` for guests, `conflict` for a direct conversation.
pub fn may_add_member(who: &Standing, oneself: bool, at: Timestamp) -> Result<()> {
    may_see(who, at)?;
    if !who.member && !oneself {
        return Err(Error::not_found("channel"));
    }
    not_direct(who, "a direct conversation is of two for ever; create a channel instead")?;
    if who.role == Role::Guest && !oneself {
        return Err(Error::forbidden("a guest can't add people to a channel"));
    }
    Ok(())
}

/// Ending a membership: one's own; another's, as the channel's creator, or as somebody above them
/// who moderates it.
///
/// # Errors
/// `not_found` for who isn't a member, `conflict` for a direct conversation, `forbidden` for others.
pub fn may_remove_member(who: &Standing, oneself: bool, rank_of_other: Rank) -> Result<()> {
    may_read(who)?;
    not_direct(who, "a direct conversation can't be left")?;
    if oneself || who.creator {
        return Ok(());
    }
    above(who, rank_of_other)
}

/// Banning and muting, and taking it back: who moderates the channel, with whom is below them.
///
/// # Errors
/// `not_found` for who isn't a member, `conflict` for a direct conversation, `forbidden` for others.
pub fn may_moderate(who: &Standing, rank_of_other: Rank) -> Result<()> {
    may_list_bans(who)?;
    above(who, rank_of_other)
}

/// Seeing who is banned: who moderates the channel.
///
/// # Errors
/// `not_found` for who isn't a member, `conflict` for a direct conversation, `forbidden` for others.
pub fn may_list_bans(who: &Standing) -> Result<()> {
    may_read(who)?;
    not_direct(who, "a direct conversation has no moderators")?;
    above(who, Rank::Member)
}

fn above(who: &Standing, rank_of_other: Rank) -> Result<()> {
    if who.rank() > rank_of_other {
        Ok(())
    } else if who.rank() >= Rank::Moderator {
        Err(Error::forbidden("they have as much to say in this channel as you, or more"))
    } else {
        Err(Error::forbidden("only who moderates the channel may do this to others"))
    }
}

/// Making moderators: the channel's creator, the server's owner and admins.
///
/// # Errors
/// `not_found` for who isn't a member, `conflict` for a direct conversation, `forbidden` for others.
pub fn may_set_channel_role(who: &Standing) -> Result<()> {
    may_read(who)?;
    not_direct(who, "a direct conversation has no moderators")?;
    if who.in_charge() {
        Ok(())
    } else {
        Err(Error::forbidden("only its creator, an admin or the owner makes moderators"))
    }
}

/// Changing what somebody may do on the whole server: the owner anybody's, an admin a member's to a
/// guest's and back. Nobody their own.
///
/// # Errors
/// `forbidden`, `conflict` for the owner's.
pub fn may_set_role(asks: Role, oneself: bool, from: Role, to: Role) -> Result<()> {
    let low = |role| matches!(role, Role::Member | Role::Guest);
    match asks {
        Role::Member | Role::Guest => {
            Err(Error::forbidden("only the owner and admins change what others may do"))
        }
        _ if from == Role::Owner || to == Role::Owner => Err(Error::new(
            ErrorCode::Conflict,
            "there is always one owner; the owner may hand the server over to another",
        )),
        _ if oneself => Err(Error::forbidden("nobody changes their own role; ask the owner")),
        Role::Admin if !(low(from) && low(to)) => {
            Err(Error::forbidden("an admin makes members guests and guests members, no more"))
        }
        _ => Ok(()),
    }
}

/// Putting an account out of use, and back: the owner everybody's, an admin a member's or guest's.
/// Never the owner's, and nobody their own.
///
/// # Errors
/// `forbidden`, `conflict` for the owner's.
pub fn may_deactivate(asks: Role, oneself: bool, whom: Role) -> Result<()> {
    match (asks, whom) {
        (Role::Member | Role::Guest, _) => {
            Err(Error::forbidden("only the owner and admins deactivate accounts"))
        }
        (_, Role::Owner) => Err(Error::new(
            ErrorCode::Conflict,
            "the owner can't be deactivated; the owner may hand the server over to another first",
        )),
        _ if oneself => Err(Error::forbidden("nobody deactivates themselves; ask the owner")),
        (Role::Admin, Role::Admin) => Err(Error::forbidden("only the owner deactivates an admin")),
        _ => Ok(()),
    }
}

/// Looking at everybody, as who administers the server: the owner and admins.
///
/// # Errors
/// `forbidden`.
pub fn may_administer(role: Role) -> Result<()> {
    match role {
        Role::Owner | Role::Admin => Ok(()),
        Role::Member | Role::Guest => {
            Err(Error::forbidden("only the owner and admins administer the server"))
        }
    }
}

/// Handing the server over, and reading what is written down of it: its owner.
///
/// # Errors
/// `forbidden`.
pub fn must_own(role: Role) -> Result<()> {
    if role == Role::Owner { Ok(()) } else { Err(Error::forbidden("only the server's owner may")) }
}

fn not_direct(who: &Standing, detail: &'static str) -> Result<()> {
    if who.kind == ChannelKind::Direct {
        Err(Error::new(ErrorCode::Conflict, detail))
    } else {
        Ok(())
    }
}

/// Whether somebody of this role may read the figures of the server.
///
/// # Errors
/// `forbidden`.
pub fn may_read_figures(role: Role) -> Result<()> {
    match role {
        Role::Owner | Role::Admin => Ok(()),
        Role::Member | Role::Guest => {
            Err(Error::forbidden("figures are for the owner and for admins"))
        }
    }
}

#[cfg(test)]
mod tests;
