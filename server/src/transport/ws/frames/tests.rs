//! The reader against examples, against its bounds, and against the reference.

use super::*;
use proptest::prelude::*;

const ECHO: Limits = Limits { binary: true, max_bytes: 1 << 24 };

/// A frame as a client sends it, with this first byte.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let mut out = vec![first];
    match payload.len() {
        len @ 0..=125 => out.push(0x80 | len as u8),
        len @ 126..=0xFFFF => {
            out.push(0x80 | 126);
            out.extend((len as u16).to_be_bytes());
        }
        len => {
            out.push(0x80 | 127);
            out.extend((len as u64).to_be_bytes());
        }
    }
    out.extend(mask);
    out.extend(payload.iter().enumerate().map(|(at, b)| b ^ mask[at & 3]));
    out
}

fn read_pieces<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Incoming>, Result<(), Fault>) {
    let (mut reader, mut out) = (Reader::new(limits), Vec::new());
    let read = pieces.into_iter().try_for_each(|piece| reader.read(piece, &mut out));
    (out, read)
}

fn read_all(bytes: &[u8], step: usize) -> Result<Vec<Incoming>, Fault> {
    let (out, read) = read_pieces(Limits::default(), bytes.chunks(step.max(1)));
    read.map(|()| out)
}

#[test]
fn a_message_may_come_in_any_pieces_with_control_frames_between_its_fragments() {
    let bytes = [
        masked(0x01, "h\u{e9}".as_bytes()),
        masked(0x89, b"p"),
        masked(0x80, b"llo"),
        masked(0x8A, b""),
        masked(0x88, &[0x03, 0xE8]),
    ]
    .concat();
    for step in 1..bytes.len() {
        assert_eq!(
            read_all(&bytes, step).unwrap(),
            [
                Incoming::Ping(b"p".to_vec()),
                Incoming::Text("h\u{e9}llo".into()),
                Incoming::Pong,
                Incoming::Close(Some(1000)),
            ]
        );
    }
}

#[test]
fn what_is_against_the_rules_is_refused() {
    let refused = |bytes: &[u8]| read_all(bytes, 7).unwrap_err();
    assert!(matches!(refused(b"\x81\x02hi"), Fault::Protocol(_)), "unmasked");
    assert!(matches!(refused(&masked(0xC1, b"hi")), Fault::Protocol(_)), "reserved bit");
    assert!(matches!(refused(&masked(0x83, b"hi")), Fault::Protocol(_)), "opcode");
    assert!(matches!(refused(&masked(0x80, b"hi")), Fault::Protocol(_)), "stray fragment");
    assert!(matches!(refused(&masked(0x09, b"")), Fault::Protocol(_)), "fragmented ping");
    assert!(matches!(refused(&masked(0x89, &[0; 126])), Fault::Protocol(_)), "long ping");
    assert!(matches!(refused(&masked(0x88, &[3])), Fault::Protocol(_)), "half a code");
    assert!(matches!(refused(&masked(0x88, &[3, 0xED])), Fault::Protocol(_)), "code 1005");
    assert_eq!(refused(&masked(0x82, b"hi")), Fault::Binary);
    assert_eq!(refused(&masked(0x81, b"\xff")), Fault::NotUtf8);
    let twice = [masked(0x01, b"a"), masked(0x01, b"b")].concat();
    assert!(matches!(refused(&twice), Fault::Protocol(_)), "message in a message");
}

#[test]
fn binary_messages_are_read_where_they_are_accepted() {
    let bytes = [masked(0x02, b"\xFF"), masked(0x80, b"\x00\xFE"), masked(0x82, b"")].concat();
    for step in 1..bytes.len() {
        let (out, read) = read_pieces(ECHO, bytes.chunks(step));
        assert_eq!(read, Ok(()));
        assert_eq!(out, [Incoming::Binary(vec![0xFF, 0, 0xFE]), Incoming::Binary(vec![])]);
    }
    let mixed = [masked(0x01, b"a"), masked(0x82, b"b")].concat();
    assert!(matches!(read_pieces(ECHO, [&mixed[..]]).1, Err(Fault::Protocol(_))));
}

#[test]
fn a_lying_length_is_refused_before_its_bytes_come() {
    let mut lie = vec![0x81, 0x80 | 127];
    lie.extend(u64::MAX.to_be_bytes());
    lie.extend([0; 4]);
    assert_eq!(read_all(&lie, 3), Err(Fault::TooLarge));
    let half = vec![b'x'; FRAME_MAX_BYTES / 2 + 1];
    let fragments = [masked(0x01, &half), masked(0x80, &half)].concat();
    assert_eq!(read_all(&fragments, 4096), Err(Fault::TooLarge));
    let whole = masked(0x81, &vec![b'x'; FRAME_MAX_BYTES]);
    assert!(read_all(&whole, 4096).is_ok());
}

