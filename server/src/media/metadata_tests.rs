//! Metadata is gone, and what a picture shows is what it showed.

use super::*;
use ::image::codecs::jpeg::JpegEncoder;
use ::image::{DynamicImage, ExtendedColorType, ImageFormat, RgbImage};
use std::io::Cursor;

const SECRET: &[u8] = b"SECRET-PLACE 52.52N 13.40E";

fn picture() -> DynamicImage {
    RgbImage::from_fn(48, 32, |x, y| ::image::Rgb([(x * 5) as u8, (y * 7) as u8, 90])).into()
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn plan(format: Format, source: impl Read + Seek) -> Result<Plan, ImageFault> {
    super::plan(Container::Picture(format), source)
}

fn stripped(format: Format, bytes: &[u8]) -> Vec<u8> {
    stripped_of(Container::Picture(format), bytes)
}

fn stripped_of(format: Container, bytes: &[u8]) -> Vec<u8> {
    let plan = super::plan(format, Cursor::new(bytes));
    let plan = plan.unwrap_or_else(|e| panic!("{format:?}: {e:?}"));
    let mut out = Vec::new();
    plan.copy(Cursor::new(bytes), &mut out).unwrap();
    assert_eq!(out.len() as u64, plan.len());
    assert_eq!(plan.keeps_all(bytes.len() as u64), out == bytes, "{format:?}");
    // What is clean stays as it is.
    let again = super::plan(format, Cursor::new(&out)).unwrap();
    let mut twice = Vec::new();
    again.copy(Cursor::new(&out), &mut twice).unwrap();
    assert_eq!(twice, out, "{format:?}");
    out
}

fn pixels(bytes: &[u8]) -> RgbImage {
    ::image::load_from_memory(bytes).unwrap().into_rgb8()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

/// A block of EXIF as a camera writes it: its make, an orientation, and where it was.
fn camera(orientation: u8) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x03".to_vec();
    block.extend(b"\x01\x0f\0\x02\0\0\0\x1b\0\0\0\x32"); // the make
    block.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    block.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x4e"); // the directory of the place
    block.extend([0; 4]);
    block.extend(SECRET);
    block.extend([0; 64]);
    block
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xff, marker];
    segment.extend(u16::try_from(content.len() + 2).unwrap().to_be_bytes());
    segment.extend(content);
    segment
}

fn photo(orientation: u8) -> Vec<u8> {
    let plain = encoded(ImageFormat::Jpeg);
    let mut photo = plain[..2].to_vec();
    photo.extend(segment(0xe1, &[b"Exif\0\0", camera(orientation).as_slice()].concat()));
    photo.extend(segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()));
    photo.extend(segment(0xed, &[b"Photoshop 3.0\0", SECRET].concat()));
    photo.extend(segment(0xe2, &[b"MPF\0", SECRET].concat()));
    photo.extend(segment(0xe5, SECRET));
    photo.extend(segment(0xfe, SECRET));
    photo.extend(&plain[2..]);
    photo.extend(SECRET); // behind the end, where phones put a film
    photo
}

#[test]
fn a_photo_loses_place_and_camera_and_keeps_its_pixels() {
    let photo = photo(1);
    assert!(holds(&photo, SECRET));
    let clean = stripped(Format::Jpeg, &photo);
    assert!(!holds(&clean, b"SECRET") && !holds(&clean, b"Exif") && !holds(&clean, b"adobe.com"));
    assert_eq!(clean, encoded(ImageFormat::Jpeg), "nothing else was touched");
    assert_eq!(pixels(&clean), pixels(&photo));
}

#[test]
fn which_way_is_up_stays_and_nothing_else() {
    for upright in 2..=8 {
        let clean = stripped(Format::Jpeg, &photo(upright));
        assert!(!holds(&clean, b"SECRET"));
        let mut decoder = ::image::codecs::jpeg::JpegDecoder::new(Cursor::new(&clean)).unwrap();
        let found = ::image::ImageDecoder::orientation(&mut decoder).unwrap();
        assert_eq!(found.to_exif(), upright);
    }
}

#[test]
fn a_colour_profile_stays() {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    ::image::ImageEncoder::set_icc_profile(&mut encoder, b"colours".to_vec()).unwrap();
    encoder.encode(picture().as_bytes(), 48, 32, ExtendedColorType::Rgb8).unwrap();
    assert_eq!(stripped(Format::Jpeg, &bytes), bytes);
}

#[test]
fn a_photo_that_was_cut_off_is_stripped_up_to_there() {
    let photo = photo(6);
    let body = photo.len() - SECRET.len() - 40;
    let clean = stripped(Format::Jpeg, &photo[..body]);
    assert!(!holds(&clean, b"SECRET"));
    // Where the picture has not begun, nobody can tell one from the other.
    assert!(plan(Format::Jpeg, Cursor::new(&photo[..300])).is_err());
}

