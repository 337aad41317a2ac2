//! `/admin/channels`: the channels that who administers is in, and in each its members, moderators,
//! mutes and bans. Other channels are hidden from them as from everybody.

use super::layout::{Frame, chevron};
use super::parts::{about, act, named, pages, panel, until, when};
use super::{Fields, Keeper, Notice, Outcome, back, noticed, page, unknown_act};
use crate::actions::{channels, moderation, people};
use crate::domain::permission;
use crate::error::{Error, Result};
use crate::storage::people::Person;
use crate::transport::http::extract::Path;
use crate::transport::http::page as app_page;
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::api::rights::{Ban, BanInfo, ChannelRole, MemberInfo, Mute};
use shared::limits::PEOPLE_PAGE;
use shared::look::hue;
use shared::{ChannelId, ChannelInfo, ErrorCode, Role, UserId, Visibility, paths};
use std::collections::HashMap;

const SENTENCES: &[(&str, &str)] = &[
    ("role", "The role in the channel is changed."),
    ("muted", "They may only read here now."),
    ("unmuted", "They may write here again."),
    ("kicked", "They are out of the channel."),
    ("banned", "They are kept out of the channel."),
    ("unbanned", "They may come back. That makes them no member."),
];

/// The list.
pub async fn list(keeper: Keeper) -> Response {
    let rooms = match channels::mine(&keeper.app, keeper.caller).await {
        Ok(mine) => mine.channels,
        Err(error) => return error.into_response(),
    };
    let mut rooms: Vec<_> = rooms.into_iter().filter(|room| room.name.is_some()).collect();
    rooms.sort_by_cached_key(|room| room.name.as_deref().unwrap_or_default().to_lowercase());
    let lead = "The channels that you are in. Others are hidden from you as from everybody.";
    let frame = Frame::administration(&keeper, paths::desk::ADMIN_CHANNELS, "Channels", lead, None);
    page(frame, move || {
        if rooms.is_empty() {
            return view! { <p class="none">"You are in no channel."</p> }.into_any();
        }
        let rows = rooms.into_iter().map(room_link).collect_view();
        view! { <ul class="hover">{rows}</ul> }.into_any()
    })
}

fn room_link(room: ChannelInfo) -> AnyView {
    let kind = if room.visibility == Visibility::Public { "Public" } else { "Private" };
    let about = match &room.topic {
        Some(topic) => format!("{kind} · {topic}"),
        None => kind.to_owned(),
    };
    let swatch = ["swatch ", hue(&room.channel_id.to_string())].concat();
    view! {
        <li>
            <a class="row" href=paths::desk::admin_channel(room.channel_id)>
                <span class=swatch aria-hidden="true"></span>
                <span><strong>{room.name}</strong><small>{about}</small></span>
                {chevron()}
            </a>
        </li>
    }
    .into_any()
}

/// One channel.
pub async fn show(keeper: Keeper, Path(channel): Path<ChannelId>) -> Response {
    let notice = noticed(&keeper.query, SENTENCES);
    render(&keeper, channel, notice).await
}

/// One of its forms.
pub async fn change(keeper: Keeper, Path(channel): Path<ChannelId>, fields: Fields) -> Response {
    match perform(&keeper, channel, &fields).await {
        Ok(Outcome::Done(word)) => back(&paths::desk::admin_channel(channel), &keeper.query, word),
        Ok(Outcome::Told(secret)) => render(&keeper, channel, Some(Notice::Told(secret))).await,
        Err(error) => render(&keeper, channel, Some(Notice::Wrong(error))).await,
    }
}

async fn perform(keeper: &Keeper, channel: ChannelId, fields: &Fields) -> Result<Outcome> {
    let (app, caller) = (&keeper.app, keeper.caller);
    let user: UserId = fields.needed("user")?;
    let word = match fields.text("act") {
        "role" => {
            let role = match fields.text("role") {
                "moderator" => ChannelRole::Moderator,
                "member" => ChannelRole::Member,
                _ => return Err(Error::invalid("role", "must be moderator or member")),
            };
            moderation::set_role(app, caller, channel, user, role).await?;
            "role"
        }
        "mute" => {
            let mute = Mute { until: until(fields, app.clock.now())? };
            moderation::mute(app, caller, channel, user, mute).await?;
            "muted"
        }
        "unmute" => {
            moderation::unmute(app, caller, channel, user).await?;
            "unmuted"
        }
        "kick" => {
            channels::remove_member(app, caller, channel, user).await?;
            "kicked"
        }
        "ban" => {
            let reason = fields.text("reason");
            let reason = (!reason.is_empty()).then(|| reason.to_owned());
            let ban = Ban { reason, until: until(fields, app.clock.now())? };
            moderation::ban(app, caller, channel, user, ban).await?;
            "banned"
        }
        "unban" => {
            moderation::unban(app, caller, channel, user).await?;
            "unbanned"
        }
        _ => return Err(unknown_act()),
    };
    Ok(Outcome::Done(word))
}

