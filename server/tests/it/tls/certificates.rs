//! Certificates: read anew while the server runs, refused with a sentence when they can't be used.

use crate::harness::tls::{Identity, PemFiles, believing, shake_hands};
use crate::harness::{PATIENCE, Program, TestServer};
use std::net::SocketAddr;
use std::time::Instant;

/// Shakes hands until the server shows this certificate.
async fn shows(address: SocketAddr, identity: &Identity) {
    let (begun, config) = (Instant::now(), believing(identity));
    while shake_hands(address, &config).await.is_err() {
        assert!(begun.elapsed() < PATIENCE, "the certificate is still another one");
    }
}

/// Shakes hands under this certificate until the log says this.
async fn logs(server: &mut TestServer, identity: &Identity, words: &str) {
    let (begun, config) = (Instant::now(), believing(identity));
    while !server.program().stderr().contains(words) {
        shake_hands(server.own_address(), &config).await.unwrap();
        assert!(begun.elapsed() < PATIENCE, "{}", server.program().stderr());
    }
}

#[tokio::test]
async fn new_files_are_used_while_sockets_go_on_under_the_old_ones() {
    let (mut server, old, files) = TestServer::under_tls(&[]).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let (mut one, mut other) = (ada.join(room, None).await, bob.join(room, None).await);
    let new = Identity::new();
    files.write(&new.cert, &new.key);
    shows(server.own_address(), &new).await;
    assert!(shake_hands(server.own_address(), &believing(&old)).await.is_err());
    one.say(room, "1", "still here").await;
    assert_eq!(other.text().await, "still here");
    assert!(server.program().stderr().contains("a new TLS certificate is used"));
}

#[tokio::test]
async fn sighup_has_the_files_read_at_once() {
    let (mut server, identity, _files) = TestServer::under_tls(&[]).await;
    server.program().signal(rustix::process::Signal::HUP);
    logs(&mut server, &identity, "the TLS certificate is the one from before").await;
}

#[tokio::test]
async fn a_broken_new_pair_changes_nothing_and_the_log_says_what_is_wrong() {
    let (mut server, identity, files) = TestServer::under_tls(&[]).await;
    let other = Identity::new();
    files.write(&other.cert, &identity.key);
    server.program().signal(rustix::process::Signal::HUP);
    logs(&mut server, &identity, "the TLS certificate from before stays: the key of").await;
    std::fs::remove_file(files.cert()).unwrap();
    server.program().signal(rustix::process::Signal::HUP);
    logs(&mut server, &identity, "from before stays: can't read --tls-cert").await;
    // Put right, it is used.
    files.write(&other.cert, &other.key);
    shows(server.own_address(), &other).await;
}

/// What the program says when it is given these files, having made nothing.
async fn refused(files: &PemFiles) -> String {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let [cert_flag, cert, key_flag, key] = files.arguments();
    let data_text = data.to_str().unwrap();
    let mut program = Program::start(&[
        "--listen",
        "127.0.0.1:0",
        "--data",
        data_text,
        &cert_flag,
        &cert,
        &key_flag,
        &key,
    ]);
    assert_eq!(program.try_listening().await, Err(String::new()));
    assert_eq!(program.ended().await.code(), Some(1));
    assert!(!data.exists(), "nothing was begun");
    program.stderr()
}

#[tokio::test]
async fn what_can_not_be_used_is_refused_at_the_start_with_a_sentence() {
    let (one, other) = (Identity::new(), Identity::new());
    let files = PemFiles::with(&one);
    let cut = one.key.replace("-----END PRIVATE KEY-----\n", "");
    let secret = one.key.lines().nth(1).unwrap();
    let protected = one.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let rubbish = crate::harness::tls::pem("CERTIFICATE", b"no certificate at all");
    for (cert, key, words) in [
        (&one.cert, &other.key, "is not that of the first certificate"),
        (&one.key, &one.key, "holds no certificate"),
        (&one.cert, &one.cert, "holds no private key"),
        (&one.cert, &protected, "has to be stored without it"),
        (&one.cert, &cut, "is no PEM: a section has no `-----END"),
        (&rubbish, &one.key, "can't be used"),
    ] {
        files.write(cert, key);
        let told = refused(&files).await;
        assert!(told.contains(words) && told.contains(".pem"), "{words}: {told}");
        assert!(!told.contains(secret), "nothing of the key is told: {told}");
    }
    std::fs::remove_file(files.key()).unwrap();
    assert!(refused(&files).await.contains("can't read --tls-key"));
}

#[tokio::test]
async fn one_without_the_other_is_refused() {
    for (flag, missing) in [("--tls-cert", "--tls-key"), ("--tls-key", "--tls-cert")] {
        let mut program = Program::start(&["--listen", "127.0.0.1:0", flag, "file.pem"]);
        assert_eq!(program.ended().await.code(), Some(1));
        let told = program.stderr();
        assert!(told.contains(&format!("{flag} needs {missing}")), "{told}");
    }
}
