//! The ways in: invites, passwords and links to new ones, clients, tokens, bots, passkeys, and the
//! commands for who is locked out.

mod bots;
mod clients;
mod commands;
mod invites;
mod passkeys;
mod passwords;
mod resets;
mod tokens;

use crate::harness::{TestClient, TestServer};
use shared::UserId;
use shared::api::account::Session;
use shared::api::tokens::NewApiToken;
use uuid::Uuid;

/// A line of the audit log, as it lies on the disk.
struct Line {
    act: String,
    by: Option<UserId>,
    user: Option<UserId>,
    detail: String,
}

/// Everything that was written down.
fn audit(server: &TestServer) -> Vec<Line> {
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let mut query =
        database.prepare("SELECT act, by, user_id, detail FROM audit ORDER BY no").unwrap();
    let id = |bytes: Option<Vec<u8>>| bytes.map(|b| UserId(Uuid::from_slice(&b).unwrap()));
    let rows = query.query_map([], |row| {
        Ok(Line {
            act: row.get(0)?,
            by: id(row.get(1)?),
            user: id(row.get(2)?),
            detail: row.get(3)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// The client that a token is.
fn with_token(server: &TestServer, user: UserId, name: &str, made: NewApiToken) -> TestClient {
    let session = Session {
        user_id: user,
        client_id: made.info.token_id,
        username: name.to_owned(),
        token: made.token,
    };
    server.stranger().with(session)
}
