//! What a crowd has seen since counting began.

use crate::histogram::Histogram;

/// Counts and times of a crowd.
#[derive(Default)]
pub(crate) struct Tally {
    /// Messages sent.
    pub(crate) sent: u64,
    /// Deliveries that are due for them.
    pub(crate) expected: u64,
    /// Deliveries that came.
    pub(crate) delivered: u64,
    /// Messages that were acknowledged.
    pub(crate) acked: u64,
    /// From the time in each record until the read that brought it.
    pub(crate) latency: Histogram,
    /// From the time in each nonce until the read that brought its `ack`.
    pub(crate) acks: Histogram,
    /// Bytes of the payload of the newest frame that held a record.
    pub(crate) payload_len: usize,
    /// Nanoseconds spent on events.
    pub(crate) busy: u64,
    /// Sockets that were closed by the server.
    pub(crate) closed: u64,
    /// The first thing that must not happen, and how many there were.
    pub(crate) fault: Option<(String, u64)>,
}

impl Tally {
    /// Notes something that must not happen.
    pub(crate) fn fault(&mut self, what: impl FnOnce() -> String) {
        match &mut self.fault {
            Some((_, count)) => *count += 1,
            None => self.fault = Some((what(), 1)),
        }
    }

    /// Deliveries that are due and did not come yet.
    pub(crate) fn outstanding(&self) -> u64 {
        self.expected.saturating_sub(self.delivered)
    }

    /// Counts from the start again; what must not happen stays.
    pub(crate) fn restart(&mut self) {
        self.latency.clear();
        self.acks.clear();
        (self.sent, self.expected, self.delivered, self.acked) = (0, 0, 0, 0);
        (self.busy, self.closed) = (0, 0);
    }

    /// What must not happen and did, in words.
    pub(crate) fn verdict(&self) -> Option<String> {
        if let Some((what, count)) = &self.fault {
            let more =
                if *count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
            return Some(format!("{what}{more}"));
        }
        if self.delivered > self.expected {
            return Some(format!("{} deliveries too many", self.delivered - self.expected));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fault_is_told_and_the_others_counted() {
        let mut tally = Tally::default();
        assert_eq!(tally.verdict(), None);
        tally.fault(|| "a gap".to_owned());
        tally.fault(|| "another".to_owned());
        tally.restart();
        assert_eq!(tally.verdict().as_deref(), Some("a gap (and 1 more)"));
    }

    #[test]
    fn more_than_was_due_is_a_fault() {
        let tally = Tally { expected: 2, delivered: 3, ..Tally::default() };
        assert_eq!((tally.outstanding(), tally.verdict().is_some()), (0, true));
    }
}
