//! What is made of files by what they hold: metadata out, thumbnails, and nothing that was made to
//! be trouble.

use super::{form, holds, on_disk, raw, read, upload};
use crate::harness::{Expect, TestServer};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, ImageFormat, Rgb, RgbImage};
use shared::api::uploads::Uploaded;
use shared::{AttachmentKind, ErrorCode};
use std::io::Cursor;

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    let pixel = |x, _| Rgb(if x < width / 2 { [255, 0, 0] } else { [0, 0, 255] });
    RgbImage::from_fn(width, height, pixel).into()
}

pub(super) fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    halves(width, height).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A photo as a phone takes it, held upright: lying pixels, its make, and 52° N 13° E.
fn photo() -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x03".to_vec();
    exif.extend(b"\x01\x0f\0\x02\0\0\0\x0b\0\0\0\x32"); // the make, at 50
    exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"); // to be turned clockwise
    exif.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x3e"); // the place, at 62
    exif.extend([0; 4]);
    exif.extend(b"PhoneMaker\0\0");
    exif.extend(b"\0\x02\0\x01\0\x02\0\0\0\x02N\0\0\0\0\x02\0\x05\0\0\0\x03\0\0\0\x5c\0\0\0\0");
    for part in [52_u32, 1, 31, 1, 12, 1] {
        exif.extend(part.to_be_bytes());
    }
    let pixels = halves(1200, 900);
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    image::ImageEncoder::set_exif_metadata(&mut encoder, exif).unwrap();
    encoder.encode(pixels.as_bytes(), 1200, 900, ExtendedColorType::Rgb8).unwrap();
    bytes
}

#[tokio::test]
async fn a_photo_tells_nobody_where_it_was_taken_and_stands_upright() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let photo = photo();
    assert!(holds(&photo, b"PhoneMaker"));
    let stored = upload(&ada, "photo.jpg", &photo).await;
    assert_eq!(stored.kind, AttachmentKind::Image);
    assert_eq!(stored.content_type, "image/jpeg");
    assert_eq!((stored.width, stored.height), (Some(900), Some(1200)));
    let clean = read(&ada, &stored, "").await;
    assert_eq!(clean.len() as u64, stored.size);
    assert!(stored.size < photo.len() as u64);
    assert!(!holds(&clean, b"PhoneMaker") && !holds(&clean, b"\0\0\0\x34\0\0\0\x01\0\0\0\x1f"));
    assert!(!holds(&server.stored_bytes(), b"PhoneMaker"), "nowhere on the server's disk");
    // The pixels are the same, and which way is up is still told.
    let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
    assert_eq!(pixels(&clean), pixels(&photo));
    let mut decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(&clean)).unwrap();
    assert_eq!(image::ImageDecoder::orientation(&mut decoder).unwrap().to_exif(), 6);
    for (query, width, height) in [("?size=small", 270, 360), ("?size=large", 900, 1200)] {
        let thumbnail = read(&ada, &stored, query).await;
        let shown = image::load_from_memory_with_format(&thumbnail, ImageFormat::WebP);
        let shown = shown.unwrap().into_rgb8();
        assert_eq!(shown.dimensions(), (width, height), "{query}");
        let (top, bottom) =
            (shown.get_pixel(width / 2, 20), shown.get_pixel(width / 2, height - 20));
        assert!(top.0[0] > 200 && bottom.0[2] > 200, "{query}: {top:?} {bottom:?}");
    }
}

#[tokio::test]
async fn every_kind_of_file_is_told_by_what_it_holds_and_not_by_its_name() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let image = |format| encoded(20, 10, format);
    let (is_image, file) = (AttachmentKind::Image, AttachmentKind::File);
    let mp4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom".to_vec();
    for (name, bytes, kind, content_type) in [
        ("a.exe", image(ImageFormat::Png), is_image, "image/png"),
        ("a.txt", image(ImageFormat::Gif), is_image, "image/gif"),
        ("noextension", image(ImageFormat::WebP), is_image, "image/webp"),
        ("a.png", b"fn main() {}\n".to_vec(), AttachmentKind::Text, "text/plain"),
        ("a.jpg", b"<svg xmlns='x'/>".to_vec(), file, "application/octet-stream"),
        ("a.txt", b"<!doctype html><p>".to_vec(), file, "application/octet-stream"),
        ("a.png", b"\x00\x01\x02".to_vec(), file, "application/octet-stream"),
        ("a.png", b"PK\x03\x04\x14\x00".to_vec(), file, "application/zip"),
        ("a.html", mp4, AttachmentKind::Video, "video/mp4"),
        ("empty", Vec::new(), file, "application/octet-stream"),
    ] {
        let stored = upload(&ada, name, &bytes).await;
        assert_eq!((stored.kind, stored.content_type.as_str()), (kind, content_type), "{name}");
        assert_eq!(stored.width.is_some(), kind == is_image, "{name}");
        assert_eq!(read(&ada, &stored, "").await, bytes, "{name}");
    }
}

