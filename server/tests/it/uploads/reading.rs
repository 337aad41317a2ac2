//! Reading files: whole, in part, by whom, and with which headers.

use super::pictures::encoded;
use super::{read, send, upload, url_of};
use crate::harness::{Expect, TestServer, header, patiently, unknown_id};
use image::ImageFormat;
use reqwest::Method;
use shared::api::uploads::TextPreview;
use shared::{ErrorCode, UploadId, paths};

#[tokio::test]
async fn a_file_is_its_owners_until_a_message_takes_it_and_then_its_readers() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let eve = server.user("eve").await;
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let file = upload(&ada, "a.txt", b"hello").await;
    let url = url_of(&file);
    assert_eq!(read(&ada, &file, "").await, b"hello");
    bob.get(&url).fails(ErrorCode::NotFound).await;
    server.stranger().get(&url).fails(ErrorCode::NotLoggedIn).await;
    send(&ada, room, &[file.upload_id]).await;
    for reader in [&ada, &bob] {
        assert_eq!(read(reader, &file, "").await, b"hello");
    }
    // Not visible and not there answer alike.
    let hidden = eve.get(&url).fails(ErrorCode::NotFound).await;
    let nowhere = paths::upload(UploadId(unknown_id()), "a.txt");
    assert_eq!(eve.get(&nowhere).fails(ErrorCode::NotFound).await, hidden);
    let other_name = paths::upload(file.upload_id, "b.txt");
    assert_eq!(ada.get(&other_name).fails(ErrorCode::NotFound).await, hidden);
    ada.get("/api/uploads/not-an-id/a.txt").fails(ErrorCode::NotFound).await;
    // Who is no member any more reads it no more, whoever sent it.
    ada.remove(room, &bob).await;
    bob.get(&url).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn parts_of_a_file_are_served_as_they_are_asked_for() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let url = url_of(&upload(&ada, "a.bin", &bytes).await);
    let whole = ada.get(&url).succeeds().await;
    assert_eq!(header(&whole, "accept-ranges"), "bytes");
    assert_eq!(header(&whole, "content-length"), "300000");
    let etag = header(&whole, "etag");
    assert!(etag.len() > 40 && etag.starts_with('"'), "{etag}");
    assert_eq!(whole.bytes().await.unwrap(), bytes);
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=100000-200000", 100_000, 200_001),
        ("bytes=-5", 299_995, 300_000),
    ] {
        let part = ada.get(&url).header("range", range).header("if-range", &etag);
        let part = part.succeeds().await;
        assert_eq!(part.status().as_u16(), 206, "{range}");
        let told = format!("bytes {from}-{}/300000", to - 1);
        assert_eq!(header(&part, "content-range"), told);
        assert_eq!(header(&part, "content-length"), (to - from).to_string());
        assert_eq!(part.bytes().await.unwrap(), bytes[from..to]);
    }
    let old = ada.get(&url).header("range", "bytes=0-0").header("if-range", "\"old\"");
    assert_eq!(old.succeeds().await.status().as_u16(), 200);
    let behind = ada.get(&url).header("range", "bytes=300000-").send().await.unwrap();
    assert_eq!(behind.status().as_u16(), 416);
    assert_eq!(header(&behind, "content-range"), "bytes */300000");
    let known = ada.get(&url).header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(known.status().as_u16(), 304);
    assert_eq!(header(&known, "etag"), etag);
    let head = ada.request(Method::HEAD, &url).succeeds().await;
    assert_eq!((header(&head, "content-length").as_str(), header(&head, "etag")), ("300000", etag));
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_browser_is_told_what_it_may_do_with_a_file() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let png = encoded(9, 9, ImageFormat::Png);
    let html = b"<!doctype html><script>alert(document.cookie)</script>".to_vec();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    let file = "application/octet-stream";
    for (name, bytes, inline, content_type) in [
        ("a.png", png, true, "image/png"),
        ("a.html", html, false, file),
        ("a.svg", svg, false, file),
        ("a.js", b"alert(1)".to_vec(), false, "text/plain; charset=utf-8"),
    ] {
        let answer = ada.get(&url_of(&upload(&ada, name, &bytes).await)).succeeds().await;
        assert_eq!(header(&answer, "content-type"), content_type, "{name}");
        let kind = if inline { "inline" } else { "attachment" };
        let disposition = format!("{kind}; filename=\"{name}\"; filename*=UTF-8''{name}");
        assert_eq!(header(&answer, "content-disposition"), disposition);
        let policy = header(&answer, "content-security-policy");
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
        assert!(!policy.contains("script") && !policy.contains("allow-"), "{policy}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "cross-origin-resource-policy"), "same-origin");
        let cache = header(&answer, "cache-control");
        assert_eq!(cache, "private, max-age=31536000, immutable");
    }
}

#[tokio::test]
async fn names_of_every_spelling_are_made_safe_and_lead_to_their_file() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    for (given, kept) in [
        ("größe 日本語 😀.txt", "größe 日本語 😀.txt"),
        ("gro\u{308}\u{df}e.txt", "gr\u{f6}\u{df}e.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\photo.txt", "photo.txt"),
        ("<img src=x onerror=alert(1)>.txt", "_img src=x onerror=alert(1)_.txt"),
        ("a'b&c;d#e%f+g.txt", "a'b&c;d#e%f+g.txt"),
        ("invoice\u{202e}txt.exe", "invoicetxt.exe"),
        ("..", "file"),
        ("", "file"),
    ] {
        let stored: shared::api::uploads::Uploaded = super::raw(&ada, given, b"x").gives(201).await;
        let stored = &stored.uploads[0];
        assert_eq!(stored.filename, kept, "{given:?}");
        assert_eq!(read(&ada, stored, "").await, b"x", "{given:?}");
    }
    let long = format!("{}.tar.gz", "n".repeat(900));
    let stored = upload(&ada, &long, b"x").await;
    assert_eq!(stored.filename.chars().count(), 120);
    assert!(stored.filename.ends_with(".gz"));
    // As browsers write a name with quotation marks into a form.
    let stored = upload(&ada, "say %22hi%22.txt", b"x").await;
    assert!(!stored.filename.contains('"'), "{stored:?}");
}

#[tokio::test]
async fn the_first_lines_of_a_text_are_shown_and_run_nothing() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let line = "let x = \"<script>alert(1)</script>\";\n";
    let file = upload(&ada, "a.rs", line.repeat(500).as_bytes()).await;
    let url = format!("{}?preview=true", url_of(&file));
    let shown: TextPreview = ada.get(&url).gives(200).await;
    assert_eq!((shown.lines, shown.truncated), (200, true));
    assert!(shown.html.starts_with("<pre class=\"code\""), "{}", shown.html);
    assert!(!shown.html.contains("<script") && shown.html.contains("&lt;script"));
    let image = upload(&ada, "a.png", &encoded(9, 9, ImageFormat::Png)).await;
    ada.get(&format!("{}?preview=true", url_of(&image))).fails(ErrorCode::Invalid).await;
    ada.get(&format!("{}?size=small", url_of(&file))).fails(ErrorCode::Invalid).await;
    ada.get(&format!("{}?size=medium", url_of(&image))).fails(ErrorCode::Malformed).await;
}

#[tokio::test]
async fn a_large_file_goes_there_and_back() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let bytes: Vec<u8> =
        (0..24_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let file = upload(&ada, "large.bin", &bytes).await;
    assert_eq!(file.size, 24_000_000);
    let answer = ada.get(&url_of(&file)).succeeds().await;
    let back = patiently("a large file", answer.bytes()).await.unwrap();
    assert!(back == bytes);
}
