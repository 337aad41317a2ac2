//! Export and import: every answer is the same before and after, and what is wrong with an export is
//! said with the table and the line.

use crate::harness::{Chance, Expect, Ran, TestClient, TestServer, command, everyone};
use reqwest::Method;
use shared::api::messages::PostMessage;
use shared::api::uploads::Uploaded;
use shared::{ChannelId, Forward, MessageId, paths};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

const EMOJI: [&str; 3] = ["👍", "🎉", "👩‍👩‍👧‍👦"];

async fn run(verb: &str, file: &Path, data: &Path) -> Ran {
    command(&[verb, file.to_str().unwrap(), "--data", data.to_str().unwrap()]).await
}

/// Everything people do, at random: what is refused, as of deleted messages, changes nothing.
async fn talk(people: &[TestClient], rooms: &[ChannelId], chance: &mut Chance) {
    let mut said: Vec<(ChannelId, MessageId)> = Vec::new();
    for n in 0..150 {
        let (by, room) = (chance.pick(people).unwrap(), *chance.pick(rooms).unwrap());
        let old = chance.pick(&said).copied().filter(|_| n > 20);
        let mut new = PostMessage { message: format!("**{n}** @p2 `code`"), ..Default::default() };
        let (method, path) = match (chance.below(12), old) {
            (0, Some((room, id))) => (Method::PATCH, paths::message(room, id)),
            (1, Some((room, id))) => (Method::DELETE, paths::message(room, id)),
            (2, Some((room, id))) => {
                (Method::PUT, paths::reaction(room, id, chance.pick(&EMOJI).unwrap()))
            }
            (3, Some((room, id))) => (Method::PUT, paths::pin(room, id)),
            (4, Some((room, id))) => (Method::PUT, paths::bookmark(room, id)),
            (5 | 6, Some((of, id))) => {
                new.thread_root = Some(id);
                new.also_in_channel = chance.once_in(3);
                (Method::POST, paths::messages(of))
            }
            (7, Some((channel_id, message_id))) => {
                new.message.clear();
                new.forward = Some(Forward { channel_id, message_id });
                (Method::POST, paths::messages(room))
            }
            (8, _) => {
                let url = format!("{}?filename={n}.txt", paths::UPLOADS);
                let stored: Uploaded = by.post(&url).body(format!("file {n}")).gives(201).await;
                new.attachment_ids = vec![stored.uploads[0].upload_id];
                (Method::POST, paths::messages(room))
            }
            _ => (Method::POST, paths::messages(room)),
        };
        let mut request = by.request(method.clone(), &path);
        if method == Method::POST || method == Method::PATCH {
            let edit = serde_json::json!({ "message": new.message });
            request = if method == Method::POST { request.json(&new) } else { request.json(&edit) };
        }
        let answer = request.send().await.unwrap();
        assert!(answer.status().as_u16() < 500, "{path}: {answer:?}");
        if method == Method::POST && answer.status().is_success() {
            let message: shared::ChatMessage = answer.json().await.unwrap();
            said.push((message.channel_id, message.message_id));
        }
    }
    people[1].read(rooms[0], 5).await;
    people[0].remove(rooms[1], &people[2]).await;
}

/// What everyone is answered to every question.
async fn answers(people: &[TestClient], url: &str) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for person in people {
        let person = person.at(url);
        let mut asked = vec![
            paths::ME.to_owned(),
            paths::CHANNELS.to_owned(),
            paths::USERS.to_owned(),
            paths::BOOKMARKS.to_owned(),
            paths::THREADS.to_owned(),
            paths::CLIENTS.to_owned(),
            format!("{}?q=code", paths::SEARCH),
            format!("{}?q=has:file", paths::SEARCH),
        ];
        for channel in person.channels().await {
            let id = channel.channel_id;
            asked.push(paths::pins(id));
            asked.push(format!("{}?limit=200", paths::messages(id)));
            asked.push(format!("{}?after=0", paths::events(id)));
            for message in person.history(id).await {
                asked.push(paths::versions(id, message.message_id));
                if message.reply_count.is_some() {
                    asked.push(format!("{}?limit=200", paths::thread(id, message.message_id)));
                }
                for file in &message.attachments {
                    asked.push(paths::upload(file.upload_id, &file.filename));
                }
            }
        }
        for path in asked {
            let text = person.get(&path).succeeds().await.text().await.unwrap();
            answers.insert(format!("{} {path}", person.name()), text);
        }
    }
    answers
}

