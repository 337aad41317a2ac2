//! The real program as a child process: started on a free port and an empty directory, killed,
//! ended and started again. It dies with the value that holds it.

use super::tls::{Front, Identity, PemFiles};
use super::{TestClient, patiently};
use shared::api::account::SignUp;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// The program's file: `HUBBUB_TEST_BINARY`, or the one Cargo built for these tests.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("HUBBUB_TEST_BINARY")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_hubbub")), PathBuf::from)
}

/// What a command of the program came to, which ends by itself.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command of the program to its end.
pub(crate) async fn command(args: &[&str]) -> Ran {
    let mut command = Command::new(binary());
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HUBBUB_") {
            command.env_remove(name);
        }
    }
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = patiently("a command's end", run).await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(!stderr.contains("panicked"), "{stderr}");
    Ran { code: output.status.code(), stdout, stderr }
}

/// One run of the program, whether or not it ever listens.
pub(crate) struct Program {
    child: Child,
    stdout: Option<oneshot::Receiver<String>>,
    stderr: Arc<Mutex<String>>,
    more: Arc<Mutex<String>>,
    /// What reads its outputs, to their end.
    readers: Vec<JoinHandle<()>>,
}

impl Program {
    /// Starts it with these arguments, and none of the environment's `HUBBUB_…` settings.
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut command = Command::new(binary());
        command.args(args);
        Self::run(command)
    }

    /// Starts this command, which ends up as the program.
    pub(crate) fn run(mut command: Command) -> Self {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HUBBUB_") {
                command.env_remove(name);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let (line_to, line_from) = oneshot::channel();
        let stderr = Arc::new(Mutex::new(String::new()));
        let more = Arc::new(Mutex::new(String::new()));
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let rest = more.clone();
        let reads_out = std::thread::spawn(move || {
            let mut line = String::new();
            let _ = out.read_line(&mut line);
            let _ = line_to.send(line);
            let mut text = String::new();
            let _ = out.read_to_string(&mut text);
            rest.lock().unwrap().push_str(&text);
        });
        let err = BufReader::new(child.stderr.take().unwrap());
        let log = stderr.clone();
        let reads_err = std::thread::spawn(move || {
            for line in err.lines().map_while(Result::ok) {
                let mut log = log.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let readers = vec![reads_out, reads_err];
        Self { child, stdout: Some(line_from), stderr, more, readers }
    }

    /// The address it says it listens on.
    pub(crate) async fn listening(&mut self) -> SocketAddr {
        match self.try_listening().await {
            Ok(address) => address,
            Err(line) => panic!("said {line:?} instead of where it listens; {}", self.stderr()),
        }
    }

    /// The address it says it listens on, or what it said instead (nothing, if it ended).
    pub(crate) async fn try_listening(&mut self) -> Result<SocketAddr, String> {
        let stdout = self.stdout.take().expect("asked once");
        let line = patiently("the line `listening on …`", stdout).await.unwrap_or_default();
        let url = line.strip_prefix("listening on ").map(str::trim_end);
        let address =
            url.and_then(|url| url.strip_prefix("http://").or(url.strip_prefix("https://")));
        address.and_then(|text| text.parse().ok()).ok_or(line)
    }

    /// What it wrote on standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// What it wrote on standard output after the first line; complete once it ended.
    pub(crate) fn more_stdout(&self) -> String {
        self.more.lock().unwrap().clone()
    }

    /// The process's id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        // Its outputs end when it does, and by then what it said last has been read.
        let readers = std::mem::take(&mut self.readers);
        let read = tokio::task::spawn_blocking(move || {
            readers.into_iter().for_each(|reader| reader.join().unwrap());
        });
        patiently("the program's end", read).await.unwrap();
        self.child.wait().unwrap()
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid().cast_signed()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            println!("--- the server's standard error ---\n{}", self.stderr());
        }
    }
}

/// A running server with a directory of its own.
pub(crate) struct TestServer {
    program: Program,
    address: SocketAddr,
    data: Arc<TempDir>,
    args: Vec<String>,
    /// What takes the TLS away, if the server speaks nothing else.
    front: Option<Front>,
}

