//! Health for whoever watches over the node: does it answer, does storage, and figures for
//! Prometheus.

use super::credentials::{Carrier, session_token};
use crate::actions::accounts;
use crate::app::{App, AppHandle};
use crate::error::{Error, Result};
use crate::storage::room::Level;
use crate::transport::Peer;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, FORWARDED};
use axum::response::IntoResponse;
use shared::paths;
use std::fmt::{self, Write as _};

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

/// Figures for Prometheus: to this machine, or with a Bearer token.
#[utoipa::path(get, path = paths::METRICS, tag = "health", operation_id = "metrics",
    security((), ("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 401, body = shared::Problem, content_type = "application/problem+json",
            description = "From another machine, and without a Bearer token"),
    ))]
pub async fn metrics(
    State(app): State<AppHandle>,
    peer: Peer,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    if !local(peer, &headers) {
        match session_token(&headers) {
            Some((Carrier::Bearer, token)) => accounts::authenticate(&app, &token).await?,
            _ => return Err(Error::not_logged_in()),
        };
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], figures(&app).await))
}

/// From this machine, and not on behalf of another one through a proxy.
fn local(peer: Peer, headers: &HeaderMap) -> bool {
    let forwarded = headers.contains_key(FORWARDED) || headers.contains_key("x-forwarded-for");
    peer.ip().is_loopback() && !forwarded
}

async fn figures(app: &App) -> String {
    let (hub, storage) = (app.hub.figures(), app.storage.figures());
    let mut out = String::with_capacity(2048);
    gauge(&mut out, "hubbub_sockets", "Open WebSockets.", hub.sockets);
    gauge(&mut out, "hubbub_channels_live", "Channels with a socket in them.", hub.channels);
    gauge(&mut out, "hubbub_users_online", "Users with a socket.", hub.users_online);
    counter(&mut out, "hubbub_commits_total", "Committed transactions.", storage.batches);
    counter(
        &mut out,
        "hubbub_announcements_total",
        "Events and other announcements that were committed.",
        storage.announcements,
    );
    gauge(&mut out, "hubbub_writer_queue", "Changes that wait for a commit.", storage.waiting);
    counter(
        &mut out,
        "hubbub_writer_refused_total",
        "Changes that were refused while more came than could be committed.",
        storage.refused,
    );
    gauge(&mut out, "hubbub_journal", "Messages not yet in their place.", storage.journal);
    let room = app.storage.room();
    gauge(&mut out, "hubbub_disk_free_bytes", "Room on the disk of the data.", room.free());
    let help = "Whether the disk has room (0), little (1), or too little for changes (2).";
    gauge(&mut out, "hubbub_disk_level", help, room.level() as u8);
    let previews = app.previews.figures();
    counter(
        &mut out,
        "hubbub_previews_found_total",
        "Links that led to a preview, those of the cache aside.",
        previews.found,
    );
    counter(
        &mut out,
        "hubbub_previews_nothing_total",
        "Links without a preview: refused, unreachable, or of another kind.",
        previews.nothing,
    );
    counter(
        &mut out,
        "hubbub_previews_dropped_total",
        "Messages whose links found no room to wait.",
        previews.dropped,
    );
    let started = (app.clock.now().0 as f64 / 1000.0) - app.clock.elapsed().as_secs_f64();
    gauge(
        &mut out,
        "process_start_time_seconds",
        "When the process started, since 1970.",
        format_args!("{started:.3}"),
    );
    if let Some(bytes) = resident_bytes().await {
        gauge(&mut out, "process_resident_memory_bytes", "Resident memory.", bytes);
    }
    out
}

fn gauge(out: &mut String, name: &str, help: &str, value: impl fmt::Display) {
    figure(out, "gauge", name, help, value);
}

fn counter(out: &mut String, name: &str, help: &str, value: impl fmt::Display) {
    figure(out, "counter", name, help, value);
}

fn figure(out: &mut String, kind: &str, name: &str, help: &str, value: impl fmt::Display) {
    // Writing to a String can't fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
}

/// The resident memory of this process, where the system tells it (Linux does).
async fn resident_bytes() -> Option<u64> {
    let status = tokio::fs::read_to_string("/proc/self/status").await.ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
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

    #[test]
    fn a_figure_is_written_as_prometheus_reads_it() {
        let mut out = String::new();
        gauge(&mut out, "hubbub_sockets", "Open WebSockets.", 3);
        assert_eq!(
            out,
            "# HELP hubbub_sockets Open WebSockets.\n# TYPE hubbub_sockets gauge\nhubbub_sockets 3\n"
        );
    }
}
