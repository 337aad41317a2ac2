//! What is found of a link, when it is told, and that everyone is told the same.

use super::site::{Answer, Site};
use super::{Scene, previewed};
use crate::harness::{TestServer, said};
use shared::timeline::Timeline;
use shared::{ChannelEvent, ServerMessage, paths};

#[tokio::test]
async fn a_link_is_previewed_after_its_message_and_told_alike_everywhere() {
    let mut scene = Scene::new().await;
    let url = scene.site.serve_at(
        "/a?b=c&d=e",
        Answer::page(
            "<title>plain</title><meta property=og:title content='The &amp; page'>
             <meta name=description content='About it'><meta property=og:site_name content=Site>",
        ),
    );
    let mut other = scene.ada.socket().await;
    let text = format!("see {url}#part, please");
    let event = scene.previewed(&text).await;
    let [found] = event.previews.as_slice() else { panic!("{event:?}") };
    assert_eq!((found.url.as_str(), found.title.as_str()), (&*format!("{url}#part"), "The & page"));
    assert_eq!((found.text.as_deref(), found.site.as_deref()), (Some("About it"), Some("Site")));
    assert_eq!((&found.image, found.width, found.height), (&None, None, None));
    assert_eq!(previewed(&mut other).await, event, "on every socket");

    // The page, the raw log, a replay, and what is folded of live frames: one and the same.
    let page = scene.ada.history(scene.room).await;
    assert_eq!(page[0].previews, event.previews);
    let log = scene.ada.events(scene.room, 0).await;
    assert_eq!(log.last(), Some(&ChannelEvent::Previewed(event.clone())));
    let mut resumed = scene.ada.join(scene.room, Some(0)).await;
    assert_eq!(previewed(&mut resumed).await, event);
    let mut timeline = Timeline::new();
    for event in log {
        timeline.apply(event);
    }
    assert_eq!(timeline.messages().cloned().collect::<Vec<_>>(), page);
    let channel = scene.ada.channel(scene.room).await;
    assert_eq!((channel.head_seq, channel.unread), (event.seq, Some(0)), "nobody said anything");

    // And in another life of the process.
    scene.server.kill();
    scene.server.start_again().await;
    assert_eq!(scene.ada.history(scene.room).await, page);
}

#[tokio::test]
async fn a_message_by_socket_is_previewed_too_and_never_waits_for_it() {
    let mut scene = Scene::new().await;
    let url = scene.site.serve_at("/slow", Answer::page("<title>Slow</title>").held());
    scene.socket.send(&said(scene.room, "n1", &url)).await;
    let ack = scene.socket.ack("n1").await;
    scene.site.is_asked_for("/slow").await;
    let next = scene.ada.say(scene.room, "meanwhile").await;
    assert_eq!(next.seq, ack.seq + 1);
    scene.site.open_gate();
    let event = previewed(&mut scene.socket).await;
    assert_eq!((event.message_id, event.seq), (ack.message_id, next.seq + 1));
    let order: Vec<_> = scene.socket.log.iter().map(ServerMessage::kind).collect();
    let at = |kind: &str| order.iter().position(|told| *told == kind).unwrap();
    assert!(at("message") < at("previewed") && at("ack") < at("previewed"), "{order:?}");
}

#[tokio::test]
async fn links_stand_in_the_order_of_the_text_and_at_most_five_are_looked_at() {
    let mut scene = Scene::new().await;
    let urls: Vec<_> = (0..7)
        .map(|n| {
            let title = Answer::page(&format!("<title>Page {n}</title>"));
            scene.site.serve_at(&format!("/{n}"), title)
        })
        .collect();
    let event = scene.previewed(&urls.join(" and ")).await;
    let titles: Vec<_> = event.previews.iter().map(|preview| preview.title.clone()).collect();
    assert_eq!(titles, ["Page 0", "Page 1", "Page 2", "Page 3", "Page 4"]);
    assert_eq!(scene.site.connections(), 5);
}

#[tokio::test]
async fn the_same_link_is_fetched_once_for_many_messages() {
    let mut scene = Scene::new().await;
    let url = scene.site.serve_at("/once", Answer::page("<title>Once</title>"));
    let first = scene.previewed(&format!("{url} and {url}")).await;
    let second = scene.previewed(&format!("again {url}#elsewhere")).await;
    assert_eq!(first.previews[0].title, second.previews[0].title);
    assert_eq!(scene.site.times("/once"), 1);
    // What has none is not asked for again either.
    let (none, good) =
        (scene.site.url("/none"), scene.site.serve_at("/good", Answer::page("<title>G</title>")));
    scene.previewed(&format!("{none} {good}")).await;
    scene.previewed(&format!("again {none} {good}")).await;
    assert_eq!((scene.site.times("/none"), scene.site.times("/good")), (1, 1));
}

#[tokio::test]
async fn links_in_code_are_not_looked_at() {
    let mut scene = Scene::new().await;
    let code = scene.site.serve_at("/code", Answer::page("<title>Code</title>"));
    let text = scene.site.serve_at("/text", Answer::page("<title>Text</title>"));
    let event = scene.previewed(&format!("`{code}`\n```\n{code}\n```\n{text}")).await;
    assert_eq!((event.previews.len(), event.previews[0].title.as_str()), (1, "Text"));
    assert_eq!(scene.site.times("/code"), 0);
}

#[tokio::test]
async fn redirects_are_followed_three_times() {
    let mut scene = Scene::new().await;
    for n in 1..=4 {
        scene.site.serve_at(&format!("/{n}"), Answer::redirect(&format!("{}", n - 1)));
    }
    scene.site.serve_at("/0", Answer::page("<title>Here</title>"));
    let (three, four) = (scene.site.url("/3"), scene.site.url("/4"));
    let event = scene.previewed(&format!("{four} {three}")).await;
    let [found] = event.previews.as_slice() else { panic!("{event:?}") };
    assert_eq!((&found.url, found.title.as_str()), (&three, "Here"));
}

#[tokio::test]
async fn no_link_is_fetched_when_that_is_off() {
    let site = Site::start().await;
    let url = site.serve_at("/", Answer::page("<title>T</title>"));
    let address = site.address.to_string();
    let server = TestServer::with(&["--previews", "off", "--test-previews", &address]).await;
    let ada = server.user("ada").await;
    let room = ada.room("ops", &[]).await.channel_id;
    let mut socket = ada.join(room, None).await;
    ada.say(room, &url).await;
    let edited = ada.say(room, "nothing").await;
    ada.edit(room, edited.message_id, &url).await;
    ada.delete(&paths::previews(room, edited.message_id)).send().await.unwrap();
    socket.until_pong().await;
    assert_eq!((site.connections(), ada.channel(room).await.head_seq), (0, 3));
}
