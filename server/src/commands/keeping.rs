//! Keeping what is in a data directory, with or without a server on it: `backup`, `restore`, `export`,
//! `import`, `check`. Here is what is asked and what is told; the work is done in `storage`.

use super::{Data, Report};
use crate::domain::clock::Clock;
use crate::storage::backup::{self, Content, Trouble};
use crate::storage::{Counts, checking};
use clap::Subcommand;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The commands.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum Keeping {
    /// Write everything into one file, while the server runs or not.
    Backup {
        /// The file to make; compressed if its name ends with `.gz`.
        file: PathBuf,
        /// The directory.
        #[command(flatten)]
        at: Data,
    },
    /// Put a backup back, into a directory that is empty or not there. No server may run on it.
    Restore {
        /// The backup.
        file: PathBuf,
        /// The directory.
        #[command(flatten)]
        at: Data,
        /// Move what is in the directory aside, into a folder of it.
        #[arg(long)]
        replace: bool,
    },
    /// Write everything into one file for other programs, or to begin anew with: lines of JSON and
    /// the files. While the server runs or not.
    Export {
        /// The file to make; compressed if its name ends with `.gz`.
        file: PathBuf,
        /// The directory.
        #[command(flatten)]
        at: Data,
    },
    /// Read an export in, into a directory that is empty or not there. No server may run on it.
    Import {
        /// The export.
        file: PathBuf,
        /// The directory.
        #[command(flatten)]
        at: Data,
    },
    /// Look everything over, while the server runs or not; says what is wrong, and changes nothing.
    Check {
        /// The directory.
        #[command(flatten)]
        at: Data,
        /// Have the search index made anew at the next start. No server may run.
        #[arg(long)]
        rebuild_search: bool,
    },
}

impl Keeping {
    /// Runs the command. Blocks.
    ///
    /// # Errors
    /// A sentence that says what to do. Nothing was changed.
    pub(super) fn run(&self, clock: Clock) -> Result<Report, Trouble> {
        match self {
            Self::Backup { file, at } => take(file, at, Content::Database, clock),
            Self::Export { file, at } => take(file, at, Content::Tables, clock),
            Self::Restore { file, at, replace } => {
                put_back(file, at, Content::Database, *replace, clock)
            }
            Self::Import { file, at } => put_back(file, at, Content::Tables, false, clock),
            Self::Check { at, rebuild_search: true } => {
                checking::rebuild_search(&at.data)?;
                let text = "the next start makes the search index anew\n".to_owned();
                Ok(Report { text, well: true })
            }
            Self::Check { at, rebuild_search: false } => {
                let found = checking::check(&at.data, clock)?;
                let mut text = String::new();
                for finding in &found.findings {
                    let _ =
                        writeln!(text, "{}: {}\n    {}", finding.of, finding.what, finding.todo);
                }
                let looked = told(&found.counts);
                let _ = match found.findings.len() {
                    0 => writeln!(text, "all is well: {looked} and {} files", found.files),
                    count => writeln!(text, "{count} findings in {looked}"),
                };
                Ok(Report { text, well: found.findings.is_empty() })
            }
        }
    }
}

fn take(file: &Path, at: &Data, content: Content, clock: Clock) -> Result<Report, Trouble> {
    let taken = backup::take(&at.data, file, content, clock)?;
    let mut text = format!(
        "{} holds {} and {} files, {} bytes\n",
        file.display(),
        told(&taken.counts),
        taken.files,
        taken.bytes
    );
    Ok(Report { well: say_missing(&mut text, &taken.missing), text })
}

fn put_back(
    file: &Path,
    at: &Data,
    content: Content,
    replace: bool,
    clock: Clock,
) -> Result<Report, Trouble> {
    let restored = backup::restore(file, &at.data, content, replace, clock)?;
    let mut text = format!(
        "{} holds {} and {} files, as of {}\n",
        at.data.display(),
        told(&restored.counts),
        restored.files,
        restored.taken_at
    );
    if let Some(aside) = restored.aside {
        // Writing to a string never fails.
        let _ = writeln!(text, "what was there before is in {}", aside.display());
    }
    Ok(Report { well: say_missing(&mut text, &restored.missing), text })
}

fn told(counts: &Counts) -> String {
    let Counts { users, channels, messages, events } = counts;
    format!("{users} users, {channels} channels, {messages} messages, {events} other events")
}

/// Says which files were missing, if any; whether none was.
fn say_missing(text: &mut String, missing: &[String]) -> bool {
    if missing.is_empty() {
        return true;
    }
    let _ = writeln!(
        text,
        "but {} files that messages carry were missing or damaged already, the first of them {}; \
         `hubbub check` names them",
        missing.len(),
        missing.first().map_or("", String::as_str)
    );
    false
}
