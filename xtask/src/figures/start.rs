//! How long the server takes from its start on an empty directory until it is ready, and until its page has been served.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::progress::Step;
use crate::server::Server;
use crate::{clock, paths, tools};

/// How often it is measured.
pub(super) const ROUNDS: usize = 5;

/// The medians.
pub(super) struct Starts {
    /// Until the server says that it listens.
    pub(super) ready: Duration,
    /// Until the whole page has been received.
    pub(super) page: Duration,
}

/// Starts the server a few times.
pub(super) fn measure(step: &mut Step) -> Result<Starts> {
    let mut ready = Vec::new();
    let mut page = Vec::new();
    for round in 0..ROUNDS {
        step.doing(&format!("start {} of {ROUNDS}", round + 1));
        let data = Data::empty()?;
        let started = clock::now();
        let server = Server::start(&mut on(&data))?;
        ready.push(started.elapsed());
        get_page(server.address())?;
        page.push(started.elapsed());
    }
    Ok(Starts { ready: median(ready), page: median(page) })
}

/// A released server on a free port, without limits, that is quiet.
pub(super) fn on(data: &Data) -> Command {
    let mut command = tools::command(paths::release_server());
    command.args(["--listen", "127.0.0.1:0", "--limits", "off", "--data"]).arg(&data.0);
    command.env("HUBBUB_LOG", "error").stderr(Stdio::inherit());
    command
}

/// A directory for one server's data, removed at the end.
pub(super) struct Data(PathBuf);

impl Data {
    pub(super) fn empty() -> Result<Self> {
        let dir = paths::target().join("xtask").join("figures-data");
        remove(&dir)?;
        fs::create_dir_all(&dir)?;
        Ok(Self(dir))
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        let _the_next_one_tries_again = remove(&self.0);
    }
}

fn remove(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("can't remove {}", dir.display()))?;
    }
    Ok(())
}

fn get_page(address: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    ensure!(answer.starts_with("HTTP/1.1 200 "), "the page was not served: {answer:.200}");
    ensure!(answer.contains("</html>"), "the page was not served whole");
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Milliseconds, as people read them.
pub(super) fn shown(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let times = [9, 1, 5, 100, 3].map(Duration::from_millis).to_vec();
        assert_eq!(shown(median(times)), "5 ms");
    }
}