#[tokio::test]
async fn what_is_exported_and_imported_gives_the_same_answers_to_everyone() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let others: Vec<_> = people[1..].iter().collect();
    let rooms = [
        people[0].room("tea", &others).await.channel_id,
        people[0].public_room("coffee", &others).await.channel_id,
        people[1].direct(&people[2]).await.channel_id,
    ];
    let gone = people[0].room("gone", &[]).await.channel_id;
    people[0].delete(&paths::channel(gone)).succeeds().await;
    talk(&people, &rooms[..2], &mut Chance::new(Chance::seed("HUBBUB_EXPORT_SEED"))).await;
    people[1].say(rooms[2], "between us").await;
    let once = serde_json::json!({ "message": "once", "nonce": "kept" });
    people[0].post(&paths::messages(rooms[0])).json(&once).succeeds().await;
    // Asked first, as a client notes when it was used last.
    answers(&people, &server.url()).await;
    let before = answers(&people, &server.url()).await;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.tar.gz");
    let exported = run("export", &file, server.data()).await;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    let place = tempfile::tempdir().unwrap();
    let wrong_verb = run("restore", &file, place.path()).await;
    assert!(wrong_verb.stderr.contains("no backup of ours"), "{wrong_verb:?}");
    let imported = run("import", &file, place.path()).await;
    assert_eq!(imported.code, Some(0), "{imported:?}");
    let again = run("import", &file, place.path()).await;
    assert!(again.stderr.contains("not empty"), "{again:?}");
    let checked = command(&["check", "--data", place.path().to_str().unwrap()]).await;
    assert_eq!(checked.code, Some(0), "{checked:?}");

    let other = TestServer::on(place, &[]).await;
    let after = answers(&people, &other.url()).await;
    for (asked, answer) in &before {
        assert_eq!(after.get(asked), Some(answer), "{asked}");
    }
    assert_eq!(before.len(), after.len());
    let ada = people[0].at(&other.url());
    let same: shared::ChatMessage =
        ada.post(&paths::messages(rooms[0])).json(&once).gives(200).await;
    assert_eq!(same.message, "once", "a nonce holds for ever");
    let epochs = (people[0].socket().await.welcome.epoch, ada.socket().await.welcome.epoch);
    assert_ne!(epochs.0, epochs.1);
}

#[tokio::test]
async fn a_line_that_is_wrong_is_named_and_nothing_is_imported() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    ada.say(room, "hello").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.tar");
    assert_eq!(run("export", &file, server.data()).await.code, Some(0));
    let said = "\"message\":\"hello\"";
    let cases = [
        (said, "\"massage\":\"hello\"", "messages.jsonl, line 1: nothing is called massage"),
        (said, "\"message\":[\"ello\"]", "messages.jsonl, line 1: what is this message"),
        ("\"channelNo\":1", "\"channelNo\":9", "speaks of one that isn't there"),
    ];
    for (from, to, named) in cases {
        let wrong = folder.path().join("wrong.tar");
        rewrite(&file, &wrong, from, to);
        let place = folder.path().join("place");
        let refused = run("import", &wrong, &place).await;
        assert_eq!(refused.code, Some(1), "{to}");
        assert!(refused.stderr.contains(named), "{to}: {refused:?}");
        let left = std::fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(left.into_iter().all(|name| name == "hubbub.lock"), "{to}");
    }
}

/// The same export with another line, as if it had been exported so.
fn rewrite(from: &Path, to: &Path, text: &str, other: &str) {
    use sha2::Digest as _;
    let mut tar = tar::Archive::new(std::fs::File::open(from).unwrap());
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        entries.push((name, bytes));
    }
    let (_, manifest) = entries.pop().unwrap();
    let mut manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let mut changed = false;
    for (n, (_, bytes)) in entries.iter_mut().enumerate() {
        let text_of = String::from_utf8_lossy(bytes).into_owned();
        changed |= text_of.contains(text);
        *bytes = text_of.replace(text, other).into_bytes();
        let hash: String =
            sha2::Sha256::digest(&*bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        manifest["entries"][n]["size"] = bytes.len().into();
        manifest["entries"][n]["sha256"] = hash.into();
    }
    assert!(changed, "{text} is in no table");
    entries.push(("manifest.json".to_owned(), serde_json::to_vec(&manifest).unwrap()));
    let mut out = tar::Builder::new(std::fs::File::create(to).unwrap());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        out.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    out.into_inner().unwrap();
}
