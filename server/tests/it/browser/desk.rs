//! Administering the server in a browser: pages of the server's own, which need nothing of what Trunk
//! built. What each form does is in `crate::desk`.

use super::access::is_faultless;
use crate::harness::browser::Browser;
use crate::harness::{Expect, TestClient, TestServer};
use serde_json::json;
use shared::api::invites::Invites;
use shared::{Role, UserInfo, paths};

/// A browser in which this client is logged in.
async fn browser_of(server: &TestServer, client: &TestClient, size: (u32, u32)) -> Browser {
    let browser = Browser::blank(server, size).await;
    let cookie = json!({
        "name": "hubbub_session", "value": client.token(), "url": client.base(), "httpOnly": true,
    });
    browser.chromium("Network.setCookie", cookie).await;
    browser
}

/// The button of the panel of this person, and what opens it.
async fn manage(browser: &Browser, name: &str) {
    browser.click(&format!("button[popovertarget][aria-label='Manage: {name}']")).await;
    browser.see(".panel:popover-open").await;
}

#[tokio::test]
async fn an_owner_invites_changes_a_role_deactivates_and_reads_the_log() {
    let server = TestServer::start().await;
    let owner = server.user("ada").await;
    let (bob, eve) = (server.user("bob").await, server.user("eve").await);
    let room = owner.public_room("tea", &[&bob]).await.channel_id;
    let browser = browser_of(&server, &owner, (1440, 900)).await;

    browser.go(paths::desk::ADMIN_INVITES).await;
    browser.click("label.check input").await;
    browser.click("form.card button").await;
    browser.see("p.said[role=status]").await;
    let made = owner.get(paths::INVITES).gives::<Invites>(200).await.invites.remove(0);
    assert_eq!(made.channel_ids, [room]);
    let link = browser.js("return document.querySelector('td input').value", vec![]).await;
    assert_eq!(link, json!(format!("{}{}", owner.base(), made.url)));

    browser.click("nav a[href='/admin']").await;
    manage(&browser, "bob").await;
    is_faultless(&browser, "a panel").await;
    let choose = "document.querySelector('.panel:popover-open select').value = 'admin'";
    browser.js(choose, vec![]).await;
    browser.click(".panel:popover-open form:has([value=role]) button").await;
    browser.see("p.said[role=status]").await;
    let now = owner.get(&paths::user(bob.id())).gives::<UserInfo>(200).await;
    assert_eq!(now.role, Role::Admin);

    manage(&browser, "eve").await;
    browser.click(".panel:popover-open form:has([value=deactivate]) button").await;
    browser.see("tr.out").await;
    assert_eq!(eve.get(paths::ME).send().await.unwrap().status(), 401);

    let rooms = paths::desk::admin_channel(room);
    for (path, title) in [
        (paths::desk::ADMIN, "People"),
        (paths::desk::ADMIN_INVITES, "Invites"),
        (paths::desk::ADMIN_CHANNELS, "Channels"),
        (rooms.as_str(), "tea"),
        (paths::desk::ADMIN_BOTS, "Bots"),
        (paths::desk::ADMIN_LOG, "Log"),
    ] {
        browser.go(path).await;
        let heading = browser.js("return document.querySelector('h1').textContent", vec![]).await;
        assert_eq!(heading, json!(title));
        is_faultless(&browser, path).await;
    }
    let log = browser.js("return document.querySelector('tbody').innerText", vec![]).await;
    let log = log.as_str().unwrap_or_default().to_owned();
    for line in ["Invite created", "Role changed", "from member to admin", "Deactivated"] {
        assert!(log.contains(line), "{line} is not in {log}");
    }
    browser.close().await;
}

#[tokio::test]
async fn a_phone_shows_cards_and_nothing_is_too_small_or_too_wide() {
    let server = TestServer::start().await;
    let owner = server.user("ada").await;
    let bob = server.user("bob").await;
    let room = owner.public_room("tea", &[&bob]).await.channel_id;
    owner.post(paths::INVITES).json(&json!({ "channelIds": [room] })).succeeds().await;
    owner.post(paths::BOTS).json(&json!({ "username": "deploy" })).succeeds().await;
    let browser = browser_of(&server, &owner, (500, 900)).await;
    let metrics = json!({ "width": 360, "height": 780, "deviceScaleFactor": 1, "mobile": true });
    browser.chromium("Emulation.setDeviceMetricsOverride", metrics).await;
    let rooms = paths::desk::admin_channel(room);
    for path in [
        paths::desk::ADMIN,
        paths::desk::ADMIN_INVITES,
        paths::desk::ADMIN_CHANNELS,
        rooms.as_str(),
        paths::desk::ADMIN_BOTS,
        paths::desk::ADMIN_LOG,
    ] {
        browser.go(path).await;
        let script = "
            const small = [...document.querySelectorAll('main :is(a, button, input, select, .check)')]
                .filter(e => e.checkVisibility() && e.type !== 'hidden' && e.type !== 'checkbox')
                .filter(e => { const r = e.getBoundingClientRect(); return r.height < 32 || r.width < 32; })
                .map(e => e.outerHTML.slice(0, 120));
            const row = document.querySelector('td');
            return {
                wide: document.documentElement.scrollWidth > innerWidth,
                small, table: row && getComputedStyle(row).display === 'table-cell',
            };";
        let found = browser.js(script, vec![]).await;
        assert_eq!(found["wide"], json!(false), "{path} is too wide");
        assert_eq!(found["small"], json!([]), "{path}");
        assert_ne!(found["table"], json!(true), "{path} is a table still");
    }
    browser.close().await;
}
