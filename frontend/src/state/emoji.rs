//! Finding emoji by their names, and which were used last. The table is the server's; fetching it is
//! `commands/emoji.rs`', drawing it `components/emoji.rs`'.

use super::completion::fit_small;
use super::order::by_text;
use super::text::lower;
use shared::api::emoji::{Emoji, with_tone};
use std::sync::Arc;

/// Most emoji that are remembered as used.
pub const RECENT_MAX: usize = 24;

/// Where the table is.
#[derive(Debug, Clone, Default)]
pub enum Table {
    /// Nobody has asked for it.
    #[default]
    Absent,
    /// The server is being asked.
    Asked,
    /// The server did not answer.
    Failed,
    /// Here.
    Here(Arc<Vec<Emoji>>),
}

/// The emoji: the table, and what this browser remembers.
#[derive(Debug, Clone, Default)]
pub struct Emojis {
    /// The table.
    pub table: Table,
    /// The skin tone that is chosen: 0 for none, then 1 to 5 from light to dark.
    pub tone: u8,
    /// Those that were used last, the newest first.
    pub recent: Vec<String>,
}

impl Emojis {
    /// The table, once it is here. A handle: it copies nothing.
    pub fn here(&self) -> Option<Arc<Vec<Emoji>>> {
        match &self.table {
            Table::Here(table) => Some(table.clone()),
            Table::Absent | Table::Asked | Table::Failed => None,
        }
    }

    /// An emoji of the table in the chosen skin tone.
    pub fn toned(&self, emoji: &Emoji) -> String {
        with_tone(&emoji.emoji, if emoji.tones { self.tone } else { 0 })
    }
}

/// The emoji whose shortcodes or names fit what was typed, best first, by their places in the table.
pub fn find(table: &[Emoji], query: &str) -> Vec<usize> {
    let query = lower(query.trim().trim_matches(':'));
    if query.is_empty() {
        return Vec::new();
    }
    let code = query.replace(' ', "_");
    let rank = |known: &Emoji| {
        let codes = known.shortcodes.iter().filter_map(|known| {
            let fit = fit_small(known, &code)?;
            let mut rank = fit.to_string();
            if fit == 1 {
                // Of what begins alike, the shorter is the nearer.
                rank.push_str(&known.len().saturating_sub(code.len()).min(9).to_string());
            }
            Some(rank)
        });
        let name = known.name.to_ascii_lowercase();
        let by_name = fit_small(&name, &query).map(|_| "3".to_owned());
        codes.min().or(by_name)
    };
    let ranked = table.iter().enumerate();
    let ranked = ranked.filter_map(|(at, known)| Some((rank(known)?, at))).collect();
    by_text(ranked, |(rank, _): &(String, usize)| rank.clone()).into_iter().map(|r| r.1).collect()
}

/// The emoji with just this shortcode.
pub fn by_shortcode<'a>(table: &'a [Emoji], code: &str) -> Option<&'a Emoji> {
    table.iter().find(|known| known.shortcodes.iter().any(|known| known == code))
}

/// The place in the table of the emoji that this is, whatever its skin tone.
pub fn known(table: &[Emoji], emoji: &str) -> Option<usize> {
    let plain = plain(emoji);
    table.iter().position(|known| self::plain(&known.emoji) == plain)
}

fn plain(emoji: &str) -> String {
    emoji.chars().filter(|c| !matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')).collect()
}

/// The emoji that were used last, with this one as the newest.
pub fn used(recent: Vec<String>, emoji: &str) -> Vec<String> {
    let others = recent.into_iter().filter(|known| known != emoji);
    std::iter::once(emoji.to_owned()).chain(others).take(RECENT_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::api::emoji::EmojiGroup;

    fn table() -> Vec<Emoji> {
        let known = [
            ("😄", "grinning face with smiling eyes", &["smile"][..]),
            ("😃", "grinning face with big eyes", &["smiley"]),
            ("🙂", "slightly smiling face", &["slightly_smiling_face"]),
            ("👍", "thumbs up", &["+1", "thumbsup"]),
            ("✌️", "victory hand", &["v"]),
        ];
        let known = known.into_iter().map(|(emoji, name, codes)| Emoji {
            emoji: emoji.to_owned(),
            name: name.to_owned(),
            shortcodes: codes.iter().map(|code| (*code).to_owned()).collect(),
            group: EmojiGroup::SmileysAndEmotion,
            tones: true,
        });
        known.collect()
    }

    fn found(query: &str) -> Vec<String> {
        let table = table();
        find(&table, query).into_iter().map(|at| table[at].emoji.clone()).collect()
    }

    #[test]
    fn the_nearest_shortcode_comes_first_and_names_after_it() {
        assert_eq!(found("smile"), ["😄", "😃"]);
        assert_eq!(found("smi"), ["😄", "😃", "🙂"]);
        assert_eq!(found("thumbs up"), ["👍"]);
        assert_eq!(found(":+1:"), ["👍"]);
        assert_eq!(found("Eyes"), ["😄", "😃"]);
        assert!(found("").is_empty() && found("zzz").is_empty());
    }

    #[test]
    fn an_emoji_is_known_in_any_tone() {
        let table = table();
        assert_eq!(known(&table, "👍🏽"), Some(3));
        assert_eq!(known(&table, "✌🏽"), Some(4));
        assert_eq!(known(&table, "🫠"), None);
        assert_eq!(by_shortcode(&table, "v").map(|known| known.emoji.as_str()), Some("✌️"));
    }

    #[test]
    fn what_was_used_last_is_first_and_there_once() {
        let recent = used(used(used(Vec::new(), "a"), "b"), "a");
        assert_eq!(recent, ["a", "b"]);
        let many = (0..40).fold(recent, |recent, n| used(recent, &n.to_string()));
        assert_eq!((many.len(), many[0].as_str()), (RECENT_MAX, "39"));
    }
}