/// What the page of a channel shows.
struct Found {
    room: ChannelInfo,
    members: Vec<MemberInfo>,
    total: u64,
    bans: Vec<BanInfo>,
    people: HashMap<UserId, Person>,
    at: u64,
}

async fn load(keeper: &Keeper, channel: ChannelId) -> Result<Found> {
    let (app, caller) = (&keeper.app, keeper.caller);
    let room = channels::get(app, caller, channel).await?;
    let mut members = moderation::members(app, caller, channel).await?.members;
    let bans = moderation::bans(app, caller, channel).await?.bans;
    let total = members.len() as u64;
    let at = keeper.query.value::<u64>("page").ok().flatten().unwrap_or(0);
    let skip = usize::try_from(at).unwrap_or(usize::MAX).saturating_mul(PEOPLE_PAGE);
    members = members.into_iter().skip(skip).take(PEOPLE_PAGE).collect();
    let ids = members.iter().map(|member| member.user_id);
    let banned = bans.iter().flat_map(|ban| [ban.user_id, ban.banned_by]);
    let people = people::named(app, caller, ids.chain(banned).collect()).await?;
    Ok(Found { room, members, total, bans, people, at })
}

async fn render(keeper: &Keeper, channel: ChannelId, notice: Option<Notice>) -> Response {
    let found = match load(keeper, channel).await {
        Ok(found) => found,
        // A direct conversation has nobody to keep order in it, and no page here.
        Err(Error { code: ErrorCode::NotFound | ErrorCode::Conflict, .. }) => {
            return app_page::lost(&keeper.app).await;
        }
        Err(error) => return error.into_response(),
    };
    let title = found.room.name.clone().unwrap_or_else(|| "Conversation".to_owned());
    let lead = "Who is in this channel, who keeps order in it, and who is kept out.";
    let frame = Frame::administration(keeper, paths::desk::ADMIN_CHANNELS, title, lead, notice);
    let (asks, query) = ((keeper.caller.user_id, keeper.role), keeper.query.clone());
    page(frame, move || content(found, asks, &query))
}

