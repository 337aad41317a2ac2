//! Reading a JSON body: what is no JSON is malformed, what doesn't fit is told with its place. How the
//! bytes arrive is `body.rs`'s; nothing here knows HTTP, so that the fuzzer reads bodies with it, too.

use crate::error::{Error, Result};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path as JsonPath, Segment};
use shared::{ErrorCode, ProblemDetail};

/// Reads a body. A fault of syntax anywhere goes before a value that doesn't fit.
///
/// # Errors
/// `malformed` for what is no JSON, `invalid` with its place for what doesn't fit.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorCode::Malformed, "the body is not valid UTF-8"))?;
    let malformed = |cause: &serde_json::Error| {
        Error::new(ErrorCode::Malformed, format!("the body is not valid JSON: {cause}"))
    };
    serde_json::from_str::<IgnoredAny>(text).map_err(|cause| malformed(&cause))?;
    // Derived structs would also be read from an array of their fields.
    if !text.trim_start().starts_with('{') {
        return Err(misfit("", "must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        if error.inner().is_data() {
            let why = error.inner().to_string();
            let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
            misfit(&pointer(error.path(), why), why)
        } else if error.inner().to_string().starts_with("expected value") {
            // The syntax is right, as was seen above: a number or the like instead of a word.
            misfit(&pointer(error.path(), ""), "must be one of the words that it can be")
        } else {
            malformed(error.inner()) // nested too deeply, which only reading values finds
        }
    })
}

fn misfit(pointer: &str, why: &str) -> Error {
    let place = if pointer.is_empty() { "the body" } else { pointer };
    Error {
        places: vec![ProblemDetail { pointer: pointer.to_owned(), detail: why.to_owned() }],
        ..Error::new(ErrorCode::Invalid, format!("{place}: {why}"))
    }
}

/// The place as a JSON Pointer; of a missing field, the place where it should be.
fn pointer(path: &JsonPath, why: &str) -> String {
    let mut pointer = String::new();
    let mut push = |key: &str| {
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
    };
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&index.to_string()),
            Segment::Map { key } => push(key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let missing = why.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    if let Some(field) = missing {
        push(field);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::api::account::{LogIn, SignUp, UpdateMe};
    use shared::api::channels::{CreateChannel, ReadPosition, UpdateChannel};
    use shared::api::messages::{EditMessage, PostMessage};
    use shared::api::rights::SetRole;

    fn refused<T: DeserializeOwned>(bytes: &[u8]) -> (ErrorCode, Vec<String>) {
        let Err(error) = parse::<T>(bytes) else { panic!("it was taken") };
        (error.code, error.places.into_iter().map(|place| place.pointer).collect())
    }

    #[test]
    fn what_is_no_json_is_malformed_wherever_the_fault_stands() {
        for bytes in [
            &b""[..],
            b"{",
            b"{\"username\":\"ada\"} x",
            b"{\"username\":5, oops}",
            b"{\"username\":\"\xff\"}",
            b"{\"username\":\"\\ud800\"}",
        ] {
            assert_eq!(refused::<SignUp>(bytes), (ErrorCode::Malformed, vec![]), "{bytes:?}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(refused::<SignUp>(deep.as_bytes()).0, ErrorCode::Malformed);
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let of = |place: &str| (ErrorCode::Invalid, vec![place.to_owned()]);
        assert_eq!(refused::<SignUp>(b"{}"), of("/username"));
        assert_eq!(refused::<SignUp>(b"[\"ada\"]"), of(""));
        assert_eq!(refused::<SignUp>(b"null"), of(""));
        assert_eq!(refused::<SignUp>(b"{\"username\":\"a\",\"password\":1}"), of("/password"));
        assert_eq!(refused::<SetRole>(b"{\"role\":1}"), of("/role"));
        assert_eq!(refused::<SetRole>(b"{\"role\":\"king\"}"), of("/role"));
        let ids = b"{\"userIds\":[\"00000000-0000-7000-8000-000000000000\",\"x\"]}";
        assert_eq!(refused::<CreateChannel>(ids), of("/userIds/1"));
    }

    #[test]
    fn unknown_fields_are_ignored() {
        let read = parse::<SignUp>(b" {\"username\":\"ada\",\"later\":[1]}\n");
        assert_eq!(read.map(|body| body.username), Ok("ada".to_owned()));
    }

    /// A small generator (splitmix64).
    fn next(state: &mut u64) -> usize {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap()
    }

    /// Some bytes changed, taken out, doubled, or put in from what JSON is made of.
    fn spoil(bytes: &mut Vec<u8>, state: &mut u64) {
        const PIECES: [&[u8]; 14] = [
            b"{",
            b"}",
            b"[",
            b"]",
            b"\"",
            b":",
            b",",
            b"null",
            b"1e999",
            b"-0",
            b"\\ud800",
            b"\xff",
            b"\"message\":",
            b"\0",
        ];
        for _ in 0..=next(state) % 4 {
            let at = next(state) % (bytes.len() + 1);
            match next(state) % 4 {
                0 if at < bytes.len() => bytes[at] = u8::try_from(next(state) % 256).unwrap(),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => {
                    let tail = bytes[at..].to_vec();
                    bytes.extend(tail.iter().take(32));
                }
                _ => {
                    let piece = PIECES[next(state) % PIECES.len()];
                    bytes.splice(at..at, piece.iter().copied());
                }
            }
        }
    }

    #[test]
    fn whatever_is_sent_as_a_body_or_a_frame_is_read_or_refused_and_nothing_else() {
        type Read = fn(&[u8]) -> Option<Error>;
        fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<Error> {
            parse::<T>(bytes).err()
        }
        let readers: [Read; 8] = [
            read::<SignUp>,
            read::<LogIn>,
            read::<UpdateMe>,
            read::<CreateChannel>,
            read::<UpdateChannel>,
            read::<PostMessage>,
            read::<EditMessage>,
            read::<ReadPosition>,
        ];
        let id = "00000000-0000-7000-8000-000000000000";
        let seeds = [
            r#"{"username":"ada","password":"correct horse","displayName":"Ada"}"#.to_owned(),
            format!(
                r#"{{"userIds":["{id}"],"name":"tea","visibility":"public","topic":"\u00e9"}}"#
            ),
            format!(r#"{{"message":"hi","nonce":"n","replyTo":"{id}","attachmentIds":["{id}"]}}"#),
            r#"{"seq":18446744073709551615}"#.to_owned(),
            format!(r#"{{"type":"message","channelId":"{id}","nonce":"n","message":"hi"}}"#),
            format!(r#"{{"type":"resume","cursors":{{"{id}":7}}}}"#),
        ];
        let mut state = 7;
        let mut read_well = 0;
        for round in 0..40_000 {
            let mut bytes = seeds[round % seeds.len()].clone().into_bytes();
            if round >= seeds.len() {
                spoil(&mut bytes, &mut state);
            }
            for reader in readers {
                match reader(&bytes) {
                    None => read_well += 1,
                    Some(error) => {
                        assert!(matches!(error.code, ErrorCode::Malformed | ErrorCode::Invalid));
                        assert!(error.detail.len() < bytes.len() * 8 + 500, "{bytes:?}");
                    }
                }
            }
            if let Ok(text) = std::str::from_utf8(&bytes)
                && let Ok(frame) = shared::ClientMessage::from_json(text)
            {
                let written = frame.to_json();
                assert_eq!(shared::ClientMessage::from_json(&written), Ok(frame), "{written}");
                read_well += 1;
            }
        }
        assert!(read_well > 1_000, "{read_well}");
    }
}
