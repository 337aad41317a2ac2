//! Health for whoever watches over the node: does it answer, does storage, and who may read the
//! figures for Prometheus, which are in `figures.rs`.

use super::credentials::{Carrier, session_token};
use super::figures::figures;
use crate::actions::accounts;
use crate::app::AppHandle;
use crate::domain::permission;
use crate::domain::scopes::Wanted;
use crate::error::{Error, Result};
use crate::storage::room::Level;
use crate::transport::Peer;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, FORWARDED};
use axum::response::IntoResponse;
use shared::paths;

/// Does the process answer?
#[utoipa::path(get, path = paths::HEALTHZ, tag = "health", operation_id = "health", security(()),
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Does storage answer, and does the node take requests?
#[utoipa::path(get, path = paths::READYZ, tag = "health", operation_id = "ready", security(()),
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn readyz(State(app): State<AppHandle>) -> Result<&'static str> {
    if *app.draining.borrow() {
        return Err(Error::draining());
    }
    app.storage.ready().await?;
    app.storage.room().check()?;
    Ok(match app.storage.room().level() {
        Level::Enough => "ready\n",
        Level::Low | Level::Out => "ready, but the disk is almost full\n",
    })
}

/// Figures for Prometheus: to this machine, or with the Bearer token of an owner or admin. The scope
/// `read` is enough, as nothing is changed and whoever collects figures keeps the token in a file.
#[utoipa::path(get, path = paths::METRICS, tag = "health", operation_id = "metrics",
    security((), ("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 401, body = shared::Problem, content_type = "application/problem+json",
            description = "From another machine, and without a Bearer token"),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "With the token of somebody who is neither owner nor admin"),
    ))]
pub async fn metrics(
    State(app): State<AppHandle>,
    peer: Peer,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    if !local(peer, &headers) {
        let Some((Carrier::Bearer, token)) = session_token(&headers) else {
            return Err(Error::not_logged_in());
        };
        let caller = accounts::authenticate(&app, &token).await?;
        caller.scopes.permit(Wanted::Read)?;
        let role = app.storage.role_of_client(caller.client_id).await?;
        permission::may_read_figures(role.ok_or_else(Error::not_logged_in)?)?;
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], figures(&app).await?))
}

/// From this machine, and not on behalf of another one through a proxy.
fn local(peer: Peer, headers: &HeaderMap) -> bool {
    let forwarded = headers.contains_key(FORWARDED) || headers.contains_key("x-forwarded-for");
    peer.ip().is_loopback() && !forwarded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Peer {
        Peer(address.parse().unwrap())
    }

    #[test]
    fn only_this_machine_itself_is_local() {
        let mut headers = HeaderMap::new();
        assert!(local(peer("127.0.0.1:1"), &headers));
        assert!(local(peer("[::1]:1"), &headers));
        assert!(local(peer("[::ffff:127.0.0.1]:1"), &headers));
        assert!(!local(peer("192.0.2.1:1"), &headers));
        headers.insert("x-forwarded-for", "192.0.2.1".parse().unwrap());
        assert!(!local(peer("127.0.0.1:1"), &headers));
    }
}
