//! What a new schema needs beyond SQL, in the transaction of its migration: texts of databases from
//! before texts were rendered are rendered now, as if they had been sent today.

use super::names;
use super::rows::Id;
use crate::domain::markdown::{self, Names};
use rusqlite::Connection;
use shared::{ChannelId, UserId};

/// Names as the database knows them now. One that can't be looked up stands for nobody.
struct InDatabase<'a> {
    db: &'a Connection,
    author: UserId,
}

impl Names for InDatabase<'_> {
    fn user(&self, name: &str) -> Option<UserId> {
        names::user(self.db, name).ok().flatten()
    }

    fn channel(&self, name: &str) -> Option<ChannelId> {
        names::channel(self.db, self.author, name).ok().flatten()
    }
}

/// Renders every text that is there.
pub(super) fn render_texts(db: &Connection) -> rusqlite::Result<()> {
    let mut rendered = 0_usize;
    for (table, key, text, html) in [
        ("messages", "pos", "message", "html"),
        ("messages", "pos", "edited", "edited_html"),
        ("events", "pos", "text", "html"),
        ("journal", "no", "message", "html"),
    ] {
        let edits = if table == "events" { "AND kind = 1" } else { "" };
        let mut all = db.prepare(&format!(
            "SELECT {key}, user_id, {text} FROM {table} WHERE {text} IS NOT NULL {edits}"
        ))?;
        let mut set = db.prepare(&format!("UPDATE {table} SET {html} = ?2 WHERE {key} = ?1"))?;
        let mut rows = all.query([])?;
        let mut found: Vec<(i64, String)> = Vec::new();
        while let Some(row) = rows.next()? {
            let author = row.get::<_, Id>(1)?.into();
            let text: String = row.get(2)?;
            if let Some(html) = markdown::render(&text, &InDatabase { db, author }).html {
                found.push((row.get(0)?, html));
            }
        }
        rendered += found.len();
        for (key, html) in found {
            set.execute((key, html))?;
        }
    }
    if rendered > 0 {
        tracing::info!(texts = rendered, "rendered the texts of an earlier version");
    }
    Ok(())
}
