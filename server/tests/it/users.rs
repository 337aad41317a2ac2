//! Looking people up.

use crate::harness::{Expect, TestClient, TestServer, everyone};
use serde_json::json;
use shared::api::account::Users;
use shared::{ErrorCode, Role, UserId, UserInfo, limits, paths};

async fn found(by: &TestClient, query: &str) -> Vec<String> {
    let path = format!("{}?{query}", paths::USERS);
    let users: Users = by.get(&path).gives(200).await;
    users.users.into_iter().map(|user| user.username).collect()
}

#[tokio::test]
async fn people_are_found_by_how_their_names_or_shown_names_begin() {
    let server = TestServer::start().await;
    let ada = server.user("ada lovelace").await;
    server.user("Adam").await;
    let grace = server.user("grace").await;
    server.user("愛子").await;
    let body = json!({ "displayName": "Admiral Hopper" });
    grace.patch(paths::ME).json(&body).succeeds().await;

    let mut names = found(&ada, "query=AD").await;
    names.sort_unstable();
    assert_eq!(names, ["Adam", "ada lovelace", "grace"]);
    assert_eq!(found(&ada, "query=love").await, ["ada lovelace"]);
    assert_eq!(found(&ada, "query=hopp").await, ["grace"]);
    assert_eq!(found(&ada, &format!("query={}", paths::percent_encode("愛"))).await, ["愛子"]);
    assert!(found(&ada, "query=zzz").await.is_empty());
    assert_eq!(found(&ada, "").await.len(), 4);
}

#[tokio::test]
async fn a_query_with_the_searchs_own_signs_is_taken_literally() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    server.user("100% sure").await;
    for (query, names) in [
        ("%", &[][..]),
        ("_", &[]),
        ("*", &[]),
        ("\"", &[]),
        ("'; DROP TABLE users; --", &[]),
        ("100%", &["100% sure"]),
        ("a_a", &[]),
        ("\\", &[]),
    ] {
        let query = format!("query={}", paths::percent_encode(query));
        assert_eq!(found(&ada, &query).await, names, "{query}");
    }
}

#[tokio::test]
async fn a_look_up_is_bounded() {
    let server = TestServer::start().await;
    let people = everyone(&server, "person", 6).await;
    assert_eq!(found(&people[0], "query=person&limit=4").await.len(), 4);
    for limit in ["x", "1.5", "", "0x10"] {
        let path = format!("{}?limit={limit}", paths::USERS);
        people[0].get(&path).fails(ErrorCode::Malformed).await;
    }
    // Any whole number is held at the ends of what can be had.
    assert_eq!(found(&people[0], "limit=0").await.len(), 1);
    assert_eq!(found(&people[0], "limit=-5").await.len(), 1);
    let most = (limits::USERS_PAGE_MAX + 1).to_string();
    for limit in [most.as_str(), "99999999999999999999"] {
        assert_eq!(found(&people[0], &format!("limit={limit}")).await.len(), 6);
    }
}

#[tokio::test]
async fn one_user_is_shown_with_their_role_and_presence() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let path = paths::user(ada.id());
    let shown: UserInfo = bob.get(&path).gives(200).await;
    assert_eq!((shown.username.as_str(), shown.role, shown.online), ("ada", Role::Owner, false));
    let socket = ada.socket().await;
    assert!(bob.get(&path).gives::<UserInfo>(200).await.online);
    socket.close().await;

    let nobody = paths::user(UserId(crate::harness::unknown_id()));
    bob.get(&nobody).fails(ErrorCode::NotFound).await;
    bob.get("/api/users/not-a-uuid").fails(ErrorCode::NotFound).await;
}
