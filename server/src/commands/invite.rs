//! `hubbub invite …`: making invites, listing them, taking them back.

use super::told::{after, link, random};
use super::{Data, Refusal, Report};
use crate::domain::clock::Clock;
use crate::domain::secret;
use crate::storage::operator::{NewInvite, Operator};
use clap::Subcommand;
use shared::limits::INVITE_DEFAULT_SECONDS;
use shared::{Role, paths};
use std::fmt::Write as _;

/// `hubbub invite …`
#[derive(Debug, Clone, Subcommand)]
pub(super) enum InviteCommand {
    /// Make one; its link is printed.
    Create {
        /// Days that it holds, 1 to 365; a week, if not given.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: Option<u16>,
        /// How many people can come in with it, 1 to 10,000; any number, if not given.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=10_000))]
        uses: Option<u16>,
        /// They become guests.
        #[arg(long)]
        guest: bool,
    },
    /// Those that hold.
    List,
    /// Take one back.
    Revoke {
        /// Its code or its link.
        #[arg(allow_hyphen_values = true)]
        code: String,
    },
}

/// Does it; what to tell.
///
/// # Errors
/// With a sentence for who ran the command.
pub(super) fn run(data: &Data, command: &InviteCommand) -> Result<Report, Refusal> {
    let mut operator = Operator::open(&data.data)?;
    let clock = Clock::system();
    let now = clock.now();
    match command {
        InviteCommand::Create { days, uses, guest } => {
            let seconds = days.map_or(INVITE_DEFAULT_SECONDS, |days| u64::from(days) * 24 * 3600);
            let new = NewInvite {
                code: secret::code(random(clock)?),
                created_at: now,
                expires_at: after(now, seconds),
                uses: uses.map(u64::from),
                role: if *guest { Role::Guest } else { Role::Member },
                channel_ids: Vec::new(),
            };
            operator.create_invite(&new)?;
            Ok(format!("{}\n", link(data, &paths::invite_page(&new.code))).into())
        }
        InviteCommand::List => {
            let mut text = String::new();
            for invite in operator.invites(now)? {
                let until = invite.expires_at.map_or_else(String::new, |at| at.to_string());
                let of = invite.uses.map_or_else(String::new, |uses| format!(" of {uses}"));
                let link = link(data, &invite.url);
                let _ = writeln!(text, "{link}  until {until}, used {}{of}", invite.used_count);
            }
            Ok(text.into())
        }
        InviteCommand::Revoke { code } => {
            // Whoever copied the whole link means its code.
            let code = code.rsplit('/').next().unwrap_or(code);
            operator.revoke_invite(code, now)?;
            Ok("nobody comes in with it any more\n".to_owned().into())
        }
    }
}
