//! Roles in a channel: who may do what with whom, run through with everybody.

use super::{
    ROLES, asks_ban, asks_channel_role, asks_mute, make, make_moderator, members, refusal,
};
use crate::harness::{Expect, TestClient, TestServer, everyone, unknown_id};
use serde_json::json;
use shared::api::rights::ChannelRole;
use shared::{ChannelId, ErrorCode, MessageId, Role, UserId, paths};

const CHANNEL_ROLES: [ChannelRole; 3] =
    [ChannelRole::Creator, ChannelRole::Moderator, ChannelRole::Member];

/// How much somebody has to say.
fn rank(role: Role, in_channel: ChannelRole) -> u8 {
    match (role, in_channel) {
        (Role::Owner, _) => 5,
        (Role::Admin, _) => 4,
        (_, ChannelRole::Creator) => 3,
        (Role::Member, ChannelRole::Moderator) => 2,
        (Role::Member | Role::Guest, _) => 1,
    }
}

/// Two people in two channels that are alike.
struct Pair {
    asks: (Role, ChannelRole),
    with: (Role, ChannelRole),
    one: ChannelId,
    other: ChannelId,
    message: MessageId,
}

async fn channel(
    founder: &TestClient,
    asks: (&TestClient, ChannelRole),
    with: (&TestClient, ChannelRole),
) -> ChannelId {
    let people = [asks, with];
    let creator = people.iter().find(|(_, role)| *role == ChannelRole::Creator);
    let creator = creator.map_or(founder, |(person, _)| *person);
    let others: Vec<_> =
        people.iter().map(|(who, _)| *who).filter(|who| who.id() != creator.id()).collect();
    let channel = creator.room("tea", &others).await.channel_id;
    for (person, role) in people {
        if role == ChannelRole::Moderator {
            make_moderator(creator, channel, person).await;
        }
    }
    channel
}

#[tokio::test]
async fn everybody_does_with_everybody_what_they_may_and_nothing_else() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 8).await;
    let owner = &people[0];
    let founder = &people[1];
    // For each role two people, so that one can do something with the other.
    let of = |role, second: bool| match role {
        Role::Owner => owner,
        Role::Admin => &people[2 + usize::from(second)],
        Role::Member => &people[4 + usize::from(second)],
        Role::Guest => &people[6 + usize::from(second)],
    };
    let mut pairs = Vec::new();
    // Everybody is a member while the channels are made, as guests make none.
    for asks in ROLES.map(|role| CHANNEL_ROLES.map(|of| (role, of))).as_flattened() {
        for with in ROLES.map(|role| CHANNEL_ROLES.map(|of| (role, of))).as_flattened() {
            let both_create = asks.1 == ChannelRole::Creator && with.1 == ChannelRole::Creator;
            if both_create || (asks.0 == Role::Owner && with.0 == Role::Owner) {
                continue;
            }
            let (who, whom) = (of(asks.0, false), of(with.0, true));
            let one = channel(founder, (who, asks.1), (whom, with.1)).await;
            let other = channel(founder, (who, asks.1), (whom, with.1)).await;
            let message = whom.say(one, "hello").await.message_id;
            pairs.push(Pair { asks: *asks, with: *with, one, other, message });
        }
    }
    for role in [Role::Admin, Role::Guest] {
        make(owner, of(role, false), role).await;
        make(owner, of(role, true), role).await;
    }
    assert_eq!(pairs.len(), 144 - 16 - 9 + 1, "every pair but those that can't be");
    for pair in &pairs {
        check(pair, of(pair.asks.0, false), of(pair.with.0, true)).await;
    }
}

