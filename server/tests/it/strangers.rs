//! What is unknown and what one may not see answer alike: every route of the document is asked by
//! somebody who may not, for what is there and for what is not, and the answers are compared.

use crate::harness::{Expect, TestClient, TestServer, TestSocket, patiently, unknown_id};
use crate::uploads::upload;
use reqwest::Method;
use serde_json::{Value, json};
use shared::{ChannelId, MessageId, UploadId, paths};
use std::collections::BTreeMap;

/// What the parameters of paths name.
type Names = BTreeMap<&'static str, String>;

/// A body that has what any request needs; what it does not know is passed over.
fn any_body() -> Value {
    json!({
        "message": "x", "seq": 1, "name": "x", "topic": "x", "role": "member", "days": 5,
        "reason": "x", "password": "correct horse battery",
    })
}

/// An answer without what differs from one to the next by nature: the time, and the ids asked for.
async fn told(client: &TestClient, method: &str, path: &str, names: &Names) -> (u16, String) {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let mut request = client.request(method.clone(), path);
    if method != Method::GET && method != Method::DELETE {
        request = request.json(&any_body());
    }
    let answer = patiently("an answer", request.send()).await.unwrap();
    let status = answer.status().as_u16();
    let mut lines: Vec<_> = answer
        .headers()
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    let mut text = format!("{}\n{}", lines.join("\n"), answer.text().await.unwrap());
    for (name, value) in names {
        text = text.replace(value, name);
    }
    (status, text)
}

/// The text with what its parameters name.
fn put(text: &str, names: &Names) -> String {
    names
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The path with its parameters, if one of them names something hidden.
fn filled(path: &str, names: &Names) -> Option<String> {
    let telling = ["{channelId}", "{messageId}", "{uploadId}", "{clientId}"];
    if !telling.iter().any(|name| path.contains(name)) {
        return None;
    }
    let mut filled = put(path, names);
    // What else others may add names nothing in either case.
    while let Some((before, rest)) = filled.clone().split_once('{') {
        let (_, after) = rest.split_once('}').unwrap();
        filled = format!("{before}nothing{after}");
    }
    Some(filled)
}

struct Scene {
    server: TestServer,
    ada: TestClient,
    eve: TestClient,
    hidden: Names,
    unknown: Names,
    /// A channel of Eve's own.
    den: ChannelId,
}

async fn scene() -> Scene {
    let server = TestServer::start().await;
    let (ada, eve) = (server.user("ada").await, server.user("eve").await);
    let room = ada.room("secret", &[]).await.channel_id;
    let message = ada.say(room, "hidden").await.message_id;
    ada.say(room, "another").await;
    let file = upload(&ada, "a.txt", b"hello").await;
    let den = eve.room("den", &[]).await.channel_id;
    let name = |id: &dyn ToString| id.to_string();
    let hidden = Names::from([
        ("channelId", name(&room)),
        ("messageId", name(&message)),
        ("userId", name(&ada.id())),
        ("clientId", name(&ada.client_id())),
        ("uploadId", name(&file.upload_id)),
        ("filename", "a.txt".to_owned()),
        ("emoji", "%F0%9F%91%8D".to_owned()),
    ]);
    let unknown = Names::from([
        ("channelId", name(&ChannelId(unknown_id()))),
        ("messageId", name(&MessageId(unknown_id()))),
        ("userId", name(&ada.id())),
        ("clientId", name(&unknown_id())),
        ("uploadId", name(&UploadId(unknown_id()))),
        ("filename", "a.txt".to_owned()),
        ("emoji", "%F0%9F%91%8D".to_owned()),
    ]);
    Scene { server, ada, eve, hidden, unknown, den }
}

#[tokio::test]
async fn on_every_route_what_is_hidden_answers_like_what_is_unknown() {
    let Scene { server, ada, eve, hidden, unknown, den } = scene().await;
    let document: Value = server.stranger().get(paths::OPENAPI).gives(200).await;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let (Some(there), Some(nowhere)) = (filled(path, &hidden), filled(path, &unknown))
            else {
                continue;
            };
            let there = told(&eve, method, &there, &hidden).await;
            let nowhere = told(&eve, method, &nowhere, &unknown).await;
            assert_eq!(there, nowhere, "{method} {path}");
            assert_eq!(there.0, 404, "{method} {path}: {there:?}");
            asked += 1;
            // A message of another channel, asked for in one's own.
            if path.contains("{messageId}") {
                let own = |names: &Names| {
                    let mut names = names.clone();
                    names.insert("channelId", den.to_string());
                    names
                };
                let (one, other) = (own(&hidden), own(&unknown));
                let there = told(&eve, method, &filled(path, &one).unwrap(), &one).await;
                let nowhere = told(&eve, method, &filled(path, &other).unwrap(), &other).await;
                assert_eq!(there, nowhere, "{method} {path} in another channel");
            }
            // Who is not logged in learns nothing either.
            let stranger = server.stranger();
            let there = told(&stranger, method, &filled(path, &hidden).unwrap(), &hidden).await;
            let nowhere = told(&stranger, method, &filled(path, &unknown).unwrap(), &unknown).await;
            assert_eq!(there, nowhere, "{method} {path} without a login");
            assert_eq!(there.0, 401, "{method} {path}: {there:?}");
        }
    }
    assert!(asked >= 25, "{asked}");
    assert_eq!(ada.history(hidden["channelId"].parse().unwrap()).await.len(), 2);
}

