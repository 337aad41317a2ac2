//! What helps people to write: names, rooms, emoji and commands that complete, the choice of emoji,
//! and the commands themselves.

use super::{ada_and_a_script, user_called};
use crate::harness::browser::Browser;
use crate::harness::{Expect, TestServer};
use fantoccini::key::Key;
use serde_json::json;
use shared::{ChannelId, paths};

const OFFERED: &str = ".offers [role=option]";

async fn value(browser: &Browser) -> String {
    let script = "return document.querySelector('#composer').value";
    browser.js(script, vec![]).await.as_str().unwrap_or_default().to_owned()
}

/// Waits until the box holds just this.
async fn holds(browser: &Browser, text: &str) {
    let script = format!("return document.querySelector('#composer').value === {}", json!(text));
    browser.until(&format!("the box to hold {text:?}"), &script).await;
}

/// Empties the box, as a person does.
async fn clear(browser: &Browser) {
    browser.click("#composer").await;
    let select = "document.querySelector('#composer').select()";
    browser.js(select, vec![]).await;
    browser.press_key(Key::Backspace).await;
    holds(browser, "").await;
}

/// Types into the empty box, and waits until this is offered first.
async fn offered_first(browser: &Browser, typed: &str, first: &str) {
    browser.type_in("#composer", typed).await;
    let script = format!(
        "return document.querySelector('{OFFERED}[aria-selected=true] .label')?.innerText === {}",
        json!(first)
    );
    browser.until(&format!("{first:?} to be offered for {typed:?}"), &script).await;
}

async fn nothing_is_offered(browser: &Browser) {
    browser.until("nothing to be offered", "return !document.querySelector('.offers')").await;
}

#[tokio::test]
async fn names_rooms_emoji_and_commands_complete_by_keyboard() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let mira = server.user("mira okafor").await;
    server.user("milo").await;
    script.add(room, &mira).await;
    script.public_room("travel", &[]).await;

    // A member before somebody else, and the whole name.
    offered_first(&ada, "hi @mi", "mira okafor").await;
    let combobox = "const e = document.activeElement; return e.id === 'composer' \
        && e.getAttribute('role') === 'combobox' && e.getAttribute('aria-expanded') === 'true' \
        && !!document.getElementById(e.getAttribute('aria-controls')) \
        && document.getElementById(e.getAttribute('aria-activedescendant')) \
           .getAttribute('aria-selected') === 'true'";
    assert_eq!(ada.js(combobox, vec![]).await, json!(true));
    ada.press_key(Key::Tab).await;
    holds(&ada, "hi @mira okafor ").await;
    nothing_is_offered(&ada).await;
    let plain = "return document.querySelector('#composer').getAttribute('role')";
    assert_eq!(ada.js(plain, vec![]).await, json!(null), "a box again, and no combobox");
    ada.press_key(Key::Enter).await;
    ada.row("hi @mira okafor", "sent").await;

    // The next one with the arrows, and Enter takes it instead of sending.
    offered_first(&ada, "@mi", "mira okafor").await;
    ada.press_key(Key::Down).await;
    ada.press_key(Key::Enter).await;
    holds(&ada, "@milo ").await;
    clear(&ada).await;

    offered_first(&ada, "see #tr", "travel").await;
    ada.press_key(Key::Enter).await;
    holds(&ada, "see #travel ").await;
    clear(&ada).await;

    offered_first(&ada, ":thumbsu", ":thumbsup:").await;
    ada.press_key(Key::Tab).await;
    holds(&ada, "👍").await;
    ada.type_in("#composer", " :rocket:").await;
    holds(&ada, "👍 🚀").await;
    clear(&ada).await;

    offered_first(&ada, "/to", "/topic").await;
    ada.press_key(Key::Tab).await;
    holds(&ada, "/topic ").await;
    clear(&ada).await;

    // The same where a message is edited.
    ada.press_key(Key::Up).await;
    ada.focus_on("#edit-text").await;
    ada.press(" and @mil").await;
    ada.see(OFFERED).await;
    ada.press_key(Key::Enter).await;
    let both = "return document.querySelector('#edit-text').value === 'hi @mira okafor and @milo '";
    ada.until("the second name", both).await;
    ada.press_key(Key::Enter).await;
    assert!(ada.row("hi @mira okafor and @milo", "sent").await.edited);
    ada.focus_on("#composer").await;

    // In the middle of a text, and it can be undone.
    ada.type_in("#composer", "ask  now").await;
    ada.js("document.querySelector('#composer').setSelectionRange(4, 4)", vec![]).await;
    let in_place = "return document.querySelector('#composer').selectionStart === 4";
    ada.until("the caret to be there", in_place).await;
    ada.press("@mil").await;
    ada.see(OFFERED).await;
    ada.press_key(Key::Tab).await;
    holds(&ada, "ask @milo now").await;
    let (control, end) = (char::from(Key::Control), char::from(Key::Null));
    ada.press(&format!("{control}z{end}")).await;
    ada.until(
        "the name to be undone",
        "return !document.querySelector('#composer').value.includes('@milo')",
    )
    .await;
    ada.close().await;
}

