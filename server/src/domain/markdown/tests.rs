//! What Markdown becomes, one feature after the other.

use super::*;

/// A few people and channels.
pub(super) struct Team;

const USERS: [&str; 6] = ["ada", "mira okafor", "josé.m-2", "愛子", "דנה", "o_o7"];
const CHANNELS: [&str; 2] = ["general", "release notes"];

impl Names for Team {
    fn user(&self, name: &str) -> Option<UserId> {
        let at = USERS.iter().position(|user| *user == name.to_lowercase())?;
        Some(UserId(uuid::Uuid::from_u128(at as u128 + 1)))
    }

    fn channel(&self, name: &str) -> Option<ChannelId> {
        let at = CHANNELS.iter().position(|known| *known == name)?;
        Some(ChannelId(uuid::Uuid::from_u128(at as u128 + 101)))
    }
}

fn user(name: &str) -> UserId {
    Team.user(name).unwrap()
}

fn channel(name: &str) -> ChannelId {
    Team.channel(name).unwrap()
}

/// What a text becomes, or `(plain)`. Ids and what every link has are left out.
fn html(text: &str) -> String {
    let Some(mut html) = render(text, &Team).html else { return "(plain)".to_owned() };
    for name in USERS {
        html = html.replace(&format!(" data-user-id=\"{}\"", user(name)), &format!(" u={name}"));
    }
    for name in CHANNELS {
        let id = channel(name);
        let written = format!(" data-channel-id=\"{id}\" href=\"/c/{id}\"");
        html = html.replace(&written, &format!(" c={name}"));
    }
    html.replace(" rel=\"noopener noreferrer nofollow\" target=\"_blank\"", "")
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(html(text), *expected, "{text}");
    }
}

#[test]
fn ordinary_text_has_no_rendering() {
    for text in [
        "hello",
        "2 * 3 = 6 & so on",
        "snake_case _ and a < b",
        "@nobody and #nothing",
        "a [b] c",
        "it's 5 o'clock \\o/",
        "  blanks around ",
        "ada@work",
        "愛子さん",
        "[todo]: fix",
        "<3",
        "*",
        "1.",
        "- \n>",
        "see main.rs and example.org",
    ] {
        assert_eq!(render(text, &Team), Rendered::default(), "{text}");
    }
}

#[test]
fn emphasis_is_drawn() {
    check(&[
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>"),
        ("***a***", "<p><em><strong>a</strong></em></p>"),
        ("`<b>` & <b>", "<p><code>&lt;b&gt;</code> &amp; &lt;b&gt;</p>"),
        ("\\*a\\*", "<p>*a*</p>"),
        ("a &amp; b &copy;", "<p>a &amp; b ©</p>"),
        ("about ~5 and ~/a", "(plain)"),
    ]);
}

#[test]
fn a_new_line_is_a_new_line() {
    check(&[
        ("a\nb", "<p>a<br>b</p>"),
        ("a  \nb\\\nc", "<p>a<br>b<br>c</p>"),
        ("a\r\nb", "<p>a<br>b</p>"),
        ("a\n\nb", "<p>a</p><p>b</p>"),
    ]);
}