#[tokio::test]
async fn in_queries_and_bodies_what_is_hidden_answers_like_what_is_unknown() {
    let Scene { server: _server, ada: _ada, eve, hidden, unknown, den } = scene().await;
    for (method, path) in [
        ("get", format!("{}?q=hidden&channelId={{channelId}}", paths::SEARCH)),
        ("get", format!("{}?channelId={{channelId}}", paths::WS_JOIN_CHANNEL)),
        ("get", format!("{}?around=1", paths::MESSAGES)),
        ("get", format!("{}?after=0", paths::EVENTS)),
    ] {
        let there = told(&eve, method, &filled(&path, &hidden).unwrap(), &hidden).await;
        let nowhere = told(&eve, method, &filled(&path, &unknown).unwrap(), &unknown).await;
        assert_eq!(there, nowhere, "{path}");
    }
    // Named in a message's body: as its file, as what it answers, as what it repeats.
    for body in [
        r#"{"message":"x","attachmentIds":["{uploadId}"]}"#,
        r#"{"message":"x","replyTo":"{messageId}"}"#,
        r#"{"message":"x","threadRoot":"{messageId}"}"#,
        r#"{"message":"","forward":{"channelId":"{channelId}","messageId":"{messageId}"}}"#,
    ] {
        let say = async |names: &Names| {
            let request =
                eve.post(&paths::messages(den)).header("content-type", "application/json");
            let answer = request.body(put(body, names)).send().await.unwrap();
            let status = answer.status().as_u16();
            let mut text = answer.text().await.unwrap();
            names.iter().for_each(|(name, value)| text = text.replace(value, name));
            (status, text)
        };
        let (there, nowhere) = (say(&hidden).await, say(&unknown).await);
        assert!((400..500).contains(&there.0), "{body}: {there:?}");
        assert_eq!(there, nowhere, "{body}");
    }
}

#[tokio::test]
async fn on_a_socket_what_is_hidden_answers_like_what_is_unknown() {
    let Scene { server: _server, ada, eve, hidden, unknown, .. } = scene().await;
    let frames = [
        r#"{"type":"message","channelId":"{channelId}","nonce":"n","message":"x"}"#,
        r#"{"type":"edit","channelId":"{channelId}","messageId":"{messageId}","nonce":"n","message":"x"}"#,
        r#"{"type":"delete","channelId":"{channelId}","messageId":"{messageId}","nonce":"n"}"#,
        r#"{"type":"react","channelId":"{channelId}","messageId":"{messageId}","emoji":"👍","on":true,"nonce":"n"}"#,
        r#"{"type":"pin","channelId":"{channelId}","messageId":"{messageId}","on":true,"nonce":"n"}"#,
        r#"{"type":"bookmark","channelId":"{channelId}","messageId":"{messageId}","on":true}"#,
        r#"{"type":"follow","channelId":"{channelId}","messageId":"{messageId}","on":true}"#,
        r#"{"type":"read","channelId":"{channelId}","seq":1}"#,
        r#"{"type":"typing","channelId":"{channelId}"}"#,
        r#"{"type":"resume","cursors":{"{channelId}":0}}"#,
    ];
    let mut socket: TestSocket = eve.socket().await;
    for frame in frames {
        let mut say = async |names: &Names| {
            socket.send_text(&put(frame, names)).await;
            let said = socket
                .recv_until(|said| {
                    let text = said.to_json();
                    (!text.contains(r#""type":"presence""#)).then_some(text)
                })
                .await;
            names.iter().fold(said, |text, (name, value)| text.replace(value, name))
        };
        let (there, nowhere) = (say(&hidden).await, say(&unknown).await);
        assert_eq!(there, nowhere, "{frame}");
    }
    assert_eq!(ada.history(hidden["channelId"].parse().unwrap()).await.len(), 2);
}
