//! Passkeys (WebAuthn): adding, listing and removing them, and logging in with one, without a name.
//! The protocol and its cryptography are `webauthn-rs`'; what is asked is kept in memory, once.

use crate::actions::accounts::new_client;
use crate::actions::outcome;
use crate::app::App;
use crate::domain::challenges::Challenges;
use crate::domain::figures;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::{Error, Result};
use crate::storage::passkeys::NewPasskey;
use shared::api::account::Session;
use shared::api::passkeys::{
    AddPasskey, LogInWithPasskey, PasskeyInfo, PasskeyOptions, Passkeys as List,
};
use shared::limits::PASSKEY_SECONDS;
use shared::{ErrorCode, PasskeyId, UserId, names};
use std::net::IpAddr;
use std::time::Duration;
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use webauthn_rs_proto::ResidentKeyRequirement;

/// What is asked of authenticators and not yet answered.
#[derive(Debug, Default)]
pub struct Passkeys {
    additions: Challenges<(UserId, Url, PasskeyRegistration)>,
    log_ins: Challenges<(Url, DiscoverableAuthentication)>,
}

/// The origin of the pages that may ask: what the server was started with; else, where nobody else
/// reaches it, `http://localhost` with the port that the browser names.
fn origin(app: &App, host: &str) -> Result<Url> {
    if let Some(origin) = &app.origin {
        return Ok(origin.clone());
    }
    let named = Url::parse(&format!("http://{host}")).ok();
    let bare = |url: &Url| {
        url.domain() == Some("localhost") && url.username().is_empty() && url.path() == "/"
    };
    if let Some(origin) = named.filter(|url| app.on_loopback && bare(url)) {
        return Ok(origin);
    }
    Err(Error::new(
        ErrorCode::Conflict,
        "passkeys belong to the server's name: start it with --origin https://chat.example, or \
         open it as http://localhost",
    ))
}

fn relying_party(origin: &Url) -> Result<Webauthn> {
    WebauthnBuilder::new(origin.domain().unwrap_or_default(), origin)
        .map(|builder| builder.rp_name("Hubbub").timeout(Duration::from_secs(PASSKEY_SECONDS)))
        .and_then(WebauthnBuilder::build)
        .map_err(|cause| Error::internal("passkeys", &cause))
}

/// What the browser is asked for a new passkey.
///
/// # Errors
/// `conflict` where the server's name isn't known, `rate_limited`, or when storage can't be read.
pub async fn addition(app: &App, caller: Caller, host: &str) -> Result<PasskeyOptions> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let origin = origin(app, host)?;
    let account = app.storage.account(caller.user_id).await?.ok_or_else(Error::not_logged_in)?;
    let known = app.storage.credential_ids(caller.user_id).await?;
    let (mut options, state) = relying_party(&origin)?
        .start_passkey_registration(
            caller.user_id.0,
            &account.username,
            &account.display_name,
            Some(known),
        )
        .map_err(|cause| Error::internal("passkeys", &cause))?;
    // One that the authenticator finds by itself, so that nobody has to say a name.
    let selection = options.public_key.authenticator_selection.get_or_insert_default();
    selection.resident_key = Some(ResidentKeyRequirement::Required);
    selection.require_resident_key = true;
    let challenge_id = app.clock.new_id(app.clock.now());
    let question = (caller.user_id, origin, state);
    app.passkeys.additions.ask(challenge_id, question, app.clock.elapsed());
    asked(challenge_id, &options.public_key)
}

fn asked(challenge_id: uuid::Uuid, public_key: &impl serde::Serialize) -> Result<PasskeyOptions> {
    let public_key =
        serde_json::to_value(public_key).map_err(|cause| Error::internal("passkeys", &cause))?;
    Ok(PasskeyOptions { challenge_id, public_key })
}

