//! The words that a text is found by, each with its place in the text. What is indexed, what is
//! looked for and what is marked go through here, so that they can't differ.
//!
//! Case, accents, width and composition are folded. What is between letters and digits parts words:
//! `snake_case`, `foo.bar()` and a path are found by their parts, and as a whole by the parts in a
//! row. Chinese, Japanese, Korean, Thai and their like put no blanks between words, or stick to
//! them what belongs to grammar: each two neighbouring characters are a word there, and the last one
//! by itself. An emoji is a word.

use caseless::Caseless as _;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{compose, is_combining_mark};

/// Which rules these are. To be counted on with every change to what a text's words are: a database
/// that was indexed by others is indexed anew.
pub const VERSION: u32 = 1;

/// Longest word in characters; the rest is left out, here and there alike.
const WORD_MAX_CHARS: usize = 64;

/// How a word came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters and digits between others, or an emoji.
    Word,
    /// Two neighbouring characters of a script without blanks.
    Pair,
    /// The last character of several in such a script.
    Last,
    /// A single character in such a script.
    Lone,
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Folded.
    pub folded: String,
    /// Where it is, in bytes.
    pub place: Range<usize>,
    /// How it came about.
    pub kind: Kind,
}

/// The words of a text, in their order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    each(text, |folded, place, kind| {
        words.push(Word { folded: folded.to_owned(), place, kind });
    });
    words
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Parts words.
    Gap,
    /// Neither parts words nor belongs to them: joiners, variation selectors, skin tones.
    Ignored,
    Letter,
    Unspaced,
    Emoji,
}

/// Hands on each word of a text: folded, where it is, and how it came about.
pub fn each(text: &str, mut take: impl FnMut(&str, Range<usize>, Kind)) {
    let mut folded = String::new();
    let mut run: Option<(usize, Class)> = None;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let class = class(c);
        if class == Class::Ignored {
            continue;
        }
        if let Some((start, of)) = run
            && (of != class || class == Class::Emoji)
        {
            finish(text, start..end, of, &mut folded, &mut take);
            run = None;
        }
        if class != Class::Gap && run.is_none() {
            run = Some((at, class));
        }
        end = at + c.len_utf8();
    }
    if let Some((start, of)) = run {
        finish(text, start..end, of, &mut folded, &mut take);
    }
}

fn finish(
    text: &str,
    place: Range<usize>,
    class: Class,
    folded: &mut String,
    take: &mut impl FnMut(&str, Range<usize>, Kind),
) {
    let run = &text[place.clone()];
    folded.clear();
    match class {
        Class::Gap | Class::Ignored => {}
        Class::Emoji => {
            folded.extend(run.chars().take(1));
            take(folded, place, Kind::Word);
        }
        Class::Letter => {
            fold(run, folded);
            if !folded.is_empty() {
                take(folded, place, Kind::Word);
            }
        }
        Class::Unspaced => pairs(run, place.start, folded, take),
    }
}

fn fold(run: &str, folded: &mut String) {
    if run.is_ascii() {
        folded.extend(run.chars().take(WORD_MAX_CHARS).map(|c| c.to_ascii_lowercase()));
    } else {
        folded.extend(folded_chars(run).nfc().take(WORD_MAX_CHARS));
    }
}

/// Compatibility forms, case and accents folded, decomposed.
fn folded_chars(run: &str) -> impl Iterator<Item = char> {
    let parts = run.nfkd().default_case_fold().nfkd();
    parts.filter(|c| is_kept(*c) && !is_accent(*c))
}

/// Whether it belongs to a word; some compatibility forms hold blanks and punctuation.
fn is_kept(part: char) -> bool {
    part.is_alphanumeric() || is_combining_mark(part)
}

fn pairs(
    run: &str,
    start: usize,
    folded: &mut String,
    take: &mut impl FnMut(&str, Range<usize>, Kind),
) {
    let mut chars: Vec<(char, Range<usize>)> = Vec::new();
    for (at, c) in run.char_indices().filter(|(_, c)| class(*c) != Class::Ignored) {
        let place = start + at..start + at + c.len_utf8();
        for part in std::iter::once(c).nfkd().filter(|part| is_kept(*part)) {
            match chars.last_mut() {
                // Signs of Japanese voicing and parts of Korean syllables, wherever they come from.
                Some((last, its_place)) if let Some(whole) = composed(*last, part) => {
                    *last = whole;
                    its_place.end = place.end;
                }
                _ => chars.push((part, place.clone())),
            }
        }
    }
    for pair in chars.windows(2) {
        let [(first, from), (second, to)] = pair else { continue };
        folded.clear();
        folded.extend([*first, *second]);
        take(folded, from.start..to.end, Kind::Pair);
    }
    let several = chars.len() > 1;
    if let Some((last, place)) = chars.pop() {
        folded.clear();
        folded.push(last);
        take(folded, place, if several { Kind::Last } else { Kind::Lone });
    }
}

