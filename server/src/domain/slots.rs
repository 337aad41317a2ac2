//! How many of something each user (or client, or network) has under way at once.

use shared::UserId;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts what is under way, by user. Holds nothing of users who have nothing under way.
#[derive(Debug)]
pub struct Slots<K: Copy + Eq + Hash = UserId> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

/// One of a user's slots, for as long as this lives.
#[derive(Debug)]
pub struct Slot<K: Copy + Eq + Hash = UserId> {
    slots: Slots<K>,
    user: K,
}

impl<K: Copy + Eq + Hash> Default for Slots<K> {
    fn default() -> Self {
        Self { taken: Arc::default() }
    }
}

impl<K: Copy + Eq + Hash> Slots<K> {
    /// A slot of the user, who may have `most` at once; None while all are taken.
    pub fn take(&self, user: K, most: usize) -> Option<Slot<K>> {
        let mut taken = self.lock();
        let count = taken.get(&user).copied().unwrap_or(0);
        if count >= most {
            return None;
        }
        taken.insert(user, count + 1);
        Some(Slot { slots: Self { taken: Arc::clone(&self.taken) }, user })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Drop for Slot<K> {
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
            (Slots::<UserId>::default(), UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
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
