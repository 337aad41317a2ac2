//! A disk that is almost full: said in time, then refused cleanly while deleting goes on, and healed
//! without anybody's help. (One that is full to the last byte: `bad_input/full_storage.rs`.)

use crate::bad_input::full_storage::SmallDisk;
use crate::harness::{Expect, TestClient, patiently};
use shared::api::account::SignUp;
use shared::{ErrorCode, Problem, paths};

/// Takes all room but this many bytes.
fn leave(disk: &SmallDisk, bytes: u64) {
    let _ = std::fs::remove_file(disk.ballast());
    let room = rustix::fs::statvfs(&disk.inside).unwrap();
    let free = room.f_bavail * room.f_frsize;
    std::fs::write(disk.ballast(), vec![0; usize::try_from(free - bytes).unwrap()]).unwrap();
}

/// What `/readyz` says, once it is what is waited for.
async fn ready(ada: &TestClient, wanted: impl Fn(u16, &str) -> bool) -> String {
    let asking = async {
        loop {
            let answer = ada.get(paths::READYZ).send().await.unwrap();
            let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
            if wanted(status, &text) {
                return text;
            }
        }
    };
    patiently("readiness", asking).await
}

#[tokio::test]
async fn little_room_is_said_and_less_refuses_changes_but_no_deletion_until_there_is_room() {
    let disk = SmallDisk::start().await;
    let sign_up = SignUp { username: "ada".to_owned(), ..SignUp::default() };
    let ada = TestClient::sign_up(&disk.url, &sign_up).await;
    let room = ada.room("tea", &[]).await.channel_id;
    let first = ada.say(room, "first").await;
    let second = ada.say(room, "second").await;
    let told = |text: &str, level: u8| text.contains(&format!("\nhubbub_disk_level {level}\n"));
    let metrics = async || ada.get(paths::METRICS).succeeds().await.text().await.unwrap();
    assert!(told(&metrics().await, 0));

    leave(&disk, 200 * 1024);
    ready(&ada, |status, text| status == 200 && text.contains("almost full")).await;
    assert!(told(&metrics().await, 1));
    ada.say(room, "still taken").await;

    leave(&disk, 48 * 1024);
    let said = ready(&ada, |status, _| status == 503).await;
    assert!(said.contains("almost full"), "{said}");
    assert!(told(&metrics().await, 2));
    let body = serde_json::json!({ "message": "no", "nonce": "later" });
    let post = || ada.post(&paths::messages(room)).json(&body);
    let problem: Problem = post().fails(ErrorCode::StorageUnavailable).await;
    assert!(problem.detail.contains("deleting go on"), "{}", problem.detail);
    let edit = ada.patch(&paths::message(room, first.message_id));
    edit.json(&serde_json::json!({ "message": "no" })).fails(ErrorCode::StorageUnavailable).await;
    ada.unsay(room, second.message_id).await;
    let history = ada.history(room).await;
    assert_eq!((history.len(), history[0].message.as_str()), (3, "first"));
    assert!(history[1].deleted_at.is_some());

    disk.make_room();
    // At once: not after the next look.
    let later: shared::ChatMessage = post().gives(201).await;
    assert_eq!(later.message, "no");
    ready(&ada, |status, text| status == 200 && text == "ready\n").await;
}
