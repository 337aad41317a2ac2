//! Films (MP4, QuickTime) and pictures of phones (HEIC, AVIF): boxes in boxes, which tell each other's
//! places by counting bytes. So nothing is cut out; what tells of place, camera and time is blanked
//! where it stands. Which way is up is told elsewhere in these, and stays.

use super::{ImageFault, Plan, Walk};
use std::io::{Read, Seek};
use std::ops::Range;

/// How deep boxes are looked into: `moov/trak/mdia/mdhd`.
const DEPTH_MAX: u8 = 4;
/// Most items of a picture, and extents of all of them.
const ITEMS_MAX: u32 = 4_096;

/// Kinds of file that are pictures, whose `meta` is what they are made of.
const PICTURES: [&[u8; 4]; 11] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"avif",
    b"avis",
];

/// A box: its kind, the place of that, and its content.
struct Found {
    kind: [u8; 4],
    kind_at: u64,
    content: Range<u64>,
}

pub(super) fn plan<R: Read + Seek>(walk: &mut Walk<R>) -> Result<Plan, ImageFault> {
    let length = walk.length;
    let mut marks = Marks::default();
    boxes(walk, 0..length, 0, &mut marks)?;
    let Marks { mut blank, items, media } = marks;
    for item in items {
        // Anywhere else than in the media's own bytes it would blank what tells of the file itself.
        let item = item.start..item.end.min(length);
        let within = |of: &Range<u64>| of.start <= item.start && item.end <= of.end;
        if item.start < item.end && !media.iter().any(within) {
            return Err(ImageFault::Damaged);
        }
        blank.push((item, b""));
    }
    blank.sort_unstable_by_key(|(at, _): &(Range<u64>, &[u8])| at.start);
    let (mut plan, mut done) = (Plan::default(), 0);
    for (range, with) in blank {
        // An item may be told twice.
        let start = range.start.max(done);
        let end = range.end.min(length);
        if start >= end {
            continue;
        }
        if start > done {
            plan.keep(done..start)?;
        }
        if with.is_empty() {
            plan.zeros(end - start)?
        } else {
            plan.write(with.to_vec())?
        }
        done = end;
    }
    if done < length {
        plan.keep(done..length)?;
    }
    Ok(plan)
}

