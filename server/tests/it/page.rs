//! The page as HTTP serves it: headers, assets, what the server renders for links and for nothing.
//! What it does in a browser is in `browser`.

use crate::harness::{TestServer, header};
use reqwest::Response;
use shared::{ChannelId, paths};
use std::path::Path;

/// The page as Trunk built it, which these tests are about.
pub(crate) fn require_bundle() {
    if std::env::var_os("HUBBUB_TEST_BINARY").is_some() {
        return; // A release program carries its own.
    }
    let index = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/index.html");
    assert!(
        index.exists(),
        "the page is not built: run `trunk build` (dist/index.html is missing)"
    );
}

async fn start() -> TestServer {
    require_bundle();
    TestServer::start().await
}

async fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = server.stranger().get(path);
    let request = headers.iter().fold(request, |r, (name, value)| r.header(*name, *value));
    request.send().await.unwrap()
}

/// The paths of everything the page loads.
fn assets(html: &str) -> Vec<String> {
    let parts = html.split(['"', '\'', '=', '>', ' ', '\n']);
    let is_asset = |part: &&str| {
        let part = part.trim_start_matches('/');
        !part.contains(' ')
            && [".js", ".wasm", ".css", ".woff2", ".svg"].iter().any(|end| part.ends_with(end))
    };
    let mut found: Vec<_> =
        parts.filter(is_asset).map(|p| format!("/{}", p.trim_start_matches('/'))).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[tokio::test]
async fn the_page_is_never_cached_and_lets_no_foreign_code_in() {
    let server = start().await;
    let answer = get(&server, "/", &[]).await;
    assert_eq!(answer.status().as_u16(), 200);
    assert!(header(&answer, "content-type").starts_with("text/html"));
    let cache = header(&answer, "cache-control");
    assert!(cache.contains("no-store") || cache.contains("no-cache"), "{cache}");
    let policy = header(&answer, "content-security-policy");
    for rule in ["default-src", "frame-ancestors 'none'", "base-uri 'none'", "wasm-unsafe-eval"] {
        assert!(policy.contains(rule), "{rule} is not in {policy}");
    }
    for hole in ["'unsafe-inline'", "'unsafe-eval'", " *", "http:", "https:"] {
        assert!(!policy.contains(hole), "{hole} in {policy}");
    }
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    assert!(!header(&answer, "referrer-policy").is_empty());
    let html = answer.text().await.unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") || html.starts_with("<!doctype html>"), "{html}");
    assert!(!html.contains("{{"), "a placeholder is left: {html}");
    for inline in html.split("<script").skip(1) {
        let tag = inline.split('>').next().unwrap();
        assert!(tag.contains("nonce=") || tag.contains("src="), "<script{tag}>");
        let nonce = tag.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next());
        if let Some(nonce) = nonce {
            assert!(policy.contains(&format!("'nonce-{nonce}'")), "{nonce} is not in {policy}");
        }
    }
    let again = get(&server, "/", &[]).await;
    assert_ne!(header(&again, "content-security-policy"), policy, "a nonce serves once");
}

