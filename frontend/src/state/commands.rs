//! What is written with a slash at its start: the commands, and what a text means. Doing it is
//! `commands/slash.rs`'.

use shared::{ChannelKind, names};

/// A command, as people are told about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Its word, without the slash.
    pub word: &'static str,
    /// What is written after it.
    pub then: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// All commands, in the order in which they are shown.
pub const COMMANDS: [Usage; 6] = [
    Usage { word: "me", then: "what you do", does: "Say what you do" },
    Usage {
        word: "topic",
        then: "what it is about",
        does: "Set the topic; without one, remove it",
    },
    Usage { word: "invite", then: "@name @name", does: "Add people to this channel" },
    Usage { word: "rename", then: "new name", does: "Give this channel another name" },
    Usage { word: "leave", then: "", does: "Leave this channel" },
    Usage { word: "help", then: "", does: "Show all commands" },
];

/// What a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A message.
    Text(String),
    /// A message that tells what the user does.
    Action(String),
    /// Set the channel's topic; an empty one removes it.
    Topic(String),
    /// Add the people of these names.
    Invite(Vec<String>),
    /// Give the channel this name.
    Rename(String),
    /// Leave the channel.
    Leave,
    /// Show all commands.
    Help,
}

/// What a text means, or why it can't be done: a sentence for the person who wrote it. Two slashes
/// at the start are one that is meant as text.
pub fn parse(text: &str) -> Result<Meaning, String> {
    let Some(rest) = text.strip_prefix('/') else { return Ok(Meaning::Text(text.to_owned())) };
    if rest.starts_with('/') {
        return Ok(Meaning::Text(rest.to_owned()));
    }
    let (word, then) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if word.is_empty() {
        return Ok(Meaning::Text(text.to_owned()));
    }
    let then = then.trim();
    let takes = |ok: bool, why: &str| if ok { Ok(()) } else { Err(why.to_owned()) };
    let nothing = ["/", word, " takes nothing after it."].concat();
    Ok(match word.to_ascii_lowercase().as_str() {
        "me" => {
            takes(!then.is_empty(), "Write what you do after it: /me waves")?;
            Meaning::Action(then.to_owned())
        }
        "topic" => {
            let topic = names::topic(then).map_err(|why| ["The topic ", why, "."].concat())?;
            Meaning::Topic(topic.to_owned())
        }
        "rename" => {
            takes(!then.is_empty(), "Write the new name after it: /rename tea-room")?;
            let name = names::channel_name(then).map_err(|why| ["The name ", why, "."].concat())?;
            Meaning::Rename(name.to_owned())
        }
        "invite" => {
            let names = people(then);
            takes(!names.is_empty(), "Write whom to add after it: /invite @ada @mira")?;
            Meaning::Invite(names)
        }
        "leave" => {
            takes(then.is_empty(), &nothing)?;
            Meaning::Leave
        }
        "help" => {
            takes(then.is_empty(), &nothing)?;
            Meaning::Help
        }
        _ => {
            let why = [
                "There is no command /",
                word,
                ". /help shows all; begin with // to send it as text.",
            ];
            return Err(why.concat());
        }
    })
}

/// Names after `@`s, which may hold blanks; without any `@` it is one name.
fn people(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let next = rest
            .match_indices('@')
            .map(|(at, _)| at)
            .find(|at| *at > 0 && rest[..*at].ends_with(|c: char| c.is_whitespace() || c == ','));
        let (one, more) = rest.split_at(next.unwrap_or(rest.len()));
        let name =
            one.trim_start_matches('@').trim_matches(|c: char| c.is_whitespace() || c == ',');
        if !name.is_empty() {
            names.push(name.to_owned());
        }
        rest = more;
    }
    names
}

/// Whether this can be done in a channel of this kind; otherwise why not, and what can.
pub fn possible(meaning: &Meaning, kind: ChannelKind) -> Result<(), &'static str> {
    let room = kind == ChannelKind::Room;
    let pair = kind == ChannelKind::Direct;
    match meaning {
        Meaning::Topic(_) if !room => Err("A conversation has no topic. Channels do."),
        Meaning::Rename(_) if !room => Err("A conversation is named after the people in it."),
        Meaning::Invite(_) if pair => {
            Err("Nobody can be added to a conversation of two. Create a channel for more people.")
        }
        Meaning::Leave if pair => Err("A conversation of two can't be left."),
        _ => Ok(()),
    }
}

