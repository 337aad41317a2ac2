//! The colours of code: a scanner of our own over a table of languages, in time proportional to the
//! text, without memory of its own and without regular expressions. A library that reads editors'
//! grammars was measured first: 3.2 MB of program, up to half a second for the first block of a
//! language, and seconds for 16 KiB made to take long, with hundreds of megabytes kept.
//!
//! The scanner knows words, strings, comments and numbers, not meaning. The classes of its spans
//! are stable, and the style sheet's to colour:
//!
//! | class | what |
//! |---|---|
//! | `k` | keyword; the name of a tag; a heading |
//! | `t` | type; the title of a section |
//! | `f` | function, macro or command |
//! | `s` | string, character, regular expression |
//! | `n` | number, constant, symbol |
//! | `c` | comment |
//! | `p` | operator (brackets, commas and points are left as they are) |
//! | `v` | variable (`$x`), lifetime |
//! | `a` | attribute, property, key |
//! | `m` | what is said to the compiler: directives, decorators, annotations; a hunk's head |
//! | `i` `d` | lines added and removed in a diff |

mod css;
mod languages;
mod lines;
mod markup;
mod syntax;
mod systems;
#[cfg(test)]
mod tests;
mod tokens;
mod words;

use super::escape;
use languages::Grammar;
use std::borrow::Cow;
use std::ops::Range;

/// Bytes of a block of code that are coloured; the rest of it is shown plainly.
pub(super) const COLOURED_MAX_BYTES: usize = 32 * 1024;
/// Lines of a block of code that are coloured.
const COLOURED_MAX_LINES: usize = 1_000;
/// Longest line that is coloured, in bytes. From a longer one on the block is plain: nobody reads
/// it, and it is machine-made.
const COLOURED_LINE_MAX_BYTES: usize = 1_000;
/// How many times longer than the code its HTML may be.
const GROWTH_MAX: usize = 12;

/// The name under which a language is known, from one of its names or a file's ending, in lower
/// case.
pub(super) fn canonical(name: &str) -> Option<&'static str> {
    languages::by_name(name).map(|language| language.name)
}

/// The language of a file, from its name.
pub(super) fn of_file(filename: &str) -> Option<&'static str> {
    languages::by_filename(filename).map(|language| language.name)
}

/// Appends the code as HTML, with spans if the language is known.
pub(super) fn write(out: &mut String, lang: Option<&str>, code: &str) {
    let Some(language) = lang.and_then(languages::by_name) else {
        return escape::text(out, code);
    };
    // A line's end is one character, whichever part it belongs to.
    let code = if code.contains('\r') {
        Cow::Owned(code.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(code)
    };
    let coloured = &code[..coloured_bytes(&code)];
    let begun = out.len();
    let mut paint = Paint { out, code: coloured, done: 0, span: None };
    scan(&language.grammar, coloured, 0, &mut paint);
    paint.finish();
    if out.len() - begun > GROWTH_MAX * coloured.len() + 256 {
        out.truncate(begun);
        escape::text(out, coloured);
    }
    escape::text(out, &code[coloured.len()..]);
}

fn scan(grammar: &Grammar, code: &str, from: usize, paint: &mut Paint<'_>) {
    match grammar {
        Grammar::Words(syntax) => words::scan(syntax, code, from, paint),
        Grammar::Css => css::scan(code, from, paint),
        Grammar::Markup => markup::scan(code, paint),
        Grammar::Markdown => lines::markdown(code, paint),
        Grammar::Diff => lines::diff(code, paint),
    }
}

/// How many bytes at the start are coloured: whole lines within the bounds.
fn coloured_bytes(code: &str) -> usize {
    let mut end = 0;
    for line in code.split_inclusive('\n').take(COLOURED_MAX_LINES) {
        if line.len() > COLOURED_LINE_MAX_BYTES || end + line.len() > COLOURED_MAX_BYTES {
            break;
        }
        end += line.len();
    }
    end
}

/// Writes code with spans, from the first byte to the last.
struct Paint<'a> {
    out: &'a mut String,
    code: &'a str,
    done: usize,
    /// The span that may still grow.
    span: Option<(char, Range<usize>)>,
}

impl Paint<'_> {
    /// Gives a part a class. Parts come in order; what lies between them stays plain.
    fn mark(&mut self, class: char, part: Range<usize>) {
        if part.is_empty() || part.start < self.done {
            return;
        }
        match &mut self.span {
            Some((same, span)) if *same == class && span.end == part.start => span.end = part.end,
            _ => {
                self.flush();
                self.span = Some((class, part));
            }
        }
    }

    fn flush(&mut self) {
        if let Some((class, part)) = self.span.take() {
            escape::text(self.out, &self.code[self.done..part.start]);
            self.out.push_str("<span class=\"");
            self.out.push(class);
            self.out.push_str("\">");
            escape::text(self.out, &self.code[part.clone()]);
            self.out.push_str("</span>");
            self.done = part.end;
        }
    }

    fn finish(mut self) {
        self.flush();
        escape::text(self.out, &self.code[self.done..]);
    }
}
