//! What every test stands on: the program as a child process, its users over REST, their sockets,
//! raw connections for what no well-behaved client sends, and Chromium.

pub(crate) mod browser;
mod chance;
mod raw;
mod test_client;
mod test_server;
mod test_socket;
pub(crate) mod tls;

pub(crate) use chance::{Chance, unknown_id};
pub(crate) use raw::{RawFrame, RawHttp, RawSocket, frame};
pub(crate) use test_client::{Expect, TestClient, check_problem, everyone, header};
pub(crate) use test_server::{Program, Ran, TestServer, binary, command};
pub(crate) use test_socket::{Closed, Refusal, TestSocket, said};

use std::path::PathBuf;
use std::time::Duration;

/// How long a test waits for something that must come. Long, because machines can be slow; no test
/// waits that long for something that must *not* come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for `future` for at most [`PATIENCE`], and says what did not come.
pub(crate) async fn patiently<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {PATIENCE:?} for {what}"),
    }
}

/// The newest of a program that `cargo xtask test` has installed in its cache.
pub(crate) fn cached(name: &str) -> Option<PathBuf> {
    let home = || std::env::home_dir().map(|home| home.join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?;
    let tools = std::fs::read_dir(cache.join("hubbub").join("tools")).ok()?;
    let programs = tools.filter_map(|entry| {
        let place = entry.ok()?.path();
        let is_it = place.file_name()?.to_str()?.starts_with(&format!("{name}-"));
        let program = place.join("bin").join(name);
        (is_it && place.extension()? != "filling" && program.exists()).then_some(program)
    });
    programs.max()
}