#[test]
fn blocks_are_drawn() {
    check(&[
        ("# a\n## b\n### c\n###### d", "<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6>"),
        ("> a\n> b\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>"),
        ("- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
        ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
        (
            "- [ ] a\n- [x] b",
            "<ul><li><span class=\"task\">☐</span> a</li><li><span class=\"task done\">☑</span> b</li></ul>",
        ),
    ]);
}

#[test]
fn tables_are_drawn() {
    check(&[
        (
            "|a|b|c|\n|-|:-:|-:|\n|1|**2**|",
            "<table><thead><tr><th>a</th><th class=\"center\">b</th><th class=\"right\">c</th></tr></thead>\
             <tbody><tr><td>1</td><td class=\"center\"><strong>2</strong></td><td class=\"right\"></td></tr></tbody></table>",
        ),
        ("|a|\n|-|", "<table><thead><tr><th>a</th></tr></thead></table>"),
    ]);
}

#[test]
fn html_is_the_text_that_it_is() {
    check(&[
        ("<b>hi</b> *x*", "<p>&lt;b&gt;hi&lt;/b&gt; <em>x</em></p>"),
        (
            "<div>\n@ada *x*\n</div>\n\ny",
            "<p>&lt;div&gt;<br><a class=\"mention\" u=ada>@ada</a> *x*<br>&lt;/div&gt;</p><p>y</p>",
        ),
        ("a <!-- b --> c\nd", "<p>a &lt;!-- b --&gt; c<br>d</p>"),
    ]);
}

#[test]
fn links_lead_to_the_web_and_to_mail_alone() {
    check(&[
        ("[a](https://b.org/?c=1&d=2)", "<p><a href=\"https://b.org/?c=1&amp;d=2\">a</a></p>"),
        (
            "[**a**](<https://b.org> \"it's \\\"c\\\"\")",
            "<p><a href=\"https://b.org\" title=\"it's &quot;c&quot;\"><strong>a</strong></a></p>",
        ),
        ("[a](mailto:b@c.org)", "<p><a href=\"mailto:b@c.org\">a</a></p>"),
        (
            "<https://b.org> <b@c.org>",
            "<p><a href=\"https://b.org\">https://b.org</a> <a href=\"mailto:b@c.org\">b@c.org</a></p>",
        ),
        ("[a](javascript:b) [c](/d) [e](ftp://f.org)", "<p>a c e</p>"),
        ("<javascript:a>", "(plain)"),
        ("![a](https://b.org/c.png)", "<p><a href=\"https://b.org/c.png\">a</a></p>"),
        (
            "![](https://b.org/c.png)",
            "<p><a href=\"https://b.org/c.png\">https://b.org/c.png</a></p>",
        ),
        ("[](https://b.org)", "<p><a href=\"https://b.org\">https://b.org</a></p>"),
        ("[![a](https://b.org/c.png)](https://d.org)", "<p><a href=\"https://d.org\">a</a></p>"),
        (
            "[https://good.org](https://b.org)",
            "<p><a href=\"https://b.org\">https://good.org</a></p>",
        ),
        ("[a]\n\n[a]: https://b.org", "<p><a href=\"https://b.org\">a</a></p>"),
        ("[a]: https://b.org", "<p>[a]: <a href=\"https://b.org\">https://b.org</a></p>"),
    ]);
}

#[test]
fn addresses_link_themselves() {
    let link = |url: &str| format!("<a href=\"{url}\">{url}</a>");
    for (text, before, url, after) in [
        ("see https://a.org.", "see ", "https://a.org", "."),
        ("(https://a.org/b_(c))!", "(", "https://a.org/b_(c)", ")!"),
        ("\"https://a.org/\", ok", "\"", "https://a.org/", "\", ok"),
        ("https://a.org/__init__.py", "", "https://a.org/__init__.py", ""),
        ("https://a.org/*b*/c_d_", "", "https://a.org/*b*/c_d", "_"),
        ("http://localhost:3000/x#y", "", "http://localhost:3000/x#y", ""),
        ("愛 https://é.example/愛 子", "愛 ", "https://é.example/愛", " 子"),
    ] {
        assert_eq!(html(text), format!("<p>{before}{}{after}</p>", link(url)), "{text}");
    }
    check(&[
        ("www.a.org, ok", "<p><a href=\"http://www.a.org\">www.a.org</a>, ok</p>"),
        ("ada@b.org.", "<p><a href=\"mailto:ada@b.org\">ada@b.org</a>.</p>"),
        (
            "**https://a.org/b**",
            "<p><strong><a href=\"https://a.org/b\">https://a.org/b</a></strong></p>",
        ),
        (
            "_https://a.org/b_c_",
            "<p><em><a href=\"https://a.org/b_c\">https://a.org/b_c</a></em></p>",
        ),
        ("`https://a.org/*b*`", "<p><code>https://a.org/*b*</code></p>"),
        ("wwwa.org www. xwww.a.org", "(plain)"),
        ("https:// and https://", "(plain)"),
    ]);
}

#[test]
fn links_are_listed_for_previews() {
    let links = |text: &str| render(text, &Team).links;
    assert_eq!(
        links(
            "https://a.org [x](https://b.org) https://a.org `https://c.org` www.d.org e@f.org <https://g.org>"
        ),
        ["https://a.org", "https://b.org", "http://www.d.org", "https://g.org"]
    );
    let many: String = (0..9).map(|n| format!("https://{n}.a.org ")).collect();
    assert_eq!(links(&many).len(), LINKS_MAX);
    assert_eq!(links("[a](javascript:b) mailto:a@b.org"), [""; 0]);
}

#[test]
fn mentions_are_chips() {
    check(&[
        ("hi @ada!", "<p>hi <a class=\"mention\" u=ada>@ada</a>!</p>"),
        ("@Mira Okafor's", "<p><a class=\"mention\" u=mira okafor>@Mira Okafor</a>'s</p>"),
        (
            "@o_o7 **@ada**",
            "<p><a class=\"mention\" u=o_o7>@o_o7</a> <strong><a class=\"mention\" u=ada>@ada</a></strong></p>",
        ),
        ("@愛子、", "<p><a class=\"mention\" u=愛子>@愛子</a>、</p>"),
        (
            "#general #release notes.",
            "<p><a class=\"mention\" c=general>#general</a> <a class=\"mention\" c=release notes>#release notes</a>.</p>",
        ),
        (
            "@channel, @Here",
            "<p><b class=\"mention all\" data-mention=\"channel\">@channel</b>, \
             <b class=\"mention all\" data-mention=\"here\">@Here</b></p>",
        ),
        ("\\@ada \\#general", "<p>@ada #general</p>"),
        ("\\\\@ada", "<p>\\<a class=\"mention\" u=ada>@ada</a></p>"),
        ("`@ada` &commat;ada", "<p><code>@ada</code> @ada</p>"),
        ("[@ada](https://a.org)", "<p><a href=\"https://a.org\">@ada</a></p>"),
        (
            "a@ada @@ada ada@ada.org",
            "<p>a@ada @@ada <a href=\"mailto:ada@ada.org\">ada@ada.org</a></p>",
        ),
        ("```\n@ada\n```", "<pre class=\"code\"><code>@ada</code></pre>"),
    ]);
}

#[test]
fn mentions_are_told_once_and_in_order() {
    let text = "@ada #general @Mira Okafor @ADA #release notes #general @channel `@here`";
    let expected = Mentions {
        users: vec![user("ada"), user("mira okafor")],
        channel: true,
        here: false,
        channels: vec![channel("general"), channel("release notes")],
    };
    assert_eq!(render(text, &Team).mentions, expected);
    let many = format!("{}@ada", "@nobody ".repeat(50));
    assert_eq!(render(&many, &Team).mentions.users, []);
}

#[test]
fn code_has_its_language_and_its_length() {
    let short = render("```Rust\nfn a() {}\n```", &Team);
    assert!(short.has_code);
    assert_eq!(
        short.html.unwrap(),
        "<pre class=\"code\" data-lang=\"rust\"><code><span class=\"k\">fn</span> \
         <span class=\"f\">a</span>() {}</code></pre>"
    );
    check(&[
        ("```mermaid x\na\n```", "<pre class=\"code\" data-lang=\"mermaid\"><code>a</code></pre>"),
        ("```a\"b\na\n```", "<pre class=\"code\"><code>a</code></pre>"),
        ("    a < b\n\n    c", "<pre class=\"code\"><code>a &lt; b\n\nc</code></pre>"),
        ("~~~\n\n  a", "<pre class=\"code\"><code>\n  a</code></pre>"),
    ]);
    let long = format!("```\n{}```", "a\n".repeat(21));
    assert!(html(&long).starts_with("<pre class=\"code\" data-lines=\"21\"><code>a\n"));
    assert!(!html(&format!("```\n{}```", "a\n".repeat(20))).contains("data-lines"));
    assert!(!render("`a`", &Team).has_code);
}

#[test]
fn files_are_coloured_by_their_name_and_cut_at_a_line() {
    assert_eq!(
        highlight_file("a/b.PY", "# c\r\nx < 1\n"),
        "<pre class=\"code\" data-lang=\"python\"><code><span class=\"c\"># c</span>\nx \
         <span class=\"p\">&lt;</span> <span class=\"n\">1</span></code></pre>"
    );
    assert_eq!(
        highlight_file("notes.txt", "<b>"),
        "<pre class=\"code\"><code>&lt;b&gt;</code></pre>"
    );
    let long = highlight_file("x", &"é is a line\n".repeat(10_000));
    assert!(long.contains(" data-cut=\"true\"><code>é") && long.ends_with("line</code></pre>"));
    assert!(long.len() < FILE_SHOWN_MAX_BYTES + 200);
}

#[test]
fn what_nests_too_deep_keeps_its_text() {
    let deep = format!("{}a", "> ".repeat(DEPTH_MAX + 4));
    let html = html(&deep);
    assert_eq!(html.matches("<blockquote>").count(), DEPTH_MAX);
    assert!(html.contains('a'));
    let deeper = format!("{}a *b*\nc", "> ".repeat(MARKS_MAX + 1));
    let lines = render(&deeper, &Team).html.unwrap();
    assert!(lines.starts_with("<p>&gt; &gt;") && lines.ends_with("a *b*<br>c</p>"));
    // In code, lines may begin with what they like, and tables may be drawn.
    assert!(
        render("+-------------------------------------------+\n*a*", &Team)
            .html
            .unwrap()
            .contains("<em>")
    );
}
