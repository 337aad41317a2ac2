//! `hubbub invite …`: making invites, listing them, taking them back.

use super::{after, link, random};
use crate::config::{Data, InviteCommand};
use crate::domain::clock::Clock;
use crate::domain::secret;
use crate::error::Result;
use crate::storage::operator::{NewInvite, Operator};
use shared::limits::INVITE_DEFAULT_SECONDS;
use shared::{Role, paths};
use std::fmt::Write as _;

/// Does it; what to tell.
///
/// # Errors
/// With a sentence for who ran the command.
pub fn run(data: &Data, command: &InviteCommand) -> Result<String> {
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
            Ok(format!("{}\n", link(data, &paths::invite_page(&new.code))))
        }
        InviteCommand::List => {
            let mut text = String::new();
            for invite in operator.invites(now)? {
                let until = invite.expires_at.map_or_else(String::new, |at| at.to_string());
                let of = invite.uses.map_or_else(String::new, |uses| format!(" of {uses}"));
                let link = link(data, &invite.url);
                let _ = writeln!(text, "{link}  until {until}, used {}{of}", invite.used_count);
            }
            Ok(text)
        }
        InviteCommand::Revoke { code } => {
            // Whoever copied the whole link means its code.
            let code = code.rsplit('/').next().unwrap_or(code);
            operator.revoke_invite(code, now)?;
            Ok("nobody comes in with it any more\n".to_owned())
        }
    }
}