#[tokio::test]
async fn hashed_assets_are_kept_for_ever_tagged_and_compressed() {
    let server = start().await;
    let html = get(&server, "/", &[]).await.text().await.unwrap();
    let assets = assets(&html);
    for end in [".js", ".wasm", ".css"] {
        assert!(assets.iter().any(|path| path.ends_with(end)), "no {end} in {assets:?}");
    }
    for path in assets {
        let plain = get(&server, &path, &[]).await;
        assert_eq!(plain.status().as_u16(), 200, "{path}");
        let kind = match path.rsplit('.').next().unwrap() {
            "js" => "javascript",
            "wasm" => "application/wasm",
            "css" => "text/css",
            "woff2" => "font/woff2",
            _ => "image/svg+xml",
        };
        assert!(header(&plain, "content-type").contains(kind), "{path}: {plain:?}");
        assert_eq!(header(&plain, "x-content-type-options"), "nosniff");
        assert_eq!(header(&plain, "content-encoding"), "", "{path}: nobody asked for compression");
        let tag = header(&plain, "etag");
        assert!(tag.ends_with('"'), "{path}: {tag}");
        if !path.starts_with("/fonts/") {
            let cache = header(&plain, "cache-control");
            assert!(cache.contains("immutable") && cache.contains("max-age=31536000"), "{cache}");
        }
        let unchanged = get(&server, &path, &[("if-none-match", &tag)]).await;
        assert_eq!(unchanged.status().as_u16(), 304, "{path}");
        assert_eq!(header(&unchanged, "etag"), tag);
        assert!(unchanged.bytes().await.unwrap().is_empty());
        let changed = get(&server, &path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(changed.status().as_u16(), 200);
        let whole = plain.bytes().await.unwrap().len();
        assert_eq!(changed.bytes().await.unwrap().len(), whole);
    }
}

#[tokio::test]
async fn the_wasm_is_sent_as_brotli_to_who_takes_it() {
    let server = start().await;
    let html = get(&server, "/", &[]).await.text().await.unwrap();
    for end in [".wasm", ".js", ".css"] {
        let path = assets(&html).into_iter().find(|path| path.ends_with(end)).unwrap();
        let plain = get(&server, &path, &[]).await.bytes().await.unwrap();
        for accept in ["br", "gzip, deflate, br", "br;q=1.0, *;q=0.1"] {
            let packed = get(&server, &path, &[("accept-encoding", accept)]).await;
            assert_eq!(header(&packed, "content-encoding"), "br", "{path} {accept}");
            assert!(header(&packed, "vary").to_lowercase().contains("accept-encoding"));
            let packed = packed.bytes().await.unwrap();
            assert!(packed.len() < plain.len(), "{path}: {} of {}", packed.len(), plain.len());
        }
        for refuse in ["identity", "br;q=0", "gzip"] {
            let answer = get(&server, &path, &[("accept-encoding", refuse)]).await;
            assert_ne!(header(&answer, "content-encoding"), "br", "{path} {refuse}");
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_404_and_never_the_page_with_200() {
    let server = start().await;
    for path in ["/missing.js", "/hubbub-0000000000000000.wasm", "/fonts/none.woff2", "/x.css"] {
        let answer = get(&server, path, &[]).await;
        assert_eq!(answer.status().as_u16(), 404, "{path}");
        let cache = header(&answer, "cache-control");
        assert!(!cache.contains("immutable"), "{path}: {cache}");
        let body = answer.text().await.unwrap();
        assert!(!body.contains("<script"), "{path}: {body}");
    }
    for path in ["/nothing/here", "/c/not-a-uuid", "/..%2f..%2fetc/passwd", "/%2e%2e/Cargo.toml"] {
        let answer = get(&server, path, &[("accept", "text/html")]).await;
        assert_eq!(answer.status().as_u16(), 404, "{path}");
        let html = answer.text().await.unwrap();
        assert!(!html.contains("root:") && !html.contains("[workspace]"), "{path}");
    }
    let html =
        get(&server, "/nothing/here", &[("accept", "text/html")]).await.text().await.unwrap();
    assert!(html.to_lowercase().contains("not found") || html.contains("404"), "{html}");
}

fn tag<'a>(html: &'a str, property: &str) -> Option<&'a str> {
    let at = html.find(&format!("property=\"{property}\""))?;
    let start = html[..at].rfind('<')?;
    let element = &html[start..start + html[start..].find('>')?];
    element.split("content=\"").nth(1)?.split('"').next()
}

fn title(html: &str) -> &str {
    html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or("")
}

#[tokio::test]
async fn a_link_to_a_public_room_shows_its_name_and_topic_and_a_private_one_shows_nothing() {
    let server = start().await;
    let ada = server.user("ada").await;
    let body = serde_json::json!({
        "userIds": [], "name": "Tea & <b>Scones</b> \"here\"", "topic": "Leaves", "visibility": "public"
    });
    let room: shared::ChannelInfo =
        crate::harness::Expect::gives(ada.post(paths::CREATE_CHANNEL).json(&body), 201).await;
    let secret = ada.room("the-secret-name", &[]).await;
    ada.say(room.channel_id, "words that links don't tell").await;
    let html = get(&server, &paths::channel_page(room.channel_id), &[]).await.text().await.unwrap();
    assert!(title(&html).contains("Tea &amp; &lt;b&gt;Scones"), "{}", title(&html));
    let og = tag(&html, "og:title").unwrap_or_default();
    assert!(og.contains("Tea &amp;") && !og.contains("<b>"), "{og}");
    assert!(tag(&html, "og:description").unwrap_or_default().contains("Leaves"), "{html}");
    assert!(!html.contains("words that links don't tell"));
    assert!(!html.contains("<b>Scones"), "a name is text");

    let hidden = get(&server, &paths::channel_page(secret.channel_id), &[]).await;
    let nowhere =
        get(&server, &paths::channel_page(ChannelId(crate::harness::unknown_id())), &[]).await;
    assert_eq!(hidden.status(), nowhere.status(), "hidden and unknown answer alike");
    let (hidden, nowhere) = (hidden.text().await.unwrap(), nowhere.text().await.unwrap());
    assert!(!hidden.contains("the-secret-name"));
    assert_eq!(title(&hidden), title(&nowhere));
}
