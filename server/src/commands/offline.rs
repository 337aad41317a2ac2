//! How a command uses `actions` on a data directory that no server runs on: the same node as
//! `serve` builds, without an address.

use super::{Data, Refusal, wait_for};
use crate::app::AppHandle;
use crate::config::Config;
use crate::node::Works;
use std::future::Future;

/// Opens the directory, which must be there, runs `work` on it and closes it again: what `work`
/// changed is on disk then. Blocks.
///
/// # Errors
/// When the directory is not there, is in use or can't be read; and those of `work`.
pub fn offline<T, F>(at: &Data, work: impl FnOnce(AppHandle) -> F) -> Result<T, Refusal>
where
    F: Future<Output = Result<T, Refusal>>,
{
    if !at.data.is_dir() {
        let told = at.data.display();
        return Err(format!("there is no directory {told}; say with --data where it is").into());
    }
    wait_for(async {
        let works = Works::build(&Config::offline(at.data.clone())).await?;
        let outcome = work(works.app()).await;
        works.end().await;
        outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::accounts;
    use crate::domain::identity::Caller;

    #[test]
    fn a_directory_that_is_not_there_is_refused_and_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let at = Data { config: None, data: folder.path().join("typo"), origin: None };
        let why = offline(&at, async |_| Ok(())).unwrap_err().to_string();
        assert!(why.contains("typo") && why.contains("--data"), "{why}");
        assert!(!at.data.exists());
    }

    #[test]
    fn what_is_changed_is_there_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let at = Data { config: None, data: folder.path().to_owned(), origin: None };
        let sign_up =
            shared::api::account::SignUp { username: "ada".to_owned(), ..Default::default() };
        let here = std::net::Ipv4Addr::LOCALHOST.into();
        let who = offline(&at, async |app| Ok(accounts::sign_up(&app, here, "", sign_up).await?));
        let who = who.unwrap();
        let (id, caller) = (who.user_id, Caller::device(who.user_id, who.client_id));
        let known = offline(&at, async move |app| Ok(accounts::user(&app, caller, id).await?));
        assert_eq!(known.unwrap().username, "ada");
    }
}
