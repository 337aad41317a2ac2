//! The pages that the server draws by itself, over HTTP with the cookie that a browser carries: what
//! each form does, who is refused what, and that names stay text. What a browser makes of them is in
//! `browser/desk.rs`.

use crate::harness::{Expect, TestClient, TestServer, everyone, header};
use reqwest::{RequestBuilder, Response, redirect};
use serde_json::json;
use shared::api::audit::{Act, AuditPage};
use shared::api::invites::Invites;
use shared::api::rights::{Bans, ChannelRole, Members};
use shared::api::tokens::{Bot, Bots};
use shared::{Role, UserId, UserInfo, paths};

const NASTY: &str = "<script>alert(1)</script>\"'><img src=x>";

/// A browser that follows no redirect by itself.
struct Page {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Page {
    fn of(client: &TestClient) -> Self {
        let cookie = format!("hubbub_session={}", client.token());
        Self { cookie, ..Self::stranger(client.base()) }
    }

    fn stranger(base: &str) -> Self {
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { http, base: base.to_owned(), cookie: String::new() }
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.http.get(format!("{}{path}", self.base));
        request.header("cookie", &self.cookie).send().await.unwrap()
    }

    /// The page's HTML, which must be whole and careful.
    async fn html(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        read(answer).await
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.base));
        filled(request.header("cookie", &self.cookie).header("origin", &self.base), fields)
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.form(path, fields).send().await.unwrap()
    }

    /// Sends a form that is done, and gives the page to which it leads back.
    async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        let status = answer.status();
        let to = header(&answer, "location");
        assert_eq!(status, 303, "{fields:?}: {}", answer.text().await.unwrap());
        assert!(to.starts_with(path), "{to}");
        let html = self.html(&to).await;
        assert!(html.contains("class=\"said\""), "{to} says nothing");
        html
    }

    /// Sends a form that is refused, and gives what is said of it.
    async fn refused(&self, path: &str, fields: &[(&str, &str)], status: u16) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status(), status, "{fields:?}");
        let html = read(answer).await;
        assert!(html.contains("role=\"alert\""), "{html}");
        html
    }
}

fn filled(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

async fn read(answer: Response) -> String {
    let policy = header(&answer, "content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(header(&answer, "cache-control"), "no-store");
    assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
    let html = answer.text().await.unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>"), "{html}");
    for never in ["<script", "<img", "style=\"", "onclick"] {
        assert!(!html.contains(never), "{never} in {html}");
    }
    html
}

async fn role(by: &TestClient, of: UserId) -> Role {
    by.get(&paths::user(of)).gives::<UserInfo>(200).await.role
}

/// What stands in the value of the field that is told once.
fn told(html: &str) -> &str {
    let (_, rest) = html.split_once("class=\"told\"").expect("something is told");
    let (_, rest) = rest.split_once("value=\"").unwrap();
    rest.split_once('"').unwrap().0
}

const PAGES: [&str; 5] = [
    paths::desk::ADMIN,
    paths::desk::ADMIN_INVITES,
    paths::desk::ADMIN_CHANNELS,
    paths::desk::ADMIN_BOTS,
    paths::desk::ADMIN_LOG,
];

#[tokio::test]
async fn who_does_not_administer_finds_no_such_pages() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (owner, admin, member) = (&people[0], &people[1], &people[2]);
    owner.put(&paths::user_role(admin.id())).json(&json!({ "role": "admin" })).succeeds().await;
    let (stranger, member) = (Page::stranger(owner.base()), Page::of(member));
    let missing = member.get("/nothing-here").await;
    for path in PAGES {
        let answer = stranger.get(path).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/".to_owned()));
        let answer = stranger.post(path, &[("act", "role")]).await;
        assert!([303, 405].contains(&answer.status().as_u16()), "{path}");
        let answer = member.get(path).await;
        assert_eq!(answer.status(), missing.status(), "{path}");
        assert_eq!(header(&answer, "content-type"), header(&missing, "content-type"));
    }
    // The log is the owner's alone, and an admin is shown no way to it.
    let admin = Page::of(admin);
    assert_eq!(admin.get(paths::desk::ADMIN_LOG).await.status(), missing.status());
    assert!(!admin.html(paths::desk::ADMIN).await.contains(paths::desk::ADMIN_LOG));
    let html = Page::of(owner).html(paths::desk::ADMIN).await;
    assert!(html.contains(paths::desk::ADMIN_LOG));
    // Nor does a token open them, whatever it may do.
    let body = json!({ "name": "all", "scopes": ["read", "write", "admin"] });
    let token: serde_json::Value = owner.post(paths::TOKENS).json(&body).gives(201).await;
    let cookie = format!("hubbub_session={}", token["token"].as_str().unwrap());
    let page = Page { cookie, ..Page::stranger(owner.base()) };
    assert_eq!(page.get(paths::desk::ADMIN).await.status(), 403);
}

#[tokio::test]
async fn a_form_of_another_origin_changes_nothing() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 2).await;
    let (owner, other) = (&people[0], people[1].id());
    let page = Page::of(owner);
    let id = other.to_string();
    let fields = [("act", "role"), ("user", id.as_str()), ("role", "admin")];
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let request = page.http.post(format!("{}{}", page.base, paths::desk::ADMIN));
        let request = request.header("cookie", &page.cookie).header(name, value);
        let request = filled(request, &fields);
        assert_eq!(request.send().await.unwrap().status(), 403, "{name}");
    }
    let request = page.http.post(format!("{}{}", page.base, paths::desk::ADMIN));
    let silent = filled(request.header("cookie", &page.cookie), &fields).send().await.unwrap();
    assert_eq!(silent.status(), 403, "without any word of the origin");
    let json = page.http.post(format!("{}{}", page.base, paths::desk::ADMIN));
    let json = json.header("cookie", &page.cookie).header("origin", &page.base);
    let json = json.json(&json!({ "act": "role" }));
    assert_eq!(json.send().await.unwrap().status(), 415);
    assert_eq!(role(owner, other).await, Role::Member);
}

