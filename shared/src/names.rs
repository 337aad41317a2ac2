//! What a name, a text, a nonce and an emoji may be. Pure rules, checked by the page as one types
//! and by the server for certain. Whether a name is *taken* (case folded, NFKC, look-alikes) only
//! the server can say.

use crate::limits::{
    CHANNEL_NAME_MAX_CHARS, DISPLAY_NAME_MAX_CHARS, EMOJI_MAX_BYTES, MESSAGE_MAX_BYTES,
    NONCE_MAX_CHARS, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS, REASON_MAX_CHARS, TOPIC_MAX_CHARS,
    USERNAME_MAX_CHARS,
};

/// Why a name or a text is refused: a sentence for the person who wrote it.
pub type Refusal = &'static str;

/// The user name without blanks around it, or why it can't be one: 1 to 64 characters, no control
/// or invisible ones, and single blanks only between words.
pub fn username(text: &str) -> Result<&str, Refusal> {
    let name = one_line(text, USERNAME_MAX_CHARS)?;
    if name.starts_with(['@', '#', '/', ':']) {
        return Err("can't start with @, #, / or :");
    }
    if !name.chars().any(char::is_alphanumeric) {
        return Err("needs at least one letter or digit");
    }
    if MENTIONS_ALL.iter().any(|word| name.eq_ignore_ascii_case(word)) {
        return Err("is a word that mentions everyone");
    }
    Ok(name)
}

/// After an `@`: every member of the channel, and those who are online.
pub const MENTIONS_ALL: [&str; 2] = ["channel", "here"];

/// The display name without blanks around it, or why it can't be one: 1 to 80 characters.
pub fn display_name(text: &str) -> Result<&str, Refusal> {
    one_line(text, DISPLAY_NAME_MAX_CHARS)
}

/// The channel's name without blanks around it, or why it can't be one: 1 to 80 characters.
pub fn channel_name(text: &str) -> Result<&str, Refusal> {
    let name = one_line(text, CHANNEL_NAME_MAX_CHARS)?;
    Ok(name)
}

/// The topic without blanks around it, or why it can't be one: up to 250 characters, or empty.
pub fn topic(text: &str) -> Result<&str, Refusal> {
    if text.trim().is_empty() { Ok("") } else { one_line(text, TOPIC_MAX_CHARS) }
}

/// The reason of a ban without blanks around it, or why it can't be one: up to 250 characters, or
/// empty.
pub fn reason(text: &str) -> Result<&str, Refusal> {
    if text.trim().is_empty() { Ok("") } else { one_line(text, REASON_MAX_CHARS) }
}

/// Whether a password can be set: 8 characters to 1,024 bytes.
pub fn password(text: &str) -> Result<(), Refusal> {
    if text.chars().take(PASSWORD_MIN_CHARS).count() < PASSWORD_MIN_CHARS {
        return Err("needs at least 8 characters");
    }
    if text.len() > PASSWORD_MAX_BYTES {
        return Err("is longer than 1,024 bytes");
    }
    Ok(())
}

/// Whether a text can be a chat message: not blank, at most 64 KiB, no NUL.
pub fn message(text: &str) -> Result<(), Refusal> {
    if text.len() > MESSAGE_MAX_BYTES {
        return Err("is longer than 65,536 bytes");
    }
    if text.contains('\0') {
        return Err("holds a NUL character");
    }
    if text.chars().all(|c| c.is_whitespace() || invisible(c)) {
        return Err("is empty");
    }
    Ok(())
}

/// Whether a text can be a nonce: 1 to 64 visible ASCII characters.
pub fn nonce(text: &str) -> Result<(), Refusal> {
    let fits = (1..=NONCE_MAX_CHARS).contains(&text.len());
    if fits && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(())
    } else {
        Err("must be 1 to 64 visible ASCII characters")
    }
}

