//! What a person or a place looks like before anything is known about it: the hue of an id and the
//! initials of a name. Both sides draw it, the server in the first paint. Colours themselves are
//! the style sheet's.

/// Classes of the hues. An id keeps its hue for ever, since only the id decides.
const HUES: [&str; 24] = [
    "h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9", "h10", "h11", "h12", "h13", "h14",
    "h15", "h16", "h17", "h18", "h19", "h20", "h21", "h22", "h23",
];

/// The class (`h0` to `h23`) of an id, written as text.
pub fn hue(id: &str) -> &'static str {
    // FNV-1a: version 7 ids differ in a few digits only, and neighbours should look different.
    let hash = id
        .bytes()
        .fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    HUES[(hash >> 8) as usize % HUES.len()]
}

/// One or two letters for an avatar: of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    // Capitals beyond ASCII would cost the page a table of ten kilobytes.
    first.into_iter().chain(last).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Mira van Okafor"), "MO");
        assert_eq!(initials("ada"), "A");
        assert_eq!(initials("élise"), "é");
        assert_eq!(initials("愛子"), "愛");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn ids_made_in_the_same_millisecond_spread_over_the_hues() {
        let classes: std::collections::HashSet<_> =
            (0..200).map(|n| hue(&format!("0198c0de-0000-7000-8000-{n:012}"))).collect();
        assert!(classes.len() > 20, "{}", classes.len());
    }
}
