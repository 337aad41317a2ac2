//! Pictures: decoded within bounds of pixels and memory, and made small. Thumbnails are upright,
//! carry no metadata but a colour profile, and are lossy WebP: a photo takes a tenth of what
//! lossless WebP would.
//!
//! A picture costs up to twelve bytes of memory a pixel while it is decoded; [`cost`] tells.

use super::{Format, ImageFault};
use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use shared::limits::IMAGE_MAX_PIXELS;
use std::io::{BufRead, Cursor, Read as _, Seek, SeekFrom};

/// Quality of thumbnails, of 100.
const QUALITY: f32 = 78.0;
/// Most memory that a decoder may take, in bytes; what decoders of JPEG set aside comes on top.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;
/// Widest and highest picture, in pixels: what a thumbnail's side may be of is no line.
const SIDE_MAX: u32 = 65_535;
/// Largest colour profile that a thumbnail carries, in bytes.
const PROFILE_MAX: usize = 32 * 1024;

/// A picture made small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The picture, as WebP.
    pub webp: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// A decoded picture.
#[derive(Debug)]
pub struct Picture {
    pixels: DynamicImage,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
}

/// The thumbnail of a picture in memory, which fits into `max` (width and height in pixels) and is
/// never larger than the picture. Of a moving picture, its first frame.
///
/// # Errors
/// When it is no picture, is damaged, or has more than [`IMAGE_MAX_PIXELS`].
pub fn thumbnail(bytes: &[u8], max: (u32, u32)) -> Result<Thumbnail, ImageFault> {
    decode(Cursor::new(bytes))?.thumbnail(max)
}

/// Width and height of a picture as stored (its orientation aside), from its head alone.
///
/// # Errors
/// As for [`thumbnail`].
pub fn dimensions(source: impl BufRead + Seek) -> Result<(u32, u32), ImageFault> {
    let decoder = open(source)?;
    within(decoder.dimensions())
}

/// Most bytes of memory that decoding a picture of this size takes.
pub fn cost((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height) * 12
}

/// Decodes a picture.
///
/// # Errors
/// As for [`thumbnail`].
pub fn decode(source: impl BufRead + Seek) -> Result<Picture, ImageFault> {
    let mut decoder = open(source)?;
    within(decoder.dimensions())?;
    if decoder.total_bytes() > MEMORY_MAX {
        return Err(ImageFault::TooLarge);
    }
    // What can't be read of these is as if it weren't there.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_rgb(profile));
    let pixels = DynamicImage::from_decoder(decoder).map_err(fault)?;
    let profile = profile.filter(|_| pixels.color().has_color());
    Ok(Picture { pixels, orientation, profile })
}

fn open<'a>(mut source: impl BufRead + Seek + 'a) -> Result<impl ImageDecoder + 'a, ImageFault> {
    let mut head = Vec::new();
    source.by_ref().take(12).read_to_end(&mut head)?;
    source.seek(SeekFrom::Start(0))?;
    let format = Format::of(&head).ok_or(ImageFault::NotAnImage)?;
    let mut reader = ImageReader::with_format(source, codec(format));
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    reader.limits(limits);
    reader.into_decoder().map_err(fault)
}

fn codec(format: Format) -> ::image::ImageFormat {
    match format {
        Format::Jpeg => ::image::ImageFormat::Jpeg,
        Format::Png => ::image::ImageFormat::Png,
        Format::Gif => ::image::ImageFormat::Gif,
        Format::WebP => ::image::ImageFormat::WebP,
    }
}

fn within((width, height): (u32, u32)) -> Result<(u32, u32), ImageFault> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        Err(ImageFault::Damaged)
    } else if pixels > IMAGE_MAX_PIXELS {
        Err(ImageFault::TooLarge)
    } else {
        Ok((width, height))
    }
}

fn fault(error: ImageError) -> ImageFault {
    match error {
        ImageError::Limits(_) => ImageFault::TooLarge,
        ImageError::IoError(cause) => cause.into(),
        _ => ImageFault::Damaged,
    }
}

/// Whether a colour profile is of RGB, as the pixels of thumbnails are, and small.
fn is_rgb(profile: &[u8]) -> bool {
    profile.len() <= PROFILE_MAX && profile.get(16..20) == Some(b"RGB ")
}

