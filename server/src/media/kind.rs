//! Which kind a file is, by what it holds and never by its name.

use super::Format;
use shared::AttachmentKind;

/// Bytes of a file's start that are looked at.
pub const HEAD_BYTES: usize = 8 * 1024;

/// What of a file is nothing else, and what must never be shown where it could run.
const UNKNOWN: &str = "application/octet-stream";

/// What browsers play, by the type that `infer` tells: the type as it is served, and the kind.
const PLAYED: [(&str, &str, AttachmentKind); 14] = [
    ("audio/mpeg", "audio/mpeg", AttachmentKind::Audio),
    ("audio/ogg", "audio/ogg", AttachmentKind::Audio),
    ("audio/opus", "audio/ogg", AttachmentKind::Audio),
    ("audio/x-flac", "audio/flac", AttachmentKind::Audio),
    ("audio/flac", "audio/flac", AttachmentKind::Audio),
    ("audio/x-wav", "audio/wav", AttachmentKind::Audio),
    ("audio/wav", "audio/wav", AttachmentKind::Audio),
    ("audio/m4a", "audio/mp4", AttachmentKind::Audio),
    ("audio/mp4", "audio/mp4", AttachmentKind::Audio),
    ("audio/aac", "audio/aac", AttachmentKind::Audio),
    ("video/mp4", "video/mp4", AttachmentKind::Video),
    ("video/x-m4v", "video/mp4", AttachmentKind::Video),
    ("video/webm", "video/webm", AttachmentKind::Video),
    ("video/quicktime", "video/quicktime", AttachmentKind::Video),
];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// How it is shown.
    pub kind: AttachmentKind,
    /// Its media type.
    pub content_type: &'static str,
}

/// What a file is that begins with `head` (its first [`HEAD_BYTES`]) and that is text or not as a
/// whole. A picture is told as one here; whether it can be decoded is another question.
pub fn kind(head: &[u8], text: bool) -> Kind {
    if let Some(format) = Format::of(head) {
        return Kind { kind: AttachmentKind::Image, content_type: format.content_type() };
    }
    if text {
        // A page or a drawing could run scripts of its own: it is never more than bytes.
        return if is_markup(head) {
            Kind { kind: AttachmentKind::File, content_type: UNKNOWN }
        } else {
            Kind { kind: AttachmentKind::Text, content_type: "text/plain" }
        };
    }
    let told = infer::get(head).map_or(UNKNOWN, |found| found.mime_type());
    if let Some((_, content_type, kind)) = PLAYED.iter().find(|(name, ..)| *name == told) {
        return Kind { kind: *kind, content_type };
    }
    // Of the rest, those keep their type that no browser would render by itself.
    let harmless = told.starts_with("application/") && !told.contains("xml") || is_picture(told);
    Kind { kind: AttachmentKind::File, content_type: if harmless { told } else { UNKNOWN } }
}

/// Pictures that are not decoded here, to be downloaded.
fn is_picture(told: &str) -> bool {
    ["image/heif", "image/heic", "image/avif", "image/tiff", "image/bmp"].contains(&told)
}

/// Whether a text is HTML, SVG or other XML, by how it begins.
fn is_markup(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut rest = head.trim_ascii_start();
    while let Some(comment) = rest.strip_prefix(b"<!--") {
        let Some(end) = comment.windows(3).position(|w| w == b"-->") else { return true };
        rest = comment[end + 3..].trim_ascii_start();
    }
    let tag: Vec<u8> = rest.iter().take(16).map(u8::to_ascii_lowercase).collect();
    const TAGS: [&[u8]; 13] = [
        b"<!doctype",
        b"<?xml",
        b"<?xsl",
        b"<html",
        b"<svg",
        b"<head",
        b"<body",
        b"<script",
        b"<iframe",
        b"<style",
        b"<title",
        b"<math",
        b"<img",
    ];
    TAGS.iter().any(|known| tag.starts_with(known))
}

