//! How a text begins, as safe HTML in the colours of its language.

use super::markdown::highlight_file;
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
    TextPreview {
        html: highlight_file(filename, &shown.replace('\r', "")),
        lines: shown.lines().count() as u64,
        truncated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_shown_whole_and_escaped() {
        let text = b"\xef\xbb\xbfif a < b && c > 'd' {\r\n}";
        let preview = preview("a.rs", text, text.len() as u64);
        assert_eq!((preview.lines, preview.truncated), (2, false));
        assert!(preview.html.starts_with("<pre class=\"code\""), "{preview:?}");
        assert!(preview.html.contains("&lt;") && preview.html.contains("&amp;&amp;"));
        assert!(!preview.html.contains(['\r', '\u{feff}']), "{preview:?}");
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