type Blank = Vec<(Range<u64>, &'static [u8])>;

/// What was found on the way.
#[derive(Default)]
struct Marks {
    /// What to blank, and with what it begins then.
    blank: Blank,
    /// Items that are metadata, to blank where they lie in the media's bytes.
    items: Vec<Range<u64>>,
    /// The media's bytes.
    media: Vec<Range<u64>>,
}

/// Goes over the boxes in a part of the file.
fn boxes<R: Read + Seek>(
    walk: &mut Walk<R>,
    within: Range<u64>,
    depth: u8,
    marks: &mut Marks,
) -> Result<(), ImageFault> {
    walk.to(within.start)?;
    let mut is_picture = false;
    while let Some(found) = next(walk, within.end, depth == 0)? {
        let Found { kind, kind_at, content } = found;
        match &kind {
            b"ftyp" if depth == 0 => {
                let brand: [u8; 4] = walk.take()?;
                is_picture = PICTURES.contains(&&brand);
            }
            b"mdat" if depth == 0 => marks.media.push(content.clone()),
            b"meta" if depth == 0 && is_picture => picture(walk, content.clone(), marks)?,
            b"udta" | b"meta" | b"uuid" => {
                marks.blank.push((kind_at..kind_at + 4, b"free"));
                marks.blank.push((content.clone(), b""));
            }
            b"mvhd" | b"tkhd" | b"mdhd" => {
                // When it was made and changed, behind a version and flags.
                let wide = if walk.byte()? == 0 { 8 } else { 16 };
                let start = content.start + 4;
                marks.blank.push((start..(start + wide).min(content.end), b""));
            }
            b"moov" | b"trak" | b"mdia" | b"moof" | b"traf" if depth < DEPTH_MAX => {
                boxes(walk, content.clone(), depth + 1, marks)?;
            }
            _ => {}
        }
        walk.to(content.end)?;
    }
    Ok(())
}

/// The next box. At the top, the last one may end behind the end of a file that was cut off.
fn next<R: Read + Seek>(
    walk: &mut Walk<R>,
    end: u64,
    top: bool,
) -> Result<Option<Found>, ImageFault> {
    let start = walk.at;
    if start + 8 > end {
        return Ok(None);
    }
    let size = u64::from(u32::from_be_bytes(walk.take()?));
    let kind_at = walk.at;
    let kind: [u8; 4] = walk.take()?;
    let size = match size {
        0 => end - start,
        1 => u64::from_be_bytes(walk.take()?),
        size => size,
    };
    let last = start.checked_add(size).filter(|last| *last >= walk.at);
    let last = last.ok_or(ImageFault::Damaged)?;
    if last > end && !top {
        return Err(ImageFault::Damaged);
    }
    Ok(Some(Found { kind, kind_at, content: walk.at..last.min(end) }))
}

/// Blanks the items of a picture that hold EXIF and XMP.
fn picture<R: Read + Seek>(
    walk: &mut Walk<R>,
    content: Range<u64>,
    marks: &mut Marks,
) -> Result<(), ImageFault> {
    walk.to(content.start + 4)?;
    let (mut told, mut places, mut data) = (Vec::new(), None, None);
    while let Some(Found { kind, content, .. }) = next(walk, content.end, false)? {
        match &kind {
            b"iinf" => told = described(walk, content.clone())?,
            b"iloc" => places = Some(content.clone()),
            b"idat" => data = Some(content.clone()),
            _ => {}
        }
        walk.to(content.end)?;
    }
    let Some(places) = places else { return Ok(()) };
    for (item, in_data, range) in located(walk, places)? {
        if !told.contains(&item) {
            continue;
        }
        if !in_data {
            marks.items.push(range);
            continue;
        }
        let data = data.as_ref().ok_or(ImageFault::Damaged)?;
        let at = |offset| data.start.checked_add(offset).filter(|at| *at <= data.end);
        let start = at(range.start).ok_or(ImageFault::Damaged)?;
        let end = at(range.end).ok_or(ImageFault::Damaged)?;
        marks.blank.push((start..end, b""));
    }
    Ok(())
}

/// The items that are metadata.
fn described<R: Read + Seek>(
    walk: &mut Walk<R>,
    content: Range<u64>,
) -> Result<Vec<u32>, ImageFault> {
    let wide = walk.take::<4>()?[0] != 0;
    walk.skip(if wide { 4 } else { 2 })?;
    let mut items = Vec::new();
    while let Some(Found { kind, content, .. }) = next(walk, content.end, false)? {
        if kind == *b"infe" && content.end - content.start >= 12 {
            let version = walk.take::<4>()?[0];
            let item = number(walk, if version < 3 { 2 } else { 4 })?;
            walk.skip(2)?;
            if matches!(&walk.take::<4>()?, b"Exif" | b"mime" | b"uri ") {
                items.push(u32::try_from(item).map_err(|_| ImageFault::Damaged)?);
            }
        }
        if items.len() > ITEMS_MAX as usize {
            return Err(ImageFault::Damaged);
        }
        walk.to(content.end)?;
    }
    Ok(items)
}

/// An item, whether it is told from the start of the picture's own data, and where it is.
type Located = (u32, bool, Range<u64>);

fn located<R: Read + Seek>(
    walk: &mut Walk<R>,
    content: Range<u64>,
) -> Result<Vec<Located>, ImageFault> {
    walk.to(content.start)?;
    let version = walk.take::<4>()?[0];
    let [sizes, more] = walk.take::<2>()?;
    let (offset, length, base) = (sizes >> 4, sizes & 15, more >> 4);
    let index = if version == 0 { 0 } else { more & 15 };
    let id = if version < 2 { 2 } else { 4 };
    let count = number(walk, id)?;
    let mut found = Vec::new();
    for _ in 0..count {
        let item = u32::try_from(number(walk, id)?).map_err(|_| ImageFault::Damaged)?;
        let method = if version == 0 { 0 } else { number(walk, 2)? & 15 };
        walk.skip(2)?;
        let start = number(walk, base)?;
        for _ in 0..number(walk, 2)? {
            number(walk, index)?;
            let from = start.checked_add(number(walk, offset)?).ok_or(ImageFault::Damaged)?;
            let to = from.checked_add(number(walk, length)?).ok_or(ImageFault::Damaged)?;
            if method > 1 || found.len() >= ITEMS_MAX as usize || walk.at > content.end {
                return Err(ImageFault::Damaged);
            }
            found.push((item, method == 1, from..to));
        }
        if walk.at > content.end {
            return Err(ImageFault::Damaged);
        }
    }
    Ok(found)
}

/// A number of so many bytes.
fn number<R: Read + Seek>(walk: &mut Walk<R>, bytes: u8) -> Result<u64, ImageFault> {
    match bytes {
        0 => Ok(0),
        2 => Ok(u64::from(u16::from_be_bytes(walk.take()?))),
        4 => Ok(u64::from(u32::from_be_bytes(walk.take()?))),
        8 => Ok(u64::from_be_bytes(walk.take()?)),
        _ => Err(ImageFault::Damaged),
    }
}
