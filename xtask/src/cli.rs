//! The command line. Parsed by hand: a few words and options do not pay for a crate that is compiled first on every
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
  soak            people who talk for long while memory is watched: [--minutes N] [--people N] [--seed S]
  fuzz            what strangers send, tried by a fuzzer: [--seconds N] [TARGET]
  schemathesis    what the OpenAPI document says, tried against the server: [--cases N] for each operation
  mutants         changes in what decides and keeps, each of which a test must notice (hours): [PART]
  bench           measure Hubbub beside the least that a server could do: [--quick] [--json] [--only ROWS] ...
  figures         measure what the README states: sizes, start-up time, memory
  passwords FILE  make the server's list of common passwords from a file with one a line, the most common first
  help            this

  -v, --verbose   show everything that the called programs print
  ARGS            options of the server: see `target/release/hubbub --help`
                  those of bench: see `target/release/hubbub-bench --help`; it takes ARGS, too
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
    Run {
        server_args: Vec<String>,
    },
    Build,
    Dev {
        server_args: Vec<String>,
    },
    Test,
    Torture(Torture),
    Soak(Soak),
    Fuzz(Fuzz),
    Mutants {
        /// The only part to change; all when [`None`].
        part: Option<String>,
    },
    Schemathesis {
        /// How many are made up for each operation.
        cases: u32,
    },
    Bench {
        args: Vec<String>,
    },
    Figures,
    Passwords {
        file: String,
    },
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

/// Options of the soak test; what is not given is the test's own default, apart from the minutes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Soak {
    /// How long people talk.
    pub(crate) minutes: u32,
    /// How many do.
    pub(crate) people: Option<u32>,
    /// Repeats the random choices of an earlier run.
    pub(crate) seed: Option<u64>,
}

/// Options of the fuzzer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fuzz {
    /// How long each target runs.
    pub(crate) seconds: u32,
    /// The only target to run; all when [`None`].
    pub(crate) target: Option<String>,
}

/// Seconds of `fuzz` when none are given.
const FUZZ_SECONDS: u32 = 60;

/// Cases of `schemathesis` for each operation when none are given: over 20,000 in all.
const CASES: u32 = 430;

/// Rounds of `torture` when none are given.
const ROUNDS: u32 = 200;

