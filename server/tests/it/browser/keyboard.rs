//! Everything by keyboard alone: signing up, a channel with somebody, writing, editing, reacting.

use super::user_called;
use crate::harness::TestServer;
use crate::harness::browser::Browser;
use fantoccini::key::Key;

#[tokio::test]
async fn a_person_without_a_mouse_does_it_all() {
    let server = TestServer::start().await;
    let bob = server.user("bob").await;
    let ada = Browser::open(&server).await;
    ada.see("form#enter").await;
    ada.tab_to("input[name=username]", false).await;
    ada.press("ada").await;
    ada.tab_to("input[name=password]", false).await;
    ada.press("correct horse").await;
    ada.press_key(Key::Enter).await;
    ada.live().await;
    let ada_id = user_called("ada", &bob).await;

    // A channel with Bob.
    ada.see("button#new-channel").await;
    ada.tab_to("button#new-channel", false).await;
    ada.press_key(Key::Enter).await;
    ada.see("dialog#create-channel").await;
    ada.focus_on("dialog#create-channel input[name=name]").await;
    ada.press("tea").await;
    ada.tab_to("dialog#create-channel input[name=people]", false).await;
    ada.press("bo").await;
    ada.see(&format!("dialog#create-channel [data-user-id=\"{}\"]", bob.id())).await;
    ada.press_key(Key::Enter).await;
    ada.see("dialog#create-channel .token").await;
    ada.tab_to("dialog#create-channel button[type=submit]", false).await;
    ada.press_key(Key::Enter).await;
    ada.focus_on("#composer").await;
    let channel = bob.channels().await[0].clone();
    assert_eq!(channel.user_ids, [ada_id, bob.id()]);

    // Writing, and editing the last.
    ada.press("helo").await;
    ada.press_key(Key::Enter).await;
    ada.row("helo", "sent").await;
    ada.focus_on("#composer").await;
    ada.press_key(Key::Up).await;
    ada.focus_on("textarea[name=edit]").await;
    ada.press(&format!("{}l", char::from(Key::Left))).await;
    ada.press_key(Key::Enter).await;
    assert!(ada.row("hello", "sent").await.edited);

    // To Bob's answer, and a reaction to it.
    bob.say(channel.channel_id, "hi ada").await;
    ada.row("hi ada", "sent").await;
    ada.tab_to("article", true).await;
    ada.press_key(Key::Down).await;
    ada.press("+").await;
    ada.focus_on("[data-react]").await;
    ada.press_key(Key::Enter).await;
    let chip = "return !!document.querySelector('button[data-emoji][aria-pressed=true]')";
    ada.until("the reaction", chip).await;
    assert_eq!(bob.history(channel.channel_id).await[1].reactions.len(), 1);

    // From anywhere back to writing, and around the regions.
    ada.press_key(Key::Escape).await;
    ada.press_key(Key::Escape).await;
    ada.focus_on("#composer").await;
    let mut regions = Vec::new();
    for _ in 0..3 {
        ada.press_key(Key::F6).await;
        let region = "const e = document.activeElement; return e.closest('nav') ? 'channels' : \
                      e.closest('[role=feed]') ? 'feed' : e.closest('form') ? 'composer' : e.outerHTML";
        regions.push(ada.js(region, vec![]).await.as_str().unwrap().to_owned());
    }
    regions.sort_unstable();
    assert_eq!(regions, ["channels", "composer", "feed"]);

    // A dialog gives the focus back to what opened it.
    ada.tab_to("#settings", false).await;
    ada.press_key(Key::Enter).await;
    ada.see("dialog#settings").await;
    ada.press_key(Key::Escape).await;
    ada.focus_on("#settings").await;
    ada.close().await;
}