#[test]
fn a_photo_of_a_thousand_passes_is_not_to_be_decoded() {
    let plain = encoded(ImageFormat::Jpeg);
    let scan = plain.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
    let (scans, end) = (&plain[scan..plain.len() - 2], &plain[plain.len() - 2..]);
    let bomb = [&plain[..scan], &scans.repeat(1_000), end].concat();
    assert!(plan(Format::Jpeg, Cursor::new(&bomb)).unwrap().hostile);
    assert!(!plan(Format::Jpeg, Cursor::new(&plain)).unwrap().hostile);
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(content);
    let sum = crc32fast::hash(&chunk[4..]);
    chunk.extend(sum.to_be_bytes());
    chunk
}

#[test]
fn a_png_loses_its_texts_and_keeps_which_way_is_up() {
    let plain = encoded(ImageFormat::Png);
    let told = |orientation| {
        let mut png = plain[..33].to_vec();
        png.extend(chunk(b"eXIf", &camera(orientation)));
        for kind in [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"prVt", b"dSIG"] {
            png.extend(chunk(kind, SECRET));
        }
        png.extend(&plain[33..]);
        png.extend(SECRET);
        png
    };
    assert_eq!(stripped(Format::Png, &told(1)), plain);
    let clean = stripped(Format::Png, &told(8));
    assert!(!holds(&clean, b"SECRET"));
    assert_eq!(pixels(&clean), pixels(&plain));
    let mut decoder = ::image::codecs::png::PngDecoder::new(Cursor::new(&clean)).unwrap();
    assert_eq!(::image::ImageDecoder::orientation(&mut decoder).unwrap().to_exif(), 8);
}

#[test]
fn a_gif_loses_comments_and_strange_blocks_and_keeps_its_frames() {
    let plain = encoded(ImageFormat::Gif);
    let part = [&[u8::try_from(SECRET.len()).unwrap()], SECRET, &[0]].concat();
    let end = plain.len() - 1;
    let mut gif = plain[..end].to_vec();
    gif.extend([0x21, 0xfe]);
    gif.extend(&part);
    gif.extend([0x21, 0xff, 11]);
    gif.extend(b"XMP DataXMP");
    gif.extend(&part);
    gif.push(0x3b);
    gif.extend(SECRET);
    assert_eq!(stripped(Format::Gif, &gif), plain);
    // A trailer that was forgotten is put there.
    assert_eq!(stripped(Format::Gif, &plain[..end]), plain);
}

#[test]
fn a_gif_whose_frame_is_larger_than_its_screen_is_not_to_be_decoded() {
    let mut gif = encoded(ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[1, 0, 1, 0]);
    assert!(plan(Format::Gif, Cursor::new(&gif)).unwrap().hostile);
}

fn riff(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (kind, content) in chunks {
        body.extend(*kind);
        body.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        body.extend(content);
        if content.len() % 2 == 1 {
            body.push(0);
        }
    }
    let size = u32::try_from(body.len()).unwrap().to_le_bytes();
    [b"RIFF", size.as_slice(), &body].concat()
}

#[test]
fn a_webp_loses_its_chunks_of_metadata() {
    let plain = encoded(ImageFormat::WebP);
    assert_eq!(stripped(Format::WebP, &plain), plain);
    let pixels_chunk = plain[20..].to_vec();
    let extended = |flags: u8| vec![flags, 0, 0, 0, 47, 0, 0, 31, 0, 0];
    let told = |orientation| {
        riff(&[
            (b"VP8X", extended(0x0c)),
            (b"VP8L", pixels_chunk.clone()),
            (b"EXIF", camera(orientation)),
            (b"XMP ", SECRET.to_vec()),
            (b"GPSX", SECRET.to_vec()),
        ])
    };
    let clean = stripped(Format::WebP, &told(1));
    assert!(!holds(&clean, b"SECRET"));
    assert_eq!(clean, riff(&[(b"VP8X", extended(0)), (b"VP8L", pixels_chunk.clone())]));
    assert_eq!(pixels(&clean), pixels(&plain));
    let clean = stripped(Format::WebP, &told(3));
    assert!(!holds(&clean, b"SECRET"));
    let mut decoder = ::image::codecs::webp::WebPDecoder::new(Cursor::new(&clean)).unwrap();
    assert_eq!(::image::ImageDecoder::orientation(&mut decoder).unwrap().to_exif(), 3);
}

#[test]
fn what_lies_about_its_lengths_is_damage() {
    let png = [&encoded(ImageFormat::Png)[..33], b"\xff\xff\xff\xffIDAT"].concat();
    assert!(matches!(plan(Format::Png, Cursor::new(&png)), Err(ImageFault::Damaged)));
    let webp = riff(&[(b"VP8L", vec![0; 8])]);
    let mut lying = webp.clone();
    lying[16..20].copy_from_slice(&[0xff; 4]);
    assert!(matches!(plan(Format::WebP, Cursor::new(&lying)), Err(ImageFault::Damaged)));
}

