//! `hubbub user …`: who is here, a new password for who has lost theirs, roles, logging out.

use super::{after, link, told_once};
use crate::config::{Data, NamedRole, UserCommand};
use crate::domain::clock::Clock;
use crate::error::Result;
use crate::storage::operator::Operator;
use shared::limits::RESET_SECONDS;
use shared::{Role, paths};
use std::fmt::Write as _;

/// Does it; what to tell.
///
/// # Errors
/// With a sentence for who ran the command.
pub fn run(data: &Data, command: &UserCommand) -> Result<String> {
    let mut operator = Operator::open(&data.data)?;
    let clock = Clock::system();
    let now = clock.now();
    match command {
        UserCommand::List => {
            let mut text = String::new();
            for user in operator.users()? {
                let what = if user.bot { "bot" } else { word(user.role) };
                let _ = writeln!(text, "{what:<6}  {}  {}", user.created_at, user.username);
            }
            Ok(text)
        }
        UserCommand::Reset { name } => {
            let (code, hash) = told_once(clock)?;
            operator.reset(name, hash, (now, after(now, RESET_SECONDS)))?;
            let link = link(data, &paths::reset_page(&code));
            Ok(format!("{link}\nOpen it within 24 hours, once, to choose a new password.\n"))
        }
        UserCommand::Role { name, role } => {
            let role = match role {
                NamedRole::Owner => Role::Owner,
                NamedRole::Admin => Role::Admin,
                NamedRole::Member => Role::Member,
                NamedRole::Guest => Role::Guest,
            };
            operator.set_role(name, role, now)?;
            Ok(format!("{name} is {} now\n", word(role)))
        }
        UserCommand::Logout { name } => {
            let ended = operator.log_out(name, now)?;
            Ok(format!("{name} is logged out: {ended} clients ended\n"))
        }
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Member => "member",
        Role::Guest => "guest",
    }
}
