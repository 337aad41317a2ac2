//! Maps and sets for the page. Its keys are ids, random already, or names of its own: hashing them
//! against those who would choose them badly, as the standard library does, would cost the page some
//! kilobytes and protect nobody.

use std::hash::{BuildHasherDefault, Hasher};

/// A map, hashed cheaply.
pub type HashMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Cheap>>;
/// A set, hashed cheaply.
pub type HashSet<K> = std::collections::HashSet<K, BuildHasherDefault<Cheap>>;

/// Folds eight bytes at a time into a product.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cheap(u64);

impl Hasher for Cheap {
    fn finish(&self) -> u64 {
        // The map looks at the upper bits and at the lower ones.
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        // What tells ids apart stands at their end, and shall stand lowest: products spread upwards.
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            let mixed = self.0.rotate_left(5) ^ u64::from_be_bytes(word);
            self.0 = mixed.wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::Hash as _;

    #[test]
    fn ids_of_the_same_millisecond_are_spread() {
        let hash = |n: u32| {
            let mut hasher = Cheap::default();
            uuid::Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0000 + u128::from(n))
                .hash(&mut hasher);
            hasher.finish()
        };
        let (mut low, mut high) = (HashSet::default(), HashSet::default());
        for n in 0..256 {
            low.insert(hash(n) & 0xff);
            high.insert(hash(n) >> 57);
        }
        assert!(low.len() > 120 && high.len() > 60, "{} {}", low.len(), high.len());
    }
}
