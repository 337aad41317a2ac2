//! The program: read the configuration, build the node, serve, shut down.

use clap::Parser as _;
use hubbub::commands::Report;
use hubbub::config::{Config, Program};
use hubbub::domain::clock::Clock;
use hubbub::node::Node;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How long what nobody waits for any more may take in the end.
const END: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let program = Program::parse();
    if let Some(command) = program.keeping() {
        return match command.run(Clock::system()) {
            Ok(report) => tell(&report),
            Err(why) => refuse(&why.to_string()),
        };
    }
    let config = match program.config() {
        Ok(config) => config,
        Err(why) => return refuse(why),
    };
    let filter = EnvFilter::try_from_env("HUBBUB_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(serve(config));
            // A name that is still being looked up, which can take its time, holds nothing up.
            runtime.shutdown_timeout(END);
            code
        }
        Err(cause) => refuse(&cause.to_string()),
    }
}

async fn serve(config: Config) -> ExitCode {
    let node = match Node::start(&config).await {
        Ok(node) => node,
        Err(why) => return refuse(&why.to_string()),
    };
    let (terminate, interrupt) =
        match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
            (Err(cause), _) | (_, Err(cause)) => return refuse(&cause.to_string()),
        };
    let (mut terminate, mut interrupt) = (terminate, interrupt);
    // A closed standard output is nobody's harm.
    let _ = writeln!(std::io::stdout(), "listening on http://{}", node.address());
    node.run(async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
    .await;
    ExitCode::SUCCESS
}

fn tell(report: &Report) -> ExitCode {
    // A closed standard output is nobody's harm.
    let _ = write!(std::io::stdout(), "{}", report.text);
    if report.well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn refuse(why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "hubbub: {why}");
    ExitCode::FAILURE
}