/// Whether a text can be a reaction: one emoji of at most 64 bytes, letters and blanks refused.
pub fn emoji(text: &str) -> Result<(), Refusal> {
    let fits = (1..=EMOJI_MAX_BYTES).contains(&text.len());
    // Digits, # and * are emoji only as keycaps, which end in U+20E3.
    let keycap = text.ends_with('\u{20e3}');
    let drawn = |c: char| match c {
        '0'..='9' | '#' | '*' => keycap,
        '\u{200d}' | '\u{fe0f}' | '\u{20e3}' | '\u{e0020}'..='\u{e007f}' => true,
        _ => !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace() && !c.is_control(),
    };
    // These count as letters in Unicode, and are emoji all the same.
    let letters = ["ℹ", "Ⓜ", "㊗", "㊙", "🅰", "🅱", "🅾", "🅿"];
    let letter_like = letters.contains(&text.trim_end_matches('\u{fe0f}'));
    let visible = text.chars().any(|c| !invisible(c) && c != '\u{fe0f}');
    if fits && visible && (letter_like || text.chars().all(drawn)) {
        Ok(())
    } else {
        Err("must be one emoji")
    }
}

fn one_line(text: &str, max_chars: usize) -> Result<&str, Refusal> {
    let name = text.trim();
    if name.chars().all(invisible) {
        return Err("is blank");
    }
    if name.chars().take(max_chars + 1).count() > max_chars {
        return Err(match max_chars {
            USERNAME_MAX_CHARS => "is longer than 64 characters",
            TOPIC_MAX_CHARS => "is longer than 250 characters",
            _ => "is longer than 80 characters",
        });
    }
    if name.chars().any(|c| c.is_control() || invisible(c)) {
        return Err("holds a control or invisible character");
    }
    let mut before = 'a';
    for c in name.chars() {
        if c.is_whitespace() && (c != ' ' || before == ' ') {
            return Err("holds blanks other than single spaces between words");
        }
        before = c;
    }
    Ok(name)
}

/// Characters that draw nothing and could hide in a name: zero-width and joining marks, soft
/// hyphen, direction marks, fillers, tags and byte-order marks.
fn invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_everywhere_are_taken() {
        for name in ["ada", "Mira Okafor", "愛子", "josé.m-2", "o_o7", "Ångström", "  ada "] {
            assert!(username(name).is_ok(), "{name}");
        }
        assert_eq!(username("  ada "), Ok("ada"));
    }

    #[test]
    fn names_that_deceive_are_refused() {
        for name in [
            "",
            "   ",
            "\u{200b}",
            "a\u{200b}da",
            "a\u{202e}da",
            "a  b",
            "a\tb",
            "@ada",
            "#a",
            "...",
        ] {
            assert!(username(name).is_err(), "{name:?}");
        }
        assert!(username(&"x".repeat(64)).is_ok());
        assert_eq!(username(&"x".repeat(65)), Err("is longer than 64 characters"));
    }

    #[test]
    fn a_message_is_bounded_in_bytes() {
        assert!(message(&"é".repeat(MESSAGE_MAX_BYTES / 2)).is_ok());
        assert!(message(&format!("{}x", "é".repeat(MESSAGE_MAX_BYTES / 2))).is_err());
        assert_eq!(message(" \n\u{200b}"), Err("is empty"));
    }

    #[test]
    fn a_nonce_is_short_visible_ascii() {
        assert!(nonce("0198c0de-0000-7000-8000-000000000000").is_ok());
        for bad in ["", "a b", "é", &"x".repeat(65)] {
            assert!(nonce(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reactions_are_emoji_and_nothing_else() {
        for good in ["👍", "❤️", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "ℹ️", "🇩🇪", "👍🏽", "🅰️"]
        {
            assert!(emoji(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "1", "👍a", " ", "\u{200d}", "\u{fe0f}", "<b>", "é"] {
            assert!(emoji(bad).is_err(), "{bad:?}");
        }
    }
}
