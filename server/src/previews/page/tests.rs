//! What is read of pages: well-made ones, broken ones, and those that mean harm.

use super::*;
use proptest::prelude::*;

fn page(html: &str) -> Page {
    read(html.as_bytes(), None, &"https://site.example/a/b?c".parse().unwrap())
}

fn title(html: &str) -> Option<String> {
    page(html).title
}

#[test]
fn a_page_says_its_title_what_it_is_about_whose_it_is_and_its_picture() {
    let found = page(
        "<!doctype html><html prefix='og: https://ogp.me/ns#'><head><title>Plain</title>
         <meta property='og:title' content='The &amp; title'>
         <meta name=\"description\" content=\"plain\"><meta property=og:description content='About   it'>
         <meta property='og:site_name' content='Site'/>
         <meta property='og:image' content='/p.png?a=1&amp;b=2'></head><body>x</body>",
    );
    let picture = "https://site.example/p.png?a=1&b=2".parse().ok();
    let (text, site) = (Some("About it".into()), Some("Site".into()));
    assert_eq!(found, Page { title: Some("The & title".into()), text, site, picture });
}

#[test]
fn a_page_without_marks_has_its_title_and_description() {
    let found = page("<title>\n  A  page\n</title><META NAME=Description CONTENT='About it'>");
    assert_eq!((found.title.as_deref(), found.text.as_deref()), (Some("A page"), Some("About it")));
    assert_eq!(page("<title>Same</title><meta name=description content=Same>").text, None);
    assert_eq!(title("<meta name='twitter:title' content='T'><title>x</title>"), Some("T".into()));
    let named = page("<title>x</title><meta name='application-name' content='App'>");
    assert_eq!(named.site.as_deref(), Some("App"));
}

#[test]
fn a_page_without_a_title_has_none() {
    for html in [
        "",
        "plain text",
        "<title></title>",
        "<title> \u{200b}\u{202e} </title>",
        "<meta property='og:title' content='  '>",
        "<meta property='og:title'>",
        "<!-- <title>x</title> -->",
        "<script>'<title>x</title>'</script>",
        "<style><title>x</title></style>",
        "<textarea><title>x</title></textarea>",
        "<meta content='no name'>",
        "\0\0\0",
    ] {
        assert_eq!(title(html), None, "{html:?}");
    }
    // What is blank is passed over for what is not.
    assert_eq!(
        title("<meta property='og:title' content='&#x200b;'><title>T</title>").as_deref(),
        Some("T")
    );
}

#[test]
fn broken_pages_are_read_as_browsers_do() {
    for html in [
        "<title>T",
        "<title>T</title",
        "<TITLE>T</TiTlE>",
        "<title lang=en>T</title>",
        "<<title>T</title>",
        "</title><title>T</title>",
        "<html><html><head><head><title>T</title>",
        "<p>no head<title>T</title>",
        "<meta property=\"og:title\" content=\"T",
        "<meta property='og:title' content='T' content='other'>",
        "<meta content=T property=og:title>",
        "<meta\nproperty = 'og:title'\tcontent = 'T' / >",
        "<title>T</title><title>other</title>",
        "<title>T</title><svg><title>other</title></svg>",
        "<meta property='og:title' content='T'><meta property='og:title' content='other'>",
        "\u{feff}<title>T</title>",
        "<title>T</title></title></head>",
    ] {
        let found = title(html);
        let cut_tag = html.ends_with("content=\"T") || html.ends_with("</title");
        assert!(found.as_deref() == Some("T") || cut_tag, "{html:?}: {found:?}");
    }
}

#[test]
fn entities_are_decoded_once() {
    for (html, text) in [
        ("a &amp; b", "a & b"),
        ("a &amp;amp; b", "a &amp; b"),
        ("&lt;b&gt;&quot;&#39;&apos;", "<b>\"''"),
        ("caf&eacute; &#233; &#xE9;", "café é é"),
        ("&nbsp;a&nbsp;b", "a b"),
        ("&#128077; &copy", "👍 ©"),
        ("&unknown; &", "&unknown; &"),
        ("&#0;&#x110000;&#xd800;", "\u{fffd}\u{fffd}\u{fffd}"),
        ("a&#10;b&#x202e;c", "a bc"),
    ] {
        assert_eq!(title(&format!("<title>{html}</title>")).as_deref(), Some(text), "{html}");
    }
}

