//! The scanner for languages of words: one pass, guided by a `Syntax`.

use super::Paint;
use super::syntax::{
    CALLS, CAPITALS, COMMANDS, DECORATORS, DIRECTIVES, DOLLARS, HEREDOCS, NESTS, REGEXES, RUST,
    SECTIONS, SYMBOLS, Syntax, TAGS,
};
use super::tokens::{
    attribute, comment_end, heredoc, lifetime, name, number, regex, string_end, variable,
};

/// Most lines of a block of code that are looked through for the ends of texts within.
const HEREDOC_LINES_MAX: usize = 4_000;
const OPERATORS: &str = "=+-*/%<>!&|^~?:";

/// Marks the code from a place to its end.
pub(super) fn scan(syntax: &Syntax, code: &str, from: usize, paint: &mut Paint<'_>) {
    let mut scanner = Scanner {
        syntax,
        code,
        paint,
        at: from,
        line_begins: true,
        command_begins: true,
        after: After::Nothing,
        patience: HEREDOC_LINES_MAX,
    };
    while scanner.at < code.len() {
        scanner.step();
    }
}

/// What stood last, as far as it decides what comes next.
#[derive(Clone, Copy, PartialEq)]
enum After {
    /// Nothing, an operator, an opening bracket: a value may follow.
    Nothing,
    /// A value: an operator may follow.
    Value,
    /// A keyword that names a function or a type next.
    Function,
    Definition,
}

struct Scanner<'a, 'p> {
    syntax: &'a Syntax,
    code: &'a str,
    paint: &'a mut Paint<'p>,
    at: usize,
    /// Nothing but blanks stood in this line so far.
    line_begins: bool,
    /// A command may stand here.
    command_begins: bool,
    after: After,
    /// Lines that are still looked through for the ends of texts.
    patience: usize,
}

