//! What a client may do at most: a device everything that its user may, a token of the API what it
//! was made for. The user's own rights, which are in `permission.rs`, hold beside it.

use crate::error::{Error, Result};
use shared::api::tokens::Scope;

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// To read.
    Read,
    /// To change something.
    Write,
    /// To administer the server.
    Admin,
    /// To be a device on which its user logged in: for passwords, passkeys, tokens and clients.
    Device,
}

const READ: u8 = 1;
const WRITE: u8 = 2;
const ADMIN: u8 = 4;
const OWN: u8 = 8;

impl Scopes {
    /// A device's: everything.
    pub const DEVICE: Self = Self(READ | WRITE | ADMIN | OWN);

    /// A token's.
    pub fn of(scopes: &[Scope]) -> Self {
        let bit = |scope: &Scope| match scope {
            Scope::Read => READ,
            Scope::Write => WRITE,
            Scope::Admin => ADMIN,
        };
        Self(scopes.iter().map(bit).fold(0, |all, bit| all | bit))
    }

    /// As it is stored: None for a device.
    pub fn from_stored(bits: Option<i64>) -> Self {
        let token = |bits: i64| {
            let known = bits & i64::from(READ | WRITE | ADMIN);
            Self(u8::try_from(known).unwrap_or(0))
        };
        bits.map_or(Self::DEVICE, token)
    }

    /// To store it: None for a device.
    pub fn stored(self) -> Option<i64> {
        (self != Self::DEVICE).then_some(i64::from(self.0))
    }

    /// A token's scopes, as a list.
    pub fn list(self) -> Vec<Scope> {
        let all = [(READ, Scope::Read), (WRITE, Scope::Write), (ADMIN, Scope::Admin)];
        all.into_iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, scope)| scope).collect()
    }

    /// Whether this is enough.
    ///
    /// # Errors
    /// `forbidden`, with a sentence that says what is missing.
    pub fn permit(self, wanted: Wanted) -> Result<()> {
        let (bit, detail) = match wanted {
            Wanted::Read => (READ, "this token may not read: it was made without the scope `read`"),
            Wanted::Write => {
                (WRITE, "this token may change nothing: it was made without the scope `write`")
            }
            Wanted::Admin => (
                ADMIN,
                "this token may not administer the server: it was made without the scope `admin`",
            ),
            Wanted::Device => {
                (OWN, "no token may do this; log in with a password or a passkey, and do it there")
            }
        };
        if self.0 & bit != 0 { Ok(()) } else { Err(Error::forbidden(detail)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_may_what_it_was_made_for_and_never_what_only_a_device_may() {
        let all = Scopes::of(&[Scope::Admin, Scope::Read, Scope::Write]);
        let read = Scopes::of(&[Scope::Read]);
        assert!(read.permit(Wanted::Read).is_ok() && read.permit(Wanted::Write).is_err());
        assert!(all.permit(Wanted::Admin).is_ok() && all.permit(Wanted::Device).is_err());
        assert!(Scopes::DEVICE.permit(Wanted::Device).is_ok());
    }

    #[test]
    fn what_is_stored_comes_back_and_nothing_stored_makes_a_token_a_device() {
        for scopes in [Scopes::DEVICE, Scopes::of(&[]), Scopes::of(&[Scope::Write])] {
            assert_eq!(Scopes::from_stored(scopes.stored()), scopes);
        }
        assert!(Scopes::from_stored(Some(-1)).permit(Wanted::Device).is_err());
        assert_eq!(Scopes::of(&[Scope::Admin, Scope::Read]).list(), [Scope::Read, Scope::Admin]);
    }
}
