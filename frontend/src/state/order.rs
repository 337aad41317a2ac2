//! Putting things in order by a text. One sort for all of them: every sort of a type of its own
//! costs the page kilobytes.

/// The things in the order of their texts; equal ones stay as they were.
pub fn by_text<T>(things: Vec<T>, text: impl Fn(&T) -> String) -> Vec<T> {
    let order = order(things.iter().map(text).collect());
    let mut slots: Vec<Option<T>> = things.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots.get_mut(at).and_then(Option::take)).collect()
}

fn order(texts: Vec<String>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_unstable_by(|a, b| texts[*a].cmp(&texts[*b]).then(a.cmp(b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_keep_their_order() {
        let sorted = by_text(vec![("b", 1), ("a", 2), ("b", 3), ("a", 4)], |t| t.0.to_owned());
        assert_eq!(sorted, [("a", 2), ("a", 4), ("b", 1), ("b", 3)]);
    }
}
