//! The pane beside the sheet: what is pinned, remembered and found, the ways to another day, all of
//! it by keyboard alone, and on a phone.

use super::{ada_and_a_script, adas_other_device, user_called};
use crate::harness::browser::Browser;
use crate::harness::{Expect, TestServer};
use fantoccini::key::Key;
use serde_json::json;
use shared::api::messages::PostMessage;
use shared::paths;

/// Waits until the list in the pane holds exactly these texts, in this order.
async fn lists(browser: &Browser, texts: &[&str]) {
    let script = format!(
        "const t = [...document.querySelectorAll('aside.details .excerpt')].map(e => e.innerText);\
         return JSON.stringify(t) === {}",
        json!(json!(texts).to_string())
    );
    browser.until(&format!("the list {texts:?}"), &script).await;
}

#[tokio::test]
async fn the_list_of_pins_is_live_and_leads_to_the_message() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let first = script.say(room, "house rules").await;
    let second = script.say(room, "the address").await;
    ada.row("the address", "sent").await;
    ada.click("#pins").await;
    ada.see(".list-empty").await;
    let pin = |message| paths::pin(room, message);
    script.put(&pin(first.message_id)).succeeds().await;
    lists(&ada, &["house rules"]).await;
    script.put(&pin(second.message_id)).succeeds().await;
    lists(&ada, &["the address", "house rules"]).await;
    script.edit(room, first.message_id, "the rules of the house").await;
    lists(&ada, &["the address", "the rules of the house"]).await;
    let by = "return document.querySelector('.list').innerText.includes('Pinned by script')";
    ada.until("who pinned it", by).await;

    ada.click(&format!(".listed[data-message-id=\"{}\"] .card", first.message_id)).await;
    ada.see(&format!("article.highlight[data-message-id=\"{}\"]", first.message_id)).await;
    let address = format!("return location.pathname === '/c/{room}/{}'", first.seq);
    ada.until("the message's own address", &address).await;
    ada.point_at(&format!(".listed[data-message-id=\"{}\"]", second.message_id)).await;
    ada.click(&format!(".listed[data-message-id=\"{}\"] .forget", second.message_id)).await;
    lists(&ada, &["the rules of the house"]).await;
    script.unsay(room, first.message_id).await;
    ada.see(".list-empty").await;
    ada.close().await;
}

#[tokio::test]
async fn bookmarks_are_the_same_on_two_devices_and_more_are_shown_on_demand() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let other = adas_other_device(&server).await;
    let ada_api = server.stranger();
    let body = json!({ "username": "ada", "password": "correct horse" });
    let session = ada_api.post(paths::LOGIN).json(&body).gives(200).await;
    let ada_api = ada_api.with(session);
    other.click("#bookmarks").await;
    other.see(".list-empty").await;
    let mut texts = Vec::new();
    for n in 1..=25 {
        let text = format!("worth keeping {n}");
        let message = script.say(room, &text).await;
        ada_api.put(&paths::bookmark(room, message.message_id)).succeeds().await;
        texts.insert(0, text);
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    ada.click("#bookmarks").await;
    for browser in [&ada, &other] {
        lists(browser, &texts[..20]).await;
        browser.click(".more").await;
        lists(browser, &texts).await;
    }
    // One device forgets the newest; the other one loses nothing but that.
    ada.point_at(".listed").await;
    ada.click(".listed .forget").await;
    for browser in [&ada, &other] {
        lists(browser, &texts[1..]).await;
    }
    ada.close().await;
    other.close().await;
}