#[test]
fn what_looks_like_code_stays_text() {
    for attack in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg/onload=alert(1)>",
        "javascript:alert(1)",
        "{{constructor.constructor('alert(1)')()}}",
    ] {
        assert_eq!(title(&format!("<title>{attack}</title>")).as_deref(), Some(attack));
        let quoted = attack.replace('"', "&quot;");
        let said = format!("<meta property=\"og:title\" content=\"{quoted}\">");
        assert_eq!(title(&said).as_deref(), Some(attack));
    }
}

#[test]
fn hidden_characters_are_dropped_and_lengths_are_bounded() {
    assert_eq!(title("<title>\u{202e}gpj.exe\u{202c}\u{7}</title>").as_deref(), Some("gpj.exe"));
    let long = |size: usize| "é".repeat(size);
    let found = page(&format!(
        "<title>{}</title><meta name=description content='{}'><meta property=og:site_name content='{}'>",
        long(400_000),
        long(50_000),
        long(500),
    ));
    let chars = |text: Option<String>| text.unwrap().chars().count();
    assert_eq!((chars(found.title), chars(found.text), chars(found.site)), (200, 400, 80));
}

#[test]
fn the_picture_may_be_named_in_any_way_and_is_only_named_here() {
    let picture = |html: &str| page(html).picture.map(|url| url.to_string());
    let is = |url: &str| Some(url.to_owned());
    let named = |name: &str, url: &str| format!("<meta property='{name}' content='{url}'>");
    assert_eq!(picture(&named("og:image", "p.png")), is("https://site.example/a/p.png"));
    assert_eq!(picture(&named("og:image:secure_url", "//o.example/p")), is("https://o.example/p"));
    assert_eq!(picture(&named("twitter:image", "http://o.example/p")), is("http://o.example/p"));
    // Whether it may be fetched is for the guard to say.
    assert_eq!(picture(&named("og:image", "http://127.0.0.1/")), is("http://127.0.0.1/"));
    assert_eq!(picture(&named("og:image", "http://")), None);
    assert_eq!(picture("<img src=p.png>"), None);
}

#[test]
fn the_body_says_nothing_once_there_is_a_title() {
    let late = "<title>T</title><body><meta property='og:title' content='late'>";
    assert_eq!(title(late).as_deref(), Some("T"));
    let only = "<body><meta property='og:title' content='only'>";
    assert_eq!(title(only).as_deref(), Some("only"));
}

#[test]
fn pages_in_other_encodings_are_read() {
    let at = "https://site.example/".parse().unwrap();
    let read = |bytes: &[u8], charset| read(bytes, charset, &at).title;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(read(b"<title>caf\xe9</title>", Some("iso-8859-1")), text("café"));
    assert_eq!(read(b"<meta charset=windows-1252><title>\x80</title>", None), text("€"));
    let named = b"<meta http-equiv=content-type content='text/html; charset=Shift_JIS'>\
        <title>\x93\xfa\x96{</title>";
    assert_eq!(read(named, None), text("日本"));
    // The header goes before the page, a byte-order mark before both.
    assert_eq!(read("<meta charset=latin1><title>é</title>".as_bytes(), Some("utf-8")), text("é"));
    assert_eq!(read("\u{feff}<title>é</title>".as_bytes(), Some("latin1")), text("é"));
    assert_eq!(read(b"<meta charset=utf-16><title>T</title>", None), text("T"));
    assert_eq!(read(b"<meta charset=nonsense><title>T\xff</title>", None), text("T\u{fffd}"));
    let wide: Vec<u8> = "<title>é</title>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&wide, Some("utf-16le")), text("é"));
}

proptest! {
    #[test]
    fn anything_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        read(&bytes, None, &"https://site.example/".parse().unwrap());
    }

    #[test]
    fn any_soup_of_tags_can_be_read(
        parts in prop::collection::vec(prop::sample::select(vec![
            "<", ">", "</", "/>", "title", "meta", "script", "style", "body", " property=", "content=",
            "'", "\"", "og:title", "og:image", "http://[", "&", "&#x", ";", "<!--", "-->", "<![CDATA[",
            "]]>", "\0", "é", "=", " ", "charset=", "utf-16", "noscript", "textarea",
        ]), 0..200)
    ) {
        let found = page(&parts.concat());
        prop_assert!(found.title.is_none_or(|title| (1..=200).contains(&title.chars().count())));
    }
}
