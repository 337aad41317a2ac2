//! How many of something each user has under way at once.

use shared::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what is under way, by user. Holds nothing of users who have nothing under way.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    taken: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// One of a user's slots, for as long as this lives.
#[derive(Debug)]
pub struct Slot {
    slots: Slots,
    user: UserId,
}

impl Slots {
    /// A slot of the user, who may have `most` at once; None while all are taken.
    pub fn take(&self, user: UserId, most: usize) -> Option<Slot> {
        let mut taken = self.lock();
        let count = taken.entry(user).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Slot { slots: self.clone(), user })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.lock();
        if let Some(count) = taken.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_user_has_so_many_and_gets_them_back() {
        let (slots, ada, bob) =
            (Slots::default(), UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let first = slots.take(ada, 2);
        let second = slots.take(ada, 2);
        assert!(first.is_some() && second.is_some() && slots.take(ada, 2).is_none());
        assert!(slots.take(bob, 2).is_some());
        drop(first);
        assert!(slots.take(ada, 2).is_some());
        drop(second);
        assert!(slots.lock().is_empty());
    }
}
