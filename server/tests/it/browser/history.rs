//! A long history: paging in both directions shows everything once, and nothing jumps.

use super::ada_and_a_script;
use crate::harness::browser::Browser;
use crate::harness::{TestServer, said};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const MESSAGES: u64 = 500;

/// Scrolls by so many pixels and then watches the first shown row for some frames, while pages are
/// fetched around it. Calls back with what was in the window, and how far that row strayed.
const STEP: &str = "
    const feed = document.querySelector('.feed');
    const rows = () => [...feed.querySelectorAll('article[data-seq]')];
    const top = () => feed.getBoundingClientRect().top;
    feed.scrollBy({ top: arguments[0], behavior: 'instant' });
    const row = rows().find(r => r.getBoundingClientRect().bottom > top());
    const from = row.getBoundingClientRect().top;
    let drift = 0, frames = 0;
    const watch = () => {
        if (row.isConnected)
            drift = Math.max(drift, Math.abs(row.getBoundingClientRect().top - from));
        if (++frames < 12) return requestAnimationFrame(watch);
        const seqs = rows().map(r => Number(r.dataset.seq));
        const view = feed.getBoundingClientRect();
        const shown = rows().filter(r => {
            const at = r.getBoundingClientRect();
            return at.bottom > view.top && at.top < view.bottom;
        }).map(r => Number(r.dataset.seq));
        done({ seqs, shown, drift, nodes: document.querySelectorAll('*').length });
    };
    requestAnimationFrame(watch);
";

struct Seen {
    shown: BTreeSet<u64>,
    drift: f64,
    nodes: u64,
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect()
}

/// Scrolls step by step until `end` is shown, and tells what was seen on the way.
async fn scroll_to(browser: &Browser, pixels: i64, end: u64) -> Seen {
    let mut seen = Seen { shown: BTreeSet::new(), drift: 0.0, nodes: 0 };
    for n in 0..400 {
        let pixels = if n == 0 { 0 } else { pixels };
        let step = browser.js_later(STEP, vec![json!(pixels)]).await;
        let seqs = numbers(&step["seqs"]);
        assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "in order, once: {seqs:?}");
        seen.shown.extend(numbers(&step["shown"]));
        seen.drift = seen.drift.max(step["drift"].as_f64().unwrap());
        seen.nodes = seen.nodes.max(step["nodes"].as_u64().unwrap());
        if seen.shown.contains(&end) {
            return seen;
        }
    }
    panic!("400 steps, and {end} was never shown; seen {:?}", seen.shown);
}

#[tokio::test]
async fn paging_up_and_down_shows_all_once_and_nothing_jumps() {
    let server = TestServer::start().await;
    let (ada, script, room) = ada_and_a_script(&server).await;
    ada.go("/").await;
    let mut socket = script.join(room, None).await;
    for n in 1..=MESSAGES {
        let text = format!("message {n} {}", "lorem ipsum ".repeat((n % 17) as usize));
        socket.send(&said(room, &format!("n-{n}"), &text)).await;
    }
    socket.ack(&format!("n-{MESSAGES}")).await;
    script.read(room, MESSAGES).await;

    // Ada reads from the first unread on; then to the end, to the beginning, and back.
    ada.enter(&room.to_string()).await;
    ada.until("rows", "return document.querySelectorAll('article[data-seq]').length > 20").await;
    scroll_to(&ada, 600, MESSAGES).await;
    let up = scroll_to(&ada, -400, 1).await;
    let down = scroll_to(&ada, 400, MESSAGES).await;
    for (way, seen) in [("up", &up), ("down", &down)] {
        println!("{way}: drift {} px, at most {} nodes", seen.drift, seen.nodes);
        let all: BTreeSet<u64> = (1..=MESSAGES).collect();
        assert_eq!(seen.shown, all, "paging {way}");
        assert!(seen.drift <= 1.0, "paging {way} moved what was being read: {} px", seen.drift);
        assert!(seen.nodes <= 8_000, "the window is bounded: {} nodes", seen.nodes);
    }

    // At the end of the feed what comes is shown; further up it does not move what is read.
    script.say(room, "the newest").await;
    ada.row("the newest", "sent").await;
    scroll_to(&ada, -400, MESSAGES - 40).await;
    let still = ada.js_later(STEP, vec![json!(-200)]).await;
    let watch = tokio::spawn(async move {
        script.say(room, "while reading further up").await;
        script
    });
    let step = ada.js_later(STEP, vec![json!(0)]).await;
    watch.await.unwrap();
    assert!(step["drift"].as_f64().unwrap() <= 1.0, "{still} {step}");
    let jump = "return /1 new/.test(document.querySelector('.dock').innerText)";
    ada.until("that there is something new", jump).await;
    ada.close().await;
}