#[test]
fn text_that_can_not_become_valid_is_refused_before_its_frame_has_come() {
    let text = masked(0x81, "κόσμε\u{10FFFF} and more".as_bytes());
    let mut wrong = text.clone();
    // The second byte of the last character: from 0x8F to 0x90, past the end of Unicode.
    let at = 6 + "κόσμε".len() + 1;
    wrong[at] ^= 0x8F ^ 0x90;
    let (mut reader, mut out) = (Reader::default(), Vec::new());
    assert_eq!(reader.read(&wrong[..at], &mut out), Ok(()));
    assert_eq!(reader.read(&wrong[at..=at], &mut out), Err(Fault::NotUtf8));
    assert_eq!(reader.read(&text, &mut out), Ok(()), "nothing is read after a fault");
    assert_eq!(out, []);
}

#[test]
fn text_that_ends_inside_a_character_is_refused_and_may_be_cut_there_between_fragments() {
    let (first, second) = "\u{1F44B}".as_bytes().split_at(2);
    let refused = [masked(0x01, first), masked(0x80, &second[1..])].concat();
    assert_eq!(read_all(&refused, 4096), Err(Fault::NotUtf8));
    assert_eq!(read_all(&masked(0x81, first), 4096), Err(Fault::NotUtf8));
    let text = [masked(0x01, first), masked(0x00, b""), masked(0x80, second)].concat();
    assert_eq!(read_all(&text, 4096), Ok(vec![Incoming::Text("\u{1F44B}".into())]));
}

#[test]
fn fragments_without_end_are_refused_even_if_they_are_empty() {
    let (mut reader, mut out) = (Reader::default(), Vec::new());
    let empty = masked(0x00, b"");
    reader.read(&masked(0x01, b"a"), &mut out).unwrap();
    for _ in 0..EMPTY_FRAGMENTS_MAX {
        assert_eq!(reader.read(&empty, &mut out), Ok(()));
    }
    assert!(matches!(reader.read(&empty, &mut out), Err(Fault::Protocol(_))));
    let allowed =
        [masked(0x01, b""), empty.repeat(usize::from(EMPTY_FRAGMENTS_MAX) - 1), masked(0x80, b"")]
            .concat();
    let twice = allowed.repeat(2);
    let nothing = Incoming::Text(String::new());
    assert_eq!(read_all(&twice, 4096), Ok(vec![nothing.clone(), nothing]));
}

#[test]
fn an_idle_reader_is_small_and_holds_nothing() {
    assert!(size_of::<Reader>() <= 40, "{} bytes", size_of::<Reader>());
    assert!(size_of::<Partial>() <= 160, "{} bytes", size_of::<Partial>());
    let bytes = [
        masked(0x01, "h\u{e9}".as_bytes()),
        masked(0x89, b"p"),
        masked(0x80, b"llo"),
        masked(0x81, b"hi"),
    ]
    .concat();
    for step in 1..bytes.len() {
        let (mut reader, mut out) = (Reader::default(), Vec::new());
        assert!(reader.partial.is_none());
        for piece in bytes.chunks(step) {
            reader.read(piece, &mut out).unwrap();
        }
        assert_eq!(out.len(), 3);
        assert!(reader.partial.is_none(), "in steps of {step}");
    }
}

#[test]
fn whole_frames_need_no_state_and_a_text_no_more_room_than_its_length() {
    let (mut reader, mut out) = (Reader::default(), Vec::new());
    reader.read(&masked(0x81, &[b'x'; 100]).repeat(3), &mut out).unwrap();
    assert!(reader.partial.is_none());
    assert_eq!(out.len(), 3);
    for text in out {
        assert!(matches!(text, Incoming::Text(text) if text.capacity() == 100));
    }
}

#[test]
fn room_is_made_for_what_came_and_not_for_what_is_announced() {
    for first in [0x81, 0x82] {
        let bytes = masked(first, &vec![b'x'; 1 << 23]);
        let (mut reader, mut out) = (Reader::new(ECHO), Vec::new());
        let mut came = 0;
        for piece in bytes[..100_000].chunks(10_000) {
            reader.read(piece, &mut out).unwrap();
            came += piece.len();
            let message = reader.partial.as_ref().unwrap().message.as_ref().unwrap();
            let room = match &message.content {
                Content::Text(text) => text.room(),
                Content::Binary(bytes) => bytes.capacity(),
            };
            assert!(room <= 2 * came, "{room} bytes for {came}");
        }
    }
}

#[test]
fn nothing_is_read_after_a_close_frame() {
    let bytes = [masked(0x88, b""), masked(0x81, b"hi"), masked(0xFF, b"")].concat();
    for step in 1..bytes.len() {
        assert_eq!(read_all(&bytes, step), Ok(vec![Incoming::Close(None)]));
    }
}

#[test]
fn close_codes_are_those_that_may_be_sent() {
    let sent: Vec<u16> = (0..=u16::MAX)
        .filter(|code| read_all(&masked(0x88, &code.to_be_bytes()), 4096).is_ok())
        .collect();
    let allowed: Vec<u16> = (1000..=1003).chain(1007..=1014).chain(3000..=4999).collect();
    assert_eq!(sent, allowed);
}