fn composed(before: char, part: char) -> Option<char> {
    let joins = matches!(part, '\u{3099}' | '\u{309a}' | '\u{1161}'..='\u{11ff}');
    if joins { compose(before, part) } else { None }
}

fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Class::Letter } else { Class::Gap };
    }
    if is_ignored(c) {
        Class::Ignored
    } else if is_unspaced(c) {
        Class::Unspaced
    } else if c.is_alphanumeric() || is_combining_mark(c) {
        Class::Letter
    } else if is_emoji(c) {
        Class::Emoji
    } else {
        Class::Gap
    }
}

fn is_ignored(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}'
        | '\u{e0100}'..='\u{e01ef}')
}

/// Marks that make no other letter to whoever searches: accents of Latin, Greek and Cyrillic, points
/// of Hebrew and vowels of Arabic. Those of other scripts are letters in all but name.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

fn is_unspaced(c: char) -> bool {
    matches!(c,
        // Thai, Lao, Burmese, Khmer.
        '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{edc}'..='\u{edf}'
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{109d}' | '\u{1780}'..='\u{17d3}'
        // Korean.
        | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}' | '\u{ffa0}'..='\u{ffdc}'
        // Chinese and Japanese.
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}'
        | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{323af}')
}

fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether a text holds a web address.
pub fn holds_link(text: &str) -> bool {
    let follows = |scheme: &str| {
        text.match_indices(scheme).any(|(at, _)| {
            text[at + scheme.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '[')
        })
    };
    follows("http://") || follows("https://")
}

/// Whether a text holds code: something between backticks, or a block that they begin.
pub fn holds_code(text: &str) -> bool {
    let block = text.lines().any(|line| line.trim_start().starts_with("```"));
    block || text.split("\n\n").any(|paragraph| paragraph.matches('`').nth(1).is_some())
}

/// Words in a row that a search looks for, of which the last may be only begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The words, folded; one or more.
    pub words: Vec<String>,
    /// Whether the last one is a beginning.
    pub prefix: bool,
}

impl Pattern {
    /// The pattern of a text; None without a word in it. `open`: its last word may go on.
    pub fn new(text: &str, open: bool) -> Option<Self> {
        let mut words = words(text);
        let last = words.last()?.kind;
        let prefix = match last {
            Kind::Word => open,
            // One character is found wherever it stands: it begins a pair, or is the last one.
            Kind::Lone => true,
            // The pair before says it all, and what is looked for may go on after it.
            Kind::Pair | Kind::Last => {
                words.pop();
                false
            }
        };
        Some(Self { words: words.into_iter().map(|word| word.folded).collect(), prefix })
    }

