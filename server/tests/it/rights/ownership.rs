//! There is always one owner, who may hand the server over.

use super::{make, refusal};
use crate::harness::{Expect, TestClient, TestServer, everyone, unknown_id};
use reqwest::RequestBuilder;
use serde_json::json;
use shared::api::account::Users;
use shared::{ErrorCode, Role, UserId, UserInfo, paths};

const PASSWORD: &str = "correct horse battery";

fn hand_over(by: &TestClient, to: UserId, password: Option<&str>) -> RequestBuilder {
    by.put(paths::OWNER).json(&json!({ "userId": to, "password": password }))
}

async fn roles(by: &TestClient) -> Vec<(UserId, Role)> {
    let users: Users = by.get(paths::USERS).gives(200).await;
    users.users.into_iter().map(|user| (user.user_id, user.role)).collect()
}

async fn owners(by: &TestClient) -> Vec<UserId> {
    let owners = roles(by).await.into_iter().filter(|(_, role)| *role == Role::Owner);
    owners.map(|(id, _)| id).collect()
}

#[tokio::test]
async fn the_owner_hands_the_server_over_with_its_password() {
    let mut server = TestServer::start().await;
    let owner = server.user_with_password("owner", PASSWORD).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    for password in [None, Some(""), Some("wrong wrong wrong")] {
        hand_over(&owner, ada.id(), password).fails(ErrorCode::Forbidden).await;
    }
    hand_over(&ada, ada.id(), Some(PASSWORD)).fails(ErrorCode::Forbidden).await;
    hand_over(&owner, owner.id(), Some(PASSWORD)).fails(ErrorCode::Conflict).await;
    let nobody = UserId(unknown_id());
    hand_over(&owner, nobody, Some(PASSWORD)).fails(ErrorCode::NotFound).await;
    owner.put(&paths::deactivation(bob.id())).succeeds().await;
    hand_over(&owner, bob.id(), Some(PASSWORD)).fails(ErrorCode::Conflict).await;
    assert_eq!(owners(&owner).await, [owner.id()]);

    let new: UserInfo = hand_over(&owner, ada.id(), Some(PASSWORD)).gives(200).await;
    assert_eq!((new.user_id, new.role), (ada.id(), Role::Owner));
    server.kill();
    server.start_again().await;
    assert_eq!(owners(&ada).await, [ada.id()]);
    assert!(roles(&ada).await.contains(&(owner.id(), Role::Admin)), "an admin from then on");
    hand_over(&owner, bob.id(), Some(PASSWORD)).fails(ErrorCode::Forbidden).await;
    owner.put(&paths::deactivation(ada.id())).fails(ErrorCode::Conflict).await;
    // The new one has no password, and needs none.
    make(&ada, &owner, Role::Member).await;
    hand_over(&ada, owner.id(), None).gives::<UserInfo>(200).await;
}

#[tokio::test]
async fn of_several_hand_overs_at_once_one_is_done() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 9).await;
    for _ in 0..5 {
        let owner = owners(&people[0]).await[0];
        let owner = people.iter().find(|person| person.id() == owner).unwrap();
        let others = people.iter().filter(|person| person.id() != owner.id());
        let requests = others.map(|to| refusal(hand_over(owner, to.id(), None)));
        let outcomes = futures_util::future::join_all(requests).await;
        let done = outcomes.iter().filter(|outcome| outcome.is_none()).count();
        assert_eq!(done, 1, "{outcomes:?}");
        assert!(outcomes.iter().flatten().all(|code| *code == ErrorCode::Forbidden));
        assert_eq!(owners(owner).await.len(), 1);
    }
}

#[tokio::test]
async fn a_hand_over_and_a_deactivation_at_once_leave_an_owner_who_is_there() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (owner, admin, heir) = (&people[0], &people[1], &people[2]);
    make(owner, admin, Role::Admin).await;
    let (handed, deactivated) = tokio::join!(
        refusal(hand_over(owner, heir.id(), None)),
        refusal(admin.put(&paths::deactivation(heir.id()))),
    );
    assert!(handed.is_none() != deactivated.is_none(), "{handed:?} {deactivated:?}");
    let now = owners(admin).await;
    assert_eq!(now, [if handed.is_none() { heir.id() } else { owner.id() }]);
}

#[tokio::test]
async fn a_bot_never_owns_the_server() {
    let server = TestServer::start().await;
    let owner = server.user("owner").await;
    let bot = owner.post(paths::BOTS).json(&json!({ "username": "robot" }));
    let bot: serde_json::Value = bot.gives(201).await;
    let body = json!({ "userId": bot["userId"] });
    owner.put(paths::OWNER).json(&body).fails(ErrorCode::Conflict).await;
    assert_eq!(owners(&owner).await, [owner.id()]);
}
