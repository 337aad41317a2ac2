//! What files hold: which kind they are, pictures made small, and metadata taken out. Pure work on
//! bytes that are at hand: who calls it keeps it off the async threads (`actions/uploads.rs`).
//!
//! Where files are kept is `storage/files.rs`'s, and who may have them `storage/sqlite/uploads.rs`'s.

pub mod image;
pub mod kind;
pub mod metadata;

use std::fmt;

/// The kinds of picture that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, moving ones included.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
}

impl Format {
    /// The format of a file that begins with these bytes; twelve are enough.
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }

    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// What is wrong with a picture.
#[derive(Debug)]
pub enum ImageFault {
    /// It begins like none of the formats that are understood.
    NotAnImage,
    /// It has more pixels than are decoded, or would take more memory.
    TooLarge,
    /// It can't be decoded.
    Damaged,
    /// It can't be read.
    Io(std::io::Error),
}

impl fmt::Display for ImageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnImage => f.write_str("not an image of a known format"),
            Self::TooLarge => f.write_str("an image of too many pixels"),
            Self::Damaged => f.write_str("a damaged image"),
            Self::Io(cause) => cause.fmt(f),
        }
    }
}

impl std::error::Error for ImageFault {}

impl From<std::io::Error> for ImageFault {
    fn from(cause: std::io::Error) -> Self {
        // The end in the middle is the picture's fault, everything else the disk's.
        if cause.kind() == std::io::ErrorKind::UnexpectedEof {
            Self::Damaged
        } else {
            Self::Io(cause)
        }
    }
}
