//! Tickets: each opens one WebSocket, once, within 30 seconds. They live in memory alone; a restart
//! ends them, and asking for another costs one request.

use super::identity::Caller;
use super::secret::{TokenHash, token_hash};
use shared::limits::TICKET_SECONDS;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Most tickets that are open at once; past it the ones that ended are forgotten, then all.
const TICKETS_MAX: usize = 50_000;

/// The tickets that were given and not yet used.
#[derive(Debug, Default)]
pub struct Tickets {
    open: Mutex<HashMap<TokenHash, (Caller, Duration)>>,
}

impl Tickets {
    /// Keeps a new ticket's hash. `now` is the time since the server's start.
    pub fn keep(&self, ticket: &str, caller: Caller, now: Duration) {
        let ends = now + Duration::from_secs(TICKET_SECONDS);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= TICKETS_MAX {
            open.retain(|_, (_, ends)| *ends > now);
            if open.len() >= TICKETS_MAX {
                open.clear();
            }
        }
        open.insert(token_hash(ticket), (caller, ends));
    }

    /// Uses a ticket up; whose it is, if it was open and in time.
    pub fn redeem(&self, ticket: &str, now: Duration) -> Option<Caller> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, ends) = open.remove(&token_hash(ticket))?;
        (ends > now).then_some(caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{ClientId, UserId};
    use uuid::Uuid;

    #[test]
    fn a_ticket_works_once_and_in_time() {
        let tickets = Tickets::default();
        let caller = Caller::device(UserId(Uuid::nil()), ClientId(Uuid::nil()));
        tickets.keep("a", caller, Duration::ZERO);
        tickets.keep("b", caller, Duration::ZERO);
        assert_eq!(tickets.redeem("a", Duration::from_secs(1)), Some(caller));
        assert_eq!(tickets.redeem("a", Duration::from_secs(1)), None);
        assert_eq!(tickets.redeem("b", Duration::from_secs(30)), None);
        assert_eq!(tickets.redeem("c", Duration::ZERO), None);
    }
}
