//! The log on standard error: what is let through, and how a line is written. What is worth a line
//! is decided where it happens; no line holds a token, a password, a query or a body.

use crate::domain::clock::Clock;
use clap::ValueEnum;
use std::fmt;
use std::io::IsTerminal as _;
use std::str::FromStr;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// What is logged, as it was said: a filter that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

impl Default for Filter {
    fn default() -> Self {
        Self("info".to_owned())
    }
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "a level is needed (off, error, warn, info, debug or trace), and behind it perhaps parts \
             of the program with levels of their own, as in info,hubbub::previews=debug"
                .to_owned()
        };
        // A word that is no level would be taken for a part's name, with everything else off.
        let known = text.split(',').all(|part| {
            part.contains('=') || LevelFilter::from_str(part).is_ok_and(|_| !is_number(part))
        });
        if known && EnvFilter::try_new(text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(wrong())
        }
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The time of a line: in UTC, to the millisecond.
#[derive(Debug, Clone, Copy)]
struct Utc(Clock);

impl FormatTime for Utc {
    fn format_time(&self, line: &mut Writer<'_>) -> fmt::Result {
        line.write_str(&self.0.now().to_rfc3339())
    }
}

/// Begins to log. Once in the life of the process.
///
/// # Errors
/// When something is logging already.
pub fn begin(
    filter: &Filter,
    format: Format,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&filter.0)?)
        .with_timer(Utc(Clock::system()))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        Format::Text => log.try_init(),
        Format::Json => {
            log.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_levels_and_parts_with_levels() {
        for right in ["off", "info", "DEBUG", "warn,hubbub::previews=trace", "info,hyper=off"] {
            assert!(right.parse::<Filter>().is_ok(), "{right}");
        }
        for wrong in ["", "inf", "5", "loud", "info,previews", "hubbub=loud", "info;debug", "info,"]
        {
            assert!(wrong.parse::<Filter>().is_err(), "{wrong:?}");
        }
    }
}
