//! Settings from files: where they lie, what may stand in them, and how they go below what is given
//! on the command line and in the environment. Which settings there are is said in `config.rs`
//! alone: a file's keys are the long names of its flags.

use super::Config;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The file of the whole machine.
const OF_THE_MACHINE: &str = "/etc/hubbub/hubbub.toml";
/// The file in a data directory.
const NAME: &str = "hubbub.toml";

/// A setting that a file gives: the values, as flags would give them, and the file.
type Given = BTreeMap<String, (Vec<String>, PathBuf)>;

/// What was given on the command line, in the environment and in files, in this order of strength.
#[derive(Debug)]
pub struct Settings {
    /// As clap gives it, files included.
    pub matches: ArgMatches,
    /// Which settings hold because of a file, by their long names, and which file.
    pub files: BTreeMap<String, PathBuf>,
}

/// Reads everything that the program is told. `args` begin with the program's name.
///
/// # Errors
/// Clap's own, which knows what to say and how to end; or a sentence about a file.
pub fn settings(
    command: &Command,
    args: &[OsString],
) -> Result<Result<Settings, clap::Error>, String> {
    settings_beside(command, args, Path::new(OF_THE_MACHINE))
}

fn settings_beside(
    command: &Command,
    args: &[OsString],
    of_the_machine: &Path,
) -> Result<Result<Settings, clap::Error>, String> {
    let matches = match command.clone().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(shown) => return Ok(Err(shown)),
    };
    let (leaf, depth) = leaf(&matches);
    if !leaf.ids().any(|id| id == "data") {
        return Ok(Ok(Settings { matches, files: BTreeMap::new() }));
    }
    let mut args = args.to_vec();
    let mut files = BTreeMap::new();
    for (key, (values, file)) in given(leaf, of_the_machine)? {
        let id = key.replace('-', "_");
        let stronger = [ValueSource::CommandLine, ValueSource::EnvVariable].map(Some);
        let known = leaf.try_contains_id(&id).is_ok();
        if !known || stronger.contains(&leaf.value_source(&id)) {
            continue;
        }
        // Behind the command's name, as a `--` further on would end the flags.
        let at = (depth + 1).min(args.len());
        args.splice(at..at, values.iter().map(OsString::from));
        files.insert(key, file);
    }
    let matches = command.clone().try_get_matches_from(args);
    Ok(matches.map(|matches| Settings { matches, files }))
}

/// What was matched of the command that was chosen, and how many names that took.
pub fn leaf(matches: &ArgMatches) -> (&ArgMatches, usize) {
    let (mut leaf, mut depth) = (matches, 0);
    while let Some((_, deeper)) = leaf.subcommand() {
        (leaf, depth) = (deeper, depth + 1);
    }
    (leaf, depth)
}

/// What files give: the one that was named, or the machine's and, above it, the data directory's.
fn given(matches: &ArgMatches, of_the_machine: &Path) -> Result<Given, String> {
    let named = matches.try_get_one::<PathBuf>("config").ok().flatten();
    if let Some(file) = named {
        return read(file)?.ok_or_else(|| format!("there is no file {}", file.display()));
    }
    let mut given = read(of_the_machine)?.unwrap_or_default();
    let own = matches.get_one::<PathBuf>("data").cloned().unwrap_or_default();
    let dir = match (matches.value_source("data"), given.get("data")) {
        (None | Some(ValueSource::DefaultValue), Some((values, _))) => {
            let flag = values.first().map(String::as_str).unwrap_or_default();
            PathBuf::from(flag.strip_prefix("--data=").unwrap_or(flag))
        }
        _ => own,
    };
    let file = dir.join(NAME);
    let nearer = read(&file)?.unwrap_or_default();
    if nearer.contains_key("data") {
        return Err(format!(
            "{}: `data` can't stand here, as the file lies in that directory itself; say it with \
             --data or in {OF_THE_MACHINE}",
            file.display()
        ));
    }
    given.extend(nearer);
    Ok(given)
}

/// What a file gives; None if it isn't there.
fn read(file: &Path) -> Result<Option<Given>, String> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(format!("{} can't be read: {cause}", file.display())),
    };
    let table: Table = text
        .parse()
        .map_err(|cause: toml::de::Error| format!("{} is no TOML: {cause}", file.display()))?;
    let known = known();
    let mut given = Given::new();
    for (key, value) in &table {
        let flags = flags(&known, key, value)
            .map_err(|why| format!("{}: `{key}` {why}", file.display()))?;
        given.insert(key.clone(), (flags, file.to_owned()));
    }
    Ok(Some(given))
}

/// Everything that may stand in a file.
fn known() -> Command {
    Config::augment_args(Command::new("hubbub")).mut_args(|arg| arg.env(None::<&str>))
}

/// Whether a setting may stand in a file, and is shown to people.
pub fn is_setting(arg: &Arg) -> bool {
    arg.get_long().is_some_and(|long| long != "config") && !arg.is_hide_set()
}

/// The flags that say the same as the line of a file.
fn flags(known: &Command, key: &str, value: &Value) -> Result<Vec<String>, String> {
    let mut settings = known.get_arguments().filter(|arg| is_setting(arg));
    let Some(arg) = settings.find(|arg| arg.get_long() == Some(key)) else {
        let names = known.get_arguments().filter(|arg| is_setting(arg));
        let names: Vec<&str> = names.filter_map(Arg::get_long).collect();
        return Err(format!("is no setting; there are {}", names.join(", ")));
    };
    let flags: Vec<String> = match (arg.get_action(), value) {
        (ArgAction::SetTrue, Value::Boolean(on)) => {
            return Ok(on.then(|| format!("--{key}")).into_iter().collect());
        }
        (ArgAction::SetTrue, _) => return Err("must be true or false".to_owned()),
        (ArgAction::Append, Value::Array(values)) => {
            let texts =
                values.iter().map(|value| text(value).map(|text| format!("--{key}={text}")));
            texts.collect::<Option<_>>().ok_or("must be a list of texts in quotes")?
        }
        (_, value) => {
            let text = text(value).ok_or_else(|| allowed(arg, "must be a text in quotes"))?;
            vec![format!("--{key}={text}")]
        }
    };
    let line = std::iter::once("hubbub").chain(flags.iter().map(String::as_str));
    match known.clone().try_get_matches_from(line) {
        Ok(_) => Ok(flags),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            Err(allowed(arg, &cause.unwrap_or_else(|| "can't be that".to_owned())))
        }
    }
}

/// A text or a number, as a flag is given it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Why a value is refused, with those that are not, where there are few.
fn allowed(arg: &Arg, why: &str) -> String {
    let values = arg.get_possible_values();
    if values.is_empty() {
        return format!("is refused: {why}");
    }
    let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
    format!("must be one of \"{}\"", names.join("\", \""))
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