#[tokio::test]
async fn people_are_given_roles_put_out_of_use_and_let_in_again() {
    let server = TestServer::start().await;
    let owner = server.user_with_password("ada", "correct horse battery staple").await;
    let (bob, eve) = (server.user("bob").await, server.user("eve").await);
    let page = Page::of(&owner);
    let (admin, id) = (paths::desk::ADMIN, bob.id().to_string());
    let acting = |act: &'static str| [("act", act), ("user", id.as_str())];
    let html = page.html("/admin?q=BOB").await;
    assert!(html.contains("@bob") && !html.contains("@eve") && html.contains("1 person"));

    let fields = [("act", "role"), ("user", id.as_str()), ("role", "admin")];
    page.done(admin, &fields).await;
    assert_eq!(role(&owner, bob.id()).await, Role::Admin);
    let html = page.refused(admin, &[fields[0], fields[1], ("role", "king")], 422).await;
    assert!(html.contains("must be admin, member or guest"));
    let html = Page::of(&bob).refused(admin, &acting("role-of-nobody"), 422).await;
    assert!(html.contains("is none of this page"));

    let html = read(page.post(admin, &acting("reset")).await).await;
    let link = told(&html);
    let code = link.strip_prefix(&format!("{}/reset/", owner.base())).expect(link);
    let body = json!({ "code": code, "password": "a new and much longer one" });
    bob.post(paths::RESET).json(&body).succeeds().await;

    page.done(admin, &acting("deactivate")).await;
    assert!(page.html("/admin?q=bob").await.contains("Deactivated"));
    page.done(admin, &acting("reactivate")).await;
    assert!(!page.html("/admin?q=bob").await.contains("Deactivated"));
    let own = owner.id().to_string();
    page.refused(admin, &[("act", "deactivate"), ("user", &own)], 409).await;
    page.refused(admin, &[("act", "reset"), ("user", "x")], 422).await;

    let heir = eve.id().to_string();
    let hand = [("act", "hand-over"), ("user", heir.as_str())];
    page.refused(admin, &[hand[0], hand[1], ("password", "wrong")], 403).await;
    page.done(admin, &[hand[0], hand[1], ("password", "correct horse battery staple")]).await;
    assert_eq!(role(&eve, eve.id()).await, Role::Owner);
}

