//! What becomes of previews: taken away by their message's author, kept by edits as far as their
//! links are, erased with their message.

use super::site::Answer;
use super::{Scene, previewed};
use crate::harness::{Expect, patiently};
use shared::timeline::Timeline;
use shared::{ChannelEvent, ClientMessage, ErrorCode, RemovePreviews, paths};

impl Scene {
    fn page(&self, name: &str) -> String {
        let title = Answer::page(&format!("<title>Page {name}</title>"));
        self.site.serve_at(&format!("/{name}"), title)
    }

    async fn shown(&self) -> Vec<Vec<String>> {
        let history = self.ada.history(self.room).await;
        let mut timeline = Timeline::new();
        for event in self.ada.events(self.room, 0).await {
            timeline.apply(event);
        }
        assert_eq!(timeline.messages().cloned().collect::<Vec<_>>(), history, "folded as fetched");
        let titles = |previews: Vec<shared::Preview>| previews.into_iter().map(|p| p.title);
        history.into_iter().map(|message| titles(message.previews).collect()).collect()
    }
}

#[tokio::test]
async fn their_messages_author_takes_them_away_for_this_text() {
    let mut scene = Scene::new().await;
    let (a, b) = (scene.page("a"), scene.page("b"));
    let event = scene.previewed(&a).await;
    let path = paths::previews(scene.room, event.message_id);
    scene.ada.delete(&path).succeeds().await;
    let gone = previewed(&mut scene.socket).await;
    assert_eq!((gone.message_id, gone.user_id), (event.message_id, scene.ada.id()));
    assert_eq!((gone.previews.len(), gone.seq), (0, event.seq + 1));
    scene.ada.delete(&path).succeeds().await;
    assert_eq!(scene.ada.channel(scene.room).await.head_seq, gone.seq, "twice is once");
    // The same link elsewhere is not concerned.
    scene.previewed(&format!("again {a}")).await;
    assert_eq!(scene.shown().await, [vec![], vec!["Page a"]]);
    // A new text is looked at anew.
    scene.ada.edit(scene.room, event.message_id, &format!("{a} {b}")).await;
    previewed(&mut scene.socket).await;
    assert_eq!(scene.shown().await, [vec!["Page a", "Page b"], vec!["Page a"]]);
}

#[tokio::test]
async fn they_are_taken_away_by_a_frame_too() {
    let mut scene = Scene::new().await;
    let url = scene.page("a");
    let event = scene.previewed(&url).await;
    let remove = |nonce: Option<&str>| {
        let (message_id, nonce) = (event.message_id, nonce.map(str::to_owned));
        ClientMessage::RemovePreviews(RemovePreviews { channel_id: None, message_id, nonce })
    };
    scene.socket.send(&remove(Some("n1"))).await;
    let ack = scene.socket.ack("n1").await;
    assert_eq!((ack.seq, ack.message_id, ack.duplicate), (event.seq + 1, event.message_id, false));
    scene.socket.send(&remove(Some("n1"))).await;
    let again = scene.socket.ack("n1").await;
    assert_eq!((again.seq, again.duplicate), (ack.seq, true));
    scene.socket.send(&remove(None)).await;
    scene.socket.until_pong().await;
    assert_eq!(scene.ada.channel(scene.room).await.head_seq, ack.seq);
}

#[tokio::test]
async fn what_was_taken_away_before_it_was_found_never_comes() {
    let mut scene = Scene::new().await;
    let held = scene.site.serve_at("/held", Answer::page("<title>Held</title>").held());
    let message = scene.ada.say(scene.room, &held).await;
    patiently("the link to be fetched", scene.site.is_asked_for("/held")).await;
    scene.ada.delete(&paths::previews(scene.room, message.message_id)).succeeds().await;
    scene.site.open_gate();
    // It is found, and shown where it is still wanted.
    let other = scene.previewed(&format!("also {held}")).await;
    assert_eq!(other.previews[0].title, "Held");
    assert_eq!(scene.shown().await, [vec![], vec!["Held"]]);
    assert_eq!(other.seq, message.seq + 2, "what changed nothing took no seq");
}

