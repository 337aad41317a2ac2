//! The pages of one's own account, by HTTP as a browser without scripts speaks it: a cookie, forms,
//! and where they lead. What takes a browser is in `browser/account`.

use crate::harness::{Expect, TestClient, TestServer, header};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::json;
use shared::api::account::{Clients, Me};
use shared::api::passkeys::Passkeys;
use shared::api::resets::Reset;
use shared::api::tokens::ApiTokens;
use shared::{ErrorCode, paths};

const PAGES: [&str; 4] = [
    paths::account::SETTINGS_PAGE,
    paths::account::CLIENTS_PAGE,
    paths::account::TOKENS_PAGE,
    paths::account::PASSKEYS_PAGE,
];

/// A browser without scripts, which follows nothing by itself.
struct Forms<'a> {
    http: Client,
    server: &'a TestServer,
    cookie: String,
}

impl<'a> Forms<'a> {
    fn of(server: &'a TestServer, client: &TestClient) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, server, cookie: format!("hubbub_session={}", client.token()) }
    }

    fn nobodys(server: &'a TestServer) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, server, cookie: String::new() }
    }

    async fn get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.server.url());
        self.http.get(url).header("cookie", &self.cookie).send().await.unwrap()
    }

    /// The text of a page that is there.
    async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        answer.text().await.unwrap()
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.send_from("same-origin", path, fields).await
    }

    async fn send_from(&self, site: &str, path: &str, fields: &[(&str, &str)]) -> Response {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.server.url())).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("cookie", &self.cookie).header("sec-fetch-site", site);
        request.send().await.unwrap()
    }

    /// Sends a form that is taken, follows it, and returns the page that it leads to.
    async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.send(path, fields).await;
        assert_eq!(answer.status().as_u16(), 303, "{path} {fields:?}");
        self.page(&header(&answer, "location")).await
    }

    /// Sends a form that is refused with this status, and returns the page that says why.
    async fn refused(&self, path: &str, status: u16, fields: &[(&str, &str)]) -> String {
        let answer = self.send(path, fields).await;
        assert_eq!(answer.status().as_u16(), status, "{path} {fields:?}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("role=\"alert\""), "{page}");
        page
    }
}

async fn text(answer: Response) -> String {
    answer.text().await.unwrap()
}

async fn start() -> TestServer {
    crate::page::require_bundle();
    TestServer::start().await
}