#[tokio::test]
async fn an_offer_is_taken_with_the_mouse_and_declined_with_escape() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    offered_first(&ada, "@scr", "script").await;
    ada.click(OFFERED).await;
    holds(&ada, "@script ").await;
    ada.focus_on("#composer").await;
    clear(&ada).await;
    for (typed, first, whole) in
        [("#te", "tea", "#tea "), (":kis", ":kiss:", "💋"), ("/he", "/help", "/help")]
    {
        offered_first(&ada, typed, first).await;
        ada.click(&format!("{OFFERED}[aria-selected=true]")).await;
        holds(&ada, whole).await;
        clear(&ada).await;
    }

    // Declined: what follows is typed as it is, and Enter sends it.
    offered_first(&ada, "@scr", "script").await;
    ada.press_key(Key::Escape).await;
    nothing_is_offered(&ada).await;
    ada.type_in("#composer", "i").await;
    ada.press_key(Key::Enter).await;
    ada.row("@scri", "sent").await;

    // Where nothing fits, and in code, nothing is offered at all.
    ada.type_in("#composer", "`@scr").await;
    nothing_is_offered(&ada).await;
    ada.press_key(Key::Enter).await;
    ada.row("`@scr", "sent").await;
    assert_eq!(script.history(room).await.len(), 2);
    ada.close().await;
}

#[tokio::test]
async fn who_is_mentioned_by_completion_finds_the_count_on_coming_back() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let mira = Browser::open(&server).await;
    mira.sign_up("mira okafor", "correct horse").await;
    let body = json!({ "userIds": [user_called("mira okafor", &script).await], "name": "other" });
    let other: shared::ChannelInfo =
        script.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    let member = paths::member(room, user_called("mira okafor", &script).await);
    script.put(&member).succeeds().await;
    mira.enter(&other.channel_id.to_string()).await;
    mira.leave().await;

    offered_first(&ada, "tea is ready, @mir", "mira okafor").await;
    ada.press_key(Key::Tab).await;
    ada.press_key(Key::Enter).await;
    ada.row("tea is ready, @mira okafor", "sent").await;
    let history = script.history(room).await;
    let html = history.last().and_then(|message| message.html.clone()).unwrap_or_default();
    assert!(html.contains("data-user-id"), "no mention: {html}");
    let chip = "return document.querySelector('article .text a.mention')?.innerText";
    ada.until("the name as a chip", &format!("{chip} === '@mira okafor'")).await;

    mira.go(&paths::channel_page(other.channel_id)).await;
    mira.live().await;
    let counted = format!(
        "return !!document.querySelector('nav a[data-channel-id=\"{room}\"] .count, \
         nav a[data-channel-id=\"{room}\"] [aria-label*=mention]') \
         || /mention/.test(document.querySelector('nav a[data-channel-id=\"{room}\"]').innerText)"
    );
    mira.until("the mention to be counted", &counted).await;
    mira.close().await;
    ada.close().await;
}

