//! The command line.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::floor::Mode;
use crate::hubbub::Program;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
hubbub-bench [--server PATH] [--quick] [--json] [--only ROW[,ROW]] [--rounds N] [--history N] [--server-args ARGS...]

  --server PATH     the program to measure; otherwise the hubbub beside this program
  --quick           under a minute: fewer and shorter rounds, fewer sockets
  --json            print JSON instead of a table
  --only ROWS       only these rows, separated by commas
  --rounds N        how often servers are measured in turns (3; with --quick 1)
  --history N       most messages that the history rows store (10000000; with --quick 100000)
  --list            print the rows' names
  --server-args ..  everything after it is for the server

hubbub-bench floor [--port P] [--mode single|joining]           the floor by itself
hubbub-bench disk --file PATH [--bytes N] [--seconds N]         append and fdatasync, over and over
";

/// What to do.
pub(crate) enum Task {
    /// Measure.
    Bench(Options),
    /// Be the floor.
    Floor { port: u16, mode: Mode },
    /// Measure the disk.
    Disk { file: PathBuf, bytes: usize, seconds: f64 },
    /// Print the rows' names.
    List,
    /// Print [`HELP`].
    Help,
}

/// Options of a measurement.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// What to measure.
    pub(crate) program: Program,
    /// Shorter and smaller.
    pub(crate) quick: bool,
    /// JSON instead of a table.
    pub(crate) json: bool,
    /// Names of rows; empty for all.
    pub(crate) only: Vec<String>,
    /// How often servers are measured in turns, 1 or more.
    pub(crate) rounds: usize,
    /// Most messages that the history rows store.
    pub(crate) history: u64,
}

/// Parses what comes after the program's name.
///
/// # Errors
/// On an unknown option, and on a value that is missing or no number.
pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Task> {
    let mut args = args.into_iter().peekable();
    match args.peek().map(String::as_str) {
        Some("floor") => floor(args.skip(1)),
        Some("disk") => disk(args.skip(1)),
        _ => bench(args),
    }
}

fn bench(mut args: impl Iterator<Item = String>) -> Result<Task> {
    let (mut path, mut server_args) = (None, Vec::new());
    let (mut quick, mut json, mut only) = (false, false, Vec::new());
    let (mut rounds, mut history) = (None, None);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--help" | "-h" => return Ok(Task::Help),
            "--list" => return Ok(Task::List),
            "--quick" => quick = true,
            "--json" => json = true,
            "--server" => path = Some(PathBuf::from(value(&option, &mut args)?)),
            "--only" => only.extend(value(&option, &mut args)?.split(',').map(str::to_owned)),
            "--rounds" => rounds = Some(number::<usize>(&option, &mut args)?.max(1)),
            "--history" => history = Some(number(&option, &mut args)?),
            "--server-args" => server_args = args.by_ref().collect(),
            other => bail!("there is no option `{other}`"),
        }
    }
    let path = match path {
        Some(path) => path,
        None => std::env::current_exe()?.with_file_name("hubbub"),
    };
    Ok(Task::Bench(Options {
        program: Program { path, args: server_args },
        quick,
        json,
        only,
        rounds: rounds.unwrap_or(if quick { 1 } else { 3 }),
        history: history.unwrap_or(if quick { 100_000 } else { 10_000_000 }),
    }))
}

fn floor(mut args: impl Iterator<Item = String>) -> Result<Task> {
    let (mut port, mut mode) = (0, Mode::Single);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--port" => port = number(&option, &mut args)?,
            "--mode" => {
                mode = match value(&option, &mut args)?.as_str() {
                    "single" => Mode::Single,
                    "joining" => Mode::Joining,
                    other => bail!("there is no mode `{other}`"),
                }
            }
            other => bail!("`floor` does not take `{other}`"),
        }
    }
    Ok(Task::Floor { port, mode })
}

fn disk(mut args: impl Iterator<Item = String>) -> Result<Task> {
    let (mut file, mut bytes, mut seconds) = (None, 300, 2.0);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--file" => file = Some(PathBuf::from(value(&option, &mut args)?)),
            "--bytes" => bytes = number(&option, &mut args)?,
            "--seconds" => seconds = number(&option, &mut args)?,
            other => bail!("`disk` does not take `{other}`"),
        }
    }
    Ok(Task::Disk { file: file.context("`disk` needs `--file`")?, bytes, seconds })
}

fn value(option: &str, args: &mut impl Iterator<Item = String>) -> Result<String> {
    args.next().with_context(|| format!("`{option}` needs a value"))
}

fn number<T: std::str::FromStr>(
    option: &str,
    args: &mut impl Iterator<Item = String>,
) -> Result<T> {
    let text = value(option, args)?;
    text.parse().ok().with_context(|| format!("`{option} {text}`: not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_measurement_has_its_options() {
        let Ok(Task::Bench(options)) =
            parsed("--server x --quick --only a,b --rounds 2 --server-args --json -v")
        else {
            panic!("not a measurement");
        };
        assert!(options.quick && !options.json);
        assert_eq!((options.rounds, options.history), (2, 100_000));
        assert_eq!(options.only, ["a", "b"]);
        assert_eq!(options.program.args, ["--json", "-v"]);
    }

    #[test]
    fn the_parts_have_theirs() {
        let floor = parsed("floor --port 9001 --mode joining");
        assert!(matches!(floor, Ok(Task::Floor { port: 9001, mode: Mode::Joining })));
        assert!(matches!(parsed("disk --file f --bytes 9"), Ok(Task::Disk { bytes: 9, .. })));
        assert!(matches!(parsed("--list"), Ok(Task::List)));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, part) in [
            ("--fast", "no option `--fast`"),
            ("--rounds", "needs a value"),
            ("--rounds many", "not a number"),
            ("floor --mode double", "no mode `double`"),
            ("disk", "needs `--file`"),
        ] {
            let error = parsed(line).err().unwrap().to_string();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
