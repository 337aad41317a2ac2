//! Times in a log-linear histogram: 64 steps for each power of two, so that a value is off by 1.6 % at most.

/// Steps for each power of two, as a power of two itself.
const STEP_BITS: u32 = 6;
const STEPS: u64 = 1 << STEP_BITS;

/// How often which time was seen; times are in nanoseconds.
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        let slots = (u64::from(64 - STEP_BITS) + 1) * STEPS;
        Self { counts: vec![0; slots as usize], total: 0, max: 0 }
    }
}

impl Histogram {
    fn slot(value: u64) -> usize {
        if value < STEPS {
            return value as usize;
        }
        let shift = 63 - value.leading_zeros() - STEP_BITS;
        (((u64::from(shift) + 1) << STEP_BITS) + ((value >> shift) - STEPS)) as usize
    }

    fn upper_bound(slot: usize) -> u64 {
        let slot = slot as u64;
        if slot < STEPS {
            return slot;
        }
        let shift = (slot >> STEP_BITS) - 1;
        // The last slot's bound is one past what a u64 holds.
        (((slot & (STEPS - 1)) + STEPS + 1) << shift).wrapping_sub(1)
    }

    /// Notes one time.
    pub(crate) fn record(&mut self, nanos: u64) {
        self.counts[Self::slot(nanos)] += 1;
        self.total += 1;
        self.max = self.max.max(nanos);
    }

    /// How many times were noted.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The longest.
    pub(crate) fn max(&self) -> u64 {
        self.max
    }

    /// The time that a part `q` (0 to 1) of all lie at or below; 0 when there are none.
    pub(crate) fn quantile(&self, q: f64) -> u64 {
        let rank = ((self.total as f64 * q).ceil() as u64).max(1);
        let mut sum = 0;
        for (slot, count) in self.counts.iter().enumerate() {
            sum += count;
            if sum >= rank && *count > 0 {
                return Self::upper_bound(slot).min(self.max);
            }
        }
        0
    }

    /// [`quantile`](Self::quantile) in milliseconds.
    pub(crate) fn ms(&self, q: f64) -> f64 {
        self.quantile(q) as f64 / 1e6
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.counts.fill(0);
        (self.total, self.max) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_stay_within_the_error() {
        let mut histogram = Histogram::default();
        for value in 1..=1_000_000 {
            histogram.record(value);
        }
        for (q, want) in [(0.5, 500_000.0), (0.99, 990_000.0), (0.999, 999_000.0)] {
            let got = histogram.quantile(q) as f64;
            assert!((got - want).abs() / want < 0.02, "{q}: {got}");
        }
        assert_eq!((histogram.max(), histogram.total()), (1_000_000, 1_000_000));
    }

    #[test]
    fn the_ends_of_the_scale_have_a_place() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), 0);
        histogram.record(u64::MAX);
        assert_eq!(histogram.quantile(0.5), u64::MAX);
        histogram.clear();
        histogram.record(0);
        assert_eq!((histogram.quantile(1.0), histogram.max()), (0, 0));
    }
}
