//! Brotli, at its best and slowest, once per build: the server sends these files as they are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::fingerprint;

/// What gains from compression; pictures and fonts are compressed already.
const COMPRESSIBLE: [&str; 9] =
    ["css", "html", "js", "json", "map", "svg", "txt", "wasm", "webmanifest"];

/// Whether a file gains from compression, by its name.
pub(crate) fn is_compressible(path: &Path) -> bool {
    extension(path).is_some_and(|extension| COMPRESSIBLE.contains(&extension))
}

/// A path's extension.
pub(crate) fn extension(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

/// Compresses at quality 11, with the largest window that every browser takes.
///
/// # Errors
/// None that the encoder is known to give: it writes to memory.
pub(crate) fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &params).context("brotli failed")?;
    Ok(compressed)
}

/// Puts a `.br` beside each file of a directory that gains from it. Not beside HTML: the server fills the page in as a
/// template, for every request anew.
///
/// # Errors
/// When a file can't be read or written.
pub(crate) fn precompress(dir: &Path) -> Result<()> {
    let mut files = BTreeSet::new();
    fingerprint::collect(dir, &mut files)?;
    for file in files {
        if !is_compressible(&file) || extension(&file) == Some("html") {
            continue;
        }
        let content = fs::read(&file)?;
        let compressed = brotli(&content)?;
        if compressed.len() < content.len() {
            let mut name = file.into_os_string();
            name.push(".br");
            fs::write(&name, compressed)
                .with_context(|| format!("can't write {}", name.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_comes_back() {
        let content = include_bytes!("compress.rs");
        let compressed = brotli(content).unwrap();
        assert!(compressed.len() < content.len() / 2);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*compressed, &mut back).unwrap();
        assert_eq!(back, content);
    }

    #[test]
    fn names_decide_what_is_compressed() {
        assert!(is_compressible(Path::new("dist/page-1a2b.wasm")));
        assert!(is_compressible(Path::new("manifest.webmanifest")));
        assert!(!is_compressible(Path::new("figtree.woff2")));
        assert!(!is_compressible(Path::new("page.wasm.br")));
        assert!(!is_compressible(Path::new("LICENSE")));
    }
}