impl Picture {
    /// Its width and height in pixels, upright.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = (self.pixels.width(), self.pixels.height());
        if self.is_lying() { (height, width) } else { (width, height) }
    }

    /// Whether upright and stored sides are swapped.
    fn is_lying(&self) -> bool {
        matches!(
            self.orientation,
            Orientation::Rotate90
                | Orientation::Rotate270
                | Orientation::Rotate90FlipH
                | Orientation::Rotate270FlipH
        )
    }

    /// Its thumbnail, which fits into `max` and is never larger than the picture.
    ///
    /// # Errors
    /// `Damaged` when it can't be encoded, as no picture is known that can't.
    pub fn thumbnail(&self, max: (u32, u32)) -> Result<Thumbnail, ImageFault> {
        let max = if self.is_lying() { (max.1, max.0) } else { max };
        let (width, height) = (self.pixels.width(), self.pixels.height());
        let (w, h) = fitting((width, height), max);
        // First small and then turned, which takes less of everything.
        let mut small = if (w, h) == (width, height) {
            self.pixels.clone()
        } else {
            self.pixels.thumbnail_exact(w, h)
        };
        small.apply_orientation(self.orientation);
        let (width, height) = (small.width(), small.height());
        let encoded = if small.color().has_alpha() {
            let pixels = small.into_rgba8();
            webp::Encoder::from_rgba(&pixels, width, height).encode_simple(false, QUALITY)
        } else {
            let pixels = small.into_rgb8();
            webp::Encoder::from_rgb(&pixels, width, height).encode_simple(false, QUALITY)
        };
        let encoded = encoded.map_err(|_| ImageFault::Damaged)?;
        let webp = match &self.profile {
            Some(profile) => with_profile(&encoded, profile, (width, height))?,
            None => encoded.to_vec(),
        };
        Ok(Thumbnail { webp, width, height })
    }
}

/// The largest size of the same shape within `max`, at most as it is and at least one pixel.
fn fitting((width, height): (u32, u32), max: (u32, u32)) -> (u32, u32) {
    if width <= max.0 && height <= max.1 {
        return (width, height);
    }
    let (w, h) = (u64::from(width), u64::from(height));
    let scaled = |side: u64, to: u64, of: u64| {
        let rounded = (side * to + of / 2) / of;
        u32::try_from(rounded.max(1)).unwrap_or(1)
    };
    // Which side is bound first, without fractions.
    if w * u64::from(max.1) > h * u64::from(max.0) {
        (max.0, scaled(h, u64::from(max.0), w))
    } else {
        (scaled(w, u64::from(max.1), h), max.1)
    }
}

/// Puts a colour profile into a WebP file: an extended header, the profile, and what was there.
fn with_profile(
    encoded: &[u8],
    profile: &[u8],
    (width, height): (u32, u32),
) -> Result<Vec<u8>, ImageFault> {
    const ALPHA: u8 = 0x10;
    const PROFILE: u8 = 0x20;
    let mut chunks = encoded.get(12..).ok_or(ImageFault::Damaged)?;
    let mut flags = PROFILE;
    if chunks.starts_with(b"VP8X") {
        flags |= chunks.get(8).copied().unwrap_or(0) & ALPHA;
        chunks = chunks.get(18..).ok_or(ImageFault::Damaged)?;
    }
    let mut webp = Vec::with_capacity(encoded.len() + profile.len() + 64);
    webp.extend(b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0");
    webp.extend([flags, 0, 0, 0]);
    webp.extend(&(width - 1).to_le_bytes()[..3]);
    webp.extend(&(height - 1).to_le_bytes()[..3]);
    webp.extend(b"ICCP");
    let length = |bytes: usize| u32::try_from(bytes).map_err(|_| ImageFault::TooLarge);
    webp.extend(length(profile.len())?.to_le_bytes());
    webp.extend(profile);
    if profile.len() % 2 == 1 {
        webp.push(0);
    }
    webp.extend(chunks);
    let size = length(webp.len() - 8)?.to_le_bytes();
    webp[4..8].copy_from_slice(&size);
    Ok(webp)
}

#[cfg(test)]
#[path = "image_tests.rs"]
mod tests;
