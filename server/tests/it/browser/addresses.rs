//! Every place has an address: links lead there, the browser's own buttons go back and forth, and a
//! place can be opened directly.

use super::ada_and_a_script;
use crate::harness::TestServer;
use crate::harness::browser::Browser;
use serde_json::json;
use shared::paths;

async fn is_at(browser: &Browser, path: &str, name: &str) {
    let script = format!(
        "return location.pathname === {} && document.querySelector('h1')?.innerText === {}",
        json!(path),
        json!(name)
    );
    browser.until(&format!("to be at {path} in {name}"), &script).await;
}

#[tokio::test]
async fn links_back_and_forward_lead_where_they_say() {
    let server = TestServer::start().await;
    let (ada, script, tea) = ada_and_a_script(&server).await;
    let ada_id = super::user_called("ada", &script).await;
    let body = json!({ "userIds": [ada_id], "name": "coffee" });
    let create = script.post(paths::CREATE_CHANNEL).json(&body);
    let coffee: shared::ChannelInfo = crate::harness::Expect::gives(create, 201).await;
    let (tea, coffee) = (paths::channel_page(tea), paths::channel_page(coffee.channel_id));
    is_at(&ada, &tea, "tea").await;
    ada.click(&format!("nav a[href=\"{coffee}\"]")).await;
    is_at(&ada, &coffee, "coffee").await;
    ada.js("history.back()", vec![]).await;
    is_at(&ada, &tea, "tea").await;
    ada.js("history.forward()", vec![]).await;
    is_at(&ada, &coffee, "coffee").await;
    ada.reload().await;
    is_at(&ada, &coffee, "coffee").await;
    let title = ada.until("a title", "return document.title").await;
    assert!(title.as_str().unwrap().contains("coffee"), "{title}");
}

#[tokio::test]
async fn a_message_is_opened_at_its_own_address_and_nothing_at_a_wrong_one() {
    let server = TestServer::start().await;
    let (ada, script, tea) = ada_and_a_script(&server).await;
    let mut socket = script.join(tea, None).await;
    for n in 1..=300 {
        socket.send(&crate::harness::said(tea, &format!("n-{n}"), &format!("message {n}"))).await;
    }
    socket.ack("n-300").await;
    ada.go(&format!("{}/42", paths::channel_page(tea))).await;
    let shown = "const e = document.querySelector('article[data-seq=\"42\"]');\
        if (!e) return false; const at = e.getBoundingClientRect();\
        return at.top >= 0 && at.bottom <= innerHeight && e.classList.contains('highlight')";
    ada.until("the 42nd message to be shown", shown).await;
    for wrong in ["/c/nonsense", "/nothing/here", "/c/00000000-0000-7000-8000-000000000000"] {
        ada.go(wrong).await;
        ada.until("that nothing is here", "return !!document.querySelector('h1')").await;
        ada.until("no feed", "return !document.querySelector('[role=feed]')").await;
    }
    ada.close().await;
}
