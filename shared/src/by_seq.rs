//! Things by their seq, in one sorted list. A window is a few hundred messages that come nearly in
//! order, for which a list does as well as a tree, and costs the page a third of it.

use crate::Seq;

/// Things by their seq, ascending.
#[derive(Debug, Clone)]
pub(crate) struct BySeq<T>(Vec<(Seq, T)>);

impl<T> Default for BySeq<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> BySeq<T> {
    /// Where a seq stands, or where it would.
    fn place(&self, seq: Seq) -> Result<usize, usize> {
        match self.0.last() {
            // Nearly everything comes at the end.
            Some((last, _)) if *last < seq => Err(self.0.len()),
            _ => self.0.binary_search_by_key(&seq, |(seq, _)| *seq),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn get(&self, seq: Seq) -> Option<&T> {
        self.place(seq).ok().and_then(|at| self.0.get(at)).map(|(_, thing)| thing)
    }

    pub(crate) fn get_mut(&mut self, seq: Seq) -> Option<&mut T> {
        self.place(seq).ok().and_then(|at| self.0.get_mut(at)).map(|(_, thing)| thing)
    }

    /// Puts a thing in its place; one that was there is gone.
    pub(crate) fn insert(&mut self, seq: Seq, thing: T) {
        match self.place(seq) {
            Ok(at) => self.0[at] = (seq, thing),
            Err(at) => self.0.insert(at, (seq, thing)),
        }
    }

    pub(crate) fn first_seq(&self) -> Option<Seq> {
        self.0.first().map(|(seq, _)| *seq)
    }

    pub(crate) fn last_seq(&self) -> Option<Seq> {
        self.0.last().map(|(seq, _)| *seq)
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter().map(|(_, thing)| thing)
    }

    /// Takes out the first so many, ascending.
    pub(crate) fn take_first(&mut self, count: usize) -> impl Iterator<Item = T> {
        self.0.drain(..count.min(self.0.len())).map(|(_, thing)| thing)
    }

    /// Takes out the last so many, ascending.
    pub(crate) fn take_last(&mut self, count: usize) -> impl Iterator<Item = T> {
        self.0.drain(self.0.len().saturating_sub(count)..).map(|(_, thing)| thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_holds_what_a_tree_would(
            inserted in prop::collection::vec((0_u64..40, any::<u8>()), 0..60),
            first in 0_usize..20,
            last in 0_usize..20,
        ) {
            let (mut list, mut tree) = (BySeq::default(), BTreeMap::new());
            for (seq, thing) in inserted {
                list.insert(seq, thing);
                tree.insert(seq, thing);
                prop_assert_eq!(list.get(seq), Some(&thing));
            }
            prop_assert_eq!(list.first_seq(), tree.keys().next().copied());
            prop_assert_eq!(list.last_seq(), tree.keys().next_back().copied());
            let from_first: Vec<_> = list.take_first(first).collect();
            let from_last: Vec<_> = list.take_last(last).collect();
            let all: Vec<_> =
                from_first.iter().chain(list.values()).chain(&from_last).copied().collect();
            prop_assert_eq!(all, tree.values().copied().collect::<Vec<_>>());
            for seq in 0..40 {
                prop_assert_eq!(list.get(seq).is_some(), list.get_mut(seq).is_some());
            }
        }
    }
}
