//! `cargo xtask <command>`: Hubbub's commands, so that everyone (and CI) builds, runs and tests it the same way.
//!
//! A command is a list of numbered steps ([`progress`]) that call other programs ([`process`]); each command has a
//! module of its name. What is installed, and at which version, is in [`versions`] and [`tools`]. Nothing of Hubbub
//! itself is here: the crash test, for one, lives with the server's integration tests, and `torture` only runs it.

mod bench;
mod budget;
mod build;
mod cli;
mod clock;
mod compress;
mod dev;
mod figures;
mod fingerprint;
mod frontend;
mod fuzz;
mod mutants;
mod passwords;
mod paths;
mod process;
mod progress;
mod run;
mod schemathesis;
mod server;
mod signals;
mod slim;
mod soak;
mod summary;
mod test;
mod tools;
mod torture;
mod versions;
mod watch;

use std::process::ExitCode;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = match Cli::parse(std::env::args().skip(1)) {
        Ok(cli) => cli,
        Err(error) => {
            progress::error(&error);
            progress::print(cli::HELP);
            return ExitCode::from(2);
        }
    };
    let outcome = signals::install().and_then(|()| dispatch(cli));
    match outcome {
        _ if signals::interrupted().is_some() => signals::exit_code(),
        Ok(code) => code,
        Err(error) => {
            progress::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let verbose = cli.verbose;
    match cli.command {
        Command::Run { server_args } => run::run(verbose, &server_args),
        Command::Build => build::build(verbose),
        Command::Dev { server_args } => dev::dev(verbose, &server_args),
        Command::Test => test::test(verbose),
        Command::Torture(torture) => torture::torture(verbose, &torture),
        Command::Soak(soak) => soak::soak(verbose, &soak),
        Command::Mutants { part } => mutants::mutants(verbose, part.as_deref()),
        Command::Schemathesis { cases } => schemathesis::schemathesis(verbose, cases),
        Command::Fuzz(options) => fuzz::fuzz(verbose, &options),
        Command::Bench { args } => bench::bench(verbose, &args),
        Command::Passwords { file } => {
            passwords::passwords(file.as_ref())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Figures => figures::figures(verbose),
        Command::Help => {
            progress::print(cli::HELP);
            Ok(ExitCode::SUCCESS)
        }
    }
}