#[tokio::test]
async fn an_input_method_keeps_its_keys_while_it_composes() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.click("#composer").await;
    let composed = json!({ "text": "@scr", "selectionStart": 4, "selectionEnd": 4 });
    ada.chromium("Input.imeSetComposition", composed).await;
    holds(&ada, "@scr").await;
    nothing_is_offered(&ada).await;
    for code in [229, 13] {
        for kind in ["rawKeyDown", "keyUp"] {
            let key = json!({
                "type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": code
            });
            ada.chromium("Input.dispatchKeyEvent", key).await;
        }
    }
    assert_eq!(value(&ada).await, "@scr", "neither accepted nor sent");
    // The word is taken: from now on it is typed text like any other.
    ada.chromium("Input.insertText", json!({ "text": "@scri" })).await;
    ada.see(OFFERED).await;
    ada.press_key(Key::Enter).await;
    holds(&ada, "@script ").await;
    assert!(script.history(room).await.is_empty());
    ada.close().await;
}

/// Opens the choice of emoji and finds one by its name.
async fn pick(browser: &Browser, name: &str) {
    browser.focus_on("#emoji-query").await;
    browser.see("#emoji-list [data-pick]").await;
    browser.press(name).await;
    let script = format!(
        "return document.querySelector('#emoji-list [data-pick]')?.getAttribute('aria-label') \
         === {}",
        json!(name)
    );
    browser.until(&format!("{name} to be found"), &script).await;
    browser.press_key(Key::Enter).await;
    browser.until("the choice to close", "return !document.querySelector('dialog#emoji')").await;
}

#[tokio::test]
async fn an_emoji_is_chosen_by_keyboard_and_the_last_ones_and_the_tone_are_remembered() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.type_in("#composer", "well done ").await;
    ada.tab_to("#emoji-open", false).await;
    ada.press_key(Key::Enter).await;
    pick(&ada, "thumbs up").await;
    holds(&ada, "well done 👍").await;
    ada.focus_on("#composer").await;

    // With the arrows, in the rows of the list; each says what it is called.
    ada.click("#emoji-open").await;
    ada.focus_on("#emoji-query").await;
    ada.see("[data-group=\"Smileys and feelings\"] [data-pick=\"😀\"]").await;
    ada.press_key(Key::Down).await;
    ada.focus_on("[data-group=\"Used last\"] [data-pick=\"👍\"]").await;
    ada.press_key(Key::Down).await;
    ada.focus_on("[data-pick=\"😀\"][aria-label=\"grinning face\"]").await;
    ada.press_key(Key::Right).await;
    ada.press_key(Key::Down).await;
    ada.press_key(Key::Up).await;
    ada.focus_on("[data-pick=\"😃\"]").await;
    ada.press_key(Key::Enter).await;
    holds(&ada, "well done 👍😃").await;
    ada.press_key(Key::Enter).await;
    ada.row("well done 👍😃", "sent").await;

    // A tone, kept through a reload.
    ada.click("#emoji-open").await;
    ada.see("#emoji-list [data-pick]").await;
    ada.js("document.querySelector('.tones input[aria-label=Medium]').click()", vec![]).await;
    pick(&ada, "waving hand").await;
    holds(&ada, "👋🏽").await;
    ada.reload().await;
    ada.live().await;
    holds(&ada, "👋🏽").await;
    ada.click("#emoji-open").await;
    ada.see("[data-group=\"Used last\"] [data-pick=\"👋🏽\"]").await;
    let kept = "return [...document.querySelectorAll('[data-group=\"Used last\"] [data-pick]')]\
                .map(e => e.dataset.pick).join(' ')";
    assert_eq!(ada.js(kept, vec![]).await, json!("👋🏽 😃 👍"));
    let tone = "return document.querySelector('.tones input:checked').getAttribute('aria-label')";
    assert_eq!(ada.js(tone, vec![]).await, json!("Medium"));
    ada.press_key(Key::Escape).await;
    ada.until("the choice to close", "return !document.querySelector('dialog#emoji')").await;

    // The same choice behind the quick reactions.
    let message = script.say(room, "lift-off").await.message_id;
    ada.row("lift-off", "sent").await;
    let article = format!("article[data-message-id=\"{message}\"]");
    ada.point_at(&article).await;
    ada.click(&format!("{article} [data-action=react]")).await;
    ada.click(&format!("{article} [data-action=all-emoji]")).await;
    pick(&ada, "rocket").await;
    ada.see(&format!("{article} button[data-emoji=\"🚀\"][aria-pressed=true]")).await;
    ada.focus_on(&article).await;
    let history = script.history(room).await;
    let reactions = &history.iter().find(|m| m.message_id == message).unwrap().reactions;
    assert_eq!(reactions[0].emoji, "🚀");
    ada.close().await;
}

