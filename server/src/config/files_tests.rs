//! Which of several places a setting is taken from, and what is refused in files.

use super::*;
use clap::CommandFactory;

#[derive(Debug, clap::Parser)]
struct Program {
    #[command(flatten)]
    serve: Config,
}

/// A machine with a file of its own and a data directory.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(machine.path("data")).unwrap();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    fn settings(&self, args: &[&str]) -> Result<Settings, String> {
        let args: Vec<OsString> =
            std::iter::once("hubbub").chain(args.iter().copied()).map(OsString::from).collect();
        settings_beside(&Program::command(), &args, &self.path("machine.toml"))
            .map(|outcome| outcome.unwrap())
    }

    /// The setting's value with these flags, as it was written.
    fn value(&self, key: &str, args: &[&str]) -> String {
        let settings = self.settings(args).unwrap();
        let values = settings.matches.get_raw(key).unwrap();
        values.map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>().join(",")
    }

    fn refused(&self, text: &str) -> String {
        self.write("a.toml", text);
        self.settings(&["--config", self.path("a.toml").to_str().unwrap()]).unwrap_err()
    }
}

#[test]
fn a_nearer_file_goes_before_the_machines_and_a_flag_before_both() {
    let machine = Machine::new();
    let data = machine.path("data");
    let at = ["--data", data.to_str().unwrap()];
    assert_eq!(machine.value("listen", &at), "127.0.0.1:3000");
    machine.write("machine.toml", "listen = '127.0.0.1:1'\nshards = 3");
    assert_eq!(machine.value("listen", &at), "127.0.0.1:1");
    machine.write("data/hubbub.toml", "listen = '127.0.0.1:2'");
    assert_eq!(machine.value("listen", &at), "127.0.0.1:2");
    assert_eq!(machine.value("shards", &at), "3");
    let flags = [&at[..], &["--listen", "127.0.0.1:4"]].concat();
    assert_eq!(machine.value("listen", &flags), "127.0.0.1:4");
    let settings = machine.settings(&flags).unwrap();
    assert_eq!(settings.files.get("shards"), Some(&machine.path("machine.toml")));
    assert_eq!(settings.files.get("listen"), None);
}

#[test]
fn a_file_that_is_named_stands_alone() {
    let machine = Machine::new();
    machine.write("machine.toml", "shards = 3").write("a.toml", "listen = '127.0.0.1:1'");
    let settings =
        machine.settings(&["--config", machine.path("a.toml").to_str().unwrap()]).unwrap();
    assert_eq!(settings.files.keys().collect::<Vec<_>>(), ["listen"]);
    let missing = machine.path("b.toml");
    let why = machine.settings(&["--config", missing.to_str().unwrap()]).unwrap_err();
    assert!(why.contains(missing.to_str().unwrap()), "{why}");
}

#[test]
fn the_machines_file_says_where_the_data_is_and_the_datas_own_does_not() {
    let machine = Machine::new();
    let data = machine.path("data");
    machine.write("machine.toml", &format!("data = '{}'", data.display()));
    machine.write("data/hubbub.toml", "shards = 5");
    assert_eq!(machine.value("shards", &[]), "5");
    assert_eq!(machine.value("data", &[]), data.to_str().unwrap());
    machine.write("data/hubbub.toml", "data = '/elsewhere'");
    let why = machine.settings(&[]).unwrap_err();
    assert!(why.contains("`data` can't stand here"), "{why}");
}

#[test]
fn a_command_finds_the_data_by_the_servers_file_and_passes_over_the_rest() {
    #[derive(Debug, clap::Parser)]
    struct Beside {
        #[command(flatten)]
        at: crate::commands::Data,
    }
    let machine = Machine::new();
    machine.write("machine.toml", "data = '/srv/chat'\nlisten = '127.0.0.1:1'");
    let args = [OsString::from("hubbub")];
    let file = machine.path("machine.toml");
    let settings = settings_beside(&Beside::command(), &args, &file).unwrap().unwrap();
    assert_eq!(settings.matches.get_one("data"), Some(&PathBuf::from("/srv/chat")));
}

#[test]
fn switches_and_lists_are_written_as_they_are_meant() {
    let machine = Machine::new();
    let data = machine.path("data");
    let at = ["--data", data.to_str().unwrap()];
    machine.write(
        "machine.toml",
        "secure-cookies = true\nlimits = \"off\"\ntrusted-proxy = ['10.0.0.0/8', '::1']",
    );
    assert!(machine.settings(&at).unwrap().matches.get_flag("secure_cookies"));
    assert_eq!(machine.value("limits", &at), "off");
    assert_eq!(machine.value("trusted_proxy", &at), "10.0.0.0/8,::1");
    machine.write("machine.toml", "secure-cookies = false\ntrusted-proxy = '10.0.0.0/8,::1'");
    assert!(!machine.settings(&at).unwrap().matches.get_flag("secure_cookies"));
    assert_eq!(machine.value("trusted_proxy", &at), "10.0.0.0/8,::1");
}

#[test]
fn what_cannot_be_is_refused_with_the_file_the_key_and_what_is_allowed() {
    let machine = Machine::new();
    for (text, told) in [
        ("frobnicate = 1", "`frobnicate` is no setting; there are listen, data, signup"),
        ("signup = 'maybe'", "`signup` must be one of \"open\", \"invite\", \"closed\""),
        ("signup = true", "`signup` must be one of \"open\""),
        ("listen = 'nonsense'", "`listen` is refused"),
        ("shards = 65", "a number from 1 to 64 is needed"),
        ("shards = 1.5", "`shards` is refused"),
        ("secure-cookies = 'yes'", "`secure-cookies` must be true or false"),
        ("trusted-proxy = ['10.0.0.1/8']", "an address or a range is needed"),
        ("trusted-proxy = [true]", "must be a list of texts"),
        ("config = 'other.toml'", "`config` is no setting"),
        ("test-echo = true", "`test-echo` is no setting"),
        ("[listen]\na = 1", "`listen` is refused"),
        ("listen = ", "is no TOML"),
    ] {
        let why = machine.refused(text);
        assert!(why.contains("a.toml") && why.contains(told), "{text}: {why}");
    }
}
