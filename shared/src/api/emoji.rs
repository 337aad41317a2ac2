//! The table of all emoji: their names, their groups, and how one takes a skin tone.

use crate::json::Wire;
use serde::{Deserialize, Serialize};

/// `GET /api/emoji`: every emoji that can be written or reacted with, in Unicode's own order. Those
/// with a skin tone are not listed: [`with_tone`] makes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EmojiTable {
    /// The emoji.
    pub emoji: Vec<Emoji>,
}

/// One emoji.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Emoji {
    /// The emoji itself, without a skin tone.
    pub emoji: String,
    /// What Unicode calls it, in English.
    pub name: String,
    /// The words that people know it by, between colons: `thumbsup` for `:thumbsup:`. The usual one
    /// first; every emoji has at least one.
    pub shortcodes: Vec<String>,
    /// The group that it is shown in.
    pub group: EmojiGroup,
    /// Whether it takes a skin tone.
    pub tones: bool,
}

/// The groups of emoji, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EmojiGroup {
    /// Faces, hearts and feelings.
    SmileysAndEmotion,
    /// People, hands and what people do.
    PeopleAndBody,
    /// Animals, plants and weather.
    AnimalsAndNature,
    /// What is eaten and drunk.
    FoodAndDrink,
    /// Places, vehicles, time.
    TravelAndPlaces,
    /// Sports, games, art.
    Activities,
    /// Things.
    Objects,
    /// Signs.
    Symbols,
    /// Flags.
    Flags,
}

impl EmojiGroup {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::SmileysAndEmotion,
        Self::PeopleAndBody,
        Self::AnimalsAndNature,
        Self::FoodAndDrink,
        Self::TravelAndPlaces,
        Self::Activities,
        Self::Objects,
        Self::Symbols,
        Self::Flags,
    ];
}

/// How many skin tones there are, from light (1) to dark (5); 0 is none.
pub const TONES: u8 = 5;

/// An emoji that takes a skin tone, in this one: 1 to 5 from light to dark; any other number gives
/// the emoji as it is. Where several people are in it, all have the same.
pub fn with_tone(emoji: &str, tone: u8) -> String {
    let tone = match tone {
        1..=TONES => char::from_u32(0x1f3fa + u32::from(tone)),
        _ => None,
    };
    let Some(tone) = tone else { return emoji.to_owned() };
    let mut out = String::with_capacity(emoji.len() + 8);
    let mut chars = emoji.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        out.push(c);
        // The first sign is toned, and after it every further person or hand.
        if at == 0 || matches!(c, '🧑' | '👩' | '👨' | '🫲') {
            out.push(tone);
            // What asks for a picture is not written where a tone says so already.
            chars.next_if(|(_, next)| *next == '\u{fe0f}');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_stands_right_after_what_it_colours() {
        assert_eq!(with_tone("👍", 0), "👍");
        assert_eq!(with_tone("👍", 3), "👍🏽");
        assert_eq!(with_tone("✌️", 1), "✌🏻");
        assert_eq!(with_tone("👩‍🚀", 5), "👩🏿‍🚀");
        assert_eq!(with_tone("🕵️‍♀️", 2), "🕵🏼‍♀️");
        assert_eq!(with_tone("🧑‍🤝‍🧑", 4), "🧑🏾‍🤝‍🧑🏾");
    }
}
