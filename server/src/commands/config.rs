//! `hubbub config`: every setting, the value that holds and where it is from, in lines that could
//! stand in a configuration file. Settings hold no secret: a key's file is named, never shown.

use super::{Refusal, Report};
use crate::config::Config;
use crate::config::files::{Settings, is_setting, leaf};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, Args as _, Command};
use shared::api::account::SignupPolicy;
use std::fmt::Write as _;

/// Tells what holds.
///
/// # Errors
/// As `serve`, when the settings don't go together.
pub(super) fn show(config: Config, settings: &Settings) -> Result<Report, Refusal> {
    let config = config.checked()?;
    let known = Config::augment_args(Command::new("hubbub"));
    let mut text = String::new();
    for arg in known.get_arguments().filter(|arg| is_setting(arg)) {
        let Some(key) = arg.get_long() else { continue };
        // Writing to a String can't fail.
        let _ = match value(arg, settings).or_else(|| chosen(key, &config)) {
            Some(value) => writeln!(text, "{key} = {value}  # {}", origin(arg, key, settings)),
            None => writeln!(text, "# {key} is not set"),
        };
    }
    Ok(Report { text, well: true })
}

/// What was given or is the default, as TOML.
fn value(arg: &Arg, settings: &Settings) -> Option<String> {
    let (matches, _) = leaf(&settings.matches);
    let id = arg.get_id().as_str();
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return Some(matches.get_flag(id).to_string());
    }
    let values: Vec<String> =
        matches.get_raw(id)?.map(|value| quoted(&value.to_string_lossy())).collect();
    match (arg.get_action(), values.as_slice()) {
        (ArgAction::Append, _) => Some(format!("[{}]", values.join(", "))),
        (_, [value]) => Some(value.clone()),
        _ => None,
    }
}

/// What the server chooses where nothing is given.
fn chosen(key: &str, config: &Config) -> Option<String> {
    match (key, config.signup_policy()) {
        ("signup", SignupPolicy::Open) => Some(quoted("open")),
        ("signup", SignupPolicy::Invite) => Some(quoted("invite")),
        ("signup", SignupPolicy::Closed) => Some(quoted("closed")),
        ("shards", _) => Some(config.shards().to_string()),
        _ => None,
    }
}

/// Where it is from.
fn origin(arg: &Arg, key: &str, settings: &Settings) -> String {
    if let Some(file) = settings.files.get(key) {
        return file.display().to_string();
    }
    let (matches, _) = leaf(&settings.matches);
    match matches.value_source(arg.get_id().as_str()) {
        Some(ValueSource::CommandLine) => format!("--{key}"),
        Some(ValueSource::EnvVariable) => {
            arg.get_env().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        }
        _ => "default".to_owned(),
    }
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
