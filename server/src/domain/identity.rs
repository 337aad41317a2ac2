//! When two user names are the same person's: compared case-folded in NFKC, and by their looks.

use super::scopes::Scopes;
use caseless::Caseless as _;
use shared::ClientId;
use shared::UserId;
use unicode_normalization::UnicodeNormalization as _;

/// Who asks: the user, and the client that carried a valid token, cookie or ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user_id: UserId,
    /// The authenticated client.
    pub client_id: ClientId,
    /// What it may do.
    pub scopes: Scopes,
}

impl Caller {
    /// A user's own device, which may do what the user may.
    pub fn device(user_id: UserId, client_id: ClientId) -> Self {
        Self { user_id, client_id, scopes: Scopes::DEVICE }
    }
}

/// The form in which names are compared: NFKC, case folded, NFKC again (as folding can undo it).
pub fn name_key(name: &str) -> String {
    name.nfkc().default_case_fold().nfkc().collect()
}

/// The form in which names are compared by their looks (Unicode TR 39): the skeleton of the name
/// key, so that `аdа` with Cyrillic letters can't pass for `ada`.
pub fn look_key(name: &str) -> String {
    name_key(&unicode_security::skeleton(&name_key(name)).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_composition_do_not_make_another_name() {
        for other in ["Ada", "ADA", "ａｄａ", "  ada".trim()] {
            assert_eq!(name_key(other), name_key("ada"));
        }
        assert_eq!(name_key("Stra\u{df}e"), name_key("STRASSE"));
        assert_eq!(name_key("e\u{301}"), name_key("\u{e9}"));
    }

    #[test]
    fn look_alikes_are_found() {
        assert_eq!(look_key("\u{430}d\u{430}"), look_key("ada"));
        assert_eq!(look_key("paypa1"), look_key("paypal"));
        assert_ne!(look_key("ada"), look_key("bob"));
    }
}
