//! The program: does what it is told to.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    hubbub::commands::run(&args)
}
