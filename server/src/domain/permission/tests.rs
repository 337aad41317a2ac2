//! Who may do what against whom, rule by rule.

use super::*;

fn standing() -> Standing {
    Standing {
        kind: ChannelKind::Room,
        visibility: Visibility::Private,
        member: true,
        creator: false,
        moderator: false,
        role: Role::Member,
        muted_until: None,
        banned_until: None,
    }
}

const NOW: Timestamp = Timestamp(1_000);

fn code(result: Result<()>) -> Option<ErrorCode> {
    result.err().map(|e| e.code)
}

#[test]
fn a_stranger_learns_nothing_of_a_private_channel() {
    let stranger = Standing { member: false, role: Role::Owner, ..standing() };
    for answer in [
        may_read(&stranger),
        may_see(&stranger, NOW),
        may_post(&stranger, NOW),
        may_change_channel(&stranger),
        may_add_member(&stranger, true, NOW),
        may_remove_member(&stranger, true, Rank::Member),
    ] {
        assert_eq!(code(answer), Some(ErrorCode::NotFound));
    }
}

#[test]
fn a_public_channel_can_be_seen_and_joined_but_not_read_by_strangers() {
    let stranger = Standing { member: false, visibility: Visibility::Public, ..standing() };
    assert_eq!(code(may_see(&stranger, NOW)), None);
    assert_eq!(code(may_add_member(&stranger, true, NOW)), None);
    assert_eq!(code(may_add_member(&stranger, false, NOW)), Some(ErrorCode::NotFound));
    assert_eq!(code(may_read(&stranger)), Some(ErrorCode::NotFound));
}

#[test]
fn only_the_creator_and_the_owner_are_in_charge() {
    assert_eq!(code(may_change_channel(&standing())), Some(ErrorCode::Forbidden));
    let creator = Standing { creator: true, ..standing() };
    assert_eq!(code(may_change_channel(&creator)), None);
    let owner = Standing { role: Role::Owner, ..standing() };
    assert_eq!(code(may_remove_member(&owner, false, Rank::Member)), None);
    assert_eq!(
        code(may_remove_member(&standing(), false, Rank::Member)),
        Some(ErrorCode::Forbidden)
    );
    assert_eq!(code(may_remove_member(&standing(), true, Rank::Member)), None);
}

#[test]
fn a_direct_conversation_stays_as_it_is() {
    let direct = Standing { kind: ChannelKind::Direct, creator: true, ..standing() };
    for answer in [
        may_change_channel(&direct),
        may_add_member(&direct, false, NOW),
        may_remove_member(&direct, true, Rank::Member),
    ] {
        assert_eq!(code(answer), Some(ErrorCode::Conflict));
    }
}

#[test]
fn a_mute_and_a_ban_end_by_themselves() {
    let muted = |until| Standing { muted_until: Some(Timestamp(until)), ..standing() };
    assert_eq!(code(may_post(&muted(1_001), NOW)), Some(ErrorCode::Forbidden));
    assert_eq!(code(may_post(&muted(i64::MAX), NOW)), Some(ErrorCode::Forbidden));
    assert_eq!(code(may_post(&muted(1_000), NOW)), None);
    assert_eq!(code(may_read(&muted(1_001))), None);
    let banned = |until| Standing {
        member: false,
        visibility: Visibility::Public,
        banned_until: Some(Timestamp(until)),
        ..standing()
    };
    assert_eq!(code(may_see(&banned(1_001), NOW)), Some(ErrorCode::NotFound));
    assert_eq!(code(may_add_member(&banned(1_001), true, NOW)), Some(ErrorCode::NotFound));
    assert_eq!(code(may_see(&banned(1_000), NOW)), None);
}

#[test]
fn a_moderator_moderates_members_alone() {
    let moderator = Standing { moderator: true, ..standing() };
    assert_eq!(code(may_moderate(&moderator, Rank::Member)), None);
    assert_eq!(code(may_change_topic(&moderator)), None);
    assert_eq!(code(may_change_channel(&moderator)), Some(ErrorCode::Forbidden));
    assert_eq!(code(may_set_channel_role(&moderator)), Some(ErrorCode::Forbidden));
    for rank in [Rank::Moderator, Rank::Creator, Rank::Admin, Rank::Owner] {
        assert_eq!(code(may_moderate(&moderator, rank)), Some(ErrorCode::Forbidden));
        assert_eq!(code(may_remove_member(&moderator, false, rank)), Some(ErrorCode::Forbidden));
    }
    let guest = Standing { role: Role::Guest, ..moderator };
    assert_eq!(code(may_moderate(&guest, Rank::Member)), Some(ErrorCode::Forbidden));
}

#[test]
fn a_direct_conversation_knows_no_ranks() {
    let owner =
        Standing { kind: ChannelKind::Direct, creator: true, role: Role::Owner, ..standing() };
    assert_eq!(owner.rank(), Rank::Member);
    let (me, other) = (UserId(uuid::Uuid::nil()), UserId(uuid::Uuid::max()));
    let refused = may_delete_message(&owner, me, other, Rank::Member);
    assert_eq!(code(refused), Some(ErrorCode::Forbidden));
    assert_eq!(code(may_moderate(&owner, Rank::Member)), Some(ErrorCode::Conflict));
}

#[test]
fn a_guest_sees_public_channels_as_little_as_private_ones() {
    let guest =
        Standing { member: false, visibility: Visibility::Public, role: Role::Guest, ..standing() };
    assert_eq!(code(may_see(&guest, NOW)), Some(ErrorCode::NotFound));
    assert_eq!(code(may_add_member(&guest, true, NOW)), Some(ErrorCode::NotFound));
    let inside = Standing { member: true, ..guest };
    assert_eq!(code(may_add_member(&inside, false, NOW)), Some(ErrorCode::Forbidden));
    assert_eq!(code(may_create_channel(Role::Guest)), Some(ErrorCode::Forbidden));
}

#[test]
fn roles_are_given_by_who_is_above_both() {
    let all = [Role::Owner, Role::Admin, Role::Member, Role::Guest];
    let pairs = all.map(|from| all.map(|to| (from, to)));
    let triples = all.map(|asks| pairs.as_flattened().iter().map(move |(f, t)| (asks, *f, *t)));
    for (asks, from, to) in triples.into_iter().flatten() {
        let expected = match (asks, from, to) {
            (Role::Member | Role::Guest, ..) => Some(ErrorCode::Forbidden),
            (_, Role::Owner, _) | (.., Role::Owner) => Some(ErrorCode::Conflict),
            (Role::Admin, Role::Admin, _) | (Role::Admin, _, Role::Admin) => {
                Some(ErrorCode::Forbidden)
            }
            _ => None,
        };
        assert_eq!(code(may_set_role(asks, false, from, to)), expected, "{asks:?} {from:?} {to:?}");
        assert!(may_set_role(asks, true, from, to).is_err());
    }
}
