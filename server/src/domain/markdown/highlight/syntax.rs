//! What sets one language of words apart from another. The scanner is in `words.rs`, the languages
//! are in `languages.rs` and `systems.rs`.

/// A kind of string.
pub(super) struct Quote {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    /// Whether a backslash keeps the next character from ending it.
    pub(super) escapes: bool,
    /// Whether it may go over several lines.
    pub(super) lines: bool,
}

const fn quote(mark: &'static str, escapes: bool, lines: bool) -> Quote {
    Quote { open: mark, close: mark, escapes, lines }
}

/// `"…"`
pub(super) const DOUBLE: Quote = quote("\"", true, false);
/// `"…"`, over several lines
pub(super) const DOUBLE_LINES: Quote = quote("\"", true, true);
/// `'…'`
pub(super) const SINGLE: Quote = quote("'", true, false);
/// `'…'`, without escapes, over several lines
pub(super) const SINGLE_RAW: Quote = quote("'", false, true);
/// `` `…` ``
pub(super) const BACKTICK: Quote = quote("`", true, true);
/// `"…"`, without escapes, over several lines
pub(super) const DOUBLE_RAW: Quote = quote("\"", false, true);
/// `'…'`, over several lines
pub(super) const SINGLE_LINES: Quote = quote("'", true, true);
/// `` `…` ``, without escapes
pub(super) const BACKTICK_RAW: Quote = quote("`", false, true);
/// `[[…]]`
pub(super) const LONG_BRACKETS: Quote =
    Quote { open: "[[", close: "]]", escapes: false, lines: true };
/// `''…''`, over several lines
pub(super) const NIX_LINES: Quote = quote("''", false, true);
/// `"""…"""`
pub(super) const TRIPLE_DOUBLE: Quote = quote("\"\"\"", true, true);
/// `'''…'''`
pub(super) const TRIPLE_SINGLE: Quote = quote("'''", true, true);

/// A list of words.
pub(super) struct Words {
    /// Parted by blanks.
    text: &'static str,
    /// Which hashes its words have: most words of a program are in no list, and are not searched.
    hashes: [u64; 4],
}

/// Makes a list of words that are parted by blanks.
pub(super) const fn list(text: &'static str) -> Words {
    let bytes = text.as_bytes();
    let mut hashes = [0; 4];
    let (mut start, mut at) = (0, 0);
    while at <= bytes.len() {
        if at == bytes.len() || bytes[at] == b' ' {
            if at > start {
                let hash = hash(bytes[start], bytes[at - 1], at - start);
                hashes[hash / 64] |= 1 << (hash % 64);
            }
            start = at + 1;
        }
        at += 1;
    }
    Words { text, hashes }
}

/// A number below 256 from a word's first byte, last byte and length, whether capital or small.
const fn hash(first: u8, last: u8, length: usize) -> usize {
    let (first, last) = (first.to_ascii_lowercase() as usize, last.to_ascii_lowercase() as usize);
    (first * 7 + last * 31 + length * 101) % 256
}

/// A language of words, strings and comments.
pub(super) struct Syntax {
    pub(super) keywords: Words,
    pub(super) types: Words,
    pub(super) constants: Words,
    /// Keywords after which a function's name stands.
    pub(super) functions: Words,
    /// Keywords after which a type's name stands.
    pub(super) definitions: Words,
    /// Words that are part of the string that follows them at once.
    pub(super) prefixes: Words,
    pub(super) line_comments: &'static [&'static str],
    /// A comment's beginning and end.
    pub(super) block_comment: Option<(&'static str, &'static str)>,
    pub(super) quotes: &'static [Quote],
    /// What words may hold beside letters, digits and `_`.
    pub(super) word_chars: &'static str,
    /// What ends a key at the start of a line: `=` or `:`.
    pub(super) key_ends: &'static str,
    pub(super) flags: u32,
}

/// Words are the same in capitals and small letters.
pub(super) const FOLDS: u32 = 1;
/// Comments of a block may hold others.
pub(super) const NESTS: u32 = 1 << 1;
/// Words with a capital are types, those of capitals constants.
pub(super) const CAPITALS: u32 = 1 << 2;
/// A word before a `(` is a function.
pub(super) const CALLS: u32 = 1 << 3;
/// `@word` speaks to the compiler.
pub(super) const DECORATORS: u32 = 1 << 4;
/// `$word` is a variable.
pub(super) const DOLLARS: u32 = 1 << 5;
/// `#word` at the start of a line speaks to the preprocessor.
pub(super) const DIRECTIVES: u32 = 1 << 6;
/// `#[…]` is an attribute, `'a` a lifetime, `word!` a macro, `r#"…"#` a string.
pub(super) const RUST: u32 = 1 << 7;
/// `/…/` is a regular expression where a value may stand.
pub(super) const REGEXES: u32 = 1 << 8;
/// `:word` and `word: ` are symbols.
pub(super) const SYMBOLS: u32 = 1 << 9;
/// `<<WORD` begins a text that ends with the line `WORD`.
pub(super) const HEREDOCS: u32 = 1 << 10;
/// The first word of a line is a command.
pub(super) const COMMANDS: u32 = 1 << 11;
/// `[…]` at the start of a line is a section's title.
pub(super) const SECTIONS: u32 = 1 << 12;
/// `<word …>` is a tag where a value may stand.
pub(super) const TAGS: u32 = 1 << 13;

impl Syntax {
    pub(super) const fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Whether a list holds the word.
    pub(super) fn lists(&self, list: &Words, word: &str) -> bool {
        let bytes = word.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
        let hash = hash(*first, *last, word.len());
        let same =
            |known: &str| known == word || self.has(FOLDS) && known.eq_ignore_ascii_case(word);
        list.hashes[hash / 64] & (1 << (hash % 64)) != 0 && list.text.split(' ').any(same)
    }
}

/// No language: what the others begin from.
pub(super) const NONE: Syntax = Syntax {
    keywords: list(""),
    types: list(""),
    constants: list(""),
    functions: list(""),
    definitions: list(""),
    prefixes: list(""),
    line_comments: &[],
    block_comment: None,
    quotes: &[DOUBLE, SINGLE],
    word_chars: "",
    key_ends: "",
    flags: 0,
};

/// The many languages that look like C.
pub(super) const C_LIKE: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    constants: list("true false null"),
    definitions: list("class struct enum interface"),
    flags: CAPITALS | CALLS,
    ..NONE
};
