//! How code is coloured, language by language.

use super::*;

/// The spans of a code, as `class:text`.
fn spans(lang: &str, code: &str) -> Vec<String> {
    let mut out = String::new();
    write(&mut out, Some(lang), code);
    let parts = out.split("<span class=\"").skip(1);
    parts
        .map(|part| {
            let (class, rest) = part.split_once("\">").unwrap();
            let text = rest.split("</span>").next().unwrap();
            format!("{class}:{}", unescaped(text))
        })
        .collect()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

/// The spans, parted by bars.
fn shown(lang: &str, code: &str) -> String {
    spans(lang, code).join(" | ")
}

#[test]
fn programs_are_coloured() {
    let rust = "#[derive(Debug)]\n/// Doc\npub fn f<'a>(x: &'a str) -> Vec<u8> { println!(\"{}\\n\", 'x'); r#\"a\"b\"# }";
    assert_eq!(
        shown("rust", rust),
        "m:#[derive(Debug)] | c:/// Doc | k:pub | k:fn | f:f | p:< | v:'a | p:> | p:: | p:& | v:'a \
         | t:str | p:-> | t:Vec | p:< | t:u8 | p:> | f:println! | s:\"{}\\n\" | s:'x' | s:r#\"a\"b\"#"
    );
    assert_eq!(
        shown("ts", "// c\nconst f = (a: string) => g(`x${a}`, /a\\/b/g, 1 / 2 / 3)"),
        "c:// c | k:const | p:= | p:: | t:string | p:=> | f:g | s:`x${a}` | s:/a\\/b/g | n:1 | p:/ | n:2 | p:/ | n:3"
    );
    assert_eq!(
        shown("tsx", "return <div className=\"x\">it's a</div>"),
        "k:return | k:<div | p:= | s:\"x\" | p:> | k:</div | p:>"
    );
    assert_eq!(
        shown("py", "@dec\ndef f(x):\n  \"\"\"doc\n  more\"\"\"\n  return f'{x}' + None # c"),
        "m:@dec | k:def | f:f | p:: | s:\"\"\"doc\n  more\"\"\" | k:return | s:f'{x}' | p:+ | n:None | c:# c"
    );
    assert_eq!(
        shown("c", "#include <stdio.h>\n#define X 0x1F\nint main(void) { return 1.5e-3; }"),
        "m:#include | s:<stdio.h> | m:#define | t:X | n:0x1F | t:int | f:main | t:void | k:return | n:1.5e-3"
    );
    assert_eq!(
        shown("ruby", "class A < B\n  def f(x) = x =~ /a/\n  @b = { a: :c }\nend"),
        "k:class | t:A | p:< | t:B | k:def | f:f | p:= | p:=~ | s:/a/ | p:= | n:a | p:: | n::c | k:end"
    );
    assert_eq!(
        shown("haskell", "f :: Int -> Maybe Int {- a {- b -} -}\nf' x = Just 2 -- c"),
        "p::: | t:Int | p:-> | t:Maybe | t:Int | c:{- a {- b -} -} | p:= | t:Just | n:2 | c:-- c"
    );
    assert_eq!(
        shown("go", "func F() error { return `x` }"),
        "k:func | f:F | t:error | k:return | s:`x`"
    );
}

#[test]
fn shells_and_databases_are_coloured() {
    assert_eq!(
        shown(
            "sh",
            "if [ -f \"$HOME/x\" ]; then\n  echo hi | grep $1 # c\nfi\ncat <<EOF > a\nx $y\nEOF\ncargo build"
        ),
        "k:if | s:\"$HOME/x\" | k:then | f:echo | p:| | f:grep | v:$1 | c:# c | k:fi | f:cat | s:<<EOF > a\nx $y\nEOF | f:cargo"
    );
    assert_eq!(
        shown("sql", "select * from t where a = 'it''s' -- c"),
        "k:select | p:* | k:from | k:where | p:= | s:'it''s' | c:-- c"
    );
    assert_eq!(
        shown("ps1", "Get-Item $env:HOME | Where-Object { $_.Name }"),
        "f:Get-Item | v:$env:HOME | p:| | f:Where-Object | v:$_"
    );
}

#[test]
fn settings_are_coloured() {
    assert_eq!(
        shown("json", "{\"a\": [1, true, \"x\"], \"b\": null}"),
        "a:\"a\" | p:: | n:1 | n:true | s:\"x\" | a:\"b\" | p:: | n:null"
    );
    assert_eq!(
        shown("yaml", "a:\n  - b: c d # e\n  - \"x\""),
        "a:a | p:: | a:b | p:: | c:# e | s:\"x\""
    );
    assert_eq!(
        shown("toml", "[a.b]\nc = \"d\"\ne = [1]"),
        "t:[a.b] | a:c | p:= | s:\"d\" | a:e | p:= | n:1"
    );
    assert_eq!(shown("ini", "; c\n[a]\nb = c"), "c:; c | t:[a] | a:b | p:=");
    assert_eq!(
        shown("dockerfile", "FROM rust:1 AS build\nRUN cargo build && ls $HOME"),
        "k:FROM | p:: | n:1 | k:AS | k:RUN | p:&& | v:$HOME"
    );
    assert_eq!(shown("make", "all: a\n\tgcc $@\nCC = gcc"), "a:all | p:: | v:$@ | a:CC | p:=");
    assert_eq!(shown("nginx", "listen 80; # c"), "f:listen | n:80 | c:# c");
}

#[test]
fn pages_and_styles_are_coloured() {
    assert_eq!(
        shown("html", "<!-- c --><a b=\"c\" d>x &amp; y<script>let a = 1;</script></a>"),
        "c:<!-- c --> | k:a | a:b | s:\"c\" | a:d | n:&amp; | k:script | k:let | p:= | n:1 | k:script | k:a"
    );
    let scss = "@media (x: 1px) { .a > b:hover, #c[d] { color: #fff !important; m: -1.5em var(--x) } }\n$a: 1px;";
    assert_eq!(
        shown("scss", scss),
        "k:@media | a:x | n:1px | t:.a | p:> | k:b | m::hover | f:#c | a:[d] | a:color | n:#fff | \
         k:!important | a:m | n:-1.5em | f:var | v:--x | v:$a | n:1px"
    );
    assert_eq!(
        shown("md", "# H\n- a `b` **c** [d](e)\n> q\n```\nx\n```"),
        "k:# H | p:- | s:`b` | t:**c** | a:[d](e) | c:> q | s:``` | s:x | s:```"
    );
    assert_eq!(
        shown("diff", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z"),
        "k:--- a | k:+++ b | m:@@ -1 +1 @@ | d:-x | i:+y"
    );
}

#[test]
fn the_usual_names_of_languages_are_known() {
    let names = "rust rs c c++ cpp cs java kt swift go py rb php js ts jsx tsx html css scss json yaml \
                 yml toml xml md sql bash sh powershell dockerfile makefile lua hs elixir scala r diff \
                 ini nginx";
    for name in names.split_whitespace() {
        assert!(canonical(name).is_some(), "{name}");
    }
    assert_eq!(canonical("rs"), Some("rust"));
    assert_eq!(canonical(""), None);
    assert_eq!(canonical("klingon"), None);
}

/// Code that ends, nests and quotes in ways that scanners trip over.
#[rustfmt::skip]
const ODD: &[&str] = &[
    "\"", "'", "`", "/*", "<!--", "#", "$", "${", "@", "r#\"", "'''", "<<A", "/[", "é'é\"é\\é", "\\",
    "<é é=é>", "{-", "--[[", "#[", "#{", "a:", "[", "x = /", "&é;", "<script>", "<style>é{", "**é",
    "[é](", "-", "0x", "1.", "1e", "1e+", "\u{a0}\"\u{a0}", "$é", "@é", ":é", "'é", "\r\n\"", "#é",
    "%", "\u{202e}\"",
];

#[test]
fn no_language_loses_or_changes_a_character() {
    for language in languages::LANGUAGES.iter().chain(systems::LANGUAGES) {
        for first in ODD {
            for second in ODD {
                let code = format!("{first}{second} a\n{second}\n{first}");
                let mut out = String::new();
                write(&mut out, Some(language.name), &code);
                let mut text = out.replace("</span>", "");
                for class in "ktfsncpvamid".chars() {
                    text = text.replace(&format!("<span class=\"{class}\">"), "");
                }
                // Carriage returns are lost on purpose: browsers drop them, too.
                assert_eq!(unescaped(&text), code.replace('\r', ""), "{}", language.name);
            }
        }
    }
}

#[test]
fn what_is_long_is_shown_and_not_coloured() {
    let line = "let a = 1;\n";
    let long = line.repeat(COLOURED_MAX_LINES + 50);
    let count = |code: &str| spans("rust", code).iter().filter(|span| *span == "k:let").count();
    assert_eq!(count(&long), COLOURED_MAX_LINES);
    let wide = format!("{line}{}\n{line}", "a ".repeat(COLOURED_LINE_MAX_BYTES));
    assert_eq!(count(&wide), 1);
    let mut dense = String::new();
    write(&mut dense, Some("rust"), &"1+".repeat(400));
    assert!(!dense.contains("<span"), "its HTML would be too long");
}
