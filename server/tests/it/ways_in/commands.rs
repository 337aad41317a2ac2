//! `hubbub user` and `hubbub invite`: for who is locked out, while a server runs and when none does.

use crate::harness::{Closed, Expect, TestServer, binary, patiently};
use serde_json::json;
use shared::api::account::{Me, Session};
use shared::{ErrorCode, Role, close_code, paths};
use std::path::Path;
use std::process::{Command, Output};

async fn run(data: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.env_clear().args(args).arg("--data").arg(data);
    let running = tokio::task::spawn_blocking(move || command.output().unwrap());
    patiently("a command's end", running).await.unwrap()
}

async fn told(data: &Path, args: &[&str]) -> String {
    let output = run(data, args).await;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(data: &Path, args: &[&str]) -> String {
    let output = run(data, args).await;
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.starts_with("hubbub: ") && !errors.contains("panicked"), "{errors}");
    errors
}

fn code(link: &str) -> &str {
    link.lines().next().unwrap().rsplit('/').next().unwrap()
}

#[tokio::test]
async fn an_owner_who_is_locked_out_comes_back_in_with_a_link() {
    let mut server = TestServer::start().await;
    let ada = server.user_with_password("ada", "forgotten horse").await;
    for running in [true, false] {
        if !running {
            server.terminate().await;
        }
        let link = told(server.data(), &["user", "reset", "ADA"]).await;
        if !running {
            server.start_again().await;
        }
        let body = json!({ "code": code(&link), "password": "a new horse" });
        let session: Session = server.stranger().post(paths::RESET).json(&body).gives(200).await;
        assert_eq!(session.user_id, ada.id());
        server.stranger().post(paths::RESET).json(&body).fails(ErrorCode::NotFound).await;
    }
    let origin = ["user", "reset", "ada", "--origin", "https://chat.example"];
    let link = told(server.data(), &origin).await;
    assert!(link.starts_with("https://chat.example/reset/"), "{link}");
    let line = super::audit(&server).pop().unwrap();
    assert_eq!((line.act.as_str(), line.by, line.user), ("reset_created", None, Some(ada.id())));
}

#[tokio::test]
async fn roles_are_changed_and_a_new_owner_takes_the_place_of_the_one_before() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let list = told(server.data(), &["user", "list"]).await;
    let lines: Vec<_> = list.lines().collect();
    assert!(lines[0].starts_with("owner") && lines[0].ends_with("  ada"), "{list}");
    assert!(lines[1].starts_with("member") && lines[1].ends_with("  bob"), "{list}");

    let said = refused(server.data(), &["user", "role", "ada", "member"]).await;
    assert!(said.contains("give another the role owner"), "{said}");
    told(server.data(), &["user", "role", "bob", "owner"]).await;
    assert_eq!(bob.get(paths::ME).gives::<Me>(200).await.user.role, Role::Owner);
    assert_eq!(ada.get(paths::ME).gives::<Me>(200).await.user.role, Role::Admin);
    told(server.data(), &["user", "role", "ada", "guest"]).await;
    assert_eq!(ada.get(paths::ME).gives::<Me>(200).await.user.role, Role::Guest);
    ada.post(paths::INVITES).json(&json!({})).fails(ErrorCode::Forbidden).await;
    let acts: Vec<_> = super::audit(&server).into_iter().map(|line| line.act).collect();
    assert_eq!(acts[2..], ["ownership_transferred", "role_changed"]);
}

#[tokio::test]
async fn who_is_logged_out_by_a_command_loses_open_sockets_within_moments() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let (mut hers, mut his) = (ada.socket().await, bob.socket().await);
    told(server.data(), &["user", "logout", "bob"]).await;
    bob.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    assert_eq!(his.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    hers.until_pong().await;
    let line = super::audit(&server).pop().unwrap();
    assert_eq!((line.act.as_str(), line.by, line.user), ("clients_ended", None, Some(bob.id())));
}

#[tokio::test]
async fn invites_are_made_listed_and_taken_back() {
    let server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let made = ["invite", "create", "--uses", "2", "--days", "3", "--guest"];
    let link = told(server.data(), &made).await;
    let link = link.trim_end();
    assert!(link.starts_with("/invite/"), "{link}");
    let body = json!({ "username": "bob", "invite": code(link) });
    let session: Session = server.stranger().post(paths::USER).json(&body).gives(201).await;
    let bob = server.stranger().with(session);
    assert_eq!(bob.get(paths::ME).gives::<Me>(200).await.user.role, Role::Guest);
    let list = told(server.data(), &["invite", "list"]).await;
    assert!(list.starts_with(link) && list.trim_end().ends_with("used 1 of 2"), "{list}");
    told(server.data(), &["invite", "revoke", link]).await;
    assert_eq!(told(server.data(), &["invite", "list"]).await, "");
    let body = json!({ "username": "carol", "invite": code(link) });
    server.stranger().post(paths::USER).json(&body).fails(ErrorCode::InviteNeeded).await;
    refused(server.data(), &["invite", "revoke", link]).await;
    let acts: Vec<_> = super::audit(&server).into_iter().map(|line| (line.act, line.by)).collect();
    assert_eq!(acts[1], ("invite_created".to_owned(), None));
    assert_eq!(acts.last().unwrap(), &("invite_revoked".to_owned(), None));
    assert_eq!(acts[0].1, Some(ada.id()));
}

#[tokio::test]
async fn what_a_command_can_not_do_it_says_and_changes_nothing() {
    let empty = tempfile::tempdir().unwrap();
    let said = refused(empty.path(), &["user", "list"]).await;
    assert!(said.contains("--data"), "{said}");
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "nothing was made");

    let mut server = TestServer::start().await;
    server.user("ada").await;
    let said = refused(server.data(), &["user", "reset", "nobody"]).await;
    assert!(said.contains("hubbub user list"), "{said}");
    server.terminate().await;
    let database = rusqlite::Connection::open(server.database()).unwrap();
    database.pragma_update(None, "user_version", 1).unwrap();
    drop(database);
    let said = refused(server.data(), &["invite", "create"]).await;
    assert!(said.contains("another version"), "{said}");
}

#[tokio::test]
async fn no_message_fails_while_commands_write_to_the_same_database() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let talkers = [ada.clone(), ada.clone(), bob.clone(), bob.clone()].map(|talker| {
        let stopped = stopped.clone();
        tokio::spawn(async move {
            let mut said = 0_usize;
            while !*stopped.borrow() {
                talker.say(room, "in the middle of it").await;
                said += 1;
            }
            said
        })
    });
    for n in 0..40 {
        match n % 3 {
            0 => told(server.data(), &["invite", "create"]).await,
            1 => told(server.data(), &["user", "reset", "bob"]).await,
            _ => told(server.data(), &["user", "role", "bob", ["guest", "member"][n % 2]]).await,
        };
    }
    stop.send(true).unwrap();
    let mut said = 0;
    for talker in talkers {
        said += talker.await.unwrap();
    }
    assert!(said > 40, "they talked all the while: {said}");
    assert_eq!(ada.history(room).await.len(), said);
    assert_eq!(told(server.data(), &["invite", "list"]).await.lines().count(), 14);
}
