//! `hubbub user …`: who is here, a new password for who has lost theirs, roles, logging out.

use super::told::{after, link, told_once};
use super::{Data, Refusal, Report};
use crate::domain::clock::Clock;
use crate::storage::operator::Operator;
use clap::{Subcommand, ValueEnum};
use shared::limits::RESET_SECONDS;
use shared::{Role, paths};
use std::fmt::Write as _;

/// `hubbub user …`
#[derive(Debug, Clone, Subcommand)]
pub(super) enum UserCommand {
    /// Everybody, with their roles.
    List,
    /// Make a one-time link to a new password.
    Reset {
        /// Whose.
        name: String,
    },
    /// Change what somebody may do. A new owner takes the place of the one before.
    Role {
        /// Whose.
        name: String,
        /// What they become.
        role: NamedRole,
    },
    /// Log somebody out everywhere, tokens included.
    Logout {
        /// Whom.
        name: String,
    },
    /// Put an account out of use: it ends everywhere, and what it said stays.
    Deactivate {
        /// Whose.
        name: String,
    },
    /// Put it back into use.
    Reactivate {
        /// Whose.
        name: String,
    },
}

/// A role, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum NamedRole {
    /// May do everything; there is one.
    Owner,
    /// In charge of everybody but the owner.
    Admin,
    /// Everybody else.
    Member,
    /// Sees only where it was made a member.
    Guest,
}

/// Does it; what to tell.
///
/// # Errors
/// With a sentence for who ran the command.
pub(super) fn run(data: &Data, command: &UserCommand) -> Result<Report, Refusal> {
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
            Ok(text.into())
        }
        UserCommand::Reset { name } => {
            let (code, hash) = told_once(clock)?;
            operator.reset(name, hash, (now, after(now, RESET_SECONDS)))?;
            let link = link(data, &paths::reset_page(&code));
            Ok(format!("{link}\nOpen it within 24 hours, once, to choose a new password.\n").into())
        }
        UserCommand::Role { name, role } => {
            let role = match role {
                NamedRole::Owner => Role::Owner,
                NamedRole::Admin => Role::Admin,
                NamedRole::Member => Role::Member,
                NamedRole::Guest => Role::Guest,
            };
            operator.set_role(name, role, now)?;
            Ok(format!("{name} is {} now\n", word(role)).into())
        }
        UserCommand::Deactivate { name } => {
            operator.deactivate(name, true, now)?;
            Ok(format!("{name} is out of use\n").into())
        }
        UserCommand::Reactivate { name } => {
            operator.deactivate(name, false, now)?;
            Ok(format!("{name} is in use again\n").into())
        }
        UserCommand::Logout { name } => {
            let ended = operator.log_out(name, now)?;
            Ok(format!("{name} is logged out: {ended} clients ended\n").into())
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