#[tokio::test]
async fn what_is_found_leads_to_its_place_and_a_wrong_search_keeps_its_text() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let body = json!({ "userIds": [user_called("ada", &script).await], "name": "kitchen" });
    let kitchen: shared::ChannelInfo =
        script.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    let kitchen = kitchen.channel_id;
    script.say(room, "green tea is out").await;
    let root = script.say(kitchen, "what shall we buy?").await.message_id;
    let message = "tea, the black one".to_owned();
    let body = PostMessage { message, thread_root: Some(root), ..Default::default() };
    script.post(&paths::messages(kitchen)).json(&body).succeeds().await;

    let (ctrl, shift, end) =
        (char::from(Key::Control), char::from(Key::Shift), char::from(Key::Null));
    ada.press(&format!("{ctrl}{shift}f{end}")).await;
    ada.focus_on("#search-query").await;
    ada.see(".search-help").await;
    ada.press("tea").await;
    lists(&ada, &["tea, the black one", "green tea is out"]).await;
    let marked = "return [...document.querySelectorAll('.excerpt mark')].map(e => e.innerText)\
                  .join() === 'tea,tea'";
    ada.until("the hits to be marked", marked).await;
    ada.click(".search-form input[value=here]").await;
    lists(&ada, &["green tea is out"]).await;
    ada.click(".search-form input[value=everywhere]").await;
    lists(&ada, &["tea, the black one", "green tea is out"]).await;

    // One in a thread opens its channel and its thread; back, everything is as it was.
    ada.click(".card").await;
    ada.see("#thread-feed article.highlight").await;
    let there = format!("return location.pathname.includes('{kitchen}')");
    ada.until("the other channel", &there).await;
    ada.click("#pane-back").await;
    lists(&ada, &["tea, the black one", "green tea is out"]).await;
    let text = "return document.querySelector('#search-query').value";
    assert_eq!(ada.js(text, vec![]).await, json!("tea"));

    // What the server can't look for is said under the box.
    ada.type_in("#search-query", &format!("{ctrl}a{end}-")).await;
    ada.see(".list-error").await;
    assert_eq!(ada.js(text, vec![]).await, json!("-"));
    ada.type_in("#search-query", "x nothing-like-that").await;
    ada.see(".list-empty").await;
    ada.click("[aria-label=\"Clear the search\"]").await;
    ada.focus_on("#search-query").await;
    ada.see(".search-help").await;
    ada.close().await;
}

/// Days by which the old messages are moved back.
const LONG_AGO: i64 = 40;

