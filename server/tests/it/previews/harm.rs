//! Links that mean harm: to this machine and its networks, to its time and its memory.

use super::Scene;
use super::site::{Answer, Site};
use shared::limits::PREVIEW_SECONDS;
use std::time::{Duration, Instant};

#[tokio::test]
async fn nothing_of_this_machine_is_ever_connected_to() {
    let mut scene = Scene::new().await;
    let inside = Site::start().await;
    inside.serve_at("/", Answer::page("<title>secret</title>"));
    let beside = ([127, 0, 0, 2], scene.site.address.port()).into();
    let beside = Site::start_at(beside).await;
    beside.serve_at("/", Answer::page("<title>secret</title>"));
    let (port, server) = (inside.address.port(), scene.server.address().port());
    let good = scene.site.serve_at("/good", Answer::page("<title>Good</title>"));
    let places = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0x7f.0.0.1:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://user@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{server}/metrics"),
        "http://127.0.0.1/".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::1]/".to_owned(),
        // The excepted port, on other addresses of this machine.
        beside.url("/"),
        format!("http://localhost:{}/good", scene.site.address.port()),
    ];
    for (n, place) in places.iter().enumerate() {
        // Asked for directly, by a redirect, by a second one, and as a picture.
        let one = scene.site.serve_at(&format!("/one/{n}"), Answer::redirect(place));
        let two = scene.site.serve_at(&format!("/two/{n}"), Answer::redirect(&one));
        let title = format!("Page {n}");
        let picture = scene.site.serve_at(&format!("/p/{n}"), Answer::titled(&title, place));
        let event = scene.previewed(&format!("{place} {one} {two} {picture} {good}")).await;
        let found: Vec<_> = event.previews.iter().map(|p| (&*p.title, p.image.is_some())).collect();
        assert_eq!(found, [(&*title, false), ("Good", false)], "{place}");
        assert_eq!(scene.site.times(&format!("/two/{n}")), 1, "{place}");
    }
    assert_eq!((inside.connections(), beside.connections()), (0, 0));
    assert_eq!(scene.site.times("/good"), 1);
}

#[tokio::test]
async fn what_is_slow_is_left_and_holds_nothing_else_up() {
    let mut scene = Scene::new().await;
    let started = Instant::now();
    let urls = [
        scene.site.serve_at("/head", Answer::raw("HTTP/1.1 200 OK\r\nx-slow: ", b"").silent()),
        scene.site.serve_at("/body", Answer::page("<title>Slow</title>").silent()),
        scene.site.serve_at("/held", Answer::page("<title>Held</title>").held()),
        // What is there of it by then is shown.
        scene.site.serve_at("/page", Answer::titled("Page", "/picture")),
        scene.site.serve_at("/good", Answer::page("<title>Good</title>")),
    ];
    scene.site.serve_at("/picture", Answer::of("image/png", b"").silent());
    let event = scene.previewed(&urls.join(" ")).await;
    let found: Vec<_> = event.previews.iter().map(|p| (&*p.title, p.image.is_some())).collect();
    assert_eq!(found, [("Page", false), ("Good", false)]);
    let (took, bound) = (started.elapsed(), Duration::from_secs(PREVIEW_SECONDS));
    assert!(took >= bound && took < bound + Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn what_never_ends_is_cut() {
    let mut scene = Scene::new().await;
    let urls = [
        scene.site.serve_at("/page", Answer::page("<title>Endless</title>").endless()),
        scene.site.serve_at("/late", Answer::page("<!--").endless()),
        scene.site.serve_at("/image", Answer::of("image/png", b"\x89PNG\r\n\x1a\n").endless()),
        scene.site.serve_at("/head", Answer::raw("HTTP/1.1 200 OK\r\nx: ", b"").endless()),
        scene.site.serve_at("/gzip", {
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip\r\n\r\n";
            Answer::raw(head, b"\x1f\x8b\x08").endless()
        }),
    ];
    let event = scene.previewed(&urls.join(" ")).await;
    let titles: Vec<_> = event.previews.iter().map(|preview| preview.title.clone()).collect();
    assert_eq!(titles, ["Endless"]);
}

#[tokio::test]
async fn what_a_page_says_stays_text_of_a_bounded_length() {
    let mut scene = Scene::new().await;
    let script = "&lt;script&gt;alert(1)&lt;/script&gt;\u{202e}&#0;";
    let html = format!(
        "<title>{script}</title><meta name=description content='{}'>",
        "<img src=x onerror=alert(1)>".repeat(100)
    );
    let url = scene.site.serve_at("/", Answer::page(&html));
    let event = scene.previewed(&url).await;
    let found = &event.previews[0];
    assert_eq!(found.title, "<script>alert(1)</script>\u{fffd}");
    assert_eq!(found.text.as_ref().map(|text| text.chars().count()), Some(400));
}
