//! Roles on the whole server: who gives whom which.

use super::{ROLES, asks_role, make, refusal};
use crate::harness::{Expect, TestClient, TestServer, everyone, unknown_id};
use serde_json::json;
use shared::{ErrorCode, Role, UserId, UserInfo, paths};

async fn role_of(by: &TestClient, whom: &TestClient) -> Role {
    by.get(&paths::user(whom.id())).gives::<UserInfo>(200).await.role
}

#[tokio::test]
async fn every_role_is_given_by_who_may_and_by_nobody_else() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 5).await;
    let (owner, admin, member, guest, whom) =
        (&people[0], &people[1], &people[2], &people[3], &people[4]);
    // A guest knows whom it shares a channel with.
    owner.room("all", &[admin, member, guest, whom]).await;
    make(owner, admin, Role::Admin).await;
    make(owner, guest, Role::Guest).await;
    let of = |role| match role {
        Role::Owner => owner,
        Role::Admin => admin,
        Role::Member => member,
        Role::Guest => guest,
    };
    for asks in ROLES {
        for from in ROLES {
            for to in ROLES {
                let target = if from == Role::Owner { owner } else { whom };
                if from != Role::Owner {
                    make(owner, whom, from).await;
                }
                let low = |role| role == Role::Member || role == Role::Guest;
                let expected = match asks {
                    Role::Member | Role::Guest => Some(ErrorCode::Forbidden),
                    _ if from == Role::Owner || to == Role::Owner => Some(ErrorCode::Conflict),
                    Role::Admin if !(low(from) && low(to)) => Some(ErrorCode::Forbidden),
                    Role::Owner | Role::Admin => None,
                };
                let found = refusal(asks_role(of(asks), target, to)).await;
                assert_eq!(found, expected, "{asks:?} makes {from:?} {to:?}");
                let role = role_of(owner, target).await;
                assert_eq!(role, if found.is_none() { to } else { from });
            }
        }
    }
}

#[tokio::test]
async fn nobody_changes_their_own_role_and_the_owner_stays_the_owner() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (owner, admin, member) = (&people[0], &people[1], &people[2]);
    make(owner, admin, Role::Admin).await;
    for role in ROLES {
        asks_role(owner, owner, role).fails(ErrorCode::Conflict).await;
        let code = if role == Role::Owner { ErrorCode::Conflict } else { ErrorCode::Forbidden };
        asks_role(admin, admin, role).fails(code).await;
        asks_role(member, member, role).fails(ErrorCode::Forbidden).await;
    }
    assert_eq!(role_of(member, owner).await, Role::Owner);
    assert_eq!(role_of(member, admin).await, Role::Admin);
}

#[tokio::test]
async fn a_role_that_there_is_none_of_is_refused_and_so_is_nobody() {
    let server = TestServer::start().await;
    let (owner, ada) = (server.user("owner").await, server.user("ada").await);
    for body in [json!({}), json!({ "role": "king" }), json!({ "role": 1 }), json!([])] {
        let problem = owner.put(&paths::user_role(ada.id())).json(&body);
        problem.fails(ErrorCode::Invalid).await;
    }
    let nobody = paths::user_role(UserId(unknown_id()));
    owner.put(&nobody).json(&json!({ "role": "admin" })).fails(ErrorCode::NotFound).await;
    ada.put(&nobody).json(&json!({ "role": "admin" })).fails(ErrorCode::Forbidden).await;
    let stranger = server.stranger();
    let path = paths::user_role(ada.id());
    stranger.put(&path).json(&json!({ "role": "admin" })).fails(ErrorCode::NotLoggedIn).await;
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on_and_outlives_the_process() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (owner, admin, creator, bob) = (&people[0], &people[1], &people[2], &people[3]);
    let room = creator.room("tea", &[admin, bob]).await.channel_id;
    admin.delete(&paths::member(room, bob.id())).fails(ErrorCode::Forbidden).await;
    make(owner, admin, Role::Admin).await;
    server.kill();
    server.start_again().await;
    assert_eq!(role_of(bob, admin).await, Role::Admin);
    admin.remove(room, bob).await;
    make(owner, admin, Role::Member).await;
    admin.put(&paths::ban(room, bob.id())).json(&json!({})).fails(ErrorCode::Forbidden).await;
}

#[tokio::test]
async fn an_admin_is_in_charge_of_the_channels_that_it_is_in_and_of_no_others() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (owner, admin, creator, bob) = (&people[0], &people[1], &people[2], &people[3]);
    make(owner, admin, Role::Admin).await;
    let inside = creator.room("tea", &[admin, bob]).await.channel_id;
    let hidden = creator.room("hidden", &[bob]).await.channel_id;
    let name = json!({ "name": "coffee" });
    admin.patch(&paths::channel(inside)).json(&name).succeeds().await;
    admin.patch(&paths::channel(hidden)).json(&name).fails(ErrorCode::NotFound).await;
    admin.delete(&paths::member(hidden, bob.id())).fails(ErrorCode::NotFound).await;
    admin.delete(&paths::channel(hidden)).fails(ErrorCode::NotFound).await;
}
