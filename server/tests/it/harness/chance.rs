//! Random numbers that can be had again: a test prints its seed, and the same seed makes the same
//! choices.

/// A small generator (splitmix64); for choosing, not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The generator with this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed from the environment variable `name`, or a new one from the operating system.
    pub(crate) fn seed(name: &str) -> u64 {
        std::env::var(name).ok().map_or_else(
            || getrandom::u64().expect("the operating system's random numbers"),
            |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")),
        )
    }

    /// Any number.
    pub(crate) fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.any() % bound as u64).unwrap()
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of `choices`, or none if there are none.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        if choices.is_empty() { None } else { choices.get(self.below(choices.len())) }
    }

    /// A nonce nobody else has.
    pub(crate) fn nonce(&mut self) -> String {
        uuid::Uuid::from_u64_pair(self.any(), self.any()).to_string()
    }
}

/// An id that nothing has.
pub(crate) fn unknown_id() -> uuid::Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system's random numbers");
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
