//! Who may come in, and who may let others in.

use crate::error::{Error, Result};
use shared::api::account::SignupPolicy;
use shared::{ErrorCode, Role};

/// Signing up: the first of all; then everyone, who has an invite, or nobody. `invite` says whether
/// the invite that was given holds; None, if none was.
///
/// # Errors
/// `signup_closed`; `invite_needed`, without one where it is needed, and for one that doesn't hold.
pub fn may_sign_up(policy: SignupPolicy, first: bool, invite: Option<bool>) -> Result<()> {
    match (policy, invite) {
        _ if first => Ok(()),
        (SignupPolicy::Closed, _) => {
            Err(Error::new(ErrorCode::SignupClosed, "sign-up on this server is closed"))
        }
        (_, Some(false)) => Err(Error::new(
            ErrorCode::InviteNeeded,
            "this invite holds no more, or never did; ask for another",
        )),
        (SignupPolicy::Open, _) | (SignupPolicy::Invite, Some(true)) => Ok(()),
        (SignupPolicy::Invite, None) => Err(Error::new(
            ErrorCode::InviteNeeded,
            "sign-up on this server needs an invite; ask someone who is here for one",
        )),
    }
}

/// Making invites: everyone but guests.
///
/// # Errors
/// `forbidden` for guests.
pub fn may_invite(role: Role) -> Result<()> {
    if role == Role::Guest {
        Err(Error::forbidden("guests can't invite others; ask a member to"))
    } else {
        Ok(())
    }
}

/// Seeing an invite with its code, and taking it back: who made it, the server's owner and admins.
///
/// # Errors
/// `not_found`, as for an invite that doesn't exist.
pub fn may_manage_invite(role: Role, creator: bool) -> Result<()> {
    if creator || matches!(role, Role::Owner | Role::Admin) {
        Ok(())
    } else {
        Err(Error::not_found("invite"))
    }
}

/// Making somebody a link to a new password: the server's owner, and admins for all but the owner.
///
/// # Errors
/// `forbidden` for others.
pub fn may_reset(asks: Role, of: Role) -> Result<()> {
    match (asks, of) {
        (Role::Owner, _) => Ok(()),
        (Role::Admin, Role::Owner) => {
            Err(Error::forbidden("only the owner may make a link to the owner's new password"))
        }
        (Role::Admin, _) => Ok(()),
        (Role::Member | Role::Guest, _) => {
            Err(Error::forbidden("only the owner and admins may make links to new passwords"))
        }
    }
}

/// Making bots, giving them tokens and putting them out of use: the server's owner and admins.
///
/// # Errors
/// `forbidden` for others.
pub fn may_manage_bots(role: Role) -> Result<()> {
    match role {
        Role::Owner | Role::Admin => Ok(()),
        Role::Member | Role::Guest => {
            Err(Error::forbidden("only the owner and admins may manage bots"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<()>) -> Option<ErrorCode> {
        result.err().map(|e| e.code)
    }

    #[test]
    fn an_invite_opens_what_is_not_closed_and_a_dead_one_opens_nothing() {
        use SignupPolicy::{Closed, Invite, Open};
        for policy in [Open, Invite, Closed] {
            assert_eq!(code(may_sign_up(policy, true, Some(false))), None, "the first");
        }
        for (policy, invite, expected) in [
            (Open, None, None),
            (Open, Some(true), None),
            (Open, Some(false), Some(ErrorCode::InviteNeeded)),
            (Invite, None, Some(ErrorCode::InviteNeeded)),
            (Invite, Some(false), Some(ErrorCode::InviteNeeded)),
            (Invite, Some(true), None),
            (Closed, None, Some(ErrorCode::SignupClosed)),
            (Closed, Some(true), Some(ErrorCode::SignupClosed)),
        ] {
            assert_eq!(code(may_sign_up(policy, false, invite)), expected, "{policy:?} {invite:?}");
        }
    }

    #[test]
    fn only_who_is_in_charge_lets_others_in_again() {
        use Role::{Admin, Guest, Member, Owner};
        for (asks, of, may) in [
            (Owner, Owner, true),
            (Owner, Guest, true),
            (Admin, Admin, true),
            (Admin, Owner, false),
            (Member, Member, false),
            (Guest, Guest, false),
        ] {
            assert_eq!(may_reset(asks, of).is_ok(), may, "{asks:?} {of:?}");
        }
        assert!(may_manage_bots(Admin).is_ok() && may_manage_bots(Member).is_err());
    }
}
