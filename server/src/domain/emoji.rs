//! The table of all emoji, made from Unicode's. How one takes a skin tone is `shared`'s, since the
//! page does it; what may be a reaction is `shared::names`'.

use emojis::Group;
use shared::api::emoji::{Emoji, EmojiGroup, EmojiTable};

/// Every emoji, in Unicode's order, those with a skin tone left out.
pub fn table() -> EmojiTable {
    EmojiTable { emoji: emojis::iter().map(emoji).collect() }
}

fn emoji(known: &emojis::Emoji) -> Emoji {
    let mut shortcodes: Vec<String> = known.shortcodes().map(str::to_owned).collect();
    if shortcodes.is_empty() {
        shortcodes.push(shortcode(known.name()));
    }
    Emoji {
        emoji: known.as_str().to_owned(),
        name: known.name().to_owned(),
        shortcodes,
        group: group(known.group()),
        tones: known.skin_tones().is_some(),
    }
}

/// A shortcode for what nobody has given one: the words of its name.
fn shortcode(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

fn group(group: Group) -> EmojiGroup {
    match group {
        Group::SmileysAndEmotion => EmojiGroup::SmileysAndEmotion,
        Group::PeopleAndBody => EmojiGroup::PeopleAndBody,
        Group::AnimalsAndNature => EmojiGroup::AnimalsAndNature,
        Group::FoodAndDrink => EmojiGroup::FoodAndDrink,
        Group::TravelAndPlaces => EmojiGroup::TravelAndPlaces,
        Group::Activities => EmojiGroup::Activities,
        Group::Objects => EmojiGroup::Objects,
        Group::Symbols => EmojiGroup::Symbols,
        Group::Flags => EmojiGroup::Flags,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::api::emoji::{TONES, with_tone};
    use shared::names;
    use std::collections::HashSet;

    #[test]
    fn every_emoji_can_be_a_reaction_in_every_tone() {
        let table = table();
        assert!(table.emoji.len() > 1_800, "{}", table.emoji.len());
        let refused = |emoji: &String| names::emoji(emoji).is_err();
        let plain = table.emoji.iter().map(|known| known.emoji.clone());
        assert_eq!(plain.filter(refused).collect::<Vec<_>>(), [""; 0]);
        let toned = table.emoji.iter().filter(|known| known.tones);
        let toned = toned.flat_map(|known| (1..=TONES).map(|tone| with_tone(&known.emoji, tone)));
        assert_eq!(toned.filter(refused).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn a_tone_makes_the_emoji_that_unicode_has() {
        let toned = table().emoji.into_iter().filter(|known| known.tones);
        let toned = toned.flat_map(|known| (1..=TONES).map(move |tone| (known.clone(), tone)));
        // Fully qualified, and of the same emoji.
        let wrong = toned.filter(|(known, tone)| {
            let toned = with_tone(&known.emoji, *tone);
            emojis::get(&toned).is_none_or(|unicode| {
                let plain = unicode.with_skin_tone(emojis::SkinTone::Default);
                unicode.as_str() != toned || plain.is_none_or(|plain| plain.as_str() != known.emoji)
            })
        });
        assert_eq!(wrong.map(|(known, _)| known.emoji).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn every_emoji_has_a_shortcode_of_its_own() {
        let mut seen = HashSet::new();
        for known in table().emoji {
            assert!(!known.shortcodes.is_empty(), "{known:?}");
            for code in known.shortcodes {
                let fits = |c: char| c.is_alphanumeric() || "_+-".contains(c);
                assert!(code.chars().all(fits), "{code}");
                assert!(seen.insert(code.clone()), "{code} twice");
            }
        }
    }

    #[test]
    fn groups_come_one_after_the_other() {
        let mut groups: Vec<_> = table().emoji.into_iter().map(|known| known.group).collect();
        groups.dedup();
        assert_eq!(groups, EmojiGroup::ALL);
    }
}
