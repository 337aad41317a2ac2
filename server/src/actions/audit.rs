//! Reading what was written down of accounts, rights and the server. Lines are added by the changes
//! that they tell of.

use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::permission;
use crate::error::Result;
use shared::UserId;
use shared::api::audit::{Act, AuditEntry, AuditPage};
use shared::limits::{AUDIT_PAGE_DEFAULT, AUDIT_PAGE_MAX};

/// Which lines are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Those before this one.
    pub before: Option<u64>,
    /// How many: 50 if it is not said, 500 at most.
    pub limit: Option<usize>,
    /// Those of this act.
    pub act: Option<Act>,
    /// Those by or with this user.
    pub user_id: Option<UserId>,
}

/// Lines of the audit log, newest first.
///
/// # Errors
/// `forbidden` for others than the owner, or when storage can't be read.
pub async fn page(app: &App, caller: Caller, wanted: Wanted) -> Result<AuditPage> {
    permit(app, caller).await?;
    let Wanted { before, limit, act, user_id } = wanted;
    let limit = limit.unwrap_or(AUDIT_PAGE_DEFAULT).clamp(1, AUDIT_PAGE_MAX);
    let mut entries = app.storage.audit_log(before, limit + 1, act, user_id).await?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let before = entries.last().filter(|_| more).map(|entry| entry.no);
    Ok(AuditPage { entries, before })
}

/// Whether who asks may have all of the log, by [`after`].
///
/// # Errors
/// `forbidden` for others than the owner, or when storage can't be read.
pub async fn permit(app: &App, caller: Caller) -> Result<()> {
    permission::must_own(app.storage.role(caller.user_id).await?)
}

/// The next lines after a line, oldest first; none at the end. For who was permitted.
///
/// # Errors
/// When storage can't be read.
pub async fn after(app: &App, no: u64) -> Result<Vec<AuditEntry>> {
    app.storage.audit_after(no, AUDIT_PAGE_MAX).await
}