/// Watches the bytes of a file come by: whether they are text in UTF-8, and nothing that a terminal
/// or a browser would take for more.
#[derive(Debug, Clone, Default)]
pub struct TextCheck {
    /// A character that was cut in two, and how much of it is there.
    cut: Vec<u8>,
    failed: bool,
    any: bool,
}

impl TextCheck {
    /// Looks at the next bytes.
    pub fn see(&mut self, bytes: &[u8]) {
        if self.failed || bytes.is_empty() {
            return;
        }
        self.any = true;
        let mut bytes = bytes;
        let joined;
        if !self.cut.is_empty() {
            joined = [self.cut.as_slice(), bytes].concat();
            bytes = &joined;
        }
        self.failed = bytes.iter().any(|byte| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31 | 127));
        self.cut = match std::str::from_utf8(bytes) {
            Ok(_) => Vec::new(),
            Err(error) => {
                self.failed |= error.error_len().is_some();
                bytes[error.valid_up_to()..].to_vec()
            }
        };
    }

    /// Whether all of it was text, now that it has ended. Nothing at all is none.
    pub fn is_text(&self) -> bool {
        self.any && !self.failed && self.cut.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> (AttachmentKind, &'static str) {
        let mut check = TextCheck::default();
        check.see(bytes);
        let kind = kind(bytes, check.is_text());
        (kind.kind, kind.content_type)
    }

    #[test]
    fn content_decides() {
        assert_eq!(of(b"let x = 1;\n"), (AttachmentKind::Text, "text/plain"));
        assert_eq!(of("größer 日本\r\n".as_bytes()), (AttachmentKind::Text, "text/plain"));
        assert_eq!(of(b"%PDF-1.7\n\x00\x01"), (AttachmentKind::File, "application/pdf"));
        assert_eq!(of(b"PK\x03\x04\x00\x00"), (AttachmentKind::File, "application/zip"));
        assert_eq!(of(b"\x00\x01\x02\x03"), (AttachmentKind::File, UNKNOWN));
        assert_eq!(of(b""), (AttachmentKind::File, UNKNOWN));
        assert_eq!(of(b"ID3\x04\x00\x00\x00\x00"), (AttachmentKind::Audio, "audio/mpeg"));
        assert_eq!(of(b"fLaC\x00\x00\x00\x22"), (AttachmentKind::Audio, "audio/flac"));
        let wav = b"RIFF\x24\x00\x00\x00WAVEfmt ";
        assert_eq!(of(wav), (AttachmentKind::Audio, "audio/wav"));
        let mp4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom";
        assert_eq!(of(mp4), (AttachmentKind::Video, "video/mp4"));
        assert_eq!(of(b"\xff\xd8\xff\xe0\x00"), (AttachmentKind::Image, "image/jpeg"));
    }

    #[test]
    fn what_could_run_is_never_more_than_bytes() {
        for text in [
            "<!DOCTYPE html><p>",
            "  \n<HTML>",
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "<?xml version='1.0'?><svg/>",
            "\u{feff}<!-- hi --> <script>alert(1)</script>",
            "<!-- never closed",
        ] {
            assert_eq!(of(text.as_bytes()), (AttachmentKind::File, UNKNOWN), "{text}");
        }
        assert_eq!(of(b"<3 tea\n").0, AttachmentKind::Text);
    }

    #[test]
    fn text_is_told_however_it_is_cut() {
        let text = "aé日😀\n".as_bytes();
        for size in 1..=text.len() {
            let mut check = TextCheck::default();
            text.chunks(size).for_each(|piece| check.see(piece));
            assert!(check.is_text(), "{size}");
        }
        let mut cut = TextCheck::default();
        cut.see(&text[..5]);
        assert!(!cut.is_text());
        for wrong in [&b"a\0b"[..], b"a\xffb", b"\xc3(", b"\x08"] {
            let mut check = TextCheck::default();
            check.see(wrong);
            assert!(!check.is_text(), "{wrong:?}");
        }
    }
}
