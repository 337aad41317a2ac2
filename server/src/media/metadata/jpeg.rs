//! JPEG: segments between markers, and the coded picture between some of them. Kept are the segments
//! that decode it, JFIF's densities, Adobe's colour transform and the colour profile.

use super::{ImageFault, Piece, Plan, Walk, exif, orientation};
use std::io::{BufRead as _, Read, Seek};

/// Most scans of a picture that is decoded; programs write at most a dozen, and each costs a pass
/// over all of it.
const SCANS_MAX: u32 = 100;

pub(super) fn plan<R: Read + Seek>(walk: &mut Walk<R>) -> Result<Plan, ImageFault> {
    if walk.take()? != [0xff, 0xd8] {
        return Err(ImageFault::Damaged);
    }
    let (mut plan, mut upright, mut scans) = (Plan::default(), None, 0);
    plan.keep(0..2)?;
    while let Some((start, marker)) = next_marker(walk, scans > 0)? {
        match marker {
            0xd9 => {
                plan.keep(start..walk.at)?;
                break;
            }
            0x01 | 0xd0..=0xd7 => plan.keep(start..walk.at)?,
            0xd8 | 0x00 => return Err(ImageFault::Damaged),
            _ => {
                let size = u64::from(u16::from_be_bytes(walk.take()?));
                let size = size.checked_sub(2).ok_or(ImageFault::Damaged)?;
                segment(walk, &mut plan, (start, marker, size), &mut upright)?;
                if marker == 0xda {
                    let start = walk.at;
                    coded(walk)?;
                    plan.keep(start..walk.at)?;
                    scans += 1;
                }
            }
        }
    }
    if scans == 0 {
        return Err(ImageFault::Damaged);
    }
    plan.hostile = scans > SCANS_MAX;
    if let Some(upright) = upright {
        turn(&mut plan, upright);
    }
    Ok(plan)
}

/// The next marker and where it begins. None where a picture that was cut off ends, which is allowed
/// once some of it is there.
fn next_marker<R: Read + Seek>(
    walk: &mut Walk<R>,
    may_end: bool,
) -> Result<Option<(u64, u8)>, ImageFault> {
    if walk.at_end() && may_end {
        return Ok(None);
    }
    let mut start = walk.at;
    if walk.byte()? != 0xff {
        return Err(ImageFault::Damaged);
    }
    loop {
        if walk.at_end() && may_end {
            return Ok(None);
        }
        match walk.byte()? {
            0xff => start = walk.at - 1,
            marker => return Ok(Some((start, marker))),
        }
    }
}

/// Keeps a segment or not; its marker and length are read.
fn segment<R: Read + Seek>(
    walk: &mut Walk<R>,
    plan: &mut Plan,
    (start, marker, size): (u64, u8, u64),
    upright: &mut Option<u8>,
) -> Result<(), ImageFault> {
    let mut keep = matches!(marker, 0xc0..=0xcf | 0xda..=0xdf);
    match marker {
        0xe0 | 0xe2 | 0xee => {
            let content = walk.read(size)?;
            // A JFIF segment that is longer holds a small copy of the picture.
            keep = match marker {
                0xe0 => content.starts_with(b"JFIF\0") && size == 14,
                0xe2 => content.starts_with(b"ICC_PROFILE\0"),
                _ => content.starts_with(b"Adobe") && size == 12,
            };
        }
        0xe1 => {
            let content = walk.read(size)?;
            if let Some(block) = content.strip_prefix(b"Exif\0").and_then(|rest| rest.get(1..)) {
                *upright = upright.or_else(|| orientation(block));
            }
        }
        _ => walk.skip(size)?,
    }
    if keep { plan.keep(start..walk.at) } else { Ok(()) }
}

/// Passes over a coded part, to the marker that ends it or to the end of the file.
fn coded<R: Read + Seek>(walk: &mut Walk<R>) -> Result<(), ImageFault> {
    let mut after_ff = false;
    loop {
        let buffer = walk.source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let size = buffer.len();
        let end = buffer.iter().position(|byte| {
            let ends = after_ff && !matches!(byte, 0x00 | 0xff | 0xd0..=0xd7);
            after_ff = *byte == 0xff;
            ends
        });
        match end {
            // The marker's 0xff is to be read again; it may have been in the buffer before.
            Some(at) if at > 0 => {
                walk.source.consume(at - 1);
                walk.at += at as u64 - 1;
                return Ok(());
            }
            Some(_) => {
                walk.source.seek_relative(-1)?;
                walk.at -= 1;
                return Ok(());
            }
            None => {
                walk.source.consume(size);
                walk.at += size as u64;
            }
        }
    }
}

/// Says at the start of the picture which way is up.
fn turn(plan: &mut Plan, upright: u8) {
    let block = exif(upright);
    let mut head = vec![0xff, 0xd8, 0xff, 0xe1, 0];
    head.push(u8::try_from(block.len() + 8).unwrap_or(u8::MAX));
    head.extend(b"Exif\0\0");
    head.extend(block);
    if let Some(Piece::Kept(first)) = plan.pieces.first_mut() {
        first.start = 2;
    }
    plan.pieces.insert(0, Piece::Anew(head));
}
