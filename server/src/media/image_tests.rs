//! Pictures made small, and those that are refused.

use super::*;
use ::image::codecs::jpeg::JpegEncoder;
use ::image::{ExtendedColorType, ImageFormat, RgbImage, RgbaImage};

fn encoded(pixels: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| {
        ::image::Rgb(if x < width / 2 { [255, 0, 0] } else { [0, 0, 255] })
    })
    .into()
}

fn shown(thumbnail: &Thumbnail) -> RgbaImage {
    let decoded = ::image::load_from_memory_with_format(&thumbnail.webp, ImageFormat::WebP);
    let decoded = decoded.unwrap().into_rgba8();
    assert_eq!(decoded.dimensions(), (thumbnail.width, thumbnail.height));
    decoded
}

#[test]
fn every_format_is_made_small_and_keeps_its_shape_and_colours() {
    let picture = halves(1000, 400);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        let small = thumbnail(&encoded(&picture, format), (480, 360)).unwrap();
        assert_eq!((small.width, small.height), (480, 192), "{format:?}");
        let pixels = shown(&small);
        let (left, right) = (pixels.get_pixel(100, 90).0, pixels.get_pixel(380, 90).0);
        assert!(left[0] > 200 && left[2] < 60, "{format:?}: {left:?}");
        assert!(right[2] > 200 && right[0] < 60, "{format:?}: {right:?}");
        assert!(Format::of(&small.webp) == Some(Format::WebP));
    }
}

#[test]
fn a_small_picture_stays_as_large_as_it_is() {
    let small = thumbnail(&encoded(&halves(30, 20), ImageFormat::Png), (480, 360)).unwrap();
    assert_eq!((small.width, small.height), (30, 20));
}

#[test]
fn what_is_clear_stays_clear() {
    let clear: DynamicImage = RgbaImage::from_pixel(600, 600, ::image::Rgba([9, 9, 9, 0])).into();
    let small = thumbnail(&encoded(&clear, ImageFormat::Png), (480, 360)).unwrap();
    assert_eq!(shown(&small).get_pixel(10, 10).0[3], 0);
}

#[test]
fn a_line_keeps_a_pixel_of_its_thin_side() {
    let line = thumbnail(&encoded(&halves(5_000, 2), ImageFormat::Png), (480, 360)).unwrap();
    assert_eq!((line.width, line.height), (480, 1));
}

#[test]
fn sizes_fit_for_every_shape() {
    assert_eq!(fitting((4000, 3000), (480, 360)), (480, 360));
    assert_eq!(fitting((3000, 4000), (480, 360)), (270, 360));
    assert_eq!(fitting((65_535, 1), (1600, 1600)), (1600, 1));
    assert_eq!(fitting((1, 65_535), (1600, 1600)), (1, 1600));
    assert_eq!(fitting((480, 360), (480, 360)), (480, 360));
    for (w, h) in [(481, 360), (480, 361), (10_000, 333), (333, 10_000), (7, 999)] {
        let (a, b) = fitting((w, h), (480, 360));
        assert!((1..=480).contains(&a) && (1..=360).contains(&b), "{w}x{h}: {a}x{b}");
    }
}

/// A JPEG with a block of EXIF that tells only this orientation.
fn turned(pixels: &DynamicImage, orientation: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    ::image::ImageEncoder::set_exif_metadata(&mut encoder, exif).unwrap();
    let (w, h) = (pixels.width(), pixels.height());
    encoder.encode(pixels.as_bytes(), w, h, ExtendedColorType::Rgb8).unwrap();
    bytes
}

#[test]
fn a_picture_that_lies_on_its_side_is_put_upright() {
    let bytes = turned(&halves(800, 400), 6);
    let picture = decode(Cursor::new(&bytes)).unwrap();
    assert_eq!(picture.size(), (400, 800));
    let small = picture.thumbnail((480, 360)).unwrap();
    assert_eq!((small.width, small.height), (180, 360));
    // Turned clockwise: what was on the left is at the top.
    let pixels = shown(&small);
    assert!(pixels.get_pixel(90, 50).0[0] > 200 && pixels.get_pixel(90, 310).0[2] > 200);
}

#[test]
fn the_colour_profile_of_a_photo_goes_along() {
    let mut profile = vec![7; 601];
    profile[16..20].copy_from_slice(b"RGB ");
    let pixels = halves(64, 64);
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    ::image::ImageEncoder::set_icc_profile(&mut encoder, profile.clone()).unwrap();
    encoder.encode(pixels.as_bytes(), 64, 64, ExtendedColorType::Rgb8).unwrap();
    let small = thumbnail(&bytes, (32, 32)).unwrap();
    shown(&small);
    let source = Cursor::new(small.webp.as_slice());
    let mut decoder = ::image::codecs::webp::WebPDecoder::new(source).unwrap();
    assert_eq!(decoder.icc_profile().unwrap(), Some(profile));
}

/// A PNG whose header tells this size and whose pixels are those of one black line.
fn lying_png(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&halves(4, 4), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

#[test]
fn a_header_that_tells_of_too_many_pixels_is_refused_unread() {
    let fault = thumbnail(&lying_png(50_000, 50_000), (480, 360)).unwrap_err();
    assert!(matches!(fault, ImageFault::TooLarge), "{fault:?}");
    let fault = thumbnail(&lying_png(70_000, 1), (480, 360)).unwrap_err();
    assert!(matches!(fault, ImageFault::TooLarge), "{fault:?}");
    let mut gif = encoded(&halves(4, 4), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    let fault = thumbnail(&gif, (480, 360)).unwrap_err();
    assert!(matches!(fault, ImageFault::TooLarge), "{fault:?}");
}

#[test]
fn a_header_that_lies_is_damage() {
    for bytes in [lying_png(4_000, 4_000), lying_png(0, 4), b"\x89PNG\r\n\x1a\n".to_vec()] {
        let fault = thumbnail(&bytes, (480, 360)).unwrap_err();
        assert!(matches!(fault, ImageFault::Damaged), "{fault:?}");
    }
}

#[test]
fn what_is_no_picture_is_told_so() {
    for bytes in [&b""[..], b"hello", b"<svg/>", b"BM\0\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
        let fault = thumbnail(bytes, (480, 360)).unwrap_err();
        assert!(matches!(fault, ImageFault::NotAnImage), "{fault:?}");
    }
}

#[test]
fn nothing_that_is_cut_or_changed_makes_it_panic() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        let whole = encoded(&halves(40, 30), format);
        for end in 0..whole.len() {
            let _ = thumbnail(&whole[..end], (16, 16));
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x5a;
            let _ = thumbnail(&changed, (16, 16));
        }
    }
}