#[tokio::test]
async fn the_pages_are_for_who_is_logged_in_and_run_no_code() {
    let server = start().await;
    let ada = server.user("ada").await;
    let (forms, nobody) = (Forms::of(&server, &ada), Forms::nobodys(&server));
    for path in PAGES {
        let answer = forms.get(path).await;
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let policy = header(&answer, "content-security-policy");
        assert!(policy.contains("form-action 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("nonce"), "{policy}");
        assert_eq!(policy.contains("script-src"), path == paths::account::PASSKEYS_PAGE, "{path}");
        let html = text(answer).await;
        assert!(html.contains(&format!("href=\"{path}\" aria-current=\"page\"")), "{html}");
        assert!(!html.contains("style=") && !html.contains(".wasm"), "{html}");
        let scripts = usize::from(path == paths::account::PASSKEYS_PAGE);
        assert_eq!(html.matches("<script").count(), scripts, "{html}");

        for answer in [nobody.get(path).await, nobody.send(path, &[("x", "y")]).await] {
            assert_eq!(answer.status().as_u16(), 303, "{path}");
            assert_eq!(header(&answer, "location"), "/");
        }
    }
}

#[tokio::test]
async fn what_the_pages_load_is_there_and_kept_for_ever() {
    let server = start().await;
    let html = Forms::nobodys(&server).page(paths::account::PASSKEY_PAGE).await;
    let mut found = 0;
    for file in html
        .split('"')
        .filter(|part| part.starts_with("/settings/files/") || part.starts_with("/style/"))
    {
        let answer = Forms::nobodys(&server).get(file).await;
        assert_eq!(answer.status().as_u16(), 200, "{file}");
        assert!(header(&answer, "cache-control").contains("immutable"), "{answer:?}");
        let kind = match file.rsplit('.').next().unwrap() {
            "js" => "text/javascript",
            "css" => "text/css",
            _ => "image/svg+xml",
        };
        assert!(header(&answer, "content-type").starts_with(kind), "{answer:?}");
        found += 1;
    }
    assert_eq!(found, 3, "{html}");
    for gone in
        [paths::account::settings_file("0", "passkey.js"), paths::account::settings_file("0", "x")]
    {
        assert_eq!(Forms::nobodys(&server).get(&gone).await.status().as_u16(), 404, "{gone}");
    }
}

#[tokio::test]
async fn forms_of_other_sites_and_tokens_of_the_api_change_nothing() {
    let server = start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let forms = Forms::of(&server, &ada);
    for path in PAGES {
        let fields = [("act", "name"), ("display-name", "Eve"), ("end", "all"), ("name", "x")];
        for site in ["cross-site", "same-site"] {
            let answer = forms.send_from(site, path, &fields).await;
            assert_eq!(answer.status().as_u16(), 403, "{path} from {site}");
        }
        // A cookie without a word of where it comes from is no proof.
        let url = format!("{}{path}", server.url());
        let silent = forms.http.post(url).header("cookie", &forms.cookie);
        let silent = silent.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(silent.body("end=all").send().await.unwrap().status().as_u16(), 403, "{path}");
    }
    let body = json!({ "name": "script", "scopes": ["read", "write", "admin"] });
    let made: shared::api::tokens::NewApiToken =
        ada.post(paths::TOKENS).json(&body).gives(201).await;
    for path in PAGES {
        let asked = server.stranger().get(path).bearer_auth(&made.token);
        asked.fails(ErrorCode::Forbidden).await;
    }
    let me: Me = ada.get(paths::ME).gives(200).await;
    assert_eq!(me.user.display_name, "ada");
}

#[tokio::test]
async fn the_name_to_show_is_changed_and_what_can_not_be_one_is_told() {
    let server = start().await;
    let ada = server.user("ada").await;
    let forms = Forms::of(&server, &ada);
    let set = |name: &'static str| [("act", "name"), ("display-name", name)];
    let page = forms.done(paths::account::SETTINGS_PAGE, &set("Ada \"L\" <b>Lovelace")).await;
    assert!(page.contains("Your name is saved."), "{page}");
    assert!(!page.contains("<b>Lovelace"), "{page}");
    let me: Me = ada.get(paths::ME).gives(200).await;
    assert_eq!(me.user.display_name, "Ada \"L\" <b>Lovelace");

    let long = "x".repeat(81);
    let fields = [("act", "name"), ("display-name", long.as_str())];
    let page = forms.refused(paths::account::SETTINGS_PAGE, 422, &fields).await;
    assert!(page.contains("The name ") && page.contains(&long), "{page}");
    forms.refused(paths::account::SETTINGS_PAGE, 422, &set("")).await;
    let me: Me = ada.get(paths::ME).gives(200).await;
    assert_eq!(me.user.display_name, "Ada \"L\" <b>Lovelace");
}

#[tokio::test]
async fn a_password_is_set_by_who_knows_the_one_before_and_ends_all_others() {
    let server = start().await;
    let ada = server.user("ada").await;
    let forms = Forms::of(&server, &ada);
    assert!(forms.page(paths::account::SETTINGS_PAGE).await.contains("No password yet"));
    let set = |new: &'static str, again: &'static str, current: &'static str| {
        let act = [("act", "password"), ("password", new), ("password-again", again)];
        [&act[..], &[("current-password", current)]].concat()
    };
    let page =
        forms.refused(paths::account::SETTINGS_PAGE, 422, &set("correct horse", "other", "")).await;
    assert!(page.contains("not the same"), "{page}");
    assert!(!page.contains("correct horse"), "no page repeats a password");
    let page = forms.refused(paths::account::SETTINGS_PAGE, 422, &set("short", "short", "")).await;
    assert!(page.contains("The password needs at least 8 characters."), "{page}");
    let page =
        forms.refused(paths::account::SETTINGS_PAGE, 422, &set("password1", "password1", "")).await;
    assert!(page.contains("Choose another password"), "{page}");
    forms.done(paths::account::SETTINGS_PAGE, &set("correct horse", "correct horse", "")).await;

    let other = ada.log_in("correct horse").await;
    let wrong = set("a new horse", "a new horse", "wrong horse");
    forms.refused(paths::account::SETTINGS_PAGE, 403, &wrong).await;
    other.get(paths::ME).gives::<Me>(200).await;
    let right = set("a new horse", "a new horse", "correct horse");
    let page = forms.done(paths::account::SETTINGS_PAGE, &right).await;
    assert!(page.contains("Your password is set.") && page.contains("Change password"), "{page}");
    other.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    ada.log_in("a new horse").await;
}

#[tokio::test]
async fn devices_are_listed_as_text_and_ended_one_by_one_or_all() {
    let server = start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let bob = server.user("bob").await;
    let body = json!({ "username": "ada", "password": "correct horse",
        "device": "\"><script>alert(1)</script><img src=x onerror=alert(2)>" });
    let session = server.stranger().post(paths::LOGIN).json(&body).gives(200).await;
    let other = server.stranger().with(session);
    let forms = Forms::of(&server, &ada);
    let page = forms.page(paths::account::CLIENTS_PAGE).await;
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");

    let (id, foreign) = (other.client_id().to_string(), bob.client_id().to_string());
    for unknown in [foreign.as_str(), "nonsense", ""] {
        forms.refused(paths::account::CLIENTS_PAGE, 404, &[("end", unknown)]).await;
    }
    bob.get(paths::ME).gives::<Me>(200).await;
    let page = forms.done(paths::account::CLIENTS_PAGE, &[("end", &id)]).await;
    assert!(page.contains("That device is logged out."), "{page}");
    other.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;

    let (one, two) = (ada.log_in("correct horse").await, ada.log_in("correct horse").await);
    forms.done(paths::account::CLIENTS_PAGE, &[("end", "others")]).await;
    for ended in [&one, &two] {
        ended.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    }
    assert_eq!(ada.get(paths::CLIENTS).gives::<Clients>(200).await.clients.len(), 1);

    let answer = forms.send(paths::account::CLIENTS_PAGE, &[("end", "all")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/"));
    assert!(header(&answer, "set-cookie").contains("Max-Age=0"), "{answer:?}");
    ada.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
}

#[tokio::test]
async fn who_could_not_come_back_is_told_and_not_offered_to_leave_everywhere() {
    let server = start().await;
    let ada = server.user("ada").await;
    let page = Forms::of(&server, &ada).page(paths::account::CLIENTS_PAGE).await;
    assert!(page.contains("Set a password") && !page.contains("value=\"all\""), "{page}");
}

#[tokio::test]
async fn a_token_is_shown_once_does_what_its_scopes_say_and_is_taken_back() {
    let server = start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let forms = Forms::of(&server, &ada);
    let name = "<img src=x onerror=alert(1)>";
    let fields = [("name", name), ("days", "30"), ("scope", "read"), ("scope", "write")];
    let answer = forms.send(paths::account::TOKENS_PAGE, &fields).await;
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let page = text(answer).await;
    assert!(!page.contains("<img"), "{page}");
    let field = page.split("<input").find(|tag| tag.contains("readonly")).unwrap();
    let token = field.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let me: Me = server.stranger().get(paths::ME).bearer_auth(token).gives(200).await;
    assert_eq!(me.user.user_id, ada.id());
    let again = forms.page(paths::account::TOKENS_PAGE).await;
    assert!(!again.contains(token) && !again.contains("<img"), "{again}");
    assert!(again.contains("read, write") && again.contains("&lt;img"), "{again}");

    let list: ApiTokens = ada.get(paths::TOKENS).gives(200).await;
    let made = &list.tokens[0];
    let lasts = made.expires_at.unwrap().0 - made.created_at.0;
    assert_eq!(lasts, 30 * 24 * 3_600_000);
    let id = made.token_id.to_string();
    let foreign = Forms::of(&server, &bob);
    foreign.refused(paths::account::TOKENS_PAGE, 404, &[("revoke", &id)]).await;
    foreign.refused(paths::account::TOKENS_PAGE, 404, &[("revoke", "nonsense")]).await;
    let page = forms.done(paths::account::TOKENS_PAGE, &[("revoke", &id)]).await;
    assert!(page.contains("That token holds no more."), "{page}");
    server.stranger().get(paths::ME).bearer_auth(token).fails(ErrorCode::NotLoggedIn).await;
}

#[tokio::test]
async fn a_token_that_can_not_be_is_told_and_what_was_typed_stays() {
    let server = start().await;
    let forms = Forms::of(&server, &server.user("ada").await);
    let none = [("name", "my \"script\""), ("days", "365")];
    let page = forms.refused(paths::account::TOKENS_PAGE, 422, &none).await;
    assert!(page.contains("Choose at least one thing"), "{page}");
    assert!(page.contains("value=\"my &quot;script&quot;\""), "{page}");
    assert!(page.contains("value=\"365\" selected"), "{page}");
    for days in ["", "-1", "x", "99999999999999999999", "4000"] {
        let fields = [("name", "x"), ("scope", "read"), ("days", days)];
        let page = forms.refused(paths::account::TOKENS_PAGE, 422, &fields).await;
        assert!(page.contains("for how long"), "{days}: {page}");
    }
    forms.refused(paths::account::TOKENS_PAGE, 422, &[("scope", "read"), ("days", "0")]).await;
    let list: ApiTokens =
        server.stranger().get(paths::TOKENS).header("cookie", &forms.cookie).gives(200).await;
    assert_eq!(list.tokens, []);
}

#[tokio::test]
async fn a_passkey_that_is_not_ones_own_is_not_removed() {
    let server = start().await;
    let ada = server.user("ada").await;
    let forms = Forms::of(&server, &ada);
    for unknown in ["", "nonsense", "00000000-0000-7000-8000-000000000000"] {
        forms.refused(paths::account::PASSKEYS_PAGE, 404, &[("remove", unknown)]).await;
    }
    let page = forms.page(paths::account::PASSKEYS_PAGE).await;
    assert!(page.contains("You have none yet.") && page.contains("<noscript>"), "{page}");
    assert_eq!(ada.get(paths::PASSKEYS).gives::<Passkeys>(200).await.passkeys, []);
}

#[tokio::test]
async fn a_link_to_a_new_password_is_used_once_and_looking_uses_nothing_up() {
    let server = start().await;
    let ada = server.user("ada").await;
    let bob = server.user_with_password("bob", "correct horse").await;
    let link: Reset = ada.post(&paths::user_reset(bob.id())).gives(201).await;
    let nobody = Forms::nobodys(&server);
    for _ in 0..2 {
        let answer = nobody.get(&link.url).await;
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert_eq!(header(&answer, "referrer-policy"), "strict-origin");
        assert!(text(answer).await.contains("bob"));
    }
    let set =
        |new: &'static str, again: &'static str| [("password", new), ("password-again", again)];
    let page = nobody.refused(&link.url, 422, &set("a new horse", "other")).await;
    assert!(page.contains("not the same") && !page.contains("a new horse"), "{page}");
    let page = nobody.refused(&link.url, 422, &set("bob", "bob")).await;
    assert!(page.contains("at least 8 characters"), "{page}");
    let answer =
        nobody.send_from("cross-site", &link.url, &set("a new horse", "a new horse")).await;
    assert_eq!(answer.status().as_u16(), 403);
    bob.get(paths::ME).gives::<Me>(200).await;

    let answer = nobody.send(&link.url, &set("a new horse", "a new horse")).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/"));
    let cookie = header(&answer, "set-cookie");
    assert!(cookie.contains("HttpOnly"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let me: Me = server.stranger().get(paths::ME).header("cookie", cookie).gives(200).await;
    assert_eq!(me.user.user_id, bob.id());
    bob.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;

    for dead in [link.url.as_str(), "/reset/x", "/reset/%3Cscript%3E"] {
        for answer in
            [nobody.get(dead).await, nobody.send(dead, &set("12 horses", "12 horses")).await]
        {
            assert_eq!(answer.status().as_u16(), 404, "{dead}");
            let page = text(answer).await;
            assert!(page.contains("This link is over") && page.contains("Ask whoever"), "{page}");
        }
    }
}