/// A text as it is typed so that it means itself.
pub fn typed(text: &str, action: bool) -> String {
    if action {
        return ["/me ", text].concat();
    }
    let slash = if text.starts_with('/') { "/" } else { "" };
    [slash, text].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_a_slash_at_its_start_is_a_message() {
        for (written, sent) in [
            ("hello", "hello"),
            ("a /me b", "a /me b"),
            (" /me b", " /me b"),
            ("//topic", "/topic"),
            ("///", "//"),
            ("/", "/"),
            ("/ or", "/ or"),
            ("", ""),
        ] {
            assert_eq!(parse(written), Ok(Meaning::Text(sent.to_owned())), "{written:?}");
        }
    }

    #[test]
    fn each_command_is_read_with_what_follows_it() {
        let text = |text: &str| text.to_owned();
        assert_eq!(parse("/me waves "), Ok(Meaning::Action(text("waves"))));
        assert_eq!(parse("/ME waves\nand goes"), Ok(Meaning::Action(text("waves\nand goes"))));
        assert_eq!(parse("/topic Tea  "), Ok(Meaning::Topic(text("Tea"))));
        assert_eq!(parse("/topic"), Ok(Meaning::Topic(text(""))));
        assert_eq!(parse("/rename tea room"), Ok(Meaning::Rename(text("tea room"))));
        assert_eq!(parse("/leave "), Ok(Meaning::Leave));
        assert_eq!(parse("/help"), Ok(Meaning::Help));
    }

    #[test]
    fn people_are_invited_by_names_of_one_and_more_words() {
        let names = |text: &str| match parse(text) {
            Ok(Meaning::Invite(names)) => names,
            other => panic!("{other:?}"),
        };
        assert_eq!(names("/invite @ada"), ["ada"]);
        assert_eq!(names("/invite @Mira Okafor, @bob"), ["Mira Okafor", "bob"]);
        assert_eq!(names("/invite bob"), ["bob"]);
        assert_eq!(names("/invite @a@b @愛子"), ["a@b", "愛子"]);
    }

    #[test]
    fn what_can_not_be_done_is_told_with_what_can() {
        for (text, says) in [
            ("/nothing", "There is no command /nothing."),
            ("/usr/bin x", "no command /usr/bin."),
            ("/me", "/me waves"),
            ("/me  ", "/me waves"),
            ("/invite @", "/invite @ada"),
            ("/rename", "/rename tea-room"),
            ("/leave now", "takes nothing"),
            ("/help me", "takes nothing"),
            (&["/topic ", &"x".repeat(251)].concat(), "longer than"),
        ] {
            let why = parse(text).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
    }

    #[test]
    fn a_conversation_has_no_topic_and_is_not_left() {
        let topic = Meaning::Topic("x".to_owned());
        assert!(possible(&topic, ChannelKind::Room).is_ok());
        assert!(possible(&topic, ChannelKind::Group).is_err());
        assert!(possible(&Meaning::Leave, ChannelKind::Group).is_ok());
        assert!(possible(&Meaning::Leave, ChannelKind::Direct).is_err());
        assert!(possible(&Meaning::Text("x".to_owned()), ChannelKind::Direct).is_ok());
    }

    #[test]
    fn what_was_not_sent_comes_back_as_it_was_typed() {
        assert_eq!(parse(&typed("/etc", false)), Ok(Meaning::Text("/etc".to_owned())));
        assert_eq!(parse(&typed("waves", true)), Ok(Meaning::Action("waves".to_owned())));
        assert_eq!(typed("hello", false), "hello");
    }

    #[test]
    fn every_command_that_is_shown_is_one() {
        for usage in COMMANDS {
            let example = ["/", usage.word, " ", usage.then].concat();
            assert!(parse(&example).is_ok(), "{example}");
        }
    }
}
