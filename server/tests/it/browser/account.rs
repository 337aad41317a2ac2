//! One's own account in a browser: passkeys by a real `navigator.credentials` with Chromium's own
//! authenticator, a link to a new password, and logging out everywhere.

use super::adas_other_device;
use crate::harness::browser::Browser;
use crate::harness::{Expect, TestServer};
use serde_json::json;
use shared::api::account::Me;
use shared::api::resets::Reset;
use shared::paths;

/// Gives the browser an authenticator of its own, which holds its person to be there and to be who
/// they are.
async fn can_keep_passkeys(browser: &Browser) -> String {
    browser.chromium("WebAuthn.enable", json!({})).await;
    let options = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
        "hasUserVerification": true, "isUserVerified": true,
        "automaticPresenceSimulation": true,
    } });
    let made = browser.chromium("WebAuthn.addVirtualAuthenticator", options).await;
    made["authenticatorId"].as_str().expect("an authenticator").to_owned()
}

async fn says(browser: &Browser, words: &str) {
    let script = format!("return document.body.innerText.includes({})", json!(words));
    browser.until(words, &script).await;
}

#[tokio::test]
async fn a_passkey_is_added_logs_in_without_a_name_and_is_removed() {
    let server = TestServer::start().await;
    let ada = Browser::by_name(&server).await;
    ada.sign_up("ada", "correct horse").await;
    let authenticator = can_keep_passkeys(&ada).await;
    ada.go(paths::account::PASSKEYS_PAGE).await;
    ada.type_in("input[name=name]", "<b>laptop").await;
    ada.click("form[data-ask] button").await;
    says(&ada, "Your passkey is added").await;
    says(&ada, "<b>laptop").await;
    ada.screenshot("account-passkeys").await;

    // The same device again: it has one already.
    ada.type_in("input[name=name]", "again").await;
    ada.click("form[data-ask] button").await;
    says(&ada, "This device has a passkey for your account already.").await;

    ada.go(paths::account::CLIENTS_PAGE).await;
    ada.click("button[value=all]").await;
    ada.see("form#enter").await;
    ada.go(paths::account::PASSKEY_PAGE).await;
    ada.click("form[data-ask] button").await;
    ada.live().await;
    let name = "return fetch('/api/me').then(a => a.json()).then(me => me.username)";
    assert_eq!(ada.js(name, vec![]).await, json!("ada"));

    ada.go(paths::account::PASSKEYS_PAGE).await;
    ada.click("button[name=remove]").await;
    says(&ada, "You have none yet.").await;
    ada.go(paths::account::PASSKEY_PAGE).await;
    ada.click("form[data-ask] button").await;
    says(&ada, "This passkey opens no account here.").await;

    // Whoever turns away is told that nothing was done.
    let gone = json!({ "authenticatorId": authenticator });
    ada.chromium("WebAuthn.removeVirtualAuthenticator", gone).await;
    ada.js(
        "navigator.credentials.get = async () => { throw new DOMException('', 'NotAllowedError') }",
        vec![],
    )
    .await;
    ada.click("form[data-ask] button").await;
    says(&ada, "Nothing was done").await;
    ada.close().await;
}

#[tokio::test]
async fn a_browser_without_conversions_of_its_own_uses_passkeys_too() {
    let server = TestServer::start().await;
    let ada = Browser::by_name(&server).await;
    ada.sign_up("ada", "correct horse").await;
    can_keep_passkeys(&ada).await;
    let source = "delete PublicKeyCredential.parseCreationOptionsFromJSON;\
        delete PublicKeyCredential.parseRequestOptionsFromJSON;\
        delete PublicKeyCredential.prototype.toJSON;";
    let script = json!({ "source": source });
    ada.chromium("Page.addScriptToEvaluateOnNewDocument", script).await;
    ada.go(paths::account::PASSKEYS_PAGE).await;
    ada.type_in("input[name=name]", "old laptop").await;
    ada.click("form[data-ask] button").await;
    says(&ada, "Your passkey is added").await;
    ada.go(paths::account::CLIENTS_PAGE).await;
    ada.click("button[value=all]").await;
    ada.see("form#enter").await;
    ada.go(paths::account::PASSKEY_PAGE).await;
    ada.click("form[data-ask] button").await;
    ada.live().await;
    ada.close().await;
}

#[tokio::test]
async fn who_lost_a_password_comes_back_by_a_link_from_somebody_else() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let bob = server.user_with_password("bob", "correct horse").await;
    let link: Reset = ada.post(&paths::user_reset(bob.id())).gives(201).await;
    let browser = Browser::open(&server).await;
    browser.go(&link.url).await;
    browser.type_in("input[name=password]", "a new horse").await;
    browser.type_in("input[name=password-again]", "a new hose").await;
    browser.click("form button").await;
    says(&browser, "not the same").await;
    browser.type_in("input[name=password]", "a new horse").await;
    browser.type_in("input[name=password-again]", "a new horse").await;
    browser.click("form button").await;
    browser.live().await;
    bob.log_in("a new horse").await.get(paths::ME).gives::<Me>(200).await;
    browser.go(&link.url).await;
    says(&browser, "This link is over").await;
    browser.close().await;
}

#[tokio::test]
async fn logging_out_everywhere_closes_the_other_browser() {
    let server = TestServer::start().await;
    let ada = Browser::open(&server).await;
    ada.sign_up("ada", "correct horse").await;
    let other = adas_other_device(&server).await;
    ada.go(paths::account::CLIENTS_PAGE).await;
    ada.click("button[value=others]").await;
    says(&ada, "You are logged out everywhere but here.").await;
    other.see("form#enter").await;
    other.close().await;
    ada.click("button[value=all]").await;
    ada.see("form#enter").await;
    ada.close().await;
}