async fn check(pair: &Pair, who: &TestClient, whom: &TestClient) {
    let Pair { asks, with, one, other, message } = pair;
    let (one, other) = (*one, *other);
    let creates = asks.1 == ChannelRole::Creator;
    let (mine, theirs) = (rank(asks.0, asks.1), rank(with.0, with.1));
    let in_charge = creates || mine >= 3;
    let unless = |may: bool| if may { None } else { Some(ErrorCode::Forbidden) };
    let told = format!("{asks:?} with {with:?}");

    let rename = who.patch(&paths::channel(one)).json(&json!({ "name": "coffee" }));
    assert_eq!(refusal(rename).await, unless(in_charge), "{told}: rename");
    let topic = who.patch(&paths::channel(one)).json(&json!({ "topic": "beans" }));
    assert_eq!(refusal(topic).await, unless(in_charge || mine == 2), "{told}: topic");
    let edit = who.patch(&paths::message(one, *message)).json(&json!({ "message": "no" }));
    assert_eq!(refusal(edit).await, Some(ErrorCode::Forbidden), "{told}: edit");
    let delete = who.delete(&paths::message(one, *message));
    assert_eq!(refusal(delete).await, unless(in_charge || mine > theirs), "{told}: delete");
    let bans = who.get(&paths::bans(one));
    assert_eq!(refusal(bans).await, unless(mine >= 2), "{told}: list bans");

    let promote = asks_channel_role(who, one, whom, "moderator");
    let expected = match with {
        _ if !in_charge => Some(ErrorCode::Forbidden),
        (_, ChannelRole::Creator) | (Role::Guest, _) => Some(ErrorCode::Conflict),
        _ => None,
    };
    assert_eq!(refusal(promote).await, expected, "{told}: promote");
    let demote = asks_channel_role(who, one, whom, "member");
    let expected = match with {
        _ if !in_charge => Some(ErrorCode::Forbidden),
        (_, ChannelRole::Creator) => Some(ErrorCode::Conflict),
        _ => None,
    };
    assert_eq!(refusal(demote).await, expected, "{told}: demote");

    let outcome = refusal(asks_mute(who, other, whom)).await;
    assert_eq!(outcome, unless(mine > theirs), "{told}: mute");
    let unmute = refusal(who.delete(&paths::mute(other, whom.id()))).await;
    assert_eq!(unmute, unless(mine > theirs), "{told}: unmute");
    let kick = who.delete(&paths::member(one, whom.id()));
    let theirs_now = if expected.is_none() { rank(with.0, ChannelRole::Member) } else { theirs };
    assert_eq!(refusal(kick).await, unless(creates || mine > theirs_now), "{told}: kick");
    let outcome = refusal(asks_ban(who, other, whom)).await;
    assert_eq!(outcome, unless(mine > theirs), "{told}: ban");
    let unban = refusal(who.delete(&paths::ban(other, whom.id()))).await;
    assert_eq!(unban, unless(mine > theirs), "{told}: unban");
}

#[tokio::test]
async fn members_are_listed_with_their_roles_for_members_alone() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 5).await;
    let (ada, bob, eve, late) = (&people[1], &people[2], &people[3], &people[4]);
    let room = ada.public_room("tea", &[bob, eve]).await.channel_id;
    make_moderator(ada, room, bob).await;
    make_moderator(ada, room, bob).await;
    asks_mute(bob, room, eve).succeeds().await;
    late.get(&paths::members(room)).fails(ErrorCode::NotFound).await;
    late.add(room, late).await;
    server.kill();
    server.start_again().await;
    let listed = members(late, room).await;
    let roles: Vec<_> = listed.iter().map(|m| (m.user_id, m.role, m.muted)).collect();
    let wanted = [
        (ada.id(), ChannelRole::Creator, false),
        (bob.id(), ChannelRole::Moderator, false),
        (eve.id(), ChannelRole::Member, true),
        (late.id(), ChannelRole::Member, false),
    ];
    assert_eq!(roles, wanted);
    assert!(listed.windows(2).all(|pair| pair[0].joined_at <= pair[1].joined_at));
    assert!(listed.iter().all(|member| member.joined_at.is_some()));
}

#[tokio::test]
async fn a_moderator_who_left_comes_back_as_a_member() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.public_room("tea", &[bob, eve]).await.channel_id;
    make_moderator(ada, room, bob).await;
    bob.remove(room, bob).await;
    bob.add(room, bob).await;
    asks_mute(bob, room, eve).fails(ErrorCode::Forbidden).await;
}

#[tokio::test]
async fn direct_conversations_know_no_roles() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 2).await;
    let (owner, bob) = (&people[0], &people[1]);
    let direct = owner.direct(bob).await.channel_id;
    let said = bob.say(direct, "mine").await.message_id;
    owner.delete(&paths::message(direct, said)).fails(ErrorCode::Forbidden).await;
    for request in [
        asks_channel_role(owner, direct, bob, "moderator"),
        asks_ban(owner, direct, bob),
        asks_mute(owner, direct, bob),
        owner.delete(&paths::member(direct, bob.id())),
        owner.get(&paths::bans(direct)),
    ] {
        request.fails(ErrorCode::Conflict).await;
    }
    let roles = members(bob, direct).await;
    assert!(roles.iter().all(|member| member.role == ChannelRole::Member), "{roles:?}");
}

#[tokio::test]
async fn a_role_in_a_channel_that_there_is_none_of_is_refused() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    for role in ["creator", "king", ""] {
        asks_channel_role(ada, room, bob, role).fails(ErrorCode::Invalid).await;
    }
    asks_channel_role(ada, room, eve, "moderator").fails(ErrorCode::NotFound).await;
    asks_channel_role(eve, room, bob, "moderator").fails(ErrorCode::NotFound).await;
    let nobody = paths::member_role(room, UserId(unknown_id()));
    ada.put(&nobody).json(&json!({ "role": "member" })).fails(ErrorCode::NotFound).await;
}
