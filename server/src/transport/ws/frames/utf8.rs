//! Text that comes in pieces, which may end inside a character. What can't become valid any more is
//! told at once.

/// The bytes are not UTF-8, and no further byte can make them so.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotUtf8;

/// A text that is not complete. Each byte is checked once.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Its whole characters.
    whole: String,
    /// The first bytes of a character whose other bytes have not come; the first `begun_len` count.
    begun: [u8; 3],
    begun_len: u8,
}

impl Text {
    /// Its length so far, in bytes.
    pub(super) fn len(&self) -> usize {
        self.whole.len() + usize::from(self.begun_len)
    }

    /// The bytes that it has room for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.whole.capacity()
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// When the text can't become valid any more.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), NotUtf8> {
        while self.begun_len > 0
            && let Some((next, rest)) = bytes.split_first()
        {
            self.push_to_begun(*next)?;
            bytes = rest;
        }
        let (whole, begun) = bytes.split_at(bytes.len() - begun_len(bytes));
        self.whole.push_str(std::str::from_utf8(whole).map_err(|_| NotUtf8)?);
        begun.iter().try_for_each(|next| self.push_to_begun(*next))
    }

    /// The text.
    ///
    /// # Errors
    /// When it ends inside a character.
    pub(super) fn finish(self) -> Result<String, NotUtf8> {
        if self.begun_len == 0 { Ok(self.whole) } else { Err(NotUtf8) }
    }

    fn push_to_begun(&mut self, next: u8) -> Result<(), NotUtf8> {
        let held = usize::from(self.begun_len);
        let mut character = [0; 4];
        character[..held].copy_from_slice(&self.begun[..held]);
        character[held] = next;
        match std::str::from_utf8(&character[..=held]) {
            Ok(whole) => {
                self.whole.push_str(whole);
                self.begun_len = 0;
            }
            // Four bytes are a character or an error, so that three are the most that can be begun.
            Err(e) if e.error_len().is_none() => {
                self.begun[held] = next;
                self.begun_len += 1;
            }
            Err(_) => return Err(NotUtf8),
        }
        Ok(())
    }
}

/// How many bytes at the end begin a character that needs more: 0 to 3. What is before them is
/// whole, if it is valid at all.
fn begun_len(bytes: &[u8]) -> usize {
    for (back, byte) in (1..=3).zip(bytes.iter().rev()) {
        let needed = match byte {
            0x80..=0xBF => continue,
            0xF0..=0xFF => 4,
            0xE0..=0xEF => 3,
            0xC0..=0xDF => 2,
            0x00..=0x7F => 1,
        };
        return if needed > back { back } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> Result<String, NotUtf8> {
        let mut text = Text::default();
        pieces.iter().try_for_each(|piece| text.push(piece))?;
        text.finish()
    }

    #[test]
    fn characters_may_be_cut_anywhere() {
        let text = "a\u{e9}\u{20ac}\u{1f44b}\u{10ffff}z";
        for at in 0..=text.len() {
            for to in at..=text.len() {
                let (first, rest) = text.as_bytes().split_at(to);
                let (first, second) = first.split_at(at);
                assert_eq!(read(&[first, second, rest]).as_deref(), Ok(text));
            }
        }
    }

    #[test]
    fn what_can_not_become_valid_is_told_at_once() {
        for (held, next) in [
            (&b""[..], 0x80),     // a continuation of nothing
            (b"", 0xC0),          // longer than needed, whatever follows
            (b"", 0xF5),          // past the last character, whatever follows
            (b"\xE0", 0x80),      // longer than needed
            (b"\xED", 0xA0),      // a surrogate
            (b"\xF0", 0x8F),      // longer than needed
            (b"\xF4", 0x90),      // past the last character
            (b"\xF0\x9F\x91", 0), // cut short by another
        ] {
            let mut text = Text::default();
            assert_eq!(text.push(held), Ok(()), "{held:x?}");
            assert_eq!(text.push(&[next]), Err(NotUtf8), "{held:x?} {next:x}");
        }
    }

    #[test]
    fn a_text_that_ends_inside_a_character_is_refused_at_its_end() {
        let mut text = Text::default();
        assert_eq!(text.push(b"abc\xF0\x9F\x91"), Ok(()));
        assert_eq!(text.len(), 6);
        assert_eq!(text.finish(), Err(NotUtf8));
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged_as_std_judges_the_whole(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..12),
                any::<String>().prop_map(String::into_bytes),
            ],
            cut in any::<prop::sample::Index>(),
        ) {
            let at = cut.index(bytes.len() + 1);
            let (first, second) = bytes.split_at(at);
            let mut text = Text::default();
            let pushed = text.push(first);
            let hopeless = |bytes| {
                std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_some())
            };
            prop_assert_eq!(pushed.is_err(), hopeless(first));
            if pushed.is_ok() {
                prop_assert_eq!(text.len(), first.len());
                prop_assert_eq!(read(&[first, second]).ok(), String::from_utf8(bytes).ok());
            }
        }
    }
}
