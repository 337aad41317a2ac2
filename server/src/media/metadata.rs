//! Taking metadata out of pictures and films without touching what they show: where it was taken, with what,
//! by whom and when. Kept is what is needed to show them: pixels, colours, timing, and which way is
//! up. What isn't known is taken out.
//!
//! A picture is walked once, which gives a [`Plan`]: which parts are copied and what is put between
//! them. Nothing is held in memory but the plan.

mod boxes;
mod gif;
mod jpeg;
mod png;
mod webp;

use super::{Format, ImageFault};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// Most parts of a plan. A picture of so many pieces was made to be trouble.
const PIECES_MAX: usize = 65_536;
/// Most bytes of a block of EXIF that are read for the orientation.
const EXIF_MAX: u64 = 1024 * 1024;

/// One part of the picture without its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Copied from the original.
    Kept(Range<u64>),
    /// Written anew.
    Anew(Vec<u8>),
    /// So many zeros in place of what was there.
    Zeros(u64),
}

/// How the picture without its metadata is put together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pieces: Vec<Piece>,
    /// Whether it holds something that no honest program writes and that would cost a decoder much.
    pub hostile: bool,
}

/// How a file is put together that may hold metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A picture that is understood.
    Picture(Format),
    /// Films, HEIC and AVIF.
    Boxes,
}

impl Container {
    /// How a file is put together that begins with these bytes, if it is known; twelve are enough.
    pub fn of(head: &[u8]) -> Option<Self> {
        match Format::of(head) {
            Some(format) => Some(Self::Picture(format)),
            // Sound alone keeps its title, as it tells of nobody's whereabouts.
            None if head.get(4..8) == Some(b"ftyp") && head.get(8..11) != Some(b"M4A") => {
                Some(Self::Boxes)
            }
            None => None,
        }
    }
}

/// Plans a picture or film without its metadata.
///
/// # Errors
/// `Damaged` when it can't be walked to its end, so that its metadata can't be told from the rest.
pub fn plan(container: Container, source: impl Read + Seek) -> Result<Plan, ImageFault> {
    let mut walk = Walk::new(source)?;
    match container {
        Container::Picture(Format::Jpeg) => jpeg::plan(&mut walk),
        Container::Picture(Format::Png) => png::plan(&mut walk),
        Container::Picture(Format::Gif) => gif::plan(&mut walk),
        Container::Picture(Format::WebP) => webp::plan(&mut walk),
        Container::Boxes => boxes::plan(&mut walk),
    }
}

impl Plan {
    fn keep(&mut self, range: Range<u64>) -> Result<(), ImageFault> {
        match self.pieces.last_mut() {
            Some(Piece::Kept(last)) if last.end == range.start => last.end = range.end,
            _ => self.push(Piece::Kept(range))?,
        }
        Ok(())
    }

    fn write(&mut self, bytes: Vec<u8>) -> Result<(), ImageFault> {
        self.push(Piece::Anew(bytes))
    }

    fn zeros(&mut self, count: u64) -> Result<(), ImageFault> {
        self.push(Piece::Zeros(count))
    }

    fn push(&mut self, piece: Piece) -> Result<(), ImageFault> {
        if self.pieces.len() >= PIECES_MAX {
            return Err(ImageFault::Damaged);
        }
        self.pieces.push(piece);
        Ok(())
    }

    /// Whether the original of this many bytes is the result: it has no metadata.
    pub fn keeps_all(&self, length: u64) -> bool {
        self.pieces == [Piece::Kept(0..length)]
    }

    /// The result's size in bytes.
    fn len(&self) -> u64 {
        let sizes = self.pieces.iter().map(|piece| match piece {
            Piece::Kept(range) => range.end - range.start,
            Piece::Anew(bytes) => bytes.len() as u64,
            Piece::Zeros(count) => *count,
        });
        sizes.sum()
    }

    /// Writes the picture without its metadata.
    ///
    /// # Errors
    /// When either side fails.
    pub fn copy(&self, mut from: impl Read + Seek, mut to: impl Write) -> std::io::Result<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Anew(bytes) => to.write_all(bytes)?,
                Piece::Zeros(count) => {
                    std::io::copy(&mut std::io::repeat(0).take(*count), &mut to)?;
                }
                Piece::Kept(range) => {
                    from.seek(SeekFrom::Start(range.start))?;
                    let size = range.end - range.start;
                    if std::io::copy(&mut from.by_ref().take(size), &mut to)? != size {
                        return Err(std::io::ErrorKind::UnexpectedEof.into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Goes through a file from its start to its end.
struct Walk<R> {
    source: BufReader<R>,
    at: u64,
    length: u64,
}

impl<R: Read + Seek> Walk<R> {
    fn new(mut source: R) -> Result<Self, ImageFault> {
        let length = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        Ok(Self { source: BufReader::with_capacity(64 * 1024, source), at: 0, length })
    }

    fn at_end(&self) -> bool {
        self.at >= self.length
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ImageFault> {
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, ImageFault> {
        Ok(self.take::<1>()?[0])
    }

    /// Reads this many bytes, of which there may be at most [`EXIF_MAX`].
    fn read(&mut self, count: u64) -> Result<Vec<u8>, ImageFault> {
        if count > EXIF_MAX || self.at.saturating_add(count) > self.length {
            return Err(ImageFault::Damaged);
        }
        let mut bytes = vec![0; usize::try_from(count).map_err(|_| ImageFault::Damaged)?];
        self.source.read_exact(&mut bytes)?;
        self.at += count;
        Ok(bytes)
    }

    /// Goes to a place, which must be in the file.
    fn to(&mut self, place: u64) -> Result<(), ImageFault> {
        if place > self.length {
            return Err(ImageFault::Damaged);
        }
        self.source.seek_relative(place.cast_signed() - self.at.cast_signed())?;
        self.at = place;
        Ok(())
    }

    /// Passes over this many bytes, all of which must be there.
    fn skip(&mut self, count: u64) -> Result<(), ImageFault> {
        let at = self.at.checked_add(count).filter(|at| *at <= self.length);
        let at = at.ok_or(ImageFault::Damaged)?;
        self.source.seek_relative(count.cast_signed())?;
        self.at = at;
        Ok(())
    }
}

/// The orientation that a block of EXIF tells, if it is another than upright: 2 to 8.
fn orientation(exif: &[u8]) -> Option<u8> {
    let big = match exif.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let u32_at = |at: usize| {
        let bytes: [u8; 4] = exif.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    let first = usize::try_from(u32_at(4)?).ok()?;
    let entries = usize::from(u16_at(first)?);
    let entry = (0..entries).map(|n| first.saturating_add(2 + 12 * n));
    let found = entry.into_iter().find(|at| u16_at(*at) == Some(0x0112))?;
    let value = u8::try_from(u16_at(found.checked_add(8)?)?).ok()?;
    (2..=8).contains(&value).then_some(value)
}

/// A block of EXIF that tells an orientation and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    block
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
