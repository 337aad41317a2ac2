//! That nothing anyone writes becomes more than text: a corpus of attacks, any text at all, and what
//! is made to take long. A sanitizer (which parses as browsers do) reads every output again and must
//! find nothing to change.

use super::tests::Team;
use super::written_tests::{ALLOWED, check_written};
use super::*;
use crate::domain::clock::Clock;
use ammonia::Builder;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// Whoever is asked for exists: every spelling is a mention.
struct Anyone;

impl Names for Anyone {
    fn user(&self, _: &str) -> Option<UserId> {
        Some(UserId(uuid::Uuid::max()))
    }

    fn channel(&self, _: &str) -> Option<ChannelId> {
        Some(ChannelId(uuid::Uuid::max()))
    }
}

const CLASSES: &[(&str, &[&str])] = &[
    ("a", &["mention"]),
    ("b", &["mention", "all"]),
    ("pre", &["code"]),
    ("span", &["k", "t", "f", "s", "n", "c", "p", "v", "a", "m", "i", "d", "task", "done"]),
    ("td", &["right", "center"]),
    ("th", &["right", "center"]),
];

fn sanitizer() -> Builder<'static> {
    let mut builder = Builder::empty();
    let attributes = ALLOWED.iter().map(|(tag, names)| {
        let names = names.iter().copied().filter(|name| *name != "class");
        (*tag, names.collect::<HashSet<_>>())
    });
    let classes = CLASSES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect()));
    builder
        .tags(ALLOWED.iter().map(|(tag, _)| *tag).collect())
        .tag_attributes(attributes.collect::<HashMap<_, _>>())
        .allowed_classes(classes.collect::<HashMap<_, _>>())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None);
    builder
}

/// Renders and checks everything that can be checked of any text.
fn safe(source: &str, names: &dyn Names, sanitizer: &Builder<'_>) -> Rendered {
    let rendered = render(source, names);
    assert!(rendered.links.len() <= LINKS_MAX);
    if let Some(html) = &rendered.html {
        assert!(html.len() <= html_max(source.len()), "{} of {source:?}", html.len());
        check_written(html, source);
        assert_eq!(&sanitizer.clean(html).to_string(), html, "{source:?}");
    }
    rendered
}

/// The attacks of the corpus, each with its name.
fn attacks() -> Vec<(&'static str, String)> {
    let corpus = include_str!("../../../tests/corpus/xss.txt");
    let blocks = corpus.split("\n%% ").skip(1);
    blocks
        .map(|block| {
            let (name, attack) = block.split_once('\n').unwrap();
            (name, characters(attack.strip_suffix('\n').unwrap_or(attack)))
        })
        .collect()
}

/// The text with its `\u{…}` replaced.
fn characters(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('}').unwrap();
        out.push(char::from_u32(u32::from_str_radix(number, 16).unwrap()).unwrap());
        out.push_str(rest);
    }
    out
}

#[test]
fn no_attack_becomes_more_than_text() {
    let attacks = attacks();
    assert!(attacks.len() >= 120, "{}", attacks.len());
    let sanitizer = sanitizer();
    for (name, attack) in &attacks {
        let wrapped = [
            attack.clone(),
            format!("hi {attack} there"),
            format!("- {}", attack.replace('\n', "\n  ")),
            format!("> **{}**", attack.replace('\n', "\n> ")),
            format!("|a|\n|-|\n|{}|", attack.replace('\n', " ")),
            format!("```html\n{attack}\n```"),
            format!("```js\n{attack}\n```"),
            format!("[{attack}](https://example.org \"{attack}\")"),
            format!("`{attack}` @ada {attack} #general"),
            format!("{attack}\n\n{attack}\n===\n{attack}"),
        ];
        for source in &wrapped {
            for names in [&Team as &dyn Names, &Anyone] {
                let rendered = safe(source, names, &sanitizer);
                let forbidden = ["javascript:", "vbscript:", "data:"];
                let scripts = |link: &String| {
                    let link = link.to_ascii_lowercase();
                    forbidden.iter().any(|scheme| link.starts_with(scheme))
                };
                assert!(!rendered.links.iter().any(scripts), "{name}");
            }
        }
        let file = highlight_file("x.html", attack);
        check_written(&file, attack);
        assert_eq!(sanitizer.clean(&file).to_string(), file, "{name}");
    }
}

#[test]
fn directions_stay_in_the_element_that_they_are_written_in() {
    let html = |text: &str| render(text, &Team).html.unwrap_or_default();
    assert!(html("\u{202e}@ada").contains("><bdi>@ada</bdi></a>"));
    assert!(html("@דנה 3").contains("><bdi>@דנה</bdi></a>"));
    assert!(html("[\u{202e}a](https://b.c)").contains("><bdi>\u{202e}a</bdi></a>"));
    assert!(html("&#x202e;https://b.org").contains("><bdi>https://b.org</bdi></a>"));
    assert!(html("`\u{2067}a`").contains("<code><bdi>\u{2067}a</bdi></code>"));
    assert!(!html("@ada https://b.org `é`").contains("bdi"));
    let turned = html("[a](https://b.org/\u{202e}gpj.exe)");
    assert!(turned.contains("href=\"https://b.org/%E2%80%AEgpj.exe\""));
    let isolated = html("\u{2067}https://b.org\u{2069} end");
    assert!(isolated.contains("<bdi>https://b.org</bdi></a>\u{2069} end"));
}

