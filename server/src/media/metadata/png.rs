//! PNG: chunks after a signature. Kept are those that draw, colour and move the picture.

use super::{ImageFault, Piece, Plan, Walk, exif, orientation};
use std::io::{Read, Seek};

const KEPT: [&[u8; 4]; 19] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"hIST", b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn plan<R: Read + Seek>(walk: &mut Walk<R>) -> Result<Plan, ImageFault> {
    walk.skip(8)?;
    let mut plan = Plan::default();
    plan.keep(0..8)?;
    let (mut upright, mut pixels, mut before_pixels) = (None, false, None);
    loop {
        let start = walk.at;
        let size = u64::from(u32::from_be_bytes(walk.take()?));
        let kind: [u8; 4] = walk.take()?;
        if (start == 8) != (kind == *b"IHDR") {
            return Err(ImageFault::Damaged);
        }
        if kind == *b"eXIf" {
            let block = walk.read(size)?;
            upright = upright.or_else(|| orientation(&block));
        } else {
            walk.skip(size)?;
        }
        walk.skip(4)?;
        if kind == *b"IDAT" && !pixels {
            pixels = true;
            before_pixels = Some(plan.pieces.len());
            // A piece of its own, so that something can stand before it.
            plan.push(Piece::Kept(start..walk.at))?;
        } else if KEPT.contains(&&kind) {
            plan.keep(start..walk.at)?;
        }
        if kind == *b"IEND" {
            break;
        }
    }
    let before = before_pixels.ok_or(ImageFault::Damaged)?;
    match upright {
        Some(upright) => plan.pieces.insert(before, Piece::Anew(chunk(*b"eXIf", &exif(upright)))),
        None => join(&mut plan, before),
    }
    Ok(plan)
}

/// Makes one piece of two that follow each other.
fn join(plan: &mut Plan, second: usize) {
    if let Some(first) = second.checked_sub(1)
        && let [Piece::Kept(a), Piece::Kept(b)] = &plan.pieces[first..=second]
        && a.end == b.start
    {
        plan.pieces[first] = Piece::Kept(a.start..b.end);
        plan.pieces.remove(second);
    }
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(content.len()).unwrap_or(0).to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(content);
    let sum = crc32fast::hash(&chunk[4..]);
    chunk.extend(sum.to_be_bytes());
    chunk
}