/// Adds the passkey that answers.
///
/// # Errors
/// `invalid` for a name against the rules, and for an answer that is none to what was asked, in time
/// and for the first time; `conflict` past 20 and for one that is there already, `rate_limited`, or
/// when storage can't be written.
pub async fn add(app: &App, caller: Caller, request: AddPasskey) -> Result<PasskeyInfo> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let name =
        names::display_name(&request.name).map_err(|why| Error::invalid("/name", why))?.to_owned();
    let wrong = || Error::invalid("/credential", "does not answer this challenge; ask for another");
    let asked = app.passkeys.additions.take(request.challenge_id, app.clock.elapsed());
    let (_, origin, state) =
        asked.filter(|(user, ..)| *user == caller.user_id).ok_or_else(wrong)?;
    let answer: RegisterPublicKeyCredential =
        serde_json::from_value(request.credential).map_err(|_| wrong())?;
    let passkey =
        relying_party(&origin)?.finish_passkey_registration(&answer, &state).map_err(|cause| {
            tracing::debug!(%cause, "a passkey was refused");
            wrong()
        })?;
    let now = app.clock.now();
    let new = NewPasskey {
        passkey_id: PasskeyId(app.clock.new_id(now)),
        credential_id: passkey.cred_id().to_vec(),
        credential: stored(&passkey)?,
        name: name.clone(),
        created_at: now,
    };
    let info =
        PasskeyInfo { passkey_id: new.passkey_id, name, created_at: now, last_used_at: None };
    outcome(|done| app.storage.add_passkey(caller.user_id, new, done)).await?;
    Ok(info)
}

fn stored(passkey: &Passkey) -> Result<String> {
    serde_json::to_string(passkey).map_err(|cause| Error::internal("passkeys", &cause))
}

/// One's passkeys, newest first.
///
/// # Errors
/// When storage can't be read.
pub async fn list(app: &App, caller: Caller) -> Result<List> {
    Ok(List { passkeys: app.storage.passkeys(caller.user_id).await? })
}

/// Removes one of one's passkeys: nobody logs in with it any more.
///
/// # Errors
/// `not_found`, `rate_limited`, or when storage can't be written.
pub async fn remove(app: &App, caller: Caller, passkey: PasskeyId) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.remove_passkey(caller.user_id, passkey, at, done)).await
}

/// What the browser is asked to log somebody in, whoever it is.
///
/// # Errors
/// `conflict` where the server's name isn't known, `rate_limited`.
pub fn log_in_options(app: &App, from: IpAddr, host: &str) -> Result<PasskeyOptions> {
    app.limiter.take(Limited::LogIn(from), app.clock.elapsed())?;
    let origin = origin(app, host)?;
    let (options, state) = relying_party(&origin)?
        .start_discoverable_authentication()
        .map_err(|cause| Error::internal("passkeys", &cause))?;
    let challenge_id = app.clock.new_id(app.clock.now());
    app.passkeys.log_ins.ask(challenge_id, (origin, state), app.clock.elapsed());
    asked(challenge_id, &options.public_key)
}

/// Gives who owns the passkey that answers a new client.
///
/// # Errors
/// `bad_credentials` for every answer that does not log in, `rate_limited`, or when storage can't be
/// written.
pub async fn log_in(
    app: &App,
    from: IpAddr,
    device: &str,
    request: LogInWithPasskey,
) -> Result<Session> {
    app.limiter.take(Limited::LogIn(from), app.clock.elapsed())?;
    let asked = app.passkeys.log_ins.take(request.challenge_id, app.clock.elapsed());
    let (origin, state) = asked.ok_or_else(Error::bad_credentials)?;
    let answer: PublicKeyCredential =
        serde_json::from_value(request.credential).map_err(|_| Error::bad_credentials())?;
    let relying_party = relying_party(&origin)?;
    let (user, credential_id) = relying_party
        .identify_discoverable_authentication(&answer)
        .map_err(|_| Error::bad_credentials())?;
    let found = app.storage.passkey(credential_id.to_vec()).await?;
    let found = found.filter(|found| found.user_id.0 == user).ok_or_else(Error::bad_credentials)?;
    let mut passkey: Passkey = serde_json::from_str(&found.credential)
        .map_err(|cause| Error::internal("a stored passkey", &cause))?;
    // It refuses a counter that does not grow: two authenticators have this key then.
    let verified = relying_party
        .finish_discoverable_authentication_v2(&answer, state, DiscoverableKey::from(&passkey))
        .map_err(|_| Error::bad_credentials())?;
    passkey.update_credential(&verified);
    let (client, token) = new_client(app, device, app.clock.now())?;
    let (user_id, client_id, username) = (found.user_id, client.client_id, found.username.clone());
    let now_stored = stored(&passkey)?;
    outcome(|done| app.storage.log_in_with_passkey(found, now_stored, client, done)).await?;
    figures::add(&app.figures.log_ins, 1);
    tracing::info!(%user_id, %client_id, "logged in");
    Ok(Session { user_id, client_id, username, token })
}