impl<'a> Scanner<'a, '_> {
    fn rest(&self) -> &'a str {
        &self.code[self.at..]
    }

    fn before(&self) -> Option<char> {
        self.code[..self.at].chars().next_back()
    }

    /// Gives the next bytes a class and passes them.
    fn take(&mut self, class: char, bytes: usize) {
        self.paint.mark(class, self.at..self.at + bytes);
        self.at += bytes;
    }

    fn step(&mut self) {
        let Some(c) = self.rest().chars().next() else { return };
        if c == '\n' {
            self.at += 1;
            (self.line_begins, self.command_begins) = (true, true);
            return;
        }
        if c.is_whitespace() {
            self.at += c.len_utf8();
            return;
        }
        if self.comment() {
            return;
        }
        let begins = std::mem::take(&mut self.line_begins);
        if begins && (self.section() || self.key() || self.directive()) {
            return;
        }
        if self.special(c) || self.string(0) {
            self.command_begins = false;
            return;
        }
        if c.is_ascii_digit() {
            let bytes = number(self.rest());
            self.take('n', bytes);
            self.after = After::Value;
            self.command_begins = false;
        } else if self.is_word(c) {
            self.word();
        } else if OPERATORS.contains(c) {
            self.command_begins = "|&".contains(c);
            self.take('p', c.len_utf8());
            self.after = After::Nothing;
        } else {
            self.command_begins = matches!(c, ';' | '(' | '{');
            self.after = if matches!(c, ')' | ']' | '}') { After::Value } else { After::Nothing };
            self.at += c.len_utf8();
        }
    }

    fn is_word(&self, c: char) -> bool {
        c == '_' || c.is_alphanumeric() || self.syntax.word_chars.contains(c)
    }

    fn comment(&mut self) -> bool {
        let rest = self.rest();
        if let Some((open, close)) = self.syntax.block_comment
            && rest.starts_with(open)
        {
            let bytes = comment_end(rest, open, close, self.syntax.has(NESTS));
            self.take('c', bytes);
            return true;
        }
        let begins = |mark: &&&str| {
            // `#` is a comment at the start of a word alone: not in `$#` or `a#b`.
            let apart = self.before().is_none_or(|c| c.is_whitespace() || ";({[,".contains(c));
            rest.starts_with(**mark) && (apart || !matches!(**mark, "#" | ";"))
        };
        let attribute = self.syntax.has(RUST) && rest.starts_with("#");
        if attribute || self.syntax.line_comments.iter().find(begins).is_none() {
            return false;
        }
        let bytes = rest.find('\n').unwrap_or(rest.len());
        self.take('c', bytes);
        true
    }

    fn section(&mut self) -> bool {
        let line = self.rest().lines().next().unwrap_or_default();
        let title = self.syntax.has(SECTIONS) && line.starts_with('[');
        let bytes = line.rfind(']').map_or(0, |end| end + 1);
        if title && bytes > 0 {
            self.take('t', bytes);
        }
        title && bytes > 0
    }

    /// `key = value` or `key: value`, with or without the dash of a list before it.
    fn key(&mut self) -> bool {
        if self.syntax.key_ends.is_empty() {
            return false;
        }
        let line = self.rest().lines().next().unwrap_or_default();
        let dashes = line.len() - line.trim_start_matches(['-', ' ']).len();
        let dashes = if line.starts_with("- ") { dashes } else { 0 };
        let key = &line[dashes..];
        let quoted = key.starts_with(['"', '\'']);
        let skipped = if quoted { key[1..].find(['"', '\'']).map_or(0, |end| end + 2) } else { 0 };
        let ends = |c: char| self.syntax.key_ends.contains(c);
        let Some(end) = key[skipped..].find(ends).map(|end| skipped + end) else { return false };
        let parted = key[end + 1..].starts_with(char::is_whitespace) || end + 1 == key.len();
        let colon = key[end..].starts_with(':');
        let plain = !key[skipped..end].contains(['"', '\'', '#', '{', '[', '(']);
        if end == 0 || colon && !parted || !plain {
            return false;
        }
        let bytes = key[..end].trim_end().len();
        self.at += dashes;
        self.take('a', bytes);
        self.after = After::Value;
        true
    }

    fn directive(&mut self) -> bool {
        if !self.syntax.has(DIRECTIVES) || !self.rest().starts_with('#') {
            return false;
        }
        let rest = &self.rest()[1..];
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let word = rest[blanks..].find(|c: char| !c.is_alphanumeric());
        let word_end = blanks + word.unwrap_or(rest.len() - blanks);
        let file = rest[word_end..].lines().next().unwrap_or_default().trim_end();
        let include = rest[blanks..word_end] == *"include" && file.trim_start().starts_with('<');
        let file_bytes = file.len();
        self.take('m', 1 + word_end);
        if include {
            self.at += file_bytes - self.rest()[..file_bytes].trim_start().len();
            let bytes = self.rest().find(['\n', '>']).map_or(0, |end| end + 1);
            self.take('s', bytes);
        }
        true
    }

    /// What only some languages have, if it begins here.
    fn special(&mut self, c: char) -> bool {
        let syntax = self.syntax;
        let rest = self.rest();
        let found = match c {
            '#' if syntax.has(RUST) => attribute(rest).map(|bytes| ('m', bytes)),
            '\'' if syntax.has(RUST) => lifetime(rest).map(|bytes| ('v', bytes)),
            '@' if syntax.has(DECORATORS) => {
                let bytes = name(&rest[1..], ".");
                (bytes > 0).then_some(('m', 1 + bytes))
            }
            '$' if syntax.has(DOLLARS) => variable(rest).map(|bytes| ('v', bytes)),
            '/' if syntax.has(REGEXES) && self.after != After::Value => {
                regex(rest).map(|bytes| ('s', bytes))
            }
            ':' if syntax.has(SYMBOLS) && self.before() != Some(':') => {
                let bytes = name(&rest[1..], "?!");
                let begins = rest[1..].starts_with(|c: char| c.is_alphabetic() || c == '_');
                begins.then_some(('n', 1 + bytes))
            }
            '<' if syntax.has(HEREDOCS) && rest.starts_with("<<") => {
                heredoc(rest, &mut self.patience).map(|bytes| ('s', bytes))
            }
            '<' if syntax.has(TAGS) && (self.after != After::Value || rest.starts_with("</")) => {
                let slash = usize::from(rest[1..].starts_with('/'));
                let bytes = name(&rest[1 + slash..], ".-");
                (bytes > 0).then_some(('k', 1 + slash + bytes))
            }
            _ => None,
        };
        if let Some((class, bytes)) = found {
            self.take(class, bytes);
            self.after = After::Value;
        }
        found.is_some()
    }

    /// A string that begins here, behind a prefix of so many bytes that belongs to it. Without its
    /// end in the line it is none, if it can't go over several.
    fn string(&mut self, prefix: usize) -> bool {
        let rest = &self.rest()[prefix..];
        let found = self.syntax.quotes.iter().find_map(|quote| {
            let inner = rest.strip_prefix(quote.open)?;
            let end = string_end(inner, quote.close, quote.escapes, quote.lines)?;
            Some(quote.open.len() + end)
        });
        let Some(bytes) = found else { return false };
        let key = self.syntax.key_ends == ":" && rest[bytes..].trim_start().starts_with(':');
        self.take(if key { 'a' } else { 's' }, prefix + bytes);
        self.after = After::Value;
        true
    }

    fn word(&mut self) {
        let rest = self.rest();
        let end = rest.find(|c: char| !self.is_word(c)).unwrap_or(rest.len());
        let (word, next) = rest.split_at(end);
        let syntax = self.syntax;
        if syntax.has(RUST) && matches!(word, "r" | "br" | "cr") {
            let hashes = next.bytes().take_while(|b| *b == b'#').count();
            if next[hashes..].starts_with('"') {
                let close = ["\"", &"#".repeat(hashes)].concat();
                let inner = &next[hashes + 1..];
                let bytes = inner.find(&close).map_or(inner.len(), |at| at + close.len());
                self.after = After::Value;
                return self.take('s', end + hashes + 1 + bytes);
            }
        }
        if syntax.lists(&syntax.prefixes, word) && self.string(end) {
            return;
        }
        let member = self.before() == Some('.');
        let macros = syntax.has(RUST) && next.starts_with('!') && !next.starts_with("!=");
        let symbol = syntax.has(SYMBOLS) && next.starts_with(": ");
        let call = syntax.has(CALLS) && next.starts_with('(');
        let command = syntax.has(COMMANDS) && self.command_begins && !next.starts_with('=');
        let after = std::mem::replace(&mut self.after, After::Value);
        self.command_begins = false;
        let class = if macros || syntax.has(RUST) && after == After::Function {
            Some('f')
        } else if symbol || syntax.lists(&syntax.constants, word) {
            Some('n')
        } else if !member && syntax.lists(&syntax.keywords, word) {
            self.command_begins = syntax.has(COMMANDS);
            self.after = if syntax.lists(&syntax.functions, word) {
                After::Function
            } else if syntax.lists(&syntax.definitions, word) {
                After::Definition
            } else {
                After::Nothing
            };
            Some('k')
        } else if syntax.lists(&syntax.types, word) || after == After::Definition {
            Some('t')
        } else if call || command || after == After::Function {
            Some('f')
        } else if syntax.has(CAPITALS) && word.starts_with(char::is_uppercase) {
            let shouts = word.len() > 1 && !word.contains(char::is_lowercase);
            Some(if shouts { 'n' } else { 't' })
        } else {
            None
        };
        match class {
            Some(class) => self.take(class, end + usize::from(macros)),
            None => self.at += end,
        }
    }
}
