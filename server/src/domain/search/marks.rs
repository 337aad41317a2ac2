//! The part of a text that shows why it was found: HTML in which `<mark>` is the only element.

use super::words::{Pattern, Word, words};
use std::ops::Range;

/// About how many characters of a text are shown.
const SHOWN_CHARS: usize = 200;
/// How many of them may be before the first hit.
const BEFORE_CHARS: usize = 60;
/// Most characters of a word that are held against what was typed of it; accents can be many.
const TYPED_MAX_CHARS: usize = 256;
/// How far the ends may move to fall between words.
const SLACK_CHARS: usize = 20;

/// About 200 characters of a text around its first hit, escaped, with the hits in `<mark>`; its
/// beginning, if nothing was looked for. What is left out at an end is told by `…`.
pub fn marked(text: &str, wanted: &[Pattern]) -> String {
    let hits = hits(text, wanted);
    let first = hits.first().map_or(0, |hit| hit.start);
    let shown = shown(text, first);
    let mut html = String::with_capacity(shown.len() + 64);
    if shown.start > 0 {
        html.push('…');
    }
    let mut at = shown.start;
    for hit in hits {
        let (from, to) = (hit.start.max(at), hit.end.min(shown.end));
        if from >= to {
            continue;
        }
        escape(&text[at..from], &mut html);
        html.push_str("<mark>");
        escape(&text[from..to], &mut html);
        html.push_str("</mark>");
        at = to;
    }
    escape(&text[at..shown.end], &mut html);
    if shown.end < text.len() {
        html.push('…');
    }
    html
}

/// Where the hits are, in order, apart from each other.
fn hits(text: &str, wanted: &[Pattern]) -> Vec<Range<usize>> {
    let words = words(text);
    let mut hits: Vec<Range<usize>> = Vec::new();
    for pattern in wanted {
        let places = pattern.places(&words);
        hits.extend(places.map(|(first, last)| first.place.start..end(text, pattern, last)));
    }
    hits.sort_unstable_by_key(|hit| (hit.start, hit.end));
    hits.dedup_by(|next, hit| {
        let touches = next.start <= hit.end;
        if touches {
            hit.end = hit.end.max(next.end);
        }
        touches
    });
    hits
}

/// Where a hit ends: with its last word, or where what was typed of it ends.
fn end(text: &str, pattern: &Pattern, last: &Word) -> usize {
    let typed = pattern.words.last().filter(|_| pattern.prefix);
    let Some(typed) = typed.filter(|typed| typed.len() < last.folded.len()) else {
        return last.place.end;
    };
    // The shortest beginning whose own words begin with what was typed, with the marks that follow.
    let word = &text[last.place.clone()];
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8()).take(TYPED_MAX_CHARS);
    let covers = |end: &usize| {
        let beginning = words(&word[..*end]);
        beginning.first().is_some_and(|word| word.folded.starts_with(typed.as_str()))
    };
    let mut ends = ends;
    let Some(end) = ends.find(covers) else { return last.place.end };
    let rest = word[end..].chars();
    let marks = rest.take_while(|c| unicode_normalization::char::is_combining_mark(*c));
    last.place.start + end + marks.map(char::len_utf8).sum::<usize>()
}

