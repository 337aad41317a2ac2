//! That events fold into the state that is fetched.

use super::*;
use crate::{ChannelId, Edited, Member, Message, Reacted, Timestamp, UserId};
use uuid::Uuid;

const CHANNEL: ChannelId = ChannelId(Uuid::nil());
const USER: UserId = UserId(Uuid::max());

fn id(n: u64) -> MessageId {
    MessageId(Uuid::from_u128(u128::from(n)))
}

fn sent(seq: Seq) -> ChannelEvent {
    ChannelEvent::Message(Message {
        channel_id: CHANNEL,
        seq,
        message_id: id(seq),
        user_id: USER,
        nonce: seq.to_string(),
        sent_at: Timestamp(0),
        message: seq.to_string(),
        html: None,
        reply_to: None,
        thread_root: None,
        also_in_channel: false,
        action: false,
        forwarded: None,
        attachments: Vec::new(),
    })
}

fn edited(seq: Seq, of: Seq, text: &str) -> ChannelEvent {
    ChannelEvent::Edited(Edited {
        channel_id: CHANNEL,
        seq,
        message_id: id(of),
        user_id: USER,
        edited_at: Timestamp(1),
        message: text.to_owned(),
        html: None,
    })
}

fn texts(timeline: &Timeline) -> Vec<&str> {
    timeline.messages().map(|m| m.message.as_str()).collect()
}

#[test]
fn an_event_ahead_waits_until_the_gap_is_filled() {
    let mut timeline = Timeline::new();
    assert_eq!(timeline.apply(sent(1)), Applied::Yes);
    assert_eq!(timeline.apply(sent(3)), Applied::Gap { after: 1 });
    assert_eq!(texts(&timeline), ["1"]);
    assert_eq!(timeline.apply(sent(2)), Applied::Yes);
    assert_eq!(texts(&timeline), ["1", "2", "3"]);
    assert_eq!(timeline.apply(sent(3)), Applied::Known);
}

#[test]
fn an_older_edit_does_not_undo_a_page_that_holds_a_newer_one() {
    let mut timeline = Timeline::new();
    for seq in 1..=2 {
        timeline.apply(sent(seq));
    }
    let mut late = timeline.clone();
    late.apply(edited(3, 1, "a"));
    late.apply(edited(4, 1, "b"));
    let newest = late.message(id(1)).unwrap().clone();
    timeline.prepend(MessagePage {
        messages: vec![newest],
        head_seq: 4,
        has_before: false,
        has_after: true,
    });
    timeline.apply(edited(3, 1, "a"));
    assert_eq!(timeline.message(id(1)).unwrap().message, "b");
}

#[test]
fn a_window_in_history_takes_no_new_messages_but_follows_the_log() {
    let mut timeline = Timeline::new();
    for seq in 1..=4 {
        timeline.apply(sent(seq));
    }
    timeline.trim_after(2);
    assert_eq!(timeline.apply(sent(5)), Applied::Yes);
    assert_eq!(texts(&timeline), ["1", "2"]);
    assert_eq!(timeline.cursor(), 5);
    timeline.apply(edited(6, 2, "two"));
    assert_eq!(texts(&timeline), ["1", "two"]);
}

#[test]
fn a_page_that_was_overtaken_leaves_neither_a_hole_nor_a_stale_message() {
    let mut timeline = Timeline::new();
    for seq in 1..=4 {
        timeline.apply(sent(seq));
    }
    let all: Vec<_> = timeline.messages().cloned().collect();
    timeline.trim_after(2);
    // The page is asked for at head 4; then a message comes, and the page after it.
    timeline.apply(sent(5));
    let page = |head_seq| MessagePage {
        messages: all[2..].to_vec(),
        head_seq,
        has_before: true,
        has_after: false,
    };
    timeline.append(page(4));
    assert_eq!((texts(&timeline), timeline.has_after()), (vec!["1", "2", "3", "4"], true));
    // A page may be ahead of the events, too: an edit that is still on its way is not dropped.
    timeline.append(page(6));
    assert!(!timeline.has_after());
    assert_eq!(timeline.apply(edited(6, 1, "one")), Applied::Yes);
    assert_eq!(timeline.message(id(1)).unwrap().message, "one");
}

#[test]
fn a_reaction_taken_back_by_its_last_user_is_gone() {
    let mut timeline = Timeline::new();
    timeline.apply(sent(1));
    for (seq, on) in [(2, true), (3, true), (4, false)] {
        timeline.apply(ChannelEvent::Reacted(Reacted {
            channel_id: CHANNEL,
            seq,
            message_id: id(1),
            user_id: USER,
            emoji: "👍".to_owned(),
            on,
        }));
        let count = timeline.message(id(1)).unwrap().reactions.len();
        assert_eq!(count, usize::from(on));
    }
}

fn replied(seq: Seq, root: Seq, also_in_channel: bool) -> ChannelEvent {
    let ChannelEvent::Message(message) = sent(seq) else { unreachable!() };
    let thread_root = Some(id(root));
    ChannelEvent::Message(Message { thread_root, also_in_channel, ..message })
}

#[test]
fn a_message_of_a_thread_counts_at_its_root_and_stands_in_the_thread() {
    let (mut channel, mut thread) = (Timeline::new(), Timeline::of_thread(id(1)));
    let deleted = ChannelEvent::Deleted(crate::Deleted {
        channel_id: CHANNEL,
        seq: 5,
        message_id: id(3),
        user_id: USER,
        deleted_at: Timestamp(9),
        thread_root: Some(id(1)),
    });
    let count = |timeline: &Timeline| timeline.message(id(1)).unwrap().reply_count;
    for event in [sent(1), sent(2), replied(3, 1, false), replied(4, 1, true)] {
        channel.apply(event.clone());
        thread.apply(event);
    }
    assert_eq!((texts(&channel), count(&channel)), (vec!["1", "2", "4"], Some(2)));
    assert_eq!((texts(&thread), count(&thread)), (vec!["1", "3", "4"], Some(2)));
    assert_eq!(channel.message(id(1)).unwrap().replier_ids, [USER], "each once");
    channel.apply(deleted.clone());
    thread.apply(deleted);
    assert_eq!((count(&channel), count(&thread)), (Some(1), Some(1)));
    assert_eq!(texts(&thread), ["1", "", "4"]);
}

#[test]
fn an_edit_keeps_the_previews_of_links_that_are_still_there() {
    let preview = |url: &str| Preview {
        url: url.into(),
        title: "t".into(),
        text: None,
        site: None,
        image: None,
        width: None,
        height: None,
    };
    let mut previews = vec![preview("https://a.example/"), preview("https://b.example/")];
    keep_previews(&mut previews, "now only https://b.example/ is meant");
    assert_eq!(previews, [preview("https://b.example/")]);
}

#[test]
fn a_membership_moves_the_cursor_and_nothing_else() {
    let mut timeline = Timeline::new();
    let event = Member { channel_id: CHANNEL, seq: 1, user_id: USER, joined: true };
    assert_eq!(timeline.apply(ChannelEvent::Member(event)), Applied::Yes);
    assert_eq!((timeline.cursor(), timeline.len()), (1, 0));
}