impl TestServer {
    /// A server on an empty directory.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server on an empty directory, with these arguments too.
    pub(crate) async fn with(args: &[&str]) -> Self {
        Self::on(tempfile::tempdir().unwrap(), args).await
    }

    /// A server on this directory, with these arguments too.
    pub(crate) async fn on(data: tempfile::TempDir, args: &[&str]) -> Self {
        let data = Arc::new(data);
        let mut program = Program::start(&arguments("127.0.0.1:0", data.path(), args));
        let address = program.listening().await;
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        Self { program, address, data, args, front: None }
    }

    /// A server under TLS, on an empty directory, with these arguments too; and what it shows itself
    /// by. Clients and sockets reach it through a [`Front`].
    pub(crate) async fn under_tls(args: &[&str]) -> (Self, Identity, PemFiles) {
        let identity = Identity::new();
        let files = PemFiles::with(&identity);
        let named = files.arguments();
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        let mut server = Self::with(&[&named, args].concat()).await;
        server.front = Some(Front::of(server.address, &identity).await);
        (server, identity, files)
    }

    /// SIGKILL: no goodbye, as when the power fails under the process.
    pub(crate) fn kill(&mut self) {
        self.program.kill();
    }

    /// SIGTERM, and the status it ends with.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        self.program.terminate();
        self.program.ended().await
    }

    /// Starts it again on the same directory and the same port, ready to serve.
    pub(crate) async fn start_again(&mut self) {
        self.spawn_again();
        self.address = self.program.listening().await;
    }

    /// Starts it again and does not wait until it serves.
    pub(crate) fn spawn_again(&mut self) {
        self.program.kill();
        let listen = self.address.to_string();
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        self.program = Program::start(&arguments(&listen, self.data.path(), &args));
    }

    /// Where it can be reached in plain HTTP.
    pub(crate) fn address(&self) -> SocketAddr {
        self.front.as_ref().map_or(self.address, Front::address)
    }

    /// Where it listens itself.
    pub(crate) fn own_address(&self) -> SocketAddr {
        self.address
    }

    /// What takes the TLS away.
    pub(crate) fn front(&self) -> &Front {
        self.front.as_ref().expect("a server under TLS")
    }

    /// `http://ADDR:PORT`, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Its data directory.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// The process.
    pub(crate) fn program(&mut self) -> &mut Program {
        &mut self.program
    }

    /// Every byte of its data directory's files.
    pub(crate) fn stored_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut folders = vec![self.data().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    bytes.extend(std::fs::read(path).unwrap());
                }
            }
        }
        bytes
    }

    /// Its database file: the only one that begins like SQLite's.
    pub(crate) fn database(&self) -> PathBuf {
        let files = std::fs::read_dir(self.data()).unwrap().map(|entry| entry.unwrap().path());
        let is_database = |path: &PathBuf| {
            let mut head = [0; 16];
            std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok()
                && &head == b"SQLite format 3\0"
        };
        files.into_iter().find(is_database).expect("a database in the data directory")
    }

    /// Signs a user up, without a password (hashing one takes its time).
    pub(crate) async fn user(&self, username: &str) -> TestClient {
        let sign_up = SignUp { username: username.to_owned(), ..SignUp::default() };
        TestClient::sign_up(&self.url(), &sign_up).await
    }

    /// Signs a user up with a password.
    pub(crate) async fn user_with_password(&self, username: &str, password: &str) -> TestClient {
        let (username, password) = (username.to_owned(), Some(password.to_owned()));
        let sign_up = SignUp { username, password, ..SignUp::default() };
        TestClient::sign_up(&self.url(), &sign_up).await
    }

    /// Somebody who is not logged in.
    pub(crate) fn stranger(&self) -> TestClient {
        TestClient::stranger(&self.url())
    }
}

fn arguments<'a>(listen: &'a str, data: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let data = data.to_str().expect("a path in UTF-8");
    let mut args = vec!["--listen", listen, "--data", data];
    // Tests are faster than any user, unless they are about just that.
    if !more.contains(&"--limits") {
        args.extend(["--limits", "off"]);
    }
    args.extend(more);
    args
}