    /// Where the pattern is among the words of a text: the first and the last word of each place.
    pub fn places<'t>(&self, text: &'t [Word]) -> impl Iterator<Item = (&'t Word, &'t Word)> {
        text.windows(self.words.len().max(1)).filter_map(|some| {
            let (first, last) = (some.first()?, some.last()?);
            self.is(some).then_some((first, last))
        })
    }

    /// Whether a text holds the pattern.
    pub fn is_in(&self, text: &[Word]) -> bool {
        self.places(text).next().is_some()
    }

    fn is(&self, some: &[Word]) -> bool {
        let Some((wanted, before)) = self.words.split_last() else { return false };
        let Some((last, there)) = some.split_last() else { return false };
        let fits = if self.prefix {
            last.folded.starts_with(wanted.as_str())
        } else {
            last.folded == *wanted
        };
        fits && before.iter().zip(there).all(|(wanted, word)| *wanted == word.folded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    fn found(query: &str, text: &str) -> bool {
        Pattern::new(query, false).unwrap().is_in(&words(text))
    }

    #[test]
    fn case_accents_and_width_are_folded() {
        assert_eq!(folded("Crème BRÛLÉE"), ["creme", "brulee"]);
        assert_eq!(folded("Stra\u{df}e Ｈｅｌｌｏ ﬁn"), ["strasse", "hello", "fin"]);
        assert_eq!(folded("e\u{301}te\u{301} ΣΊΣΥΦΟΣ Ёлка"), ["ete", "σισυφοσ", "елка"]);
        assert_eq!(folded("שָׁלוֹם مَرْحَبًا"), ["שלום", "مرحبا"]);
        assert_eq!(folded("हिन्दी"), ["हिन्दी"], "its signs are letters");
        assert_eq!(folded("soft\u{ad}hyphen"), ["softhyphen"]);
    }

    #[test]
    fn code_is_found_by_its_parts() {
        assert_eq!(
            folded("snake_case foo.bar() /usr/lib x2"),
            ["snake", "case", "foo", "bar", "usr", "lib", "x2"]
        );
        assert_eq!(folded("https://a.example/b?c=d"), ["https", "a", "example", "b", "c", "d"]);
        assert!(folded("!? -- \u{3002}").is_empty());
    }

    #[test]
    fn scripts_without_blanks_become_pairs_and_a_last_one() {
        assert_eq!(folded("全文検索"), ["全文", "文検", "検索", "索"]);
        assert_eq!(folded("한국어 x"), ["한국", "국어", "어", "x"]);
        assert_eq!(folded("\u{1112}\u{1161}\u{11ab}국"), ["한국", "국"], "decomposed");
        assert_eq!(folded("ｶﾞｽ か\u{3099}"), ["ガス", "ス", "が"]);
        assert_eq!(folded("iPhone手机"), ["iphone", "手机", "机"]);
    }

    #[test]
    fn two_characters_and_one_are_found_anywhere() {
        for query in ["文検", "検索", "全", "索", "全文検索", "文検索"] {
            assert!(found(query, "全文検索"), "{query}");
        }
        for query in ["文索", "検全", "検索機"] {
            assert!(!found(query, "全文検索"), "{query}");
        }
        assert!(found("iphone手", "我的iPhone手机"));
        assert!(found("机abc", "手机abc"));
        assert!(!found("手abc", "手机abc"));
    }

    #[test]
    fn emoji_are_words_whatever_their_tone() {
        assert_eq!(folded("👍🏽👍 ok❤️"), ["👍", "👍", "ok", "❤"]);
        assert!(found("👍", "good👍🏿"));
        assert!(found("🇩🇪", "a 🇩🇪"));
        assert!(!found("🇩🇪", "🇫🇷"));
    }

    #[test]
    fn links_and_code_are_seen() {
        assert!(holds_link("see https://hubbub.example/x") && holds_link("(http://[::1])"));
        assert!(!holds_link("https:// and www.hubbub.example"));
        assert!(holds_code("use `x` here") && holds_code("so:\n  ```rust\nfn\n```"));
        assert!(!holds_code("a ` b") && !holds_code("a `\n\n` b"));
    }

    #[test]
    fn a_long_word_is_cut_alike_on_both_sides() {
        let long = "x".repeat(1000);
        assert_eq!(folded(&long), ["x".repeat(WORD_MAX_CHARS)]);
        assert!(found(&long, &long));
    }

    proptest! {
        #[test]
        fn words_are_whole_and_in_order(text in "\\PC{0,60}|[aé 文ｶﾞ👍\u{200d}\u{301}_\"-]{0,40}") {
            let mut before = 0;
            for word in words(&text) {
                prop_assert!(!word.folded.is_empty());
                prop_assert!(word.folded.chars().count() <= WORD_MAX_CHARS);
                prop_assert!(word.place.start >= before && word.place.end <= text.len());
                prop_assert!(text.is_char_boundary(word.place.start));
                prop_assert!(text.is_char_boundary(word.place.end));
                prop_assert!(!word.folded.contains([' ', '"', '#', '*']));
                before = word.place.start;
            }
        }

        #[test]
        fn every_text_is_found_by_itself(text in "\\PC{1,60}|[aé 文字ｶﾞ👍_-]{1,40}") {
            if let Some(pattern) = Pattern::new(&text, false) {
                prop_assert!(pattern.is_in(&words(&text)));
                prop_assert!(pattern.is_in(&words(&text.to_lowercase())) || !text.is_ascii());
            }
        }
    }
}
