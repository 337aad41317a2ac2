//! The command line. Parsed by hand: seven words and five options do not pay for a crate that is compiled first on every
//! fresh clone.

use anyhow::{Context as _, Result, bail};

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
cargo xtask <command> [-v]

  run [-- ARGS]   install what is missing, build page and server, start Hubbub on http://127.0.0.1:3000
  build           the same, without starting it: target/release/hubbub, one file with the page inside
  dev [-- ARGS]   server and page in watch mode: http://127.0.0.1:8080 shows each change in seconds
  test            everything that CI checks: format, lints, size budget, unit, integration, browser and crash tests
  torture         the crash test at length: [--rounds N] [--writers N] [--seed S]
  figures         measure what the README states: sizes, start-up time, memory
  help            this

  -v, --verbose   show everything that the called programs print
  ARGS            options of the server: see `target/release/hubbub --help`
";

/// A parsed command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cli {
    /// Show everything that the called programs print.
    pub(crate) verbose: bool,
    pub(crate) command: Command,
}

/// A command and its own options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Run { server_args: Vec<String> },
    Build,
    Dev { server_args: Vec<String> },
    Test,
    Torture(Torture),
    Figures,
    Help,
}

/// Options of the crash test; what is not given is the test's own default, apart from the rounds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Torture {
    /// How often the server is killed.
    pub(crate) rounds: u32,
    /// How many clients write at once.
    pub(crate) writers: Option<u32>,
    /// Repeats the random choices of an earlier run.
    pub(crate) seed: Option<u64>,
}

/// Rounds of `torture` when none are given.
const ROUNDS: u32 = 200;

impl Cli {
    /// Parses what comes after `cargo xtask`.
    ///
    /// # Errors
    /// On an unknown command or option, and on an option's value that is missing or not a number.
    pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut verbose = false;
        let mut words = Vec::new();
        let mut server_args = Vec::new();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "-v" | "--verbose" => verbose = true,
                "-h" | "--help" => words.insert(0, "help".to_owned()),
                "--" => server_args = args.by_ref().collect(),
                _ => words.push(arg),
            }
        }
        let mut words = words.into_iter();
        let name = words.next().unwrap_or_else(|| "help".to_owned());
        let takes_server_args = matches!(name.as_str(), "run" | "dev");
        if !server_args.is_empty() && !takes_server_args {
            bail!("`{name}` takes nothing after `--`");
        }
        let command = match name.as_str() {
            "run" => Command::Run { server_args },
            "build" => Command::Build,
            "dev" => Command::Dev { server_args },
            "test" => Command::Test,
            "torture" => Command::Torture(Torture::parse(&mut words)?),
            "figures" => Command::Figures,
            "help" => return Ok(Self { verbose, command: Command::Help }),
            other => bail!("there is no command `{other}`"),
        };
        match words.next() {
            Some(word) if takes_server_args => {
                bail!(
                    "`{word}`: options of the server come after `--`, as in `cargo xtask {name} -- {word}`"
                )
            }
            Some(word) => bail!("`{name}` does not take `{word}`"),
            None => Ok(Self { verbose, command }),
        }
    }
}

impl Torture {
    fn parse(words: &mut impl Iterator<Item = String>) -> Result<Self> {
        let mut torture = Self { rounds: ROUNDS, writers: None, seed: None };
        while let Some(option) = words.next() {
            let (option, value) = match option.split_once('=') {
                Some((option, value)) => (option.to_owned(), value.to_owned()),
                None => {
                    let value =
                        words.next().with_context(|| format!("`{option}` needs a value"))?;
                    (option, value)
                }
            };
            let number = || format!("`{option} {value}`: not a number");
            match option.as_str() {
                "--rounds" => torture.rounds = value.parse().with_context(number)?,
                "--writers" => torture.writers = Some(value.parse().with_context(number)?),
                "--seed" => torture.seed = Some(value.parse().with_context(number)?),
                other => bail!("`torture` does not take `{other}`"),
            }
        }
        Ok(torture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli> {
        Cli::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn everything_after_the_dashes_is_the_servers() {
        let cli = parse("run -v -- --listen 127.0.0.1:4000 -v").unwrap();
        assert!(cli.verbose);
        let server_args = ["--listen", "127.0.0.1:4000", "-v"].map(str::to_owned).to_vec();
        assert_eq!(cli.command, Command::Run { server_args });
    }

    #[test]
    fn torture_takes_its_options_in_both_spellings() {
        let cli = parse("torture --rounds 7 --seed=42").unwrap();
        assert_eq!(
            cli.command,
            Command::Torture(Torture { rounds: 7, writers: None, seed: Some(42) })
        );
        assert_eq!(
            parse("torture").unwrap().command,
            Command::Torture(Torture { rounds: ROUNDS, writers: None, seed: None })
        );
    }

    #[test]
    fn nothing_at_all_asks_for_help() {
        assert_eq!(parse("").unwrap().command, Command::Help);
        assert_eq!(parse("run --help").unwrap().command, Command::Help);
    }

    #[test]
    fn mistakes_are_named() {
        for (line, part) in [
            ("rnu", "no command `rnu`"),
            ("test --fast", "does not take `--fast`"),
            ("run --listen", "cargo xtask run -- --listen"),
            ("build -- --listen", "nothing after `--`"),
            ("torture --rounds many", "not a number"),
            ("torture --rounds", "needs a value"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn help_names_every_command() {
        for name in ["run", "build", "dev", "test", "torture", "figures", "help"] {
            assert!(HELP.contains(&format!("\n  {name} ")), "{name} is not in the help");
        }
    }
}
