//! What people with screen readers stand on: landmarks, names, roles and the announcer.

use super::ada_and_a_script;
use crate::harness::TestServer;
use crate::harness::browser::Browser;
use serde_json::{Value, json};

/// Everything that is shown and can't be named, points at nothing, or is there twice.
const FAULTS: &str = r##"
    const faults = [];
    const shown = e => e.checkVisibility() && e.getClientRects().length > 0;
    const text = id => document.getElementById(id);
    const name = e => {
        if (e.getAttribute('aria-label')?.trim()) return e.getAttribute('aria-label');
        const by = e.getAttribute('aria-labelledby');
        if (by) return by.split(/\s+/).map(id => text(id)?.textContent ?? '').join(' ').trim();
        if (e.labels?.length) return [...e.labels].map(l => l.textContent).join(' ').trim();
        return e.textContent.trim() || e.title || e.alt || '';
    };
    const describe = e => e.outerHTML.slice(0, 160);
    const named = 'button, a[href], input, textarea, select, [role=button], nav, main, aside, dialog, form, [role=feed], [role=log], [role=toolbar]';
    for (const e of document.querySelectorAll(named))
        if (shown(e) && !name(e)) faults.push('no name: ' + describe(e));
    for (const e of document.querySelectorAll('img'))
        if (!e.hasAttribute('alt')) faults.push('no alt: ' + describe(e));
    for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls'])
        for (const e of document.querySelectorAll('[' + attribute + ']'))
            for (const id of e.getAttribute(attribute).split(/\s+/).filter(Boolean))
                if (!text(id)) faults.push(attribute + ' points at nothing: ' + describe(e));
    const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
    const meant = id => document.querySelector(
        `[for="${id}"], [aria-labelledby~="${id}"], [aria-describedby~="${id}"], [href="#${id}"]`);
    for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at)))
        if (meant(id)) faults.push('id twice: ' + id);
    for (const e of document.querySelectorAll('[tabindex]'))
        if (Number(e.getAttribute('tabindex')) > 0) faults.push('tabindex > 0: ' + describe(e));
    for (const e of document.querySelectorAll('[aria-hidden=true] :is(button, a[href], input, textarea)'))
        faults.push('hidden and focusable: ' + describe(e));
    if (!document.documentElement.lang) faults.push('no language');
    if (!document.title) faults.push('no title');
    if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
    return faults;
"##;

pub(super) async fn is_faultless(browser: &Browser, place: &str) {
    let faults = browser.js(FAULTS, vec![]).await;
    assert_eq!(faults, json!([]), "{place}");
}

#[tokio::test]
async fn every_control_has_a_name_and_every_pointer_leads_somewhere() {
    let server = TestServer::start().await;
    let entrance = Browser::open(&server).await;
    entrance.see("form#enter").await;
    is_faultless(&entrance, "the entrance").await;
    entrance.close().await;

    let (ada, script, room) = ada_and_a_script(&server).await;
    script.say(room, "hello").await;
    ada.row("hello", "sent").await;
    ada.say("hi").await;
    ada.row("hi", "sent").await;
    is_faultless(&ada, "a channel").await;
    ada.point_at("article[data-message-id]").await;
    ada.click("article[data-message-id] button[data-action=react]").await;
    is_faultless(&ada, "a row's toolbar").await;
    ada.click("[data-react=\"👍\"]").await;
    ada.see("button[data-emoji]").await;
    is_faultless(&ada, "reactions").await;
    ada.click("#details").await;
    ada.see("aside[aria-label=Details] [data-member-id]").await;
    is_faultless(&ada, "the details").await;
    ada.click("#pane-close").await;
    for (opener, dialog) in [("#settings", "#settings"), ("#new-channel", "#create-channel")] {
        ada.click(&format!("button{opener}")).await;
        ada.see(&format!("dialog{dialog}")).await;
        is_faultless(&ada, dialog).await;
        ada.press_key(fantoccini::key::Key::Escape).await;
        let closed = format!("return !document.querySelector('dialog{dialog}[open]')");
        ada.until("the dialog to close", &closed).await;
    }
    ada.close().await;
}

#[tokio::test]
async fn the_regions_and_the_feed_are_what_they_say() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    for n in 1..=3 {
        script.say(room, &format!("message {n}")).await;
    }
    ada.row("message 3", "sent").await;
    let script = "
        const q = s => document.querySelector(s);
        const main = q('main');
        return {
            channels: !!q('nav[aria-label=Channels] a[aria-current=page]'),
            main: document.getElementById(main.getAttribute('aria-labelledby'))?.textContent,
            feed: q('[role=feed]').getAttribute('aria-busy'),
            articles: [...document.querySelectorAll('[role=feed] article')].map(a => [
                a.getAttribute('aria-posinset'), a.getAttribute('aria-setsize'),
                a.getAttribute('aria-labelledby').split(' ')
                    .map(id => document.getElementById(id)?.textContent ? 1 : 0),
            ]),
            stops: document.querySelectorAll('[role=feed] article[tabindex=\"0\"]').length,
            composer: q('#composer').getAttribute('aria-label'),
            time: !isNaN(Date.parse(q('article time').getAttribute('datetime'))),
            skip: q('a.skip').getAttribute('href'),
            log: q('#announcer').getAttribute('role'),
        }";
    let found: Value = ada.js(script, vec![]).await;
    let article = |n: u64| json!([n.to_string(), "-1", [1, 1]]);
    let wanted = json!({
        "channels": true, "main": "tea", "feed": "false",
        "articles": [article(1), article(2), article(3)], "stops": 1,
        "composer": "Message tea", "time": true, "skip": "#composer", "log": "log",
    });
    assert_eq!(found, wanted);
    ada.close().await;
}

#[tokio::test]
async fn the_announcer_speaks_others_new_messages_and_nothing_else() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    let first = script.say(room, "from before").await;
    ada.row("from before", "sent").await;
    ada.reload().await;
    ada.live().await;
    ada.row("from before", "sent").await;
    // Everything that is ever said, not only the last.
    let listen = "window.said = []; const log = document.querySelector('#announcer');\
        new MutationObserver(() => window.said.push(log.innerText.trim())).observe(log,\
        { childList: true, subtree: true, characterData: true });";
    ada.js(listen, vec![]).await;
    ada.say("my own words").await;
    ada.row("my own words", "sent").await;
    script.edit(room, first.message_id, "from before, edited").await;
    ada.row("from before, edited", "sent").await;
    script.say(room, "listen to this").await;
    let heard = "return window.said.some(text => text.includes('listen to this'))";
    ada.until("the announcement", heard).await;
    let said = ada.js("return window.said.join('|')", vec![]).await;
    let said = said.as_str().unwrap();
    assert!(!said.contains("my own words") && !said.contains("from before"), "{said}");
    ada.close().await;
}
