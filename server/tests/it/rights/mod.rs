//! Who may do what: roles on the server and in channels, bans, mutes, accounts that are out of use,
//! the owner, guests, and what is written down of all of it.

mod audit;
mod bans;
mod channel_roles;
mod deactivation;
mod guests;
mod mutes;
mod ownership;
mod roles;

use crate::harness::{Expect, TestClient, check_problem, patiently};
use reqwest::RequestBuilder;
use serde_json::json;
use shared::api::rights::{MemberInfo, Members};
use shared::{ChannelId, ErrorCode, Problem, Role, Timestamp, UserInfo, paths};

/// Every role there is on the server.
const ROLES: [Role; 4] = [Role::Owner, Role::Admin, Role::Member, Role::Guest];

/// What a request comes to: nothing, or the code of its refusal.
async fn refusal(request: RequestBuilder) -> Option<ErrorCode> {
    let answer = patiently("an answer", request.send()).await.unwrap();
    if answer.status().is_success() {
        return None;
    }
    let status = answer.status().as_u16();
    let problem: Problem = answer.json().await.unwrap();
    assert_eq!(status, problem.code.status());
    check_problem(&problem);
    Some(problem.code)
}

/// A request for a role.
fn asks_role(by: &TestClient, whom: &TestClient, role: Role) -> RequestBuilder {
    by.put(&paths::user_role(whom.id())).json(&json!({ "role": role }))
}

/// Gives somebody a role on the server.
async fn make(by: &TestClient, whom: &TestClient, role: Role) {
    let user: UserInfo = asks_role(by, whom, role).gives(200).await;
    assert_eq!((user.user_id, user.role), (whom.id(), role));
}

/// A request for a role in a channel.
fn asks_channel_role(
    by: &TestClient,
    channel: ChannelId,
    whom: &TestClient,
    role: &str,
) -> RequestBuilder {
    by.put(&paths::member_role(channel, whom.id())).json(&json!({ "role": role }))
}

/// Makes somebody a moderator.
async fn make_moderator(by: &TestClient, channel: ChannelId, whom: &TestClient) {
    asks_channel_role(by, channel, whom, "moderator").succeeds().await;
}

/// A request to keep somebody out.
fn asks_ban(by: &TestClient, channel: ChannelId, whom: &TestClient) -> RequestBuilder {
    by.put(&paths::ban(channel, whom.id())).json(&json!({}))
}

/// A request to let somebody only read.
fn asks_mute(by: &TestClient, channel: ChannelId, whom: &TestClient) -> RequestBuilder {
    by.put(&paths::mute(channel, whom.id())).json(&json!({}))
}

/// A channel's members with their roles in it.
async fn members(by: &TestClient, channel: ChannelId) -> Vec<MemberInfo> {
    by.get(&paths::members(channel)).gives::<Members>(200).await.members
}

/// A time so many milliseconds from now.
fn in_millis(millis: i64) -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(now.as_millis()).unwrap() + millis)
}
