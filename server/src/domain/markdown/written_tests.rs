//! What may be written at all, and the check that nothing else is. The fuzz target compiles this
//! file in as well.

use super::DEPTH_MAX;

/// Elements, and the attributes that each may have.
pub(super) const ALLOWED: &[(&str, &[&str])] = &[
    ("a", &["class", "data-channel-id", "data-user-id", "href", "rel", "target", "title"]),
    ("b", &["class", "data-mention"]),
    ("bdi", &[]),
    ("blockquote", &[]),
    ("br", &[]),
    ("code", &[]),
    ("del", &[]),
    ("em", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("hr", &[]),
    ("li", &[]),
    ("ol", &["start"]),
    ("p", &[]),
    ("pre", &["class", "data-cut", "data-lang", "data-lines"]),
    ("span", &["class"]),
    ("strong", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["class"]),
    ("th", &["class"]),
    ("thead", &[]),
    ("tr", &[]),
    ("ul", &[]),
];

/// Checks the HTML as it is written: every element is allowed, closed in turn, and has only
/// attributes that it may have.
pub(super) fn check_written(html: &str, source: &str) {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "a bracket that closes nothing in {html:?} of {source:?}");
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{html:?} of {source:?}");
            continue;
        }
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let allowed = ALLOWED.iter().find(|(known, _)| *known == name);
        let (_, attributes) = allowed.unwrap_or_else(|| panic!("<{name}> in {html:?}"));
        while !rest.is_empty() {
            let (attribute, value) = rest.split_once("=\"").expect("a value in quotes");
            let (value, after) = value.split_once('"').expect("a value that ends");
            assert!(attributes.contains(&attribute), "{attribute} in {html:?} of {source:?}");
            if attribute == "href" {
                let known = ["https://", "http://", "mailto:", "/c/"];
                let value = value.to_ascii_lowercase();
                assert!(
                    known.iter().any(|start| value.starts_with(start)),
                    "{value} of {source:?}"
                );
                assert!(!value.contains(|c: char| c.is_whitespace() || c.is_control()));
            }
            rest = after.trim_start();
        }
        let leads = tag.contains("href=\"") && !tag.starts_with("a class=\"mention\"");
        if leads {
            let kept = " rel=\"noopener noreferrer nofollow\" target=\"_blank\"";
            assert!(tag.contains(kept), "{html:?}");
        }
        assert!(!(name == "a" && open.contains(&"a")), "a link in a link: {html:?} of {source:?}");
        if !matches!(name, "br" | "hr") {
            open.push(name);
        }
        assert!(open.len() <= DEPTH_MAX + 8, "{source:?}");
    }
    assert!(open.is_empty(), "{open:?} of {source:?}");
}
