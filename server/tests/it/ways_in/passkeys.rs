//! Passkeys, answered by an authenticator in software: adding one, logging in without a name, and all
//! that must not.

use crate::harness::{Expect, TestClient, TestServer};
use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use serde_json::{Value, json};
use shared::api::account::{Me, Session};
use shared::api::passkeys::{PasskeyInfo, PasskeyOptions, Passkeys};
use shared::api::resets::Reset;
use shared::{ErrorCode, paths};
use url::Url;

const ORIGIN: &str = "https://chat.example";
const SERVED: [&str; 2] = ["--origin", ORIGIN];

/// Somebody who touches their authenticator and shows it who they are, or only touches it.
struct Person {
    shows_who: bool,
}

#[async_trait::async_trait]
impl UserValidationMethod for Person {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        _: bool,
        _: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence: true, verification: self.shows_who })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// A person's authenticator, in a browser at an origin. It counts how often it is used.
struct Device {
    key: Option<Passkey>,
    origin: &'static str,
    shows_who: bool,
}

impl Device {
    fn new() -> Self {
        Self { key: None, origin: ORIGIN, shows_who: true }
    }

    async fn create(&mut self, options: &PasskeyOptions) -> Value {
        let person = Person { shows_who: self.shows_who };
        let key = self.key.take();
        let mut authenticator =
            Authenticator::new(Aaguid::new_empty(), key, person, RustCryptoBackend);
        authenticator.set_make_credentials_with_signature_counter(true);
        let mut client = Client::new(authenticator).allows_insecure_localhost(true);
        let wanted = json!({ "publicKey": options.public_key });
        let wanted: CredentialCreationOptions = serde_json::from_value(wanted).unwrap();
        let origin = Url::parse(self.origin).unwrap();
        let made = client.register(&origin, wanted, DefaultClientData).await.unwrap();
        self.key.clone_from(client.authenticator().store());
        serde_json::to_value(made).unwrap()
    }

    async fn answer(&mut self, options: &PasskeyOptions) -> Value {
        let person = Person { shows_who: self.shows_who };
        let key = self.key.take();
        let authenticator = Authenticator::new(Aaguid::new_empty(), key, person, RustCryptoBackend);
        let mut client = Client::new(authenticator).allows_insecure_localhost(true);
        let wanted = json!({ "publicKey": options.public_key });
        let wanted: CredentialRequestOptions = serde_json::from_value(wanted).unwrap();
        let origin = Url::parse(self.origin).unwrap();
        let answer = client.authenticate(&origin, wanted, DefaultClientData).await.unwrap();
        self.key.clone_from(client.authenticator().store());
        serde_json::to_value(answer).unwrap()
    }
}

async fn add(client: &TestClient, device: &mut Device) -> PasskeyInfo {
    let options: PasskeyOptions = client.post(paths::PASSKEY_OPTIONS).gives(200).await;
    let credential = device.create(&options).await;
    let body =
        json!({ "challengeId": options.challenge_id, "name": "my key", "credential": credential });
    client.post(paths::PASSKEYS).json(&body).gives(201).await
}

async fn asked(server: &TestServer) -> PasskeyOptions {
    server.stranger().post(paths::LOGIN_PASSKEY_OPTIONS).gives(200).await
}

fn log_in(
    server: &TestServer,
    options: &PasskeyOptions,
    answer: &Value,
) -> reqwest::RequestBuilder {
    let body = json!({ "challengeId": options.challenge_id, "credential": answer });
    server.stranger().post(paths::LOGIN_PASSKEY).json(&body)
}

#[tokio::test]
async fn a_passkey_logs_in_without_a_name_and_without_a_password() {
    let server = TestServer::with(&SERVED).await;
    let (ada, _bob) = (server.user("ada").await, server.user("bob").await);
    let mut device = Device::new();
    let added = add(&ada, &mut device).await;
    assert_eq!((added.name.as_str(), added.last_used_at), ("my key", None));

    for _ in 0..2 {
        let options = asked(&server).await;
        let answer = device.answer(&options).await;
        let session: Session = log_in(&server, &options, &answer).gives(200).await;
        assert_eq!((session.user_id, session.username.as_str()), (ada.id(), "ada"));
        assert_ne!(session.client_id, ada.client_id());
        let again = server.stranger().with(session);
        again.get(paths::ME).gives::<Me>(200).await;
    }
    let list: Passkeys = ada.get(paths::PASSKEYS).gives(200).await;
    assert_eq!(list.passkeys.len(), 1);
    assert!(list.passkeys[0].last_used_at.is_some());

    ada.delete(&paths::passkey(added.passkey_id)).succeeds().await;
    let options = asked(&server).await;
    let answer = device.answer(&options).await;
    log_in(&server, &options, &answer).fails(ErrorCode::BadCredentials).await;
    let acts: Vec<_> = super::audit(&server).into_iter().map(|line| line.act).collect();
    assert_eq!(acts[2..], ["passkey_added", "passkey_removed"]);
}

