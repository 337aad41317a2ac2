//! HTML and XML: tags, attributes, comments, and the scripts and style sheets within.

use super::Paint;
use super::languages::Grammar;
use super::tokens::{comment_end, name};
use super::{canonical, languages, scan as scan_with};

/// Marks a document.
pub(super) fn scan(code: &str, paint: &mut Paint<'_>) {
    let mut at = 0;
    while let Some(found) = code[at..].find(['<', '&']) {
        at += found;
        let rest = &code[at..];
        if let Some(entity) = rest.strip_prefix('&') {
            let bytes = 1 + name(entity, "#");
            if rest[bytes..].starts_with(';') {
                paint.mark('n', at..at + bytes + 1);
            }
            at += bytes;
        } else if rest.starts_with("<!--") {
            let bytes = comment_end(rest, "<!--", "-->", false);
            paint.mark('c', at..at + bytes);
            at += bytes;
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            let bytes = if rest.starts_with("<![CDATA[") {
                comment_end(rest, "<![CDATA[", "]]>", false)
            } else {
                rest.find('>').map_or(rest.len(), |end| end + 1)
            };
            paint.mark('m', at..at + bytes);
            at += bytes;
        } else {
            at = tag(code, at, paint);
        }
    }
}

/// Marks a tag, and what it holds if that isn't markup. Says where to go on.
fn tag(code: &str, start: usize, paint: &mut Paint<'_>) -> usize {
    let slash = usize::from(code[start + 1..].starts_with('/'));
    let bytes = name(&code[start + 1 + slash..], "-:.");
    if bytes == 0 {
        return start + 1;
    }
    let mut at = start + 1 + slash;
    let element = code[at..at + bytes].to_ascii_lowercase();
    paint.mark('k', at..at + bytes);
    at += bytes;
    while at < code.len() {
        let rest = &code[at..];
        let Some(c) = rest.chars().next() else { break };
        match c {
            '>' => {
                at += 1;
                break;
            }
            '<' => return at,
            '"' | '\'' => {
                let bytes = rest[1..].find(c).map_or(rest.len(), |end| end + 2);
                paint.mark('s', at..at + bytes);
                at += bytes;
            }
            _ if c.is_alphanumeric() || "@:_*#".contains(c) => {
                let bytes = name(&rest[c.len_utf8()..], "-:.@") + c.len_utf8();
                // What follows a `=` without marks is a value.
                let value = code[..at].ends_with('=');
                paint.mark(if value { 's' } else { 'a' }, at..at + bytes);
                at += bytes;
            }
            _ => at += c.len_utf8(),
        }
    }
    if slash == 0 && matches!(element.as_str(), "script" | "style") {
        return inside(code, at, &element, paint);
    }
    at
}

/// Marks a script or a style sheet up to the tag that ends it.
fn inside(code: &str, at: usize, element: &str, paint: &mut Paint<'_>) -> usize {
    let close = ["</", element].concat();
    let end = code[at..].find(&close).map_or(code.len(), |found| at + found);
    let lang = canonical(if element == "script" { "js" } else { "css" });
    if let Some(language) = lang.and_then(languages::by_name)
        && !matches!(language.grammar, Grammar::Markup)
    {
        scan_with(&language.grammar, &code[..end], at, paint);
    }
    end
}
