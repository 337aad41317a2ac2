//! How heavy the page and the program may be. The bounds are here and nowhere else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::compress::{brotli, extension, is_compressible};
use crate::fingerprint;

/// What everything that a first visit loads should weigh, compressed; passing it is said, not punished. Bytes.
pub(crate) const COLD_TARGET: u64 = 180_000;

/// What it must not pass. Bytes.
pub(crate) const COLD_LIMIT: u64 = 230_000;

/// What the fonts must not pass, which come on top. Bytes.
pub(crate) const FONT_LIMIT: u64 = 24_000;

/// What the released program must not pass, with the page inside. Bytes.
pub(crate) const PROGRAM_LIMIT: u64 = 20_000_000;

/// A file of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asset {
    /// Its path below the page's directory.
    pub(crate) name: String,
    /// Its size as it is, in bytes.
    pub(crate) raw: u64,
    /// What crosses the wire, in bytes.
    pub(crate) sent: u64,
    pub(crate) kind: Kind,
}

/// What a file counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Loaded by a first visit: programs, styles, the page itself, drawings.
    Cold,
    Font,
    /// Loaded when it is needed: icons for the home screen, licences.
    Later,
}

/// All that the page consists of, heaviest first.
///
/// # Errors
/// When a file can't be read.
pub(crate) fn assets(dist: &Path) -> Result<Vec<Asset>> {
    let mut files = BTreeSet::new();
    fingerprint::collect(dist, &mut files)?;
    let mut assets = Vec::new();
    for file in files {
        let name = file.strip_prefix(dist).unwrap_or(&file).display().to_string();
        // `.stage` is where Trunk builds, and what it leaves when it is interrupted there is no part of the page.
        let Some(kind) = kind(&file).filter(|_| !name.starts_with('.')) else { continue };
        let content = fs::read(&file)?;
        let raw = size(&content);
        let sent = if is_compressible(&file) { raw.min(size(&brotli(&content)?)) } else { raw };
        assets.push(Asset { name, raw, sent, kind });
    }
    assets.sort_by_key(|asset| std::cmp::Reverse(asset.sent));
    Ok(assets)
}

fn kind(file: &Path) -> Option<Kind> {
    Some(match extension(file) {
        // What was compressed is counted with what it was made from.
        Some("br") => return None,
        Some("wasm" | "js" | "css" | "html" | "svg") => Kind::Cold,
        Some("woff2") => Kind::Font,
        _ => Kind::Later,
    })
}

fn size(content: &[u8]) -> u64 {
    u64::try_from(content.len()).unwrap_or(u64::MAX)
}

/// What all files of a kind send.
pub(crate) fn sent(assets: &[Asset], kind: Kind) -> u64 {
    assets.iter().filter(|asset| asset.kind == kind).map(|asset| asset.sent).sum()
}

/// Holds the page against its bounds, and says how it stands.
///
/// # Errors
/// When a bound is passed, or there is no page at all.
pub(crate) fn check_page(assets: &[Asset]) -> Result<String> {
    let (cold, font) = (sent(assets, Kind::Cold), sent(assets, Kind::Font));
    for needed in [".wasm", ".js", ".css", "index.html"] {
        if !assets.iter().any(|asset| asset.name.ends_with(needed)) {
            bail!("the page has no {needed}: its weight says nothing");
        }
    }
    if cold > COLD_LIMIT {
        bail!(
            "the page weighs {}, and must not pass {}:\n{}",
            kb(cold),
            kb(COLD_LIMIT),
            table(assets)
        );
    }
    if font > FONT_LIMIT {
        bail!("the fonts weigh {}, and must not pass {}", kb(font), kb(FONT_LIMIT));
    }
    let remark = if cold > COLD_TARGET { ", PAST THE TARGET" } else { "" };
    Ok(format!(
        "{} of {}{remark}, fonts {} of {}",
        kb(cold),
        kb(COLD_TARGET),
        kb(font),
        kb(FONT_LIMIT)
    ))
}

/// Holds the released program against its bound, where there is one.
///
/// # Errors
/// When the bound is passed.
pub(crate) fn check_program(program: &Path) -> Result<Option<String>> {
    let Ok(metadata) = fs::metadata(program) else { return Ok(None) };
    let size = metadata.len();
    if size > PROGRAM_LIMIT {
        bail!("the server weighs {}, and must not pass {}", mb(size), mb(PROGRAM_LIMIT));
    }
    Ok(Some(format!("{} of {}", mb(size), mb(PROGRAM_LIMIT))))
}

/// One line per file.
pub(crate) fn table(assets: &[Asset]) -> String {
    let line =
        |asset: &Asset| format!("  {:>9}  of {:>9}  {}", kb(asset.sent), kb(asset.raw), asset.name);
    assets.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Thousands of bytes, as people read them.
pub(crate) fn kb(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}

/// Millions of bytes, as people read them.
pub(crate) fn mb(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(name: &str, sent: u64) -> Asset {
        Asset { name: name.to_owned(), raw: sent * 3, sent, kind: kind(Path::new(name)).unwrap() }
    }

    fn page(wasm: u64, font: u64) -> Vec<Asset> {
        vec![
            asset("page.wasm", wasm),
            asset("page.js", 8_000),
            asset("page.css", 6_000),
            asset("index.html", 2_000),
            asset("figtree.woff2", font),
            asset("icon.png", 500_000),
        ]
    }

    #[test]
    fn what_comes_first_is_counted_and_fonts_apart() {
        let page = page(150_000, 20_000);
        assert_eq!(sent(&page, Kind::Cold), 166_000);
        assert_eq!(sent(&page, Kind::Font), 20_000);
        assert_eq!(check_page(&page).unwrap(), "166.0 KB of 180.0 KB, fonts 20.0 KB of 24.0 KB");
    }

    #[test]
    fn past_the_target_is_said_and_past_the_limit_fails() {
        assert!(check_page(&page(164_001, 0)).unwrap().contains("PAST THE TARGET"));
        assert!(check_page(&page(COLD_LIMIT - 16_000, FONT_LIMIT)).is_ok());
        let error = check_page(&page(COLD_LIMIT - 16_000 + 1, 0)).unwrap_err().to_string();
        assert!(error.contains("must not pass 230.0 KB") && error.contains("page.wasm"), "{error}");
        assert!(check_page(&page(1, FONT_LIMIT + 1)).is_err());
    }

    #[test]
    fn a_page_that_is_not_there_is_not_light() {
        assert!(check_page(&[]).is_err());
        assert!(check_page(&page(1, 1)[1..]).is_err());
    }

    #[test]
    fn compressed_copies_are_not_counted_twice() {
        assert_eq!(kind(Path::new("page.wasm.br")), None);
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(
            (kb(999), kb(121_560), mb(12_345_678)),
            ("0.9 KB".into(), "121.5 KB".into(), "12.3 MB".into())
        );
    }
}
