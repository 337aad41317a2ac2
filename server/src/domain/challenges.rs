//! What was asked and not yet answered: each question is answered once, within five minutes, and
//! there are only so many. They live in memory alone; a restart ends them.

use shared::limits::PASSKEY_SECONDS;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// Most questions that are open at once; past it, the oldest is forgotten.
const OPEN_MAX: usize = 2_000;

/// The open questions, with what is needed to judge their answers.
#[derive(Debug)]
pub struct Challenges<T> {
    open: Mutex<HashMap<Uuid, (T, Duration)>>,
}

impl<T> Default for Challenges<T> {
    fn default() -> Self {
        Self { open: Mutex::default() }
    }
}

impl<T> Challenges<T> {
    /// Keeps a question under a new id. `now` is the time since the server's start.
    pub fn ask(&self, id: Uuid, question: T, now: Duration) {
        let ends = now + Duration::from_secs(PASSKEY_SECONDS);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= OPEN_MAX {
            open.retain(|_, (_, ends)| *ends > now);
        }
        if open.len() >= OPEN_MAX
            && let Some(oldest) = open.iter().min_by_key(|(_, (_, ends))| *ends).map(|(id, _)| *id)
        {
            open.remove(&oldest);
        }
        open.insert(id, (question, ends));
    }

    /// Takes a question that is being answered, if it was open and in time.
    pub fn take(&self, id: Uuid, now: Duration) -> Option<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (question, ends) = open.remove(&id)?;
        (ends > now).then_some(question)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_once_and_in_time() {
        let challenges = Challenges::default();
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        challenges.ask(first, "a", Duration::ZERO);
        challenges.ask(second, "b", Duration::ZERO);
        assert_eq!(challenges.take(first, Duration::from_secs(299)), Some("a"));
        assert_eq!(challenges.take(first, Duration::from_secs(299)), None);
        assert_eq!(challenges.take(second, Duration::from_secs(PASSKEY_SECONDS)), None);
    }

    #[test]
    fn the_oldest_of_too_many_is_forgotten() {
        let challenges = Challenges::default();
        for n in 0..=OPEN_MAX as u64 {
            challenges.ask(Uuid::from_u128(u128::from(n)), n, Duration::from_millis(n));
        }
        let now = Duration::from_secs(10);
        assert_eq!(challenges.take(Uuid::from_u128(0), now), None);
        assert_eq!(challenges.take(Uuid::from_u128(1), now), Some(1));
        assert!(challenges.open.lock().unwrap().len() <= OPEN_MAX);
    }
}
