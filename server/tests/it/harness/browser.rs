//! A real headless Chromium with a profile of its own, driven by a chromedriver of its own. Both die
//! with the value that holds them.
//!
//! `HUBBUB_TEST_CHROMEDRIVER` and `HUBBUB_TEST_CHROMIUM` name other programs than Debian's;
//! `HUBBUB_TEST_SCREENSHOTS` names a directory to save screenshots in.

use super::{PATIENCE, TestServer, patiently};
use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::oneshot;

const WINDOW: (u32, u32) = (1440, 900);

/// A row of the feed, as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownRow {
    /// Its message, once the server has it.
    pub(crate) id: Option<String>,
    /// Its place in the channel's order, once it has one.
    pub(crate) seq: Option<u64>,
    /// The sender's own id, on one's own rows.
    pub(crate) nonce: Option<String>,
    /// `queued`, `sending`, `failed` or `sent`.
    pub(crate) state: String,
    /// The text.
    pub(crate) text: String,
    /// Whether it says that it was edited.
    pub(crate) edited: bool,
    /// Whether it says that it was deleted.
    pub(crate) deleted: bool,
}

/// The process that drives a browser, and everything that it started.
struct Driver(Child);

/// One person's browser.
pub(crate) struct Browser {
    client: Client,
    _driver: Driver,
    driver_url: String,
    base: String,
    _profile: TempDir,
}

fn program(variable: &str, default: &str) -> PathBuf {
    let path = std::env::var_os(variable).map_or_else(|| PathBuf::from(default), PathBuf::from);
    let hint = "install Debian's `chromium` and `chromium-driver`";
    assert!(path.exists(), "{} is missing: {hint}, or set {variable}", path.display());
    path
}

impl Browser {
    /// Opens the server's front page in a new browser.
    pub(crate) async fn open(server: &TestServer) -> Self {
        Self::sized(server, WINDOW).await
    }

    /// Opens the server's front page in a new browser, by a name: passkeys belong to names, and an
    /// address is none.
    pub(crate) async fn by_name(server: &TestServer) -> Self {
        let mut browser = Self::open(server).await;
        browser.base = format!("http://localhost:{}", server.address().port());
        browser.go("/").await;
        browser
    }

    /// Opens the server's front page in a new browser of this size.
    pub(crate) async fn sized(server: &TestServer, size: (u32, u32)) -> Self {
        crate::page::require_bundle();
        let browser = Self::blank(server, size).await;
        browser.go("/").await;
        browser
    }