#[test]
fn nothing_that_is_cut_or_changed_makes_it_panic_or_lets_a_secret_through() {
    let png = {
        let plain = encoded(ImageFormat::Png);
        [&plain[..33], &chunk(b"tEXt", SECRET), &plain[33..]].concat()
    };
    let all = [
        (Format::Jpeg, photo(6)),
        (Format::Png, png),
        (Format::Gif, encoded(ImageFormat::Gif)),
        (Format::WebP, encoded(ImageFormat::WebP)),
    ];
    for (format, whole) in all {
        for end in 0..whole.len() {
            if let Ok(plan) = plan(format, Cursor::new(&whole[..end])) {
                let mut out = Vec::new();
                plan.copy(Cursor::new(&whole[..end]), &mut out).unwrap();
                assert!(!holds(&out, SECRET), "{format:?} cut at {end}");
            }
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0xa5;
            let _ = plan(format, Cursor::new(&changed));
        }
    }
}

fn a_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [size.as_slice(), kind, content].concat()
}

#[test]
fn a_film_loses_place_camera_and_time_and_no_byte_of_it_moves() {
    let times = [&[0, 0, 0, 0][..], b"whenwhen", &[7; 92]].concat();
    let header = a_box(b"mdhd", &times);
    let track = a_box(b"trak", &[a_box(b"tkhd", &times), a_box(b"mdia", &header)].concat());
    let place = a_box(b"udta", &a_box(b"\xa9xyz", SECRET));
    let keys = a_box(b"meta", SECRET);
    let moov = a_box(b"moov", &[a_box(b"mvhd", &times), track, place, keys].concat());
    let mdat = a_box(b"mdat", b"udta is but a word in here");
    let kind = a_box(b"ftyp", b"isom\0\0\0\0isom");
    let film = [kind, moov, a_box(b"uuid", SECRET), mdat].concat();
    let clean = stripped_of(Container::of(&film).unwrap(), &film);
    assert_eq!(clean.len(), film.len());
    assert!(!holds(&clean, b"SECRET") && !holds(&clean, b"when"));
    assert!(holds(&clean, b"udta is but a word in here") && holds(&clean, &[7; 92]));
    // One that was cut off in the middle of its pictures is still one.
    let cut = &film[..film.len() - 5];
    assert!(!holds(&stripped_of(Container::Boxes, cut), b"SECRET"));
}

#[test]
fn a_phones_picture_loses_place_and_camera() {
    let kind = a_box(b"ftyp", b"heic\0\0\0\0mif1heic");
    let item = |id: u8, kind: &[u8; 4]| {
        a_box(b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0][..], kind, b"\0"].concat())
    };
    let items = [&[0; 4][..], &[0, 3], &item(1, b"hvc1"), &item(2, b"Exif"), &item(3, b"mime")];
    let items = a_box(b"iinf", &items.concat());
    let whole = |at: u32| {
        let place = |id: u8, in_data: u8, from: u32, count: usize| {
            let count = u32::try_from(count).unwrap().to_be_bytes();
            [&[0, id, 0, in_data, 0, 0, 0, 1][..], &from.to_be_bytes(), &count].concat()
        };
        let size = u32::try_from(SECRET.len()).unwrap();
        let places = [
            &[1, 0, 0, 0, 0x44, 0, 0, 3][..],
            &place(1, 0, at + size, 6),
            &place(2, 0, at, SECRET.len()),
            &place(3, 1, 0, SECRET.len()),
        ];
        let places = a_box(b"iloc", &places.concat());
        let inside = [&[0; 4][..], &items, &places, &a_box(b"idat", SECRET)].concat();
        [kind.clone(), a_box(b"meta", &inside), a_box(b"mdat", &[SECRET, b"pixels"].concat())]
            .concat()
    };
    let at = u32::try_from(whole(0).len() - 6 - SECRET.len()).unwrap();
    let picture = whole(at);
    let clean = stripped_of(Container::of(&picture).unwrap(), &picture);
    assert_eq!(clean.len(), picture.len());
    assert!(!holds(&clean, b"SECRET") && holds(&clean, b"pixels") && holds(&clean, b"hvc1"));
    for end in 0..picture.len() {
        let _ = super::plan(Container::Boxes, Cursor::new(&picture[..end]));
    }
    for at in 0..picture.len() {
        for change in [0x01, 0x20, 0x80, 0xff] {
            let mut changed = picture.clone();
            changed[at] ^= change;
            what_is_stripped_once_has_nothing_left(&changed);
        }
    }
    // Found by fuzzing: metadata that is said to lie where the file tells what it is.
    let mut overlapping = picture.clone();
    let told = at.to_be_bytes();
    let item = overlapping.windows(4).position(|part| part == told).unwrap();
    overlapping[item..item + 4].copy_from_slice(&4_u32.to_be_bytes());
    assert!(super::plan(Container::Boxes, Cursor::new(&overlapping)).is_err());
}

fn what_is_stripped_once_has_nothing_left(bytes: &[u8]) {
    let strip = |bytes: &[u8]| {
        let plan = super::plan(Container::Boxes, Cursor::new(bytes)).ok()?;
        let mut clean = Vec::new();
        plan.copy(Cursor::new(bytes), &mut clean).unwrap();
        Some(clean)
    };
    if let Some(clean) = strip(bytes) {
        assert_eq!(strip(&clean).as_ref(), Some(&clean), "{bytes:?}");
    }
}
