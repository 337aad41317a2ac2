//! WebP: chunks in a RIFF file. Kept are pixels, frames, their header and the colour profile.

use super::{ImageFault, Piece, Plan, Walk, exif, orientation};
use std::io::{Read, Seek};

const KEPT: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// Flags of the extended header.
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

pub(super) fn plan<R: Read + Seek>(walk: &mut Walk<R>) -> Result<Plan, ImageFault> {
    walk.skip(4)?;
    let size = u64::from(u32::from_le_bytes(walk.take()?));
    walk.skip(4)?;
    let end = (size + 8).min(walk.length);
    let (mut plan, mut upright, mut pixels, mut header) = (Plan::default(), None, false, None);
    while walk.at + 8 <= end {
        let start = walk.at;
        let kind: [u8; 4] = walk.take()?;
        let size = u64::from(u32::from_le_bytes(walk.take()?));
        match &kind {
            b"EXIF" => {
                let block = walk.read(size)?;
                let block = block.strip_prefix(b"Exif\0\0").unwrap_or(&block);
                upright = upright.or_else(|| orientation(block));
            }
            b"VP8X" if size == 10 && header.is_none() => {
                let content: [u8; 10] = walk.take()?;
                header = Some((start, content));
            }
            b"VP8X" => return Err(ImageFault::Damaged),
            b"ANMF" => frame(walk, size)?,
            _ => walk.skip(size)?,
        }
        // Odd ones are filled up; some programs forget it at the end.
        if size % 2 == 1 && !walk.at_end() {
            walk.skip(1)?;
        }
        pixels |= matches!(&kind, b"VP8 " | b"VP8L" | b"ANMF");
        if KEPT.contains(&&kind) {
            plan.keep(start..walk.at)?;
        }
    }
    if !pixels {
        return Err(ImageFault::Damaged);
    }
    finish(plan, header, upright, (size + 8, walk.length))
}

/// Passes over a frame, which may hold nothing but pixels: what else is in it can't be cut out.
fn frame<R: Read + Seek>(walk: &mut Walk<R>, size: u64) -> Result<(), ImageFault> {
    let end = walk.at.saturating_add(size);
    walk.skip(16)?;
    while walk.at + 8 <= end {
        let kind: [u8; 4] = walk.take()?;
        let size = u64::from(u32::from_le_bytes(walk.take()?));
        if !matches!(&kind, b"VP8 " | b"VP8L" | b"ALPH") {
            return Err(ImageFault::Damaged);
        }
        walk.skip(size + size % 2)?;
    }
    if walk.at == end { Ok(()) } else { Err(ImageFault::Damaged) }
}

/// The head with its new size and flags, the rest, and which way is up.
fn finish(
    plan: Plan,
    header: Option<(u64, [u8; 10])>,
    upright: Option<u8>,
    (told, length): (u64, u64),
) -> Result<Plan, ImageFault> {
    // Only the extended form has a place for it, and without it nobody looks.
    let upright = upright.filter(|_| header.is_some());
    if let (None, [Piece::Kept(rest)]) = (header, plan.pieces.as_slice())
        && (rest.start, rest.end, told) == (12, length, length)
    {
        return Ok(Plan { pieces: vec![Piece::Kept(0..length)], ..plan });
    }
    let mut head = b"RIFF\0\0\0\0WEBP".to_vec();
    if let Some((_, mut content)) = header {
        content[0] &= !(EXIF | XMP);
        if upright.is_some() {
            content[0] |= EXIF;
        }
        head.extend(b"VP8X\x0a\0\0\0");
        head.extend(content);
    }
    let mut tail = Vec::new();
    if let Some(upright) = upright {
        let block = exif(upright);
        tail.extend(b"EXIF");
        tail.extend(u32::try_from(block.len()).unwrap_or(0).to_le_bytes());
        tail.extend(block);
    }
    let mut whole = Plan { hostile: plan.hostile, ..Plan::default() };
    whole.write(head)?;
    whole.pieces.extend(plan.pieces);
    // A last chunk whose filling was forgotten gets it.
    if whole.len() % 2 == 1 {
        whole.write(vec![0])?;
    }
    if !tail.is_empty() {
        whole.write(tail)?;
    }
    let size = u32::try_from(whole.len() - 8).map_err(|_| ImageFault::TooLarge)?;
    if let Some(Piece::Anew(head)) = whole.pieces.first_mut() {
        head[4..8].copy_from_slice(&size.to_le_bytes());
    }
    Ok(whole)
}
