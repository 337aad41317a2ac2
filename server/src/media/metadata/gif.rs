//! GIF: a screen, and blocks that end with a trailer. Kept are frames, their timing, how often they
//! repeat, and the colour profile.

use super::{ImageFault, Plan, Walk};
use std::io::{Read, Seek};

pub(super) fn plan<R: Read + Seek>(walk: &mut Walk<R>) -> Result<Plan, ImageFault> {
    walk.skip(6)?;
    let screen: [u8; 7] = walk.take()?;
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]));
    let (width, height) = (side(screen[0], screen[1]), side(screen[2], screen[3]));
    colours(walk, screen[4])?;
    let mut plan = Plan::default();
    plan.keep(0..walk.at)?;
    let mut frames = 0_u64;
    loop {
        let start = walk.at;
        // Many a program forgets the trailer.
        if walk.at_end() && frames > 0 {
            plan.write(vec![0x3b])?;
            break;
        }
        match walk.byte()? {
            0x3b => {
                plan.keep(start..walk.at)?;
                break;
            }
            0x2c => {
                let frame: [u8; 9] = walk.take()?;
                let [x, y, w, h] = [0, 2, 4, 6].map(|at| side(frame[at], frame[at + 1]));
                plan.hostile |= x + w > width || y + h > height;
                colours(walk, frame[8])?;
                walk.skip(1)?;
                blocks(walk)?;
                plan.keep(start..walk.at)?;
                frames += 1;
            }
            0x21 => {
                let keep = match walk.byte()? {
                    0xf9 => true,
                    0xff => application(walk)?,
                    _ => false,
                };
                blocks(walk)?;
                if keep {
                    plan.keep(start..walk.at)?;
                }
            }
            _ => return Err(ImageFault::Damaged),
        }
    }
    if frames == 0 {
        return Err(ImageFault::Damaged);
    }
    Ok(plan)
}

/// Passes over a table of colours, if the flags tell of one.
fn colours<R: Read + Seek>(walk: &mut Walk<R>, flags: u8) -> Result<(), ImageFault> {
    if flags & 0x80 != 0 { walk.skip(3 << ((flags & 7) + 1)) } else { Ok(()) }
}

/// Whether an application's block is of those that are kept; its first part is passed over.
fn application<R: Read + Seek>(walk: &mut Walk<R>) -> Result<bool, ImageFault> {
    let size = walk.byte()?;
    let name = walk.read(u64::from(size))?;
    Ok([&b"NETSCAPE2.0"[..], b"ANIMEXTS1.0", b"ICCRGBG1012"].contains(&name.as_slice()))
}

/// Passes over parts of at most 255 bytes, up to the empty one.
fn blocks<R: Read + Seek>(walk: &mut Walk<R>) -> Result<(), ImageFault> {
    loop {
        match walk.byte()? {
            0 => return Ok(()),
            size => walk.skip(u64::from(size))?,
        }
    }
}
