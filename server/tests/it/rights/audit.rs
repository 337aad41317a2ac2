//! What is written down, who may read it, and that nobody can change it unseen.

use super::{asks_ban, asks_channel_role, asks_mute, make, make_moderator};
use crate::harness::{Expect, TestClient, TestServer, everyone, header};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::api::audit::{Act, AuditEntry, AuditPage};
use shared::{ErrorCode, Role, UserInfo, paths};

async fn page(by: &TestClient, query: &str) -> AuditPage {
    by.get(&format!("{}?{query}", paths::AUDIT)).gives(200).await
}

async fn export(by: &TestClient) -> Vec<AuditEntry> {
    let answer = by.get(paths::AUDIT_EXPORT).succeeds().await;
    assert_eq!(header(&answer, "content-type"), "application/x-ndjson");
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let text = answer.text().await.unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The digest of a line as the documentation says how it is made, reckoned here once more.
fn digest(before: &[u8], entry: &AuditEntry) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(entry.no.to_be_bytes());
    hash.update(entry.at.0.to_be_bytes());
    let ids =
        [entry.by.map(|id| id.0), entry.user_id.map(|id| id.0), entry.channel_id.map(|id| id.0)];
    for id in ids {
        hash.update([u8::from(id.is_some())]);
        hash.update(id.unwrap_or_default().as_bytes());
    }
    for text in [entry.act.as_str(), &entry.detail] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().to_vec()
}

#[tokio::test]
async fn every_act_is_written_down_with_who_did_what_with_whom() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (owner, ada, bob, eve) = (&people[0], &people[1], &people[2], &people[3]);
    let room = ada.public_room("tea", &[bob, eve]).await.channel_id;
    make_moderator(ada, room, bob).await;
    make_moderator(ada, room, bob).await;
    asks_mute(bob, room, eve).succeeds().await;
    bob.delete(&paths::mute(room, eve.id())).succeeds().await;
    let ban = json!({ "reason": "spam", "until": "2099-01-01T00:00:00.000Z" });
    bob.put(&paths::ban(room, eve.id())).json(&ban).succeeds().await;
    bob.delete(&paths::ban(room, eve.id())).succeeds().await;
    eve.add(room, eve).await;
    ada.remove(room, eve).await;
    bob.remove(room, bob).await;
    make(owner, bob, Role::Admin).await;
    make(owner, bob, Role::Admin).await;
    bob.put(&paths::deactivation(eve.id())).succeeds().await;
    bob.put(&paths::deactivation(eve.id())).succeeds().await;
    bob.delete(&paths::deactivation(eve.id())).succeeds().await;
    ada.delete(&paths::channel(room)).succeeds().await;
    // What is refused, is not written down.
    asks_ban(ada, room, bob).fails(ErrorCode::NotFound).await;
    asks_channel_role(ada, room, bob, "moderator").fails(ErrorCode::NotFound).await;
    let body = json!({ "userId": bob.id() });
    owner.put(paths::OWNER).json(&body).gives::<UserInfo>(200).await;

    let channel = Some(room);
    let wanted = [
        (Act::ChannelRoleChanged, ada, Some(bob), channel, "moderator"),
        (Act::Muted, bob, Some(eve), channel, ""),
        (Act::Unmuted, bob, Some(eve), channel, ""),
        (Act::Banned, bob, Some(eve), channel, "until 2099-01-01T00:00:00.000Z: spam"),
        (Act::Unbanned, bob, Some(eve), channel, ""),
        (Act::Kicked, ada, Some(eve), channel, ""),
        (Act::RoleChanged, owner, Some(bob), None, "from member to admin"),
        (Act::Deactivated, bob, Some(eve), None, ""),
        (Act::Reactivated, bob, Some(eve), None, ""),
        (Act::ChannelDeleted, ada, None, channel, ""),
        (Act::OwnershipTransferred, owner, Some(bob), None, "from admin to owner"),
    ];
    server.kill();
    server.start_again().await;
    let log = export(bob).await;
    let found: Vec<_> = log
        .iter()
        .filter(|entry| entry.act != Act::SignedUp)
        .map(|e| (e.act, e.by, e.user_id, e.channel_id, e.detail.as_str()))
        .collect();
    let wanted = wanted.map(|(act, by, with, channel, detail)| {
        (act, Some(by.id()), with.map(TestClient::id), channel, detail)
    });
    assert_eq!(found, wanted);
    assert_eq!(log.iter().filter(|entry| entry.act == Act::SignedUp).count(), 4);
}

#[tokio::test]
async fn each_line_of_the_export_seals_the_one_before() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    // More than is read at once.
    for _ in 0..300 {
        make(&people[0], &people[1], Role::Guest).await;
        make(&people[0], &people[1], Role::Member).await;
    }
    let log = export(&people[0]).await;
    assert_eq!(log.len(), 603);
    let mut before = vec![0; 32];
    for (entry, no) in log.iter().zip(1..) {
        assert_eq!(entry.no, no);
        before = digest(&before, entry);
        let told: String = before.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(entry.digest, told);
    }
    let newest = page(&people[0], "limit=1").await;
    assert_eq!(newest.entries, log[602..]);
}

#[tokio::test]
async fn the_log_is_read_newest_first_by_pages_and_by_what_is_asked_for() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let owner = &people[0];
    for person in &people[1..] {
        make(owner, person, Role::Guest).await;
    }
    let mut numbers = Vec::new();
    let mut query = "limit=3".to_owned();
    loop {
        let page = page(owner, &query).await;
        assert!(page.entries.len() <= 3);
        numbers.extend(page.entries.iter().map(|entry| entry.no));
        let Some(before) = page.before else { break };
        query = format!("limit=3&before={before}");
    }
    assert_eq!(numbers, [7, 6, 5, 4, 3, 2, 1]);
    let changes = page(owner, "act=role_changed").await;
    assert_eq!(changes.entries.iter().map(|entry| entry.no).collect::<Vec<_>>(), [7, 6, 5]);
    let of_one = page(owner, &format!("userId={}", people[1].id())).await;
    assert_eq!(of_one.entries.iter().map(|entry| entry.no).collect::<Vec<_>>(), [5, 2]);
    let both = page(owner, &format!("act=signed_up&userId={}", owner.id())).await;
    assert_eq!(both.entries.iter().map(|entry| entry.no).collect::<Vec<_>>(), [1]);
    for bad in ["before=x", "limit=x", "act=dancing", "userId=x"] {
        let path = format!("{}?{bad}", paths::AUDIT);
        owner.get(&path).fails(ErrorCode::Malformed).await;
    }
    assert_eq!(page(owner, "limit=0").await.entries.len(), 1);
    assert!(page(owner, "before=0").await.entries.is_empty());
}

#[tokio::test]
async fn the_owner_alone_reads_it() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    make(&people[0], &people[1], Role::Admin).await;
    make(&people[0], &people[2], Role::Guest).await;
    for person in &people[1..] {
        person.get(paths::AUDIT).fails(ErrorCode::Forbidden).await;
        person.get(paths::AUDIT_EXPORT).fails(ErrorCode::Forbidden).await;
    }
    server.stranger().get(paths::AUDIT).fails(ErrorCode::NotLoggedIn).await;
    server.stranger().get(paths::AUDIT_EXPORT).fails(ErrorCode::NotLoggedIn).await;
}
