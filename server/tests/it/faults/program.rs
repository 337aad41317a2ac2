//! The program on a directory that outlives it, started through another program or with a library
//! before it that lets things fail.

use crate::harness::{Expect, Program, TestClient, binary};
use reqwest::StatusCode;
use shared::api::account::SignUp;
use shared::{ErrorCode, paths};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A server, and the directory of its data.
pub(crate) struct Faulty {
    pub(crate) program: Program,
    pub(crate) url: String,
    data: TempDir,
}

fn tool(variable: &str, places: &[&str], package: &str) -> PathBuf {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let found = named.or_else(|| places.iter().map(PathBuf::from).find(|path| path.exists()));
    found.filter(|path| path.exists()).unwrap_or_else(|| {
        panic!(
            "{package} is missing: `cargo xtask test` installs it; or install Debian's `{package}`, \
             or set {variable} to where it is"
        )
    })
}

/// The program that lets system calls fail.
fn strace() -> PathBuf {
    tool("HUBBUB_TEST_STRACE", &["/usr/bin/strace"], "strace")
}

/// The library that lets the clock jump.
fn faketime() -> PathBuf {
    let places = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    ];
    tool("HUBBUB_TEST_FAKETIME", &places, "faketime")
}

impl Faulty {
    /// A server on a directory that holds nothing yet but its schema, whose system calls `calls` fail
    /// with EIO: those that `when` says, counted by thread, as in strace(1).
    pub(crate) async fn failing(calls: &str, when: &str) -> Self {
        // Making the schema would take many of these calls, and more with every new part of it.
        let mut sound = Self::start(Command::new(binary()), tempfile::tempdir().unwrap()).await;
        sound.program.terminate();
        sound.program.ended().await;
        let mut command = Command::new(strace());
        // As a grandchild of the program, so that who starts strace has the program as its child.
        command.args(["-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null"]);
        command.args(["-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={calls}:error=EIO:when={when}")]);
        command.arg(binary());
        Self::start(command, sound.data).await
    }

    /// A server on an empty directory, whose clock says what [`Faulty::set_clock`] says.
    pub(crate) async fn with_a_clock() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary());
        let offset = data.path().join("clock");
        std::fs::write(&offset, "+0").unwrap();
        command.env("LD_PRELOAD", faketime()).env("FAKETIME_TIMESTAMP_FILE", offset);
        // Read anew at each look, and only the time of day: what counts seconds goes on.
        command.env("FAKETIME_NO_CACHE", "1");
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
        Self::start(command, data).await
    }

    async fn start(mut command: Command, data: TempDir) -> Self {
        command.args(["--listen", "127.0.0.1:0", "--limits", "off", "--data"]);
        command.arg(data.path().join("data"));
        let mut program = Program::run(command);
        let url = format!("http://{}", program.listening().await);
        Self { program, url, data }
    }

    /// Kills it, and starts it again on the same directory with nothing that fails.
    pub(crate) async fn start_again_sound(mut self) -> Self {
        self.program.kill();
        Self::start(Command::new(binary()), self.data).await
    }

    /// Lets the clock jump: so many seconds off the true time.
    pub(crate) fn set_clock(&self, seconds: i64) {
        let new = self.data.path().join("clock.new");
        std::fs::write(&new, format!("{seconds:+}")).unwrap();
        std::fs::rename(new, self.data.path().join("clock")).unwrap();
    }

    /// Signs a user up.
    pub(crate) async fn user(&self, username: &str) -> TestClient {
        let sign_up = SignUp { username: username.to_owned(), ..SignUp::default() };
        TestClient::sign_up(&self.url, &sign_up).await
    }

    /// The same client of the same user, at a server that was started again elsewhere.
    pub(crate) fn again(&self, client: &TestClient) -> TestClient {
        client.at(&self.url)
    }

    /// Checks that it says of itself that it can't store.
    pub(crate) async fn is_not_ready(&self) {
        let stranger = TestClient::stranger(&self.url);
        stranger.get(paths::READYZ).fails(ErrorCode::StorageUnavailable).await;
        let alive = stranger.get(paths::HEALTHZ).send().await.unwrap();
        assert_eq!(alive.status(), StatusCode::OK, "it is alive all the same");
    }

    /// Checks that it says of itself that it can.
    pub(crate) async fn is_ready(&self) {
        let ready = TestClient::stranger(&self.url).get(paths::READYZ).send().await.unwrap();
        assert_eq!(ready.status(), StatusCode::OK);
    }
}
