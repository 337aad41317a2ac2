//! What waits, is sent, fails and is sent again.

use super::*;

fn channel(n: u8) -> ChannelId {
    format!("00000000-0000-0000-0000-0000000000{n:02}").parse().unwrap()
}

fn entry(nonce: &str, n: u8) -> Entry {
    Entry {
        nonce: nonce.to_owned(),
        channel_id: channel(n),
        message: nonce.to_owned(),
        reply_to: None,
        thread_root: None,
        also_in_channel: false,
        action: false,
        attachment_ids: Vec::new(),
        created: 0,
        attempts: 0,
        state: SendState::Queued { not_before: 0 },
    }
}

fn nonces(frames: &[Send]) -> Vec<&str> {
    frames.iter().filter_map(|frame| frame.nonce.as_deref()).collect()
}

fn filled(entries: &[(&str, u8)]) -> Outbox {
    let mut outbox = Outbox::default();
    for (nonce, n) in entries {
        outbox.push(entry(nonce, *n)).unwrap();
    }
    outbox
}

#[test]
fn messages_of_a_channel_go_one_after_the_other() {
    let mut outbox = filled(&[("a", 1), ("b", 1), ("c", 2)]);
    assert_eq!(nonces(&outbox.due(0)), ["a", "c"]);
    assert!(outbox.due(1).is_empty());
    outbox.acked("a", 7);
    assert_eq!(nonces(&outbox.due(2)), ["b"]);
}

#[test]
fn a_broken_line_sends_the_same_nonce_again_in_order() {
    let mut outbox = filled(&[("a", 1), ("b", 1)]);
    outbox.due(0);
    outbox.disconnected();
    assert_eq!(nonces(&outbox.due(5)), ["a"]);
    assert_eq!(outbox.get("a").unwrap().attempts, 2);
}

#[test]
fn a_slow_down_is_obeyed_and_keeps_the_order() {
    let mut outbox = filled(&[("a", 1), ("b", 1)]);
    outbox.due(0);
    outbox.rejected("a", ErrorCode::RateLimited, "slow down", Some(1_500), 100);
    assert!(outbox.due(1_000).is_empty());
    assert_eq!(outbox.next_due(), Some(1_600));
    assert_eq!(nonces(&outbox.due(1_600)), ["a"]);
}

#[test]
fn a_refusal_is_shown_and_the_next_one_goes_on() {
    let mut outbox = filled(&[("a", 1), ("b", 1)]);
    outbox.due(0);
    outbox.rejected("a", ErrorCode::Forbidden, "no", None, 100);
    assert_eq!(nonces(&outbox.due(100)), ["b"]);
    assert_eq!((outbox.waiting(), outbox.failed()), (1, 1));
    outbox.retry("a");
    outbox.acked("b", 9);
    assert_eq!(nonces(&outbox.due(101)), ["a"]);
}

#[test]
fn an_entry_survives_a_closed_tab_and_a_refusal_stays_one() {
    let mut outbox = filled(&[("a", 1), ("b", 1)]);
    outbox.due(0);
    outbox.rejected("a", ErrorCode::Forbidden, "no", None, 0);
    let saved: Vec<_> = outbox.of(channel(1), None).map(Entry::to_lines).collect();
    let restored: Vec<_> = saved.iter().filter_map(|text| Entry::from_lines(text)).collect();
    assert_eq!(restored[0].state, SendState::Failed { why: "no".to_owned() });
    assert_eq!(restored[1].state, SendState::Queued { not_before: 0 });
    for broken in ["", "{}", "a\nb", &saved[0].replacen('\n', "", 1)] {
        assert_eq!(Entry::from_lines(broken), None, "{broken}");
    }
}

#[test]
fn a_text_of_many_lines_is_kept_as_it_is() {
    let mut written = entry("a", 1);
    written.message = "\n one\n\ntwo\n".to_owned();
    written.reply_to = "00000000-0000-0000-0000-000000000007".parse().ok();
    let earlier = written.to_lines().replace("||||", "");
    assert_eq!(Entry::from_lines(&earlier).as_ref(), Some(&written));
    written.thread_root = written.reply_to;
    written.also_in_channel = true;
    written.attachment_ids = vec!["00000000-0000-0000-0000-000000000008".parse().unwrap()];
    assert_eq!(Entry::from_lines(&written.to_lines()), Some(written));
}

#[test]
fn an_acknowledged_entry_stays_visible_until_its_message_is_known() {
    let mut outbox = filled(&[("a", 1)]);
    outbox.due(0);
    assert!(outbox.acked("a", 5));
    outbox.settle(channel(1), 4);
    assert!(outbox.get("a").is_some());
    outbox.settle(channel(1), 5);
    assert!(outbox.get("a").is_none());
    assert!(!outbox.acked("a", 5));
}

#[test]
fn the_outbox_is_bounded() {
    let mut outbox = Outbox::default();
    for n in 0..OUTBOX_MAX {
        outbox.push(entry(&n.to_string(), 1)).unwrap();
    }
    assert!(outbox.push(entry("x", 1)).is_err());
}