#[tokio::test]
async fn invites_are_made_shown_in_full_and_taken_back() {
    let server = TestServer::start().await;
    let owner = server.user("ada").await;
    let room = owner.room("tea", &[]).await.channel_id.to_string();
    let (page, path) = (Page::of(&owner), paths::desk::ADMIN_INVITES);
    let fields = [
        ("act", "create"),
        ("days", "3"),
        ("uses", "2"),
        ("role", "guest"),
        ("channel", room.as_str()),
    ];
    let html = page.done(path, &fields).await;
    let made = &owner.get(paths::INVITES).gives::<Invites>(200).await.invites[0];
    assert_eq!((made.uses, made.role, made.channel_ids.len()), (Some(2), Role::Guest, 1));
    assert_eq!(made.expires_at.unwrap().0 - made.created_at.0, 3 * 24 * 3_600_000);
    assert!(html.contains(&format!("value=\"{}{}\"", owner.base(), made.url)), "{html}");
    assert!(html.contains("0 of 2") && html.contains("in tea"));
    page.refused(path, &[("act", "create"), ("days", "1000"), ("role", "member")], 422).await;
    page.refused(path, &[("act", "create"), ("days", "1"), ("role", "owner")], 422).await;
    page.refused(path, &[("act", "revoke"), ("code", "none")], 404).await;
    page.done(path, &[("act", "revoke"), ("code", &made.code)]).await;
    assert!(owner.get(paths::INVITES).gives::<Invites>(200).await.invites.is_empty());
}

#[tokio::test]
async fn order_is_kept_in_the_channels_that_one_is_in() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (owner, bob, eve) = (&people[0], &people[1], &people[2]);
    let room = owner.public_room("tea", &[bob, eve]).await.channel_id;
    let hidden = bob.room("cellar", &[eve]).await.channel_id;
    let page = Page::of(owner);
    let html = page.html(paths::desk::ADMIN_CHANNELS).await;
    assert!(html.contains("tea") && !html.contains("cellar"));
    let missing = page.get("/nothing-here").await.status();
    assert_eq!(page.get(&paths::desk::admin_channel(hidden)).await.status(), missing);

    let (path, id) = (paths::desk::admin_channel(room), bob.id().to_string());
    let acting = |act: &'static str| [("act", act), ("user", id.as_str()), ("days", "2")];
    let bobs = async || {
        let members = owner.get(&paths::members(room)).gives::<Members>(200).await.members;
        members.into_iter().find(|member| member.user_id == bob.id())
    };
    page.done(&path, &[("act", "role"), ("user", &id), ("role", "moderator")]).await;
    assert_eq!(bobs().await.unwrap().role, ChannelRole::Moderator);
    page.done(&path, &acting("mute")).await;
    assert!(bobs().await.unwrap().muted_until.is_some());
    page.done(&path, &acting("unmute")).await;
    assert!(!bobs().await.unwrap().muted);
    page.done(&path, &acting("kick")).await;
    assert!(bobs().await.is_none());
    let ban = [("act", "ban"), ("user", id.as_str()), ("reason", NASTY)];
    let html = page.done(&path, &ban).await;
    assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
    assert_eq!(owner.get(&paths::bans(room)).gives::<Bans>(200).await.bans[0].reason, NASTY);
    page.done(&path, &acting("unban")).await;
    page.refused(&path, &acting("unban"), 404).await;
    let far = [("act", "mute"), ("user", id.as_str()), ("days", "99999999999999")];
    page.refused(&path, &far, 422).await;
}

#[tokio::test]
async fn bots_are_made_given_tokens_once_and_removed() {
    let server = TestServer::start().await;
    let owner = server.user("ada").await;
    let (page, path) = (Page::of(&owner), paths::desk::ADMIN_BOTS);
    let bots = async || owner.get(paths::BOTS).gives::<Bots>(200).await.bots;
    page.done(path, &[("act", "create"), ("username", "deploy"), ("displayName", "")]).await;
    page.refused(path, &[("act", "create"), ("username", "deploy")], 409).await;
    let Bot { user_id, display_name, .. } = bots().await.remove(0);
    assert_eq!(display_name, "deploy");
    let id = user_id.to_string();
    let fields = [("act", "token"), ("bot", id.as_str()), ("name", NASTY), ("scope", "read")];
    let html = read(page.post(path, &fields).await).await;
    let token = told(&html).to_owned();
    let answer = server.stranger().get(paths::ME).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!page.html(path).await.contains(&token), "it is shown once");
    page.refused(path, &fields[..3], 422).await;
    let token_id = bots().await[0].tokens[0].token_id.to_string();
    page.done(path, &[("act", "revoke"), ("token", &token_id)]).await;
    assert!(bots().await[0].tokens.is_empty());
    page.done(path, &[("act", "remove"), ("bot", &id)]).await;
    assert!(bots().await.is_empty());
}