#[tokio::test]
async fn a_day_leads_to_the_first_message_of_it() {
    let mut server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    for n in 1..=150 {
        script.say(room, &format!("line {n}")).await;
    }
    // The first two thirds were said on earlier days.
    assert!(server.terminate().await.success());
    let back = |days: i64| days * 86_400_000;
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let move_back = "UPDATE messages SET sent_at = sent_at - ?1 WHERE pos & 4294967295 <= ?2";
    database.execute(move_back, (back(LONG_AGO), 50)).unwrap();
    database.execute(move_back, (back(LONG_AGO), 100)).unwrap();
    drop(database);
    server.start_again().await;
    ada.reload().await;
    ada.live().await;
    ada.row("line 150", "sent").await;
    let day = |days: i64| {
        format!(
            "const d = new Date(Date.now() - {days} * 864e5); const e = document.querySelector(\
             '#jump-day'); e.value = [d.getFullYear(), `${{d.getMonth() + 1}}`.padStart(2, 0), \
             `${{d.getDate()}}`.padStart(2, 0)].join('-'); \
             e.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        )
    };
    let found = |text: &str| {
        format!(
            "const e = document.querySelector('#feed article.highlight'); if (!e) return false; \
             const at = e.getBoundingClientRect(), f = e.closest('.feed').getBoundingClientRect(); \
             return e.querySelector('.text').innerText === '{text}' && at.top >= f.top \
             && at.bottom <= f.bottom"
        )
    };
    ada.click("#details").await;
    ada.see("#jump-day").await;
    ada.js(&day(2 * LONG_AGO), vec![]).await;
    ada.until("the first message of all", &found("line 1")).await;
    ada.js(&day(LONG_AGO), vec![]).await;
    ada.until("the first message of the day", &found("line 51")).await;
    ada.see("#jump").await;
    ada.js(&day(LONG_AGO - 7), vec![]).await;
    ada.until("what came after a quiet day", &found("line 101")).await;
    let said = "return document.body.innerText.includes('Nothing was said that day')";
    ada.until("that nothing was said that day", said).await;
    ada.close().await;
}

#[tokio::test]
async fn a_person_without_a_mouse_goes_through_the_pane_and_back() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    for n in 1..=2 {
        let root = script.say(room, &format!("thread {n}")).await.message_id;
        // Being mentioned in it, she follows it.
        let message = format!("@ada reply {n}");
        let body = PostMessage { message, thread_root: Some(root), ..Default::default() };
        script.post(&paths::messages(room)).json(&body).succeeds().await;
    }
    ada.row("thread 2", "sent").await;
    ada.tab_to("#threads", true).await;
    ada.press_key(Key::Enter).await;
    ada.focus_on("aside.details h2").await;
    lists(&ada, &["thread 2", "thread 1"]).await;
    ada.press_key(Key::Down).await;
    ada.press_key(Key::Down).await;
    let second = "return document.activeElement.innerText.includes('thread 1')";
    ada.until("the second thread to have the focus", second).await;
    ada.press_key(Key::Enter).await;
    ada.focus_on("#composer-thread").await;
    ada.press("from the keyboard").await;
    ada.press_key(Key::Enter).await;
    let sent = "return document.querySelector('#thread-feed').innerText.includes('from the keyb')";
    ada.until("the reply", sent).await;

    // Around all regions, the pane's among them.
    let mut regions = Vec::new();
    for _ in 0..5 {
        ada.press_key(Key::F6).await;
        let region = "const e = document.activeElement; return e.closest('nav') ? 'channels' : \
                      e.closest('#feed') ? 'feed' : e.closest('#thread-feed') ? 'thread' : \
                      e.id";
        regions.push(ada.js(region, vec![]).await.as_str().unwrap().to_owned());
    }
    assert_eq!(regions, ["channels", "feed", "composer", "thread", "composer-thread"]);

    // Back to the list, and out of it to where it was opened.
    ada.press_key(Key::Escape).await;
    ada.focus_on("aside.details h2").await;
    lists(&ada, &["thread 1", "thread 2"]).await;
    ada.press_key(Key::Escape).await;
    ada.focus_on("#threads").await;
    ada.until("no pane", "return !document.querySelector('aside.details')").await;
    ada.close().await;
}

#[tokio::test]
async fn on_a_phone_the_pane_fills_the_screen_and_going_back_leaves_it() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let root = script.say(room, "who is there?").await.message_id;
    ada.row("who is there?", "sent").await;
    let size = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": false });
    ada.chromium("Emulation.setDeviceMetricsOverride", size).await;
    ada.until("the phone's size", "return innerWidth === 390").await;
    let row = format!("#feed article[data-message-id=\"{root}\"]");
    ada.js(&format!("document.querySelector('{row}').focus()"), vec![]).await;
    ada.press("t").await;
    ada.see("#thread-feed article").await;
    let fills = "const r = document.querySelector('aside.details').getBoundingClientRect(); \
                 return r.left === 0 && r.top === 0 && r.width === 390 && r.height === 844 \
                 && !document.querySelector('#composer').checkVisibility({ \
                    visibilityProperty: true })";
    ada.until("the thread to fill the screen", fills).await;
    let over = "const d = document.scrollingElement; return d.scrollWidth - d.clientWidth";
    assert_eq!(ada.js(over, vec![]).await, json!(0), "nothing is too wide");
    ada.type_in("#composer-thread", "me").await;
    ada.click("#send-thread").await;
    ada.see("#thread-feed .replies-line").await;

    // The browser's own way back leaves the pane, and then the channel.
    ada.js("history.back()", vec![]).await;
    ada.until("no pane", "return !document.querySelector('aside.details')").await;
    ada.see("#composer").await;
    ada.click("#back").await;
    ada.see("#bookmarks").await;
    ada.click("#bookmarks").await;
    ada.see(".list-empty").await;
    ada.click("#pane-back").await;
    ada.see("nav.rail a[data-channel-id]").await;
    ada.close().await;
}