/// Writes this and presses Enter.
async fn enter(browser: &Browser, text: &str) {
    browser.type_in("#composer", text).await;
    browser.press_key(Key::Escape).await;
    browser.press_key(Key::Enter).await;
}

/// Writes a command that is refused: the text stays, and the reason is told.
async fn is_refused(browser: &Browser, text: &str, says: &str) {
    // Nothing is offered for a command with something after it, so Enter is not taken.
    browser.type_in("#composer", text).await;
    browser.press_key(Key::Enter).await;
    let told = format!(
        "return document.querySelector('#composer-error[role=alert]')?.innerText.includes({})",
        json!(says)
    );
    browser.until(&format!("{says:?} to be told"), &told).await;
    assert_eq!(value(browser).await, text);
    let marked = "return document.querySelector('#composer').getAttribute('aria-invalid')";
    assert_eq!(browser.js(marked, vec![]).await, json!("true"));
    clear(browser).await;
}

#[tokio::test]
async fn commands_do_what_they_say() {
    let server = TestServer::start().await;
    let (ada, script, _) = ada_and_a_script(&server).await;
    // Who creates a channel may change it.
    let create = "fetch(arguments[0], { method: 'POST', headers: { 'content-type': \
        'application/json' }, body: JSON.stringify({ userIds: [arguments[1]], name: 'cake' }) })\
        .then(answer => answer.json()).then(channel => done(channel.channelId))";
    let with = vec![json!(paths::CREATE_CHANNEL), json!(script.id())];
    let room = ada.js_later(create, with).await;
    let room: ChannelId = room.as_str().unwrap().parse().unwrap();
    ada.enter(&room.to_string()).await;
    ada.focus_on("#composer").await;
    let mira = server.user("mira okafor").await;
    let zed = server.user("zed").await;

    enter(&ada, "/me puts the kettle on").await;
    ada.row("puts the kettle on", "sent").await;
    let history = script.history(room).await;
    assert!(history[0].action, "{history:?}");
    assert_eq!(history[0].message, "puts the kettle on");
    enter(&ada, "//topic is a word").await;
    ada.row("/topic is a word", "sent").await;

    enter(&ada, "/topic Tea at five").await;
    let shown = |text: &str| {
        let text = json!(text);
        format!("return document.querySelector('.bar').innerText.includes({text})")
    };
    ada.until("the topic", &shown("Tea at five")).await;
    holds(&ada, "").await;
    assert_eq!(script.channel(room).await.topic.as_deref(), Some("Tea at five"));
    enter(&ada, "/rename tea room").await;
    ada.until("the name", &shown("tea room")).await;
    holds(&ada, "").await;
    enter(&ada, "/invite @mira okafor @zed").await;
    holds(&ada, "").await;
    let members = script.channel(room).await.user_ids;
    assert!(members.contains(&mira.id()) && members.contains(&zed.id()), "{members:?}");
    ada.type_in("#composer", "/topic ").await;
    ada.press_key(Key::Enter).await;
    holds(&ada, "").await;
    assert_eq!(script.channel(room).await.topic, None);

    ada.type_in("#composer", "/help ").await;
    ada.press_key(Key::Enter).await;
    ada.see("dialog#commands").await;
    ada.press_key(Key::Escape).await;
    ada.until("the list to close", "return !document.querySelector('dialog#commands')").await;
    ada.type_in("#composer", "/leave ").await;
    ada.press_key(Key::Enter).await;
    ada.click("dialog#confirm .primary").await;
    let gone = format!("return !document.querySelector('nav a[data-channel-id=\"{room}\"]')");
    ada.until("the channel to be gone", &gone).await;
    ada.close().await;
}