/// A PNG whose header tells this size, and 16 bits a colour if `deep`.
fn lying_png(width: u32, height: u32, deep: bool) -> Vec<u8> {
    let mut png = encoded(4, 4, ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    if deep {
        png[24..26].copy_from_slice(&[16, 6]);
    }
    let sum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

#[tokio::test]
async fn what_was_made_to_burst_a_decoder_is_kept_as_a_file_and_not_shown() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let mut gif = encoded(4, 4, ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    let mut frame = encoded(4, 4, ImageFormat::Gif);
    frame[6..10].copy_from_slice(&[1, 0, 1, 0]);
    for (name, bytes, content_type) in [
        ("huge.png", lying_png(50_000, 50_000, false), "image/png"),
        ("lying.png", lying_png(4_000, 4_000, false), "image/png"),
        ("deep.png", lying_png(6_900, 6_900, true), "image/png"),
        ("huge.gif", gif, "image/gif"),
        ("frame.gif", frame, "image/gif"),
    ] {
        let stored = upload(&ada, name, &bytes).await;
        assert_eq!(stored.kind, AttachmentKind::File, "{name}");
        assert_eq!((stored.content_type.as_str(), stored.width), (content_type, None), "{name}");
        let url = format!("{}?size=small", super::url_of(&stored));
        ada.get(&url).fails(ErrorCode::Invalid).await;
        let answer = ada.get(&super::url_of(&stored)).succeeds().await;
        let disposition = crate::harness::header(&answer, "content-disposition");
        assert!(disposition.starts_with("attachment"), "{name}: {disposition}");
    }
}

#[tokio::test]
async fn many_pixels_that_are_all_alike_are_decoded_within_bounds() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    // A hundred kilobytes that become 48 million pixels.
    let blank = image::GrayImage::new(8_000, 6_000);
    let mut bytes = Cursor::new(Vec::new());
    blank.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let stored = upload(&ada, "blank.png", &bytes.into_inner()).await;
    assert_eq!(stored.kind, AttachmentKind::Image);
    assert_eq!((stored.width, stored.height), (Some(8_000), Some(6_000)));
}

#[tokio::test]
async fn a_damaged_image_is_refused_as_its_metadata_can_not_be_told_apart() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let png = encoded(40, 40, ImageFormat::Png);
    for (name, bytes) in [
        ("cut.png", &png[..60]),
        ("cut.jpg", &photo()[..100]),
        ("head.gif", b"GIF89a"),
        ("head.webp", b"RIFF\0\0\0\0WEBP"),
    ] {
        let problem = raw(&ada, name, bytes).fails(ErrorCode::Invalid).await;
        assert!(problem.detail.contains("damaged"), "{name}: {problem:?}");
    }
    // One bad file refuses the whole request.
    let good = ("file", Some("good.txt"), b"good".as_slice());
    let bad = ("file", Some("bad.png"), &png[..60]);
    form(&ada, &[good, bad]).fails(ErrorCode::Invalid).await;
    assert_eq!(on_disk(&server), [] as [std::path::PathBuf; 0]);
}

#[tokio::test]
async fn a_photo_that_was_cut_off_is_shown_as_far_as_it_goes() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let photo = photo();
    let stored = upload(&ada, "cut.jpg", &photo[..photo.len() / 2]).await;
    assert_eq!(stored.content_type, "image/jpeg");
    assert!(!holds(&read(&ada, &stored, "").await, b"PhoneMaker"));
}

#[tokio::test]
async fn a_film_tells_nobody_where_it_was_taken_and_plays_on() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let a_box = |kind: &[u8; 4], content: &[u8]| {
        let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [size.as_slice(), kind, content].concat()
    };
    let place = a_box(b"udta", &a_box(b"\xa9xyz", b"\0\x12\x15\xc7+52.5200+013.4050/"));
    let film = |place: &[u8]| {
        let kind = a_box(b"ftyp", b"mp42\0\0\0\0mp42isom");
        [kind, a_box(b"moov", place), a_box(b"mdat", &[7; 5_000])].concat()
    };
    let stored = upload(&ada, "film.mp4", &film(&place)).await;
    assert_eq!((stored.kind, stored.content_type.as_str()), (AttachmentKind::Video, "video/mp4"));
    let blank = a_box(b"free", &vec![0; place.len() - 8]);
    assert_eq!(read(&ada, &stored, "").await, film(&blank));
    assert!(!holds(&server.stored_bytes(), b"+52.5200"));
}

#[tokio::test]
async fn several_files_come_in_one_request_and_in_their_order() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let image = encoded(30, 30, ImageFormat::Png);
    let parts: [(&str, Option<&str>, &[u8]); 4] = [
        ("file", Some("a.txt"), b"first"),
        ("comment", None, b"passed over"),
        ("file", Some("b.png"), &image),
        ("file", None, b"third"),
    ];
    let stored: Uploaded = form(&ada, &parts).gives(201).await;
    let names: Vec<_> = stored.uploads.iter().map(|file| file.filename.as_str()).collect();
    assert_eq!(names, ["a.txt", "b.png", "file"]);
    assert_eq!(read(&ada, &stored.uploads[0], "").await, b"first");
    assert_eq!(read(&ada, &stored.uploads[1], "").await, image);
    assert_eq!(read(&ada, &stored.uploads[2], "").await, b"third");
}