/// Minutes of `soak` when none are given.
const MINUTES: u32 = 10;

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
        let takes_server_args = matches!(name.as_str(), "run" | "dev" | "bench");
        if !server_args.is_empty() && !takes_server_args {
            bail!("`{name}` takes nothing after `--`");
        }
        let command = match name.as_str() {
            "run" => Command::Run { server_args },
            "build" => Command::Build,
            "dev" => Command::Dev { server_args },
            "test" => Command::Test,
            "torture" => Command::Torture(Torture::parse(&mut words)?),
            "soak" => Command::Soak(Soak::parse(&mut words)?),
            "mutants" => Command::Mutants { part: words.next() },
            "schemathesis" => Command::Schemathesis { cases: cases(&mut words)? },
            "fuzz" => Command::Fuzz(Fuzz::parse(&mut words)?),
            "bench" => Command::Bench { args: bench_args(&mut words, server_args) },
            "figures" => Command::Figures,
            "passwords" => {
                Command::Passwords { file: words.next().context("`passwords` needs a FILE")? }
            }
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

/// What `hubbub-bench` gets: it knows its options itself.
fn bench_args(words: &mut impl Iterator<Item = String>, server_args: Vec<String>) -> Vec<String> {
    let mut args: Vec<String> = words.collect();
    if !server_args.is_empty() {
        args.push("--server-args".to_owned());
        args.extend(server_args);
    }
    args
}

/// The next option of a command whose options all have a value, with the value.
fn option(words: &mut impl Iterator<Item = String>) -> Result<Option<(String, String)>> {
    let Some(option) = words.next() else { return Ok(None) };
    if let Some((option, value)) = option.split_once('=') {
        return Ok(Some((option.to_owned(), value.to_owned())));
    }
    let value = words.next().with_context(|| format!("`{option}` needs a value"))?;
    Ok(Some((option, value)))
}

/// The only option of `schemathesis`.
fn cases(words: &mut impl Iterator<Item = String>) -> Result<u32> {
    let mut cases = CASES;
    while let Some((option, value)) = option(words)? {
        if option != "--cases" {
            bail!("`schemathesis` does not take `{option}`");
        }
        cases = value.parse().with_context(|| format!("`{option} {value}`: not a number"))?;
    }
    Ok(cases)
}

impl Torture {
    fn parse(words: &mut impl Iterator<Item = String>) -> Result<Self> {
        let mut torture = Self { rounds: ROUNDS, writers: None, seed: None };
        while let Some((option, value)) = option(words)? {
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

impl Soak {
    fn parse(words: &mut impl Iterator<Item = String>) -> Result<Self> {
        let mut soak = Self { minutes: MINUTES, people: None, seed: None };
        while let Some((option, value)) = option(words)? {
            let number = || format!("`{option} {value}`: not a number");
            match option.as_str() {
                "--minutes" => soak.minutes = value.parse().with_context(number)?,
                "--people" => soak.people = Some(value.parse().with_context(number)?),
                "--seed" => soak.seed = Some(value.parse().with_context(number)?),
                other => bail!("`soak` does not take `{other}`"),
            }
        }
        Ok(soak)
    }
}

impl Fuzz {
    fn parse(words: &mut impl Iterator<Item = String>) -> Result<Self> {
        let mut fuzz = Self { seconds: FUZZ_SECONDS, target: None };
        while let Some(word) = words.next() {
            if !word.starts_with('-') && fuzz.target.is_none() {
                fuzz.target = Some(word);
                continue;
            }
            let value = match word.strip_prefix("--seconds") {
                Some("") => words.next().context("`--seconds` needs a value")?,
                Some(value) if value.starts_with('=') => value[1..].to_owned(),
                _ => bail!("`fuzz` does not take `{word}`"),
            };
            fuzz.seconds =
                value.parse().with_context(|| format!("`--seconds {value}`: not a number"))?;
        }
        Ok(fuzz)
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
    fn soak_lasts_ten_minutes_unless_told_otherwise() {
        let soak = |minutes, people| Command::Soak(Soak { minutes, people, seed: None });
        assert_eq!(parse("soak").unwrap().command, soak(MINUTES, None));
        assert_eq!(parse("soak --minutes=3 --people 4").unwrap().command, soak(3, Some(4)));
    }

    #[test]
    fn fuzz_takes_a_target_and_a_time_in_any_order() {
        for line in ["fuzz frames --seconds 7", "fuzz --seconds=7 frames"] {
            let fuzz = Fuzz { seconds: 7, target: Some("frames".to_owned()) };
            assert_eq!(parse(line).unwrap().command, Command::Fuzz(fuzz), "{line}");
        }
        let all = Fuzz { seconds: FUZZ_SECONDS, target: None };
        assert_eq!(parse("fuzz").unwrap().command, Command::Fuzz(all));
    }

    #[test]
    fn schemathesis_takes_a_number_of_cases() {
        assert_eq!(parse("schemathesis").unwrap().command, Command::Schemathesis { cases: CASES });
        let cases = parse("schemathesis --cases=9").unwrap().command;
        assert_eq!(cases, Command::Schemathesis { cases: 9 });
    }

    #[test]
    fn bench_hands_everything_on() {
        let cli = parse("bench --quick -v --only cpu-1 -- --signup open").unwrap();
        let args = ["--quick", "--only", "cpu-1", "--server-args", "--signup", "open"];
        let args = args.map(str::to_owned).to_vec();
        assert_eq!(cli, Cli { verbose: true, command: Command::Bench { args } });
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
            ("soak --rounds 3", "does not take `--rounds`"),
            ("schemathesis --rounds 3", "does not take `--rounds`"),
            ("fuzz --seconds long", "not a number"),
            ("fuzz frames more", "does not take `more`"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn help_names_every_command() {
        for name in
            ["run", "build", "dev", "test", "torture", "soak", "fuzz", "bench", "figures", "help"]
        {
            assert!(HELP.contains(&format!("\n  {name} ")), "{name} is not in the help");
        }
    }
}
