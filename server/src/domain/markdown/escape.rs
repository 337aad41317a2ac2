//! Text as HTML: the only two ways in which anything that a person wrote reaches the page. What is
//! written is what a browser would write of the same text, so that a sanitizer changes nothing.

/// Appends text between tags.
pub(super) fn text(out: &mut String, text: &str) {
    escape(out, text, false);
}

/// Appends the value of an attribute that stands in double quotes.
pub(super) fn attribute(out: &mut String, value: &str) {
    escape(out, value, true);
}

/// Appends `name="value"` with a blank before it.
pub(super) fn pair(out: &mut String, name: &'static str, value: &str) {
    out.extend([" ", name, "=\""]);
    attribute(out, value);
    out.push('"');
}

fn escape(out: &mut String, text: &str, quoted: bool) {
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let written = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if quoted => "&quot;",
            '\u{a0}' => "&nbsp;",
            // A browser reads the first as a line feed and drops or replaces the second.
            '\r' if text[at + 1..].starts_with('\n') => "",
            '\r' => "\n",
            '\0' => "\u{fffd}",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(written);
        from = at + c.len_utf8();
    }
    out.push_str(&text[from..]);
}

/// Appends an address, for an attribute: what could end it, hide in it or turn the direction of
/// writing is percent-encoded.
pub(super) fn address(out: &mut String, url: &str) {
    let mut buffer = [0; 4];
    for c in url.chars() {
        let kept = match c {
            '&' => {
                out.push_str("&amp;");
                continue;
            }
            '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' | ' ' => false,
            _ => c.is_alphanumeric() || c.is_ascii_punctuation(),
        };
        if kept {
            out.push(c);
        } else {
            out.push_str(&shared::paths::percent_encode(c.encode_utf8(&mut buffer)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn text_and_attributes_are_written_as_a_browser_writes_them() {
        let odd = "a<b>&\"'\u{a0}\r\n\0";
        assert_eq!(written(|out| text(out, odd)), "a&lt;b&gt;&amp;\"'&nbsp;\n\u{fffd}");
        assert_eq!(written(|out| attribute(out, odd)), "a&lt;b&gt;&amp;&quot;'&nbsp;\n\u{fffd}");
    }

    #[test]
    fn an_address_keeps_its_letters_and_loses_what_deceives() {
        let url = "https://é.example/%20?a=1&b=\"<\u{202e}x";
        assert_eq!(
            written(|out| address(out, url)),
            "https://é.example/%20?a=1&amp;b=%22%3C%E2%80%AEx"
        );
    }
}
