//! How a text begins, as safe HTML.

use shared::api::uploads::TextPreview;
use shared::limits::{TEXT_PREVIEW_MAX_BYTES, TEXT_PREVIEW_MAX_LINES};

/// The preview of a text that begins with `start` and is `size` bytes long. Of `start`, at most
/// [`TEXT_PREVIEW_MAX_BYTES`] and [`TEXT_PREVIEW_MAX_LINES`] are shown; a character that is cut in
/// two at its end is left out.
pub fn preview(filename: &str, start: &[u8], size: u64) -> TextPreview {
    let start = &start[..start.len().min(TEXT_PREVIEW_MAX_BYTES)];
    let whole = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(cut) => std::str::from_utf8(&start[..cut.valid_up_to()]).unwrap_or_default(),
    };
    let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let end = text.split_inclusive('\n').take(TEXT_PREVIEW_MAX_LINES).map(str::len).sum();
    let shown = &text[..end];
    let truncated = shown.len() < text.len() || (whole.len() as u64) < size;
    TextPreview { html: html(filename, shown), lines: shown.lines().count(), truncated }
}

/// A text of a file as HTML.
fn html(_filename: &str, text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8 + 64);
    html.push_str("<pre class=\"code\"><code>");
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\r' => {}
            c => html.push(c),
        }
    }
    html.push_str("</code></pre>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_shown_whole_and_escaped() {
        let text = b"\xef\xbb\xbfif a < b && c > 'd' {\r\n}";
        let preview = preview("a.rs", text, text.len() as u64);
        let html =
            "<pre class=\"code\"><code>if a &lt; b &amp;&amp; c &gt; &#39;d&#39; {\n}</code></pre>";
        assert_eq!(preview, TextPreview { html: html.into(), lines: 2, truncated: false });
    }

    #[test]
    fn a_long_text_is_cut_at_lines_at_bytes_and_between_characters() {
        let lines = "line\n".repeat(201);
        let cut = preview("a.txt", lines.as_bytes(), lines.len() as u64);
        assert_eq!((cut.lines, cut.truncated), (200, true));
        let all = preview("a.txt", &lines.as_bytes()[..1000], 1000);
        assert_eq!((all.lines, all.truncated), (200, false));
        let wide = ["x", &"é".repeat(TEXT_PREVIEW_MAX_BYTES)].concat();
        let cut = preview("a.txt", wide.as_bytes(), wide.len() as u64);
        assert_eq!((cut.lines, cut.truncated), (1, true));
        assert!(cut.html.ends_with("é</code></pre>"));
    }
}