/// Texts of 64 KiB that parsers take long for.
fn long_texts() -> Vec<String> {
    let size = shared::limits::MESSAGE_MAX_BYTES;
    #[rustfmt::skip]
    let repeated = [
        ">", "> ", "- ", "* ", "+ ", "1. ", "- - ", "> - ", "[", "[[", "![", "*", "**", "_", "*a_ ", "a**b", "~", "~~a ",
        "`", "``` ", "```\n", "<", "<!--", "<?", "<a ", "<a@b>", "&", "&#", "\\", "[a](", "[a](<b", "[a]: b\n", "](",
        "|", "|a", "|-|\n", "|a|\n|-|\n", "# ", "\n", "a\n", "- a\n", "\t", "http://", "http://a.bc/", "https://a_b/`", "www.", "www.a.bc ",
        "a@b.cd ", "@", "@a ", "#a ", "a.a", "x://", "<div>\n", "![](", "[^a]", "- [ ] ", "=\n", "\u{202e}", "é@", "\0",
        "a\n> b\n", "*_", "@here ", "(", "\r",
    ];
    let mut texts: Vec<_> = repeated.iter().map(|part| part.repeat(size / part.len())).collect();
    texts.push(format!("{}a\n{}", "- ".repeat(MARKS_MAX), "\n".repeat(size - 70)));
    texts.push(format!("{}a\n", "> ".repeat(MARKS_MAX)).repeat(size / 70));
    texts.push((0..350).map(|line| format!("{}- a\n", " ".repeat(2 * (line % 180)))).collect());
    texts.push(format!("[a]: http://{}\n\n{}", "x".repeat(2000), "[a]".repeat(20_000)));
    texts.push((0..7000).map(|n| format!("[{n}]:b\n")).collect());
    let table = ["|a".repeat(2000), "|-".repeat(2000), "a\n".repeat(28_000)];
    texts.push(table.join("\n"));
    texts.push((1..360).map(|n| "`".repeat(n) + " ").collect());
    texts.push(format!("[a]({}", "(".repeat(size - 10)));
    for lang in ["rust", "sql", "ts", "html", "css", "md", "sh", "ruby"] {
        for part in ["a{", "\"\\", "<<A ", "/*", "#[", "${", "x = /[", "<a b=", "r#\"", "**a"] {
            let line = format!("{}\n", part.repeat(900 / part.len()));
            texts.push(format!("```{lang}\n{}```", line.repeat(size / line.len())));
        }
    }
    texts
}

#[test]
fn no_text_takes_long_or_grows_without_end() {
    let clock = Clock::system();
    for text in long_texts() {
        let begun = clock.elapsed();
        let rendered = render(&text, &Anyone);
        let took = clock.elapsed() - begun;
        // Unoptimised and on a busy machine: what isn't linear takes minutes.
        assert!(took < Duration::from_secs(5), "{took:?}: {:?}", &text[..20]);
        if let Some(html) = rendered.html {
            assert!(html.len() <= html_max(text.len()));
            check_written(&html, &text[..20]);
        }
    }
}

#[rustfmt::skip]
const PARTS: &[&str] = &[
    "*", "**", "_", "__", "~~", "`", "```", "```js\n", "[", "](", ")", "]: ", "![", "<", ">", "</", "<!--", "-->", "<script>",
    "&", "&lt;", "&#64;", "&#x202e;", "\\", "\"", "'", "@", "@ada", "@Mira Okafor", "#general", "@channel", "@here", "|", "|-|",
    "|a|b|\n|-|-|\n", "\n", "\n\n", "\n- ", "\n> ", "\n1. ", "\n# ", "\n===", "\n---", "\n    ", "- [ ] ", "https://a.bc/c_d_",
    "www.a.bc", "a@b.cd", "javascript:", "data:", "mailto:", "é", "愛子", "\u{202e}", "\u{a0}", "\u{200b}", "\r", "\r\n", "\0", "\t", " ",
    "  ", "a", "Z", "0", "9", ".", ",", ":", "//", "=", "-", "+", "#", "onclick=", "href", "%", "(", "{", "}", ";", "/*", "$",
];

fn texts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        6 => proptest::sample::select(PARTS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[a-z .!?]{1,12}",
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_becomes_balanced_html_of_allowed_elements(text in texts()) {
        let sanitizer = sanitizer();
        safe(&text, &Team, &sanitizer);
        safe(&text, &Anyone, &sanitizer);
    }

    #[test]
    fn what_is_told_to_be_plain_from_its_bytes_is_plain_to_the_parser(text in texts()) {
        if plain::is_plain(&text) {
            let parsed = render::as_markdown(&text, &Anyone).unwrap();
            prop_assert!(parsed.html.is_none_or(|html| only_repeats(&html, &text)));
            prop_assert_eq!(parsed.mentions, Mentions::default());
            prop_assert!(parsed.links.is_empty());
        }
    }

    #[test]
    fn text_without_marks_is_its_own_rendering(text in "[\\p{L}\\p{N} .,!?()'\"%/$;-]{0,80}") {
        let text = format!("a{text}");
        prop_assert_eq!(render(&text, &Anyone), Rendered::default());
    }
}
