//! Texts as people write them, as far as an index can tell: few words often and many seldom (Zipf), of a dozen words or so,
//! some in Chinese, and a few that rows look for.

/// Stands in half of all texts.
pub(crate) const COMMON: &str = "everywhere";
/// Stands in three texts of ten.
pub(crate) const USUAL: &str = "usually";
/// Stands in one text of a hundred, its words in others, too.
pub(crate) const PHRASE: &str = "green tea";

/// Different words.
const WORDS: usize = 50_000;
/// Different characters of Chinese.
const CHARACTERS: usize = 3_000;
const SYLLABLES: [&str; 32] = [
    "a", "be", "con", "der", "e", "fi", "gen", "ha", "in", "ja", "ka", "lo", "ma", "ne", "o",
    "pre", "qui", "re", "sta", "ti", "un", "ver", "wa", "xe", "ya", "zu", "ment", "tion", "ing",
    "ly", "al", "er",
];

/// Makes texts, the same ones in every run.
pub(crate) struct Texts {
    chance: u64,
}

impl Texts {
    /// From the beginning.
    pub(crate) fn new() -> Self {
        Self { chance: 0x9e37_79b9_7f4a_7c15 }
    }

    fn chance(&mut self) -> f64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        (self.chance >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `count`, each about inversely as often as it is large.
    pub(crate) fn rank(&mut self, count: usize) -> usize {
        let rank = ((count + 1) as f64).powf(self.chance()) as usize;
        rank.saturating_sub(1).min(count - 1)
    }

    /// A text.
    pub(crate) fn text(&mut self) -> String {
        let mut text = String::new();
        let length = 1.0 - 11.0 * (1.0 - self.chance()).ln();
        for _ in 0..length.min(120.0) as usize {
            text += &word(self.rank(WORDS));
            text.push(if self.chance() < 0.08 { ',' } else { ' ' });
        }
        for (word, share) in [(COMMON, 0.5), (USUAL, 0.3), ("green", 0.03), (PHRASE, 0.01)] {
            if self.chance() < share {
                text += word;
                text.push(' ');
            }
        }
        if self.chance() < 0.05 {
            text.extend((0..12).map(|_| character(self.rank(CHARACTERS))));
        }
        text.push('.');
        text
    }

    /// One of the words that hardly any text has.
    pub(crate) fn rare_word(&mut self) -> String {
        word(WORDS / 2 + (self.chance() * (WORDS / 2) as f64) as usize)
    }

    /// The first three letters of some word.
    pub(crate) fn beginning(&mut self) -> String {
        word(100 + self.rank(WORDS - 100)).chars().take(3).collect()
    }

    /// Two characters of Chinese, neither of them rare.
    pub(crate) fn pair(&mut self) -> String {
        (0..2).map(|_| character(self.rank(100))).collect()
    }
}

fn word(mut rank: usize) -> String {
    let mut word = String::new();
    rank += SYLLABLES.len();
    while rank > 0 {
        word += SYLLABLES[rank % SYLLABLES.len()];
        rank /= SYLLABLES.len();
    }
    word
}

fn character(rank: usize) -> char {
    char::from_u32(0x4e00 + rank as u32).unwrap_or('一')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_about_a_dozen_words_and_the_shares_that_rows_count_on() {
        let mut texts = Texts::new();
        let all: Vec<String> = (0..10_000).map(|_| texts.text()).collect();
        let share = |part: &str| all.iter().filter(|text| text.contains(part)).count();
        assert!((4_700..5_300).contains(&share(COMMON)), "{}", share(COMMON));
        assert!((2_700..3_300).contains(&share(USUAL)), "{}", share(USUAL));
        assert!((50..200).contains(&share(PHRASE)), "{}", share(PHRASE));
        let words: usize = all.iter().map(|text| text.split(' ').count()).sum();
        assert!((80_000..160_000).contains(&words), "{words}");
        assert!(all[..100].iter().any(|text| text.contains(&word(0))));
    }

    #[test]
    fn ranks_are_in_bounds_and_the_first_is_the_most_frequent() {
        let mut texts = Texts::new();
        let mut counts = [0; 64];
        (0..10_000).for_each(|_| counts[texts.rank(64)] += 1);
        assert!(counts[0] > counts[9] && counts[9] > counts[63], "{counts:?}");
    }
}