/// Which part of a text is shown, given where the first hit is.
fn shown(text: &str, first: usize) -> Range<usize> {
    let start = match text[..first].char_indices().rev().nth(BEFORE_CHARS) {
        None => 0,
        Some((start, _)) => {
            // Forward to the beginning of a word, but never past the hit.
            let mut near = text[start..first].char_indices().take(SLACK_CHARS);
            near.find(|(_, c)| c.is_whitespace()).map_or(start, |(at, c)| start + at + c.len_utf8())
        }
    };
    let Some((end, _)) = text[start..].char_indices().nth(SHOWN_CHARS) else {
        return start..text.len();
    };
    let end = start + end;
    // Back to the end of a word, or at least not before a mark of the last character.
    let mut near = text[first.max(start)..end].char_indices().rev().take(SLACK_CHARS);
    let blank = near.find(|(_, c)| c.is_whitespace()).map(|(at, _)| first.max(start) + at);
    let whole = || {
        let rest = text[end..].chars();
        let marks = rest.take_while(|c| unicode_normalization::char::is_combining_mark(*c));
        end + marks.take(SLACK_CHARS).map(char::len_utf8).sum::<usize>()
    };
    start..blank.unwrap_or_else(whole)
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked_by(text: &str, wanted: &[(&str, bool)]) -> String {
        let patterns: Vec<_> =
            wanted.iter().filter_map(|(text, open)| Pattern::new(text, *open)).collect();
        marked(text, &patterns)
    }

    #[test]
    fn hits_are_marked_as_they_are_folded() {
        assert_eq!(
            marked_by("A Crème, creme", &[("CREME", false)]),
            "A <mark>Crème</mark>, <mark>creme</mark>"
        );
        assert_eq!(
            marked_by("say foo.bar() now", &[("foo.bar", false)]),
            "say <mark>foo.bar</mark>() now"
        );
        assert_eq!(marked_by("全文検索だ", &[("文検索", false)]), "全<mark>文検索</mark>だ");
    }

    #[test]
    fn a_beginning_is_marked_as_far_as_it_was_typed() {
        assert_eq!(marked_by("message", &[("mess", true)]), "<mark>mess</mark>age");
        assert_eq!(marked_by("Ére\u{301}s", &[("ere", true)]), "<mark>Ére\u{301}</mark>s");
        assert_eq!(marked_by("Stra\u{df}enbahn", &[("stras", true)]), "<mark>Straß</mark>enbahn");
        assert_eq!(marked_by("検索と索", &[("索", true)]), "検<mark>索</mark>と<mark>索</mark>");
    }

    #[test]
    fn hits_that_touch_are_one() {
        let both = marked_by("one two three", &[("one two", false), ("two three", false)]);
        assert_eq!(both, "<mark>one two three</mark>");
    }

    #[test]
    fn a_long_text_is_shown_around_its_first_hit() {
        let text = format!("{}needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let html = marked_by(&text, &[("needle", false)]);
        assert!(html.starts_with("…hay ") && html.ends_with("straw…"), "{html}");
        assert!(html.contains("hay <mark>needle</mark> straw"), "{html}");
        assert!((150..=260).contains(&html.chars().count()), "{html}");
        let beginning = marked_by(&text, &[]);
        assert!(beginning.starts_with("hay hay") && beginning.ends_with('…'), "{beginning}");
    }

    #[test]
    fn nothing_of_a_text_becomes_markup() {
        let text = "<script>alert('x')</script> & <mark>\"y\"</mark>";
        assert_eq!(
            marked_by(text, &[("script", false)]),
            "&lt;<mark>script</mark>&gt;alert(&#39;x&#39;)&lt;/<mark>script</mark>&gt; &amp; \
             &lt;mark&gt;&quot;y&quot;&lt;/mark&gt;"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_shown_whole_and_harmless(
            text in "(\\PC|[a<&文é ]){0,400}",
            query in "\\PC{0,8}|[aé文]{1,2}",
            open: bool,
        ) {
            let patterns: Vec<_> = Pattern::new(&query, open).into_iter().collect();
            let html = marked(&text, &patterns);
            let plain = html.replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!plain.contains(['<', '>']));
            let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            let plain = plain.replace("&#39;", "'").replace("&amp;", "&");
            let plain = plain.strip_prefix('…').filter(|rest| text.contains(*rest)
                || rest.strip_suffix('…').is_some_and(|rest| text.contains(rest)))
                .unwrap_or(&plain);
            prop_assert!(text.contains(plain) || plain.strip_suffix('…').is_some_and(|p| text.contains(p)));
            if let Some(pattern) = patterns.first() {
                prop_assert_eq!(html.contains("<mark>"), pattern.is_in(&words(&text)));
            }
        }
    }
}