fn content(found: Found, asks: (UserId, Role), query: &Fields) -> AnyView {
    let Found { room, members, total, bans, people, at } = found;
    let count = if total == 1 { "1 member".to_owned() } else { format!("{total} members") };
    let row = |member: MemberInfo| {
        people.get(&member.user_id).map(|person| member_row(member, person, asks))
    };
    let members: Vec<_> = members.into_iter().filter_map(row).collect();
    let no_bans = bans.is_empty();
    let bans: Vec<_> = bans.into_iter().filter_map(|ban| ban_row(ban, &people)).collect();
    let path = paths::desk::admin_channel(room.channel_id);
    view! {
        <p class="count">{count}</p>
        <table role="table">
            <caption class="visually-hidden">"Members"</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Name"</th>
                    <th role="columnheader" scope="col">"In this channel"</th>
                    <th role="columnheader" scope="col">"Since (UTC)"</th>
                    <th role="columnheader" scope="col">
                        <span class="visually-hidden">"What to do"</span>
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">{members}</tbody>
        </table>
        {pages(&path, query, at, PEOPLE_PAGE as u64, total)}
        <section>
            <h2>"Kept out"</h2>
            {if no_bans {
                view! { <p>"Nobody is banned from this channel."</p> }.into_any()
            } else {
                view! {
                    <table role="table">
                        <caption class="visually-hidden">"Bans"</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                <th role="columnheader" scope="col">"Name"</th>
                                <th role="columnheader" scope="col">"Why"</th>
                                <th role="columnheader" scope="col">"By"</th>
                                <th role="columnheader" scope="col">"Until (UTC)"</th>
                                <th role="columnheader" scope="col">
                                    <span class="visually-hidden">"What to do"</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{bans}</tbody>
                    </table>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

fn member_row(member: MemberInfo, person: &Person, asks: (UserId, Role)) -> AnyView {
    let (badge, role) = match member.role {
        ChannelRole::Creator => ("owner", "Creator"),
        ChannelRole::Moderator => ("admin", "Moderator"),
        ChannelRole::Member => ("", "Member"),
    };
    let muted = member.muted.then(|| match member.muted_until {
        Some(at) => view! { <small>" until " {when(at)}</small> }.into_any(),
        None => ().into_any(),
    });
    let muted = muted.map(|end| view! { " " <span class="badge muted">"Muted"</span> {end} });
    let since = member.joined_at.map(when);
    let acts = acts(&member, person, asks);
    view! {
        <tr role="row">
            <td role="cell">
                {named(person.user_id, person.display_name.clone(), person.username.clone())}
            </td>
            <td role="cell" data-label="In this channel">
                <span><span class=format!("badge {badge}")>{role}</span>{muted}</span>
            </td>
            <td role="cell" data-label="Since">{since}</td>
            <td role="cell" class="acts">{acts}</td>
        </tr>
    }
    .into_any()
}

/// What may be done with a member: nothing with who has as much to say on the server.
fn acts(member: &MemberInfo, person: &Person, asks: (UserId, Role)) -> AnyView {
    let id = member.user_id;
    if permission::may_deactivate(asks.1, asks.0 == id, person.role).is_err() {
        return (asks.0 == id).then(|| view! { <span class="you">"You"</span> }).into_any();
    }
    let role = match member.role {
        ChannelRole::Creator => None,
        ChannelRole::Moderator => Some(("member", "Make a member")),
        ChannelRole::Member => Some(("moderator", "Make a moderator")),
    };
    let role = role.filter(|_| person.role != Role::Guest).map(|(word, text)| {
        view! {
            <form method="post">
                {act("role")} {about("user", id)} {about("role", word)}
                <h3>"Role in this channel"</h3>
                <p>"A moderator deletes messages of members, and kicks, mutes and bans them."</p>
                <button class="soft">{text}</button>
            </form>
        }
    });
    let mute = if member.muted {
        view! {
            <form method="post">
                {act("unmute")} {about("user", id)}
                <h3>"Muted"</h3>
                <button class="soft">"Let them write again"</button>
            </form>
        }
        .into_any()
    } else {
        view! {
            <form method="post">
                {act("mute")} {about("user", id)}
                <h3>"Mute"</h3>
                <p>"They read here and write nothing."</p>
                {for_days()}
                <button class="soft">"Mute"</button>
            </form>
        }
        .into_any()
    };
    let forms = view! {
        {role}
        {mute}
        <form method="post">
            {act("kick")} {about("user", id)}
            <h3>"Take out"</h3>
            <p>"They may come back to a public channel by themselves."</p>
            <button class="quiet danger">"Take out of the channel"</button>
        </form>
        <form method="post">
            {act("ban")} {about("user", id)}
            <h3>"Ban"</h3>
            <p>"They are taken out and can't see the channel."</p>
            <label class="fieldset">
                <span>"Why " <em>"for who moderates it"</em></span>
                <input type="text" name="reason" maxlength="250" autocomplete="off"/>
            </label>
            {for_days()}
            <button class="quiet danger">"Ban"</button>
        </form>
    };
    let name = &person.display_name;
    panel(format!("m-{id}"), "Manage", name, name.clone(), forms).into_any()
}

fn for_days() -> AnyView {
    view! {
        <label class="fieldset">
            <span>"For days " <em>"without an end if empty"</em></span>
            <input type="number" name="days" min="1" max="36500"/>
        </label>
    }
    .into_any()
}

fn ban_row(ban: BanInfo, people: &HashMap<UserId, Person>) -> Option<AnyView> {
    let person = people.get(&ban.user_id)?;
    let by = people.get(&ban.banned_by).map_or("Somebody", |by| &by.display_name).to_owned();
    let until = match ban.until {
        Some(at) => when(at).into_any(),
        None => "without an end".into_any(),
    };
    let why = if ban.reason.is_empty() { "–".to_owned() } else { ban.reason };
    Some(
        view! {
            <tr role="row">
                <td role="cell">
                    {named(person.user_id, person.display_name.clone(), person.username.clone())}
                </td>
                <td role="cell" data-label="Why">{why}</td>
                <td role="cell" data-label="By">{by}</td>
                <td role="cell" data-label="Until">{until}</td>
                <td role="cell" class="acts">
                    <form method="post">
                        {act("unban")} {about("user", ban.user_id)}
                        <button class="soft small">"Let back"</button>
                    </form>
                </td>
            </tr>
        }
        .into_any(),
    )
}
