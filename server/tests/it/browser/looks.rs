//! How it looks on a desk, a tablet and a phone, light and dark. What can be measured is measured;
//! with `HUBBUB_TEST_SCREENSHOTS` set to a directory, pictures are saved there for people to judge.

use super::ada_and_a_script;
use crate::harness::TestServer;
use crate::harness::browser::Browser;
use serde_json::json;

const SIZES: [(&str, u32, u32); 4] =
    [("desk", 1440, 900), ("tablet", 820, 1180), ("phone", 390, 844), ("narrow", 320, 640)];

async fn be(browser: &Browser, width: u32, height: u32, scheme: &str) {
    let size = json!({
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false
    });
    browser.chromium("Emulation.setDeviceMetricsOverride", size).await;
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    browser.chromium("Emulation.setEmulatedMedia", media).await;
    let drawn = "return innerWidth";
    browser.until("the new size", &format!("{drawn} === {width}")).await;
}

#[tokio::test]
async fn it_fits_every_screen_in_both_themes() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    script.say(room, "Does the new kettle work?").await;
    ada.say("It does. Tea in five minutes.").await;
    let long = format!("https://example.org/{}", "a-very-long-address-".repeat(20));
    script.say(room, &long).await;
    let id = script.say(room, "愛子 says: お茶をどうぞ 🍵").await.message_id;
    script.react(room, id, "👍", true).await;
    ada.row("愛子 says: お茶をどうぞ 🍵", "sent").await;
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        for (name, width, height) in SIZES {
            be(&ada, width, height, scheme).await;
            let over = "const d = document.scrollingElement; return d.scrollWidth - d.clientWidth";
            assert_eq!(ada.js(over, vec![]).await, json!(0), "{name} {scheme} is too wide");
            let inside = "const b = document.querySelector('#composer').getBoundingClientRect();\
                return b.width > 100 && b.left >= 0 && b.right <= innerWidth && b.bottom <= innerHeight";
            assert_eq!(ada.js(inside, vec![]).await, json!(true), "{name} {scheme}: no composer");
            ada.screenshot(&format!("{name}-{scheme}")).await;
        }
        let ground = "const colour = e => getComputedStyle(e).backgroundColor;\
            let e = document.elementFromPoint(3, 3);\
            while (e.parentElement && colour(e) === 'rgba(0, 0, 0, 0)') e = e.parentElement;\
            return colour(e)";
        grounds.push(ada.js(ground, vec![]).await);
    }
    assert_ne!(grounds[0], grounds[1], "dark is not light");

    // On a phone the channel list is a screen of its own.
    be(&ada, 390, 844, "light").await;
    ada.click("#back").await;
    let list = format!("nav a[data-channel-id=\"{room}\"]");
    ada.see(&list).await;
    let wide = "return document.querySelector('nav').getBoundingClientRect().width";
    assert!(ada.js(wide, vec![]).await.as_f64().unwrap() > 300.0);
    ada.screenshot("phone-list").await;
    ada.click(&list).await;
    ada.see("#composer").await;
    ada.close().await;
}

#[tokio::test]
async fn motion_is_left_out_for_who_does_not_want_it() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let media = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    ada.chromium("Emulation.setEmulatedMedia", media).await;
    script.say(room, "hello").await;
    ada.row("hello", "sent").await;
    let moving = "return document.getAnimations().filter(a => a.playState === 'running' \
                  && a.effect.getComputedTiming().duration > 20).length";
    assert_eq!(ada.js(moving, vec![]).await, json!(0));
    ada.close().await;
}