#[tokio::test]
async fn nobody_takes_away_what_is_not_theirs() {
    let mut scene = Scene::new().await;
    let (bob, eve) = (scene.server.user("bob").await, scene.server.user("eve").await);
    scene.ada.add(scene.room, &bob).await;
    let url = scene.page("a");
    let event = scene.previewed(&url).await;
    let path = paths::previews(scene.room, event.message_id);
    bob.delete(&path).fails(ErrorCode::Forbidden).await;
    eve.delete(&path).fails(ErrorCode::NotFound).await;
    scene.server.stranger().delete(&path).fails(ErrorCode::NotLoggedIn).await;
    assert_eq!(scene.shown().await, [["Page a"]]);
    // Who may delete a message may also take away what it shows.
    let message = bob.say(scene.room, &format!("bob: {url}")).await;
    previewed(&mut scene.socket).await;
    scene.ada.delete(&paths::previews(scene.room, message.message_id)).succeeds().await;
    let gone = previewed(&mut scene.socket).await;
    assert_eq!((gone.user_id, gone.previews.len()), (scene.ada.id(), 0));
    scene.ada.unsay(scene.room, message.message_id).await;
    let path = paths::previews(scene.room, message.message_id);
    bob.delete(&path).fails(ErrorCode::Conflict).await;
}

#[tokio::test]
async fn an_edit_keeps_those_of_links_that_stay_and_adds_those_of_new_ones() {
    let mut scene = Scene::new().await;
    let (a, b, c) = (scene.page("a"), scene.page("b"), scene.page("c"));
    let event = scene.previewed(&format!("{a} {b}")).await;
    scene.ada.edit(scene.room, event.message_id, &format!("only {b}")).await;
    assert_eq!(scene.shown().await, [["Page b"]]);
    scene.ada.edit(scene.room, event.message_id, &format!("{c} before {b}")).await;
    previewed(&mut scene.socket).await;
    assert_eq!(scene.shown().await, [["Page c", "Page b"]]);
    scene.ada.edit(scene.room, event.message_id, "nothing").await;
    assert_eq!(scene.shown().await, [Vec::<String>::new()]);
    assert_eq!(scene.site.times("/b"), 1);
}

#[tokio::test]
async fn what_is_found_after_an_edit_is_held_against_the_new_text() {
    let mut scene = Scene::new().await;
    let held = scene.site.serve_at("/held", Answer::page("<title>Held</title>").held());
    let b = scene.page("b");
    let message = scene.ada.say(scene.room, &held).await;
    patiently("the link to be fetched", scene.site.is_asked_for("/held")).await;
    scene.ada.edit(scene.room, message.message_id, &b).await;
    let event = previewed(&mut scene.socket).await;
    assert_eq!(event.previews[0].title, "Page b");
    scene.site.open_gate();
    let other = scene.previewed(&format!("also {held}")).await;
    assert_eq!(scene.shown().await, [["Page b"], ["Held"]]);
    assert_eq!(other.seq, event.seq + 2);
}

#[tokio::test]
async fn a_deletion_erases_them_also_from_the_log_and_the_disk() {
    let mut scene = Scene::new().await;
    let secret = "a title that nobody else would ever have";
    let url = scene.site.serve_at("/", Answer::page(&format!("<title>{secret}</title>")));
    let event = scene.previewed(&url).await;
    scene.ada.unsay(scene.room, event.message_id).await;
    assert_eq!(scene.shown().await, [Vec::<String>::new()]);
    let log = scene.ada.events(scene.room, 0).await;
    let told = log.iter().find_map(|told| match told {
        ChannelEvent::Previewed(told) => Some(told.clone()),
        _ => None,
    });
    assert_eq!(told.map(|told| (told.seq, told.previews)), Some((event.seq, Vec::new())));
    let Scene { mut server, socket, .. } = scene;
    socket.cut();
    assert!(server.terminate().await.success());
    let stored = server.stored_bytes();
    assert!(!stored.windows(secret.len()).any(|part| part == secret.as_bytes()));
}

#[tokio::test]
async fn what_is_found_after_a_deletion_is_nothing() {
    let mut scene = Scene::new().await;
    let held = scene.site.serve_at("/held", Answer::page("<title>Held</title>").held());
    let message = scene.ada.say(scene.room, &held).await;
    patiently("the link to be fetched", scene.site.is_asked_for("/held")).await;
    scene.ada.unsay(scene.room, message.message_id).await;
    scene.site.open_gate();
    let other = scene.previewed(&format!("also {held}")).await;
    assert_eq!(other.seq, message.seq + 3, "message, deletion, message, previews");
    assert_eq!(scene.shown().await, [vec![], vec!["Held"]]);
}