    /// A new browser of this size that has opened nothing, for pages that the server draws by itself.
    pub(crate) async fn blank(server: &TestServer, (width, height): (u32, u32)) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new(program("HUBBUB_TEST_CHROMEDRIVER", "/usr/bin/chromedriver"))
            .args(["--port=0", "--log-level=WARNING"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, so that Chromium's many processes can be ended with it.
            .process_group(0)
            .spawn()
            .map(Driver)
            .unwrap();
        let (port_to, port_from) = oneshot::channel();
        let out = BufReader::new(driver.0.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut port_to = Some(port_to);
            // Read on to the end: a driver whose output nobody takes would stand still.
            for line in out.lines().map_while(Result::ok) {
                let port = line.split("successfully on port ").nth(1);
                let port = port.and_then(|rest| rest.trim_end_matches('.').parse::<u16>().ok());
                if let Some(port) = port
                    && let Some(to) = port_to.take()
                {
                    let _ = to.send(port);
                }
            }
        });
        let port = patiently("chromedriver", port_from).await.expect("chromedriver's port");
        let chromium = program("HUBBUB_TEST_CHROMIUM", "/usr/bin/chromium");
        let capabilities = json!({
            "pageLoadStrategy": "normal",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": chromium,
                "args": [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                    "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                    "--force-color-profile=srgb", "--lang=en-GB",
                    format!("--user-data-dir={}", profile.path().display()),
                    format!("--window-size={width},{height}"),
                ],
            },
        });
        let connector = HttpConnector::new();
        let mut builder = ClientBuilder::new(connector);
        builder.capabilities(capabilities.as_object().unwrap().clone());
        let url = format!("http://127.0.0.1:{port}");
        let client = patiently("Chromium", builder.connect(&url)).await.expect("a browser");
        let base = server.url();
        Self { client, _driver: driver, driver_url: url, base, _profile: profile }
    }

    /// Goes to a path of the server.
    pub(crate) async fn go(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        patiently("a page", self.client.goto(&url)).await.unwrap();
    }

    /// Loads the page again.
    pub(crate) async fn reload(&self) {
        patiently("a reload", self.client.refresh()).await.unwrap();
    }

    /// Runs this script, with `arguments`, and returns what it returns.
    pub(crate) async fn js(&self, script: &str, args: Vec<Value>) -> Value {
        let running = self.client.execute(script, args);
        let done = patiently("a script", running).await;
        done.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Waits until this script returns something that is true, and returns that.
    pub(crate) async fn until(&self, what: &str, script: &str) -> Value {
        let begin = Instant::now();
        loop {
            match self.client.execute(script, vec![]).await {
                Ok(Value::Null | Value::Bool(false)) => {}
                Ok(value) => return value,
                // While the page is being loaded anew there is nothing to ask.
                Err(e) if begin.elapsed() > PATIENCE => panic!("{what}: {e}"),
                Err(_) => {}
            }
            if begin.elapsed() > PATIENCE {
                self.give_up(what).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn give_up(&self, what: &str) -> ! {
        self.screenshot("failed").await;
        let seen = self.js("return document.body.innerText", vec![]).await;
        let rows = self.rows().await;
        panic!("waited {PATIENCE:?} for {what}; rows {rows:#?}; the page says {seen}")
    }

    /// The element, once it is there and shown.
    pub(crate) async fn see(&self, css: &str) -> Element {
        let quoted = json!(css);
        let script = format!(
            "const e = document.querySelector({quoted});\
             return !!e && e.checkVisibility() && e.getClientRects().length > 0"
        );
        self.until(&format!("{css} to be shown"), &script).await;
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element,
            Err(e) => panic!("{css}: {e}"),
        }
    }

    /// Clicks it as a person does: where it is, once it is there and nothing covers it. What a bar
    /// covers is scrolled out from behind it first.
    pub(crate) async fn click(&self, css: &str) {
        let begin = Instant::now();
        loop {
            match self.see(css).await.click().await {
                Ok(()) => return,
                Err(e) if begin.elapsed() > PATIENCE || !passing(&e) => panic!("{css}: {e}"),
                Err(_) => {
                    let script = "document.querySelector(arguments[0])?.scrollIntoView(\
                                  { block: 'center', behavior: 'instant' })";
                    self.js(script, vec![json!(css)]).await;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    /// Types into it, after what is there.
    pub(crate) async fn type_in(&self, css: &str, text: &str) {
        let element = self.see(css).await;
        element.send_keys(text).await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Types, wherever the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(keys).await.unwrap_or_else(|e| panic!("{keys:?}: {e}"));
    }

    /// Presses one key, wherever the focus is.
    pub(crate) async fn press_key(&self, key: Key) {
        self.press(&char::from(key).to_string()).await;
    }

    /// Moves the mouse onto it.
    pub(crate) async fn point_at(&self, css: &str) {
        let element = self.see(css).await;
        let to = PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
        let mouse = MouseActions::new("mouse".to_owned()).then(to);
        self.client.perform_actions(mouse).await.unwrap();
    }

    /// Which of its ids or attributes the focused element can be known by.
    pub(crate) async fn focused(&self) -> String {
        let script = "const e = document.activeElement; return e.id || e.name || \
                      e.dataset.messageId || e.dataset.channelId || e.dataset.action || e.tagName";
        self.js(script, vec![]).await.as_str().unwrap_or_default().to_owned()
    }

    /// The rows of the feed, from top to bottom.
    pub(crate) async fn rows(&self) -> Vec<ShownRow> {
        let script = "return [...document.querySelectorAll('article[data-state]')].map(e => ({\
            id: e.dataset.messageId ?? null, nonce: e.dataset.nonce ?? null,\
            seq: e.dataset.seq ? Number(e.dataset.seq) : null, state: e.dataset.state,\
            text: e.querySelector('.text')?.innerText ?? '',\
            edited: !!e.querySelector('.edited'), deleted: !!e.querySelector('.deleted') }))";
        let rows = self.js(script, vec![]).await;
        serde_json::from_value(rows.clone()).unwrap_or_else(|e| panic!("{e}: {rows}"))
    }

    /// Waits for a row with this text and this state, and returns it.
    pub(crate) async fn row(&self, text: &str, state: &str) -> ShownRow {
        let (text, state) = (json!(text), json!(state));
        let script = format!(
            "return [...document.querySelectorAll('article[data-state='+{state}+']')]\
             .some(e => e.querySelector('.text')?.innerText === {text})"
        );
        self.until(&format!("a row {text} that is {state}"), &script).await;
        let rows = self.rows().await;
        let row = rows.into_iter().find(|row| json!(row.text) == text);
        row.unwrap_or_else(|| panic!("{text} is gone again"))
    }

    /// Waits until the page is connected.
    pub(crate) async fn live(&self) {
        self.connection("live").await;
    }

    /// Waits until the page says it is in this state.
    pub(crate) async fn connection(&self, state: &str) {
        let script = format!("return !!document.querySelector('[data-connection={state}]')");
        self.until(&format!("the connection to be {state}"), &script).await;
    }

    /// Signs up on the entrance and waits until the page is connected.
    pub(crate) async fn sign_up(&self, name: &str, password: &str) {
        self.see("form#enter").await;
        self.type_in("form#enter input[name=username]", name).await;
        self.type_in("form#enter input[name=password]", password).await;
        self.click("form#enter button[type=submit]").await;
        self.live().await;
    }

    /// Opens a channel from the list.
    pub(crate) async fn enter(&self, channel: &str) {
        self.click(&format!("nav a[data-channel-id=\"{channel}\"]")).await;
        self.see("#composer").await;
        let script = format!("return location.pathname.includes({})", json!(channel));
        self.until("the channel's own address", &script).await;
    }

    /// Writes a message in the open channel and sends it with Enter.
    pub(crate) async fn say(&self, text: &str) {
        self.type_in("#composer", text).await;
        self.press_key(Key::Enter).await;
    }

    /// Saves a screenshot, if screenshots are wanted.
    pub(crate) async fn screenshot(&self, name: &str) {
        let Some(folder) = std::env::var_os("HUBBUB_TEST_SCREENSHOTS") else { return };
        std::fs::create_dir_all(&folder).unwrap();
        if let Ok(picture) = self.client.screenshot().await {
            let path = PathBuf::from(folder).join(format!("{name}.png"));
            std::fs::write(&path, picture).unwrap();
        }
    }

    /// Sends Chromium a command of its own protocol: what WebDriver has no word for.
    pub(crate) async fn chromium(&self, command: &str, parameters: Value) -> Value {
        let session = self.client.session_id().await.unwrap().expect("a session");
        let url = format!("{}/session/{session}/goog/cdp/execute", self.driver_url);
        let body = json!({ "cmd": command, "params": parameters });
        let answer = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        let ok = answer.status().is_success();
        let answer: Value = answer.json().await.unwrap();
        assert!(ok, "{command}: {answer}");
        answer["value"].clone()
    }

    /// Runs this script, which calls back with what it found: `done` is its last argument.
    pub(crate) async fn js_later(&self, script: &str, args: Vec<Value>) -> Value {
        let script = format!("const done = arguments[arguments.length - 1];{script}");
        let done = patiently("a script", self.client.execute_async(&script, args)).await;
        done.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Presses Tab (with Shift if `back`) until the focus is on what the selector finds.
    pub(crate) async fn tab_to(&self, css: &str, back: bool) {
        let there = format!("return document.activeElement?.matches({}) ?? false", json!(css));
        for _ in 0..40 {
            if self.js(&there, vec![]).await == json!(true) {
                return;
            }
            if back {
                let (shift, end) = (char::from(Key::Shift), char::from(Key::Null));
                self.press(&format!("{shift}{}{end}", char::from(Key::Tab))).await;
            } else {
                self.press_key(Key::Tab).await;
            }
        }
        panic!("40 times Tab, and never at {css}; now at {}", self.focused().await);
    }

    /// Waits until the focus is on what the selector finds.
    pub(crate) async fn focus_on(&self, css: &str) {
        let there = format!("return document.activeElement?.matches({}) ?? false", json!(css));
        self.until(&format!("the focus to be on {css}"), &there).await;
    }

    /// Leaves the server's pages, as when the tab is closed.
    pub(crate) async fn leave(&self) {
        self.client.goto("about:blank").await.unwrap();
    }

    /// Ends the browser.
    pub(crate) async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

/// Whether a click failed for a reason that passes: the page was just being drawn.
fn passing(error: &CmdError) -> bool {
    let text = error.to_string();
    ["stale", "intercept", "not interactable", "not clickable", "no such element"]
        .iter()
        .any(|reason| text.contains(reason))
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_raw(self.0.id().cast_signed());
        if let Some(group) = group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.wait();
    }
}
