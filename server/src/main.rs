//! The program: reads what it is told to do, and does it.

use clap::Parser as _;
use hubbub::commands::Program;
use std::process::ExitCode;

fn main() -> ExitCode {
    Program::parse().run()
}