#[tokio::test]
async fn each_challenge_is_answered_once_and_only_by_what_was_asked() {
    let server = TestServer::with(&SERVED).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let mut device = Device::new();
    add(&ada, &mut device).await;
    let options = asked(&server).await;
    let answer = device.answer(&options).await;
    log_in(&server, &options, &answer).succeeds().await;
    log_in(&server, &options, &answer).fails(ErrorCode::BadCredentials).await;

    // An answer to one challenge is none to another, even while both are open.
    let (first, second) = (asked(&server).await, asked(&server).await);
    let answer = device.answer(&first).await;
    log_in(&server, &second, &answer).fails(ErrorCode::BadCredentials).await;
    let nonsense = json!({ "id": "x" });
    log_in(&server, &first, &nonsense).fails(ErrorCode::BadCredentials).await;

    // What one was asked, another can't answer.
    let options: PasskeyOptions = ada.post(paths::PASSKEY_OPTIONS).gives(200).await;
    let credential = Device::new().create(&options).await;
    let body =
        json!({ "challengeId": options.challenge_id, "name": "x", "credential": credential });
    bob.post(paths::PASSKEYS).json(&body).fails(ErrorCode::Invalid).await;
    ada.post(paths::PASSKEYS).json(&body).fails(ErrorCode::Invalid).await;
    assert_eq!(bob.get(paths::PASSKEYS).gives::<Passkeys>(200).await.passkeys, []);
}

#[tokio::test]
async fn a_copy_of_an_authenticator_is_found_out_by_its_counter() {
    let server = TestServer::with(&SERVED).await;
    let ada = server.user("ada").await;
    let mut device = Device::new();
    add(&ada, &mut device).await;
    let mut copy = Device { key: device.key.clone(), ..Device::new() };
    for _ in 0..2 {
        let options = asked(&server).await;
        let answer = device.answer(&options).await;
        log_in(&server, &options, &answer).succeeds().await;
    }
    let options = asked(&server).await;
    let answer = copy.answer(&options).await;
    log_in(&server, &options, &answer).fails(ErrorCode::BadCredentials).await;
}

#[tokio::test]
async fn who_only_touches_the_authenticator_is_not_let_in() {
    let server = TestServer::with(&SERVED).await;
    let ada = server.user("ada").await;
    let mut device = Device::new();
    add(&ada, &mut device).await;
    let mut options = asked(&server).await;
    assert_eq!(options.public_key["userVerification"], "required");
    // A thief's browser would not ask for it.
    options.public_key["userVerification"] = json!("discouraged");
    device.shows_who = false;
    let answer = device.answer(&options).await;
    log_in(&server, &options, &answer).fails(ErrorCode::BadCredentials).await;
}

#[tokio::test]
async fn another_page_that_asks_gets_nothing_that_logs_in_here() {
    let server = TestServer::with(&SERVED).await;
    let ada = server.user("ada").await;
    let mut device = Device::new();
    add(&ada, &mut device).await;
    let options = asked(&server).await;
    assert_eq!(options.public_key["rpId"], "chat.example");
    device.origin = "https://evil.chat.example";
    let answer = device.answer(&options).await;
    log_in(&server, &options, &answer).fails(ErrorCode::BadCredentials).await;
}

#[tokio::test]
async fn without_an_origin_passkeys_work_on_localhost_and_nowhere_else() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let problem = ada.post(paths::PASSKEY_OPTIONS).fails(ErrorCode::Conflict).await;
    assert!(problem.detail.contains("--origin"), "{problem:?}");
    for host in ["evil.example", "localhost.evil.example", "localhost:x@evil"] {
        let request = server.stranger().post(paths::LOGIN_PASSKEY_OPTIONS).header("host", host);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_client_error(), "{host}: {answer:?}");
    }
    let request = ada.post(paths::PASSKEY_OPTIONS).header("host", "localhost:3000");
    let options: PasskeyOptions = request.gives(200).await;
    let mut device = Device { origin: "http://localhost:3000", ..Device::new() };
    let credential = device.create(&options).await;
    let body =
        json!({ "challengeId": options.challenge_id, "name": "x", "credential": credential });
    ada.post(paths::PASSKEYS).json(&body).gives::<PasskeyInfo>(201).await;
}

#[tokio::test]
async fn a_link_to_a_new_password_takes_passkeys_away() {
    let server = TestServer::with(&SERVED).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    add(&bob, &mut Device::new()).await;
    let link: Reset = ada.post(&paths::user_reset(bob.id())).gives(201).await;
    let body = json!({ "code": link.code, "password": "a new horse" });
    let session: Session = server.stranger().post(paths::RESET).json(&body).gives(200).await;
    let bob = server.stranger().with(session);
    assert_eq!(bob.get(paths::PASSKEYS).gives::<Passkeys>(200).await.passkeys, []);
}