async fn direct_with(browser: &Browser, channel: ChannelId) {
    browser.enter(&channel.to_string()).await;
    browser.focus_on("#composer").await;
}

#[tokio::test]
async fn a_command_that_can_not_be_done_keeps_its_text_and_tells_why() {
    let mut server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    is_refused(&ada, "/nothing here", "There is no command /nothing.").await;
    is_refused(&ada, "/me ", "/me waves").await;
    is_refused(&ada, "/leave now", "takes nothing").await;
    is_refused(&ada, "/invite @nobody", "Nobody is called @nobody.").await;
    is_refused(&ada, "/topic Mine", "Only its creator may change").await;
    assert_eq!(script.channel(room).await.head_seq, 0);
    let pair = json!({ "userIds": [user_called("ada", &script).await] });
    let pair: shared::ChannelInfo = script.post(paths::CREATE_CHANNEL).json(&pair).gives(201).await;
    direct_with(&ada, pair.channel_id).await;
    is_refused(&ada, "/rename pair", "named after the people in it").await;
    is_refused(&ada, "/topic us", "no topic").await;
    // Commands are not kept for later, unlike messages.
    ada.enter(&room.to_string()).await;
    server.kill();
    ada.type_in("#composer", "/topic later").await;
    ada.press_key(Key::Enter).await;
    ada.see("#composer-error[role=alert]").await;
    assert_eq!(value(&ada).await, "/topic later");
    ada.close().await;
}

#[tokio::test]
async fn keys_put_marks_around_what_is_selected() {
    let server = TestServer::start().await;
    let (ada, _script, _room) = ada_and_a_script(&server).await;
    ada.type_in("#composer", "hot tea").await;
    let (control, shift, end) =
        (char::from(Key::Control), char::from(Key::Shift), char::from(Key::Null));
    let select = "document.querySelector('#composer').setSelectionRange(4, 7)";
    ada.js(select, vec![]).await;
    ada.press(&format!("{control}b{end}")).await;
    holds(&ada, "hot **tea**").await;
    ada.press(&format!("{control}i{end}")).await;
    holds(&ada, "hot **_tea_**").await;
    ada.press(&format!("{control}{shift}x{end}")).await;
    holds(&ada, "hot **_~~tea~~_**").await;
    ada.press(&format!("{control}k{end}")).await;
    holds(&ada, "hot **_~~[tea](https://)~~_**").await;
    ada.close().await;
}

#[tokio::test]
async fn a_thread_is_written_in_a_box_of_its_own() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let root = script.say(room, "which tea?").await.message_id;
    ada.row("which tea?", "sent").await;
    ada.type_in("#composer", "meanwhile here").await;
    let article = format!("article[data-message-id=\"{root}\"]");
    ada.point_at(&article).await;
    ada.click(&format!("{article} [data-action=thread]")).await;
    ada.type_in("#composer-thread", "ask @scr").await;
    ada.see("#composer-thread-offers [role=option]").await;
    ada.press_key(Key::Tab).await;
    let script_of = "return document.querySelector('#composer-thread').value";
    ada.until("the name", &format!("{script_of} === 'ask @script '")).await;
    ada.click("aside .also input").await;
    ada.click("#send-thread").await;
    ada.until("the box to be empty", &format!("{script_of} === ''")).await;
    ada.see("aside article[data-state=sent] a.mention").await;
    ada.see("main article .of-thread").await;
    holds(&ada, "meanwhile here").await;
    let sent = script.history(room).await.pop().unwrap();
    assert_eq!((sent.thread_root, sent.also_in_channel), (Some(root), true), "{sent:?}");
    ada.close().await;
}