/// What a client does in a conversation.
#[derive(Debug, Clone)]
enum Act {
    /// Says this, cut into fragments at these places.
    Say {
        text: bool,
        payload: Vec<u8>,
        cuts: Vec<prop::sample::Index>,
        pings: bool,
    },
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

fn act() -> impl Strategy<Value = Act> {
    let cuts = || prop::collection::vec(any::<prop::sample::Index>(), 0..5);
    let text = prop_oneof![any::<String>(), "[a-z ]{0,20}", ".{100,200}"];
    let short = || prop::collection::vec(any::<u8>(), 0..=125);
    prop_oneof![
        4 => (text, cuts(), any::<bool>()).prop_map(|(text, cuts, pings)| {
            Act::Say { text: true, payload: text.into_bytes(), cuts, pings }
        }),
        2 => (prop::collection::vec(any::<u8>(), 0..300), cuts(), any::<bool>()).prop_map(
            |(payload, cuts, pings)| Act::Say { text: false, payload, cuts, pings }
        ),
        1 => short().prop_map(Act::Ping),
        1 => short().prop_map(Act::Pong),
    ]
}

/// The bytes of a conversation, and what is to be read from them.
fn conversation(acts: &[Act]) -> (Vec<u8>, Vec<Incoming>) {
    let (mut bytes, mut said) = (Vec::new(), Vec::new());
    for act in acts {
        match act {
            Act::Ping(payload) => {
                bytes.extend(masked(0x89, payload));
                said.push(Incoming::Ping(payload.clone()));
            }
            Act::Pong(payload) => {
                bytes.extend(masked(0x8A, payload));
                said.push(Incoming::Pong);
            }
            Act::Say { text, payload, cuts, pings } => {
                let mut ends: Vec<_> =
                    cuts.iter().map(|cut| cut.index(payload.len() + 1)).collect();
                ends.push(payload.len());
                ends.sort_unstable();
                let (mut from, mut opcode) = (0, if *text { 0x01 } else { 0x02 });
                for (number, end) in ends.iter().enumerate() {
                    let last = number + 1 == ends.len();
                    let fin = if last { 0x80 } else { 0 };
                    bytes.extend(masked(fin | opcode, &payload[from..*end]));
                    (from, opcode) = (*end, 0x00);
                    if *pings && !last {
                        bytes.extend(masked(0x89, b"?"));
                        said.push(Incoming::Ping(b"?".to_vec()));
                    }
                }
                said.push(match String::from_utf8(payload.clone()) {
                    Ok(payload) if *text => Incoming::Text(payload),
                    _ => Incoming::Binary(payload.clone()),
                });
            }
        }
    }
    (bytes, said)
}

/// Cuts bytes into pieces of these lengths, over and over.
fn pieces<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at(bytes.len().min(*length));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

fn lengths() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        prop::collection::vec(1_usize..4, 1..4),
        prop::collection::vec(1_usize..200, 1..6),
        Just(vec![usize::MAX]),
    ]
}

fn limits() -> impl Strategy<Value = Limits> {
    (any::<bool>(), prop_oneof![0_usize..300, Just(1 << 20)])
        .prop_map(|(binary, max_bytes)| Limits { binary, max_bytes })
}

/// Compares the reader with the reference, for these bytes in these pieces.
fn compare(limits: Limits, bytes: &[u8], lengths: &[usize]) -> Result<(), TestCaseError> {
    let (said, read) = read_pieces(limits, pieces(bytes, lengths));
    prop_assert_eq!((said, reference::without_text(read)), reference::read(limits, bytes));
    prop_assert_eq!(read, read_pieces(limits, [bytes]).1);
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_read_as_the_reference_reads_them_in_any_pieces(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        lengths in lengths(),
        limits in limits(),
    ) {
        compare(limits, &bytes, &lengths)?;
    }

    #[test]
    fn a_valid_conversation_is_read_in_any_pieces(
        acts in prop::collection::vec(act(), 0..6),
        lengths in lengths(),
    ) {
        let (bytes, said) = conversation(&acts);
        let (out, read) = read_pieces(ECHO, pieces(&bytes, &lengths));
        prop_assert_eq!(read, Ok(()));
        prop_assert_eq!(out, said);
    }

    #[test]
    fn a_spoilt_conversation_is_read_as_the_reference_reads_it_in_any_pieces(
        acts in prop::collection::vec(act(), 1..6),
        at in any::<prop::sample::Index>(),
        flip in any::<u8>(),
        end in any::<prop::sample::Index>(),
        lengths in lengths(),
        limits in limits(),
    ) {
        let (mut bytes, _) = conversation(&acts);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        bytes.truncate(end.index(bytes.len()) + 1);
        compare(limits, &bytes, &lengths)?;
    }
}
