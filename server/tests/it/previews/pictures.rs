//! The pictures of previews: the server's own small copies, for those who are logged in.

use super::Scene;
use super::site::Answer;
use crate::harness::{Expect, header};
use image::{GrayImage, ImageFormat, Rgb, RgbImage};
use shared::{ErrorCode, paths};
use std::io::Cursor;
use std::time::{Duration, SystemTime};

fn png(width: u32, height: u32) -> Vec<u8> {
    let colour = |x: u32, y: u32| Rgb([(x % 256) as u8, (y % 256) as u8, 90]);
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(width, height, colour).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_picture_is_a_small_copy_that_this_server_keeps() {
    let mut scene = Scene::new().await;
    scene.site.serve_at("/wide.png", Answer::of("image/png", &png(1_280, 400)));
    let url = scene.site.serve_at("/page", Answer::titled("Page", "wide.png"));
    let event = scene.previewed(&url).await;
    let found = &event.previews[0];
    assert_eq!((found.width, found.height), (Some(640), Some(200)));
    let path = found.image.clone().unwrap();
    let answer = scene.ada.get(&path).succeeds().await;
    for (name, value) in [
        ("content-type", "image/webp"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(header(&answer, name), value);
    }
    let bytes = answer.bytes().await.unwrap();
    let small = image::load_from_memory_with_format(&bytes, ImageFormat::WebP).unwrap();
    assert_eq!((small.width(), small.height()), (640, 200));
    assert_eq!(scene.site.times("/wide.png"), 1, "nobody but the server asked the site");

    scene.server.stranger().get(&path).fails(ErrorCode::NotLoggedIn).await;
    for other in ["x", "..%2Fhubbub.db", &"0".repeat(64), &format!("{}.webp", "0".repeat(64))] {
        scene.ada.get(&paths::preview_image(other)).fails(ErrorCode::NotFound).await;
    }
}

#[tokio::test]
async fn a_link_to_a_picture_shows_it_by_the_name_of_its_file() {
    let mut scene = Scene::new().await;
    let url = scene.site.serve_at("/a/my%20cat.png", Answer::of("image/png", &png(20, 30)));
    let event = scene.previewed(&url).await;
    let found = &event.previews[0];
    assert_eq!(
        (found.title.as_str(), found.width, found.height),
        ("my cat.png", Some(20), Some(30))
    );
    assert!(found.image.is_some());
}

#[tokio::test]
async fn what_is_no_proper_picture_is_not_shown() {
    let mut scene = Scene::new().await;
    let mut bomb = Cursor::new(Vec::new());
    GrayImage::new(6_000, 5_000).write_to(&mut bomb, ImageFormat::Png).unwrap();
    let (whole, large) = (png(100, 100), "content-type: image/png\r\ncontent-length: 5242881");
    let pictures = [
        Answer::of("image/png", b"<html><script>alert(1)</script>"),
        Answer::of("image/png", &whole[..whole.len() / 2]),
        Answer::of("image/png", &bomb.into_inner()),
        Answer::of("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        Answer::of("text/html", &whole),
        Answer::raw(&format!("HTTP/1.1 200 OK\r\n{large}\r\n\r\n"), b"").endless(),
        Answer::of("image/png", b"\x89PNG\r\n\x1a\n").endless(),
    ];
    let good = scene.site.serve_at("/good.png", Answer::of("image/png", &whole));
    for (n, picture) in pictures.into_iter().enumerate() {
        let direct = scene.site.serve_at(&format!("/{n}.png"), picture);
        let title = format!("Page {n}");
        let page = scene.site.serve_at(&format!("/{n}"), Answer::titled(&title, &direct));
        let event = scene.previewed(&format!("{direct} {page} {good}")).await;
        let found: Vec<_> = event.previews.iter().map(|p| (&*p.title, p.image.is_some())).collect();
        assert_eq!(found, [(&*title, false), ("good.png", true)]);
    }
}

#[tokio::test]
async fn a_picture_that_no_message_shows_is_swept() {
    let mut scene = Scene::new().await;
    scene.site.serve_at("/shown.png", Answer::of("image/png", &png(10, 10)));
    let shown = scene.site.url("/shown.png");
    let gone = scene.site.serve_at("/gone.png", Answer::of("image/png", &png(20, 20)));
    let shown = scene.previewed(&shown).await.previews[0].image.clone().unwrap();
    let event = scene.previewed(&gone).await;
    let gone = event.previews[0].image.clone().unwrap();
    scene.ada.unsay(scene.room, event.message_id).await;
    scene.ada.get(&gone).succeeds().await;
    let Scene { mut server, socket, ada, .. } = scene;
    socket.cut();
    // They grow old while the server is down.
    assert!(server.terminate().await.success());
    let mut count = 0;
    for file in std::fs::read_dir(server.data().join("previews")).unwrap() {
        let file = std::fs::File::options().write(true).open(file.unwrap().path()).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3 * 60 * 60)).unwrap();
        count += 1;
    }
    assert_eq!(count, 2);
    server.start_again().await;
    let swept = async {
        while ada.get(&gone).send().await.unwrap().status() != 404 {
            tokio::task::yield_now().await;
        }
    };
    crate::harness::patiently("the picture to be swept", swept).await;
    ada.get(&shown).succeeds().await;
}
