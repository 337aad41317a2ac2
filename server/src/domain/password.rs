//! Which passwords are refused because they would be guessed: the common ones, one's own name,
//! Hubbub's, and what fingers type by themselves. There are no rules of composition beside it. How
//! long one is to be is said in `shared::names`, as the page checks that, too.

use super::identity::name_key;
use sha2::{Digest as _, Sha256};

/// Why a password is refused: a sentence for the person who chose it.
pub type Refusal = &'static str;

/// The 10,000 most common passwords of eight characters or more, in small letters: of each the first
/// four bytes of its SHA-256, in order. One in 400,000 other passwords is taken for one of them.
/// Made by `cargo xtask passwords`, which says from what.
const COMMON: &[u8] = include_bytes!("common_passwords.bin");

/// Rows of keys, as fingers run along them.
const ROWS: [&str; 6] =
    ["1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm"];
/// Shortest name that is looked for in a password, in characters.
const NAME_MIN: usize = 3;
/// Longest text that counts as the same few characters when it is repeated.
const UNIT_MAX: usize = 4;
/// Shortest run of neighbours, in characters.
const RUN_MIN: usize = 3;

/// Whether a password may be set by who has these names. It is compared as names are: without regard
/// to case and width.
///
/// # Errors
/// A sentence that says what to do.
pub fn check(password: &str, own: &[&str]) -> Result<(), Refusal> {
    let folded = name_key(password);
    if own.iter().any(|name| is_little_but(&folded, &name_key(name))) {
        return Err("choose another password: this one is little but your own name");
    }
    if is_little_but(&folded, "hubbub") {
        return Err("choose another password: everyone would guess the name of this program");
    }
    let chars: Vec<char> = folded.chars().collect();
    if is_repeated(&chars) {
        return Err("choose another password: this one is the same few characters again and again");
    }
    if is_run(&chars) {
        return Err("choose another password: this one is only keys or letters in their order");
    }
    if is_common(&folded) {
        return Err("choose another password: this one is among the most common");
    }
    Ok(())
}

/// Whether nothing but digits and signs is left of a text without this name, blanks aside.
fn is_little_but(text: &str, name: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (text, name) = (plain(text), plain(name));
    name.chars().count() >= NAME_MIN
        && text.contains(&name)
        && !text.replace(&name, "").chars().any(char::is_alphabetic)
}

fn is_repeated(chars: &[char]) -> bool {
    (1..=UNIT_MAX).any(|unit| {
        chars.len() >= 2 * unit && chars.iter().zip(chars.iter().skip(unit)).all(|(a, b)| a == b)
    })
}

/// The ways in which one goes from a character to the next, among neighbours: a bit for each. In the
/// alphabet `m` comes before `n`, and on the keys after it.
fn ways(from: char, to: char) -> u8 {
    let on = |row: &str| {
        let place = |c| row.chars().position(|key| key == c);
        match (place(from), place(to)) {
            (Some(a), Some(b)) if a + 1 == b => 8,
            (Some(a), Some(b)) if b + 1 == a => 16,
            _ => 0,
        }
    };
    let (a, b) = (u32::from(from), u32::from(to));
    let by_letter = u8::from(a == b) | u8::from(a + 1 == b) << 1 | u8::from(b + 1 == a) << 2;
    ROWS.iter().fold(by_letter, |ways, row| ways | on(row))
}

/// Whether it falls into runs of neighbours, such as `abcd1234` and `qwertzui`.
fn is_run(chars: &[char]) -> bool {
    let mut rest = chars;
    while let [first, more @ ..] = rest {
        let (mut before, mut going, mut run) = (*first, u8::MAX, 1);
        for &next in more {
            going &= ways(before, next);
            if going == 0 {
                break;
            }
            (before, run) = (next, run + 1);
        }
        if run < RUN_MIN {
            return false;
        }
        rest = rest.get(run..).unwrap_or_default();
    }
    true
}

fn is_common(folded: &str) -> bool {
    let digest = Sha256::digest(folded);
    let (known, _) = COMMON.as_chunks::<4>();
    digest.first_chunk::<4>().is_some_and(|short| known.binary_search(short).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<Refusal> {
        check(password, &["ada", "Ada Lovelace"]).err()
    }

    #[test]
    fn what_everyone_would_guess_is_refused() {
        for password in [
            "password",
            "Password",
            "PASSWORD1",
            "ｐａｓｓｗｏｒｄ",
            "iloveyou",
            "sunshine",
            "princess1",
            "trustno1",
            "1q2w3e4r",
            "Passw0rd",
            "12345678",
            "qwertyuiop",
            "abcd1234",
            "QWERTZui",
            "87654321",
            "zxcvbnm1234",
            "aaaaaaaa",
            "abababab",
            "passpass",
            "........",
            "abc123abc123",
            "ada12345",
            "Ada!2024!ada",
            "ada lovelace",
            "AdaLovelace1",
            "hubbub2024",
            "HubbubHubbub!",
        ] {
            assert!(refused(password).is_some(), "{password}");
        }
    }

    #[test]
    fn what_takes_guessing_is_taken_whatever_it_is_made_of() {
        for password in [
            "correct horse",
            "another horse",
            "horse battery",
            "zwölf boxkämpfer",
            "tr0ub4dor&3",
            "in the hubbub of the market",
            "ada likes the analytical engine",
            "愛子の長い合言葉です",
            "jkdfgh skdjf",
            "a1!a1!x9",
            "k7#mQ2pz",
            "drei kleine",
        ] {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[test]
    fn a_short_name_is_looked_for_nowhere() {
        assert_eq!(check("a7!b8!c9", &["a"]), Ok(()));
        assert_eq!(check("bo4711!!", &["bo"]), Ok(()));
    }

    #[test]
    fn the_list_is_whole_and_in_order() {
        let (known, rest) = COMMON.as_chunks::<4>();
        assert_eq!((known.len(), rest.len()), (10_000, 0));
        assert!(known.is_sorted_by(|a, b| a <= b));
    }
}