#[tokio::test]
async fn the_log_tells_names_and_is_filtered() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (owner, bob, eve) = (&people[0], &people[1], &people[2]);
    let body = json!({ "role": "guest" });
    owner.put(&paths::user_role(bob.id())).json(&body).succeeds().await;
    owner.put(&paths::deactivation(eve.id())).succeeds().await;
    let page = Page::of(owner);
    let html = page.html(paths::desk::ADMIN_LOG).await;
    assert!(html.contains("from member to guest") && html.contains(paths::AUDIT_EXPORT));
    let export = page.get(paths::AUDIT_EXPORT).await;
    assert_eq!(header(&export, "content-type"), "application/x-ndjson");
    let html = page.html("/admin/log?act=deactivated").await;
    assert!(html.contains(">p3<") && !html.contains("from member to guest"));
    let html = page.html("/admin/log?who=@p2").await;
    assert!(html.contains("from member to guest") && !html.contains(">p3<"));
    for wrong in ["act=nonsense", "who=nobody", "before=x"] {
        assert_eq!(page.get(&format!("/admin/log?{wrong}")).await.status(), 422, "{wrong}");
    }
    for _ in 0..30 {
        owner.delete(&paths::deactivation(eve.id())).succeeds().await;
        owner.put(&paths::deactivation(eve.id())).succeeds().await;
    }
    let first = owner.get(paths::AUDIT).gives::<AuditPage>(200).await;
    let html = page.html(paths::desk::ADMIN_LOG).await;
    let older = format!("before={}", first.before.unwrap());
    assert!(html.contains(&older), "{html}");
    assert!(page.html(&format!("/admin/log?{older}")).await.contains("from member to guest"));
    assert_eq!(first.entries[0].act, Act::Deactivated);
}

#[tokio::test]
async fn what_people_wrote_is_text_on_every_page() {
    let server = TestServer::start().await;
    let owner = server.user("ada").await;
    owner.patch(paths::ME).json(&json!({ "displayName": NASTY })).succeeds().await;
    let room = owner.public_room(NASTY, &[]).await.channel_id;
    let body = json!({ "channelIds": [room] });
    owner.post(paths::INVITES).json(&body).succeeds().await;
    let body = json!({ "username": "deploy", "displayName": NASTY });
    owner.post(paths::BOTS).json(&body).succeeds().await;
    let page = Page::of(&owner);
    let room = paths::desk::admin_channel(room);
    for path in PAGES.into_iter().chain([room.as_str()]) {
        let html = page.html(path).await;
        assert!(html.contains("&lt;script&gt;"), "{path} does not show it: {html}");
    }
    let query = "?q=%22%3E%3Cscript%3E&done=%3Cscript%3E&page=99999999999999999999";
    page.html(&[paths::desk::ADMIN, query].concat()).await;
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_ever_under_its_own_name() {
    let server = TestServer::start().await;
    let owner = server.user("ada").await;
    let html = Page::of(&owner).html(paths::desk::ADMIN).await;
    // A mark of a view would be text in the tab.
    let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    assert!(title.is_some_and(|title| title.ends_with("Hubbub")), "{title:?}");
    let at = html.find("/style/desk-").unwrap();
    let sheet = html[at..].split('"').next().unwrap();
    let stranger = Page::stranger(owner.base());
    let answer = stranger.get(sheet).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-type"), "text/css; charset=utf-8");
    assert!(header(&answer, "cache-control").contains("immutable"));
    assert!(answer.text().await.unwrap().contains("--accent"));
    assert_eq!(stranger.get("/style/desk-0000000000000000.css").await.status(), 404);
    assert_eq!(stranger.get("/style/tokens.css").await.status(), 404);
}
