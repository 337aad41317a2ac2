//! What is read line by line: Markdown shown as such, and diffs.

use super::Paint;

/// Marks a diff.
pub(super) fn diff(code: &str, paint: &mut Paint<'_>) {
    each_line(code, |at, line| {
        let class = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => 'k',
            [b'@', b'@', ..] => 'm',
            [b'+' | b'>', ..] => 'i',
            [b'-' | b'<', ..] => 'd',
            _ if ["diff ", "index ", "Index: ", "new file", "deleted file", "rename "]
                .iter()
                .any(|start| line.starts_with(start)) =>
            {
                'k'
            }
            _ => return,
        };
        paint.mark(class, at..at + line.len());
    });
}

/// Marks Markdown.
pub(super) fn markdown(code: &str, paint: &mut Paint<'_>) {
    let mut fence = None;
    each_line(code, |at, line| {
        let text = line.trim_start();
        let at = at + line.len() - text.len();
        let fences = ["```", "~~~"].into_iter().find(|mark| text.starts_with(mark));
        match (fence, fences) {
            (Some(open), Some(close)) if open == close => {
                fence = None;
                paint.mark('s', at..at + text.len());
            }
            (None, Some(open)) => {
                fence = Some(open);
                paint.mark('s', at..at + text.len());
            }
            (Some(_), _) => paint.mark('s', at..at + text.len()),
            (None, None) if text.starts_with('#') => paint.mark('k', at..at + text.len()),
            (None, None) if text.starts_with('>') => paint.mark('c', at..at + text.len()),
            (None, None) => {
                let digits = text.bytes().take_while(u8::is_ascii_digit).count();
                let number = digits > 0 && text[digits..].starts_with(['.', ')']);
                let begun = if number {
                    digits + 1
                } else {
                    usize::from(["- ", "* ", "+ "].iter().any(|mark| text.starts_with(mark)))
                };
                paint.mark('p', at..at + begun);
                inline(text, begun, at, paint);
            }
        }
    });
}

/// Marks code, emphasis and links in a line that begins at `base`.
fn inline(line: &str, from: usize, base: usize, paint: &mut Paint<'_>) {
    let mut at = from;
    while let Some(found) = line[at..].find(['`', '*', '_', '[', '<']) {
        at += found;
        let rest = &line[at..];
        let part = match &rest[..1] {
            "`" => rest[1..].find('`').map(|end| ('s', end + 2)),
            "[" => rest
                .find("](")
                .and_then(|middle| rest[middle..].find(')').map(|end| ('a', middle + end + 1))),
            "<" => rest.find('>').map(|end| ('k', end + 1)),
            mark => {
                let double = rest.starts_with("**") || rest.starts_with("__");
                let close = if double { &rest[..2] } else { mark };
                let inner = &rest[close.len()..];
                let begins = inner.starts_with(|c: char| c.is_alphanumeric());
                inner.find(close).filter(|_| begins).map(|end| ('t', end + 2 * close.len()))
            }
        };
        match part {
            Some((class, bytes)) => {
                paint.mark(class, base + at..base + at + bytes);
                at += bytes;
            }
            None => at += 1,
        }
    }
}

/// Goes over the lines, without their ends, each with its place.
fn each_line(code: &str, mut line: impl FnMut(usize, &str)) {
    let mut at = 0;
    for whole in code.split_inclusive('\n') {
        line(at, whole.trim_end_matches(['\n', '\r']));
        at += whole.len();
    }
}
