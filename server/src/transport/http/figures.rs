//! The figures of `/metrics`, in the text that Prometheus reads. What each means is told to people in
//! `docs/metrics.md`; who may read them is decided in `health.rs`.

use crate::app::App;
use crate::domain::figures::{Histogram, read};
use crate::error::Result;
use std::fmt::{Display, Write as _};

/// All figures.
///
/// # Errors
/// When storage can't be read.
pub(super) async fn figures(app: &App) -> Result<String> {
    let mut out = String::with_capacity(16 * 1024);
    let version = env!("CARGO_PKG_VERSION");
    head(&mut out, "gauge", "hubbub_build_info", "The version, as a label; always 1.");
    line(&mut out, "hubbub_build_info", &[("version", version)], 1);
    live(app, &mut out);
    stored(app, &mut out).await?;
    accounts(app, &mut out);
    previews(app, &mut out);
    requests(app, &mut out);
    process(app, &mut out).await;
    Ok(out)
}

/// People, sockets and what is delivered to them.
fn live(app: &App, out: &mut String) {
    let hub = app.hub.figures();
    gauge(out, "hubbub_sockets", "Open WebSockets.", hub.sockets);
    gauge(out, "hubbub_channels_live", "Channels with a socket in them.", hub.channels);
    gauge(out, "hubbub_users_online", "Users with a socket.", hub.users_online);
    counter(out, "hubbub_sockets_opened_total", "WebSockets opened.", read(&app.figures.opened));
    let name = "hubbub_sockets_closed_total";
    head(out, "counter", name, "WebSockets that ended, by close code.");
    app.figures.closed().for_each(|(code, count)| line(out, name, &[("code", &code)], count));
    let help = "Events given to sockets: one for each event and socket.";
    counter(out, "hubbub_events_delivered_total", help, hub.delivered);
    let help = "Frames about typing, presence and the like that a slow socket was spared.";
    counter(out, "hubbub_frames_dropped_total", help, hub.dropped);
    let name = "hubbub_frames_rejected_total";
    head(out, "counter", name, "Frames of clients that were refused, by code.");
    app.figures.rejected().for_each(|(code, count)| line(out, name, &[("code", code)], count));
}

/// Commits, and how much lies on the disk.
async fn stored(app: &App, out: &mut String) -> Result<()> {
    let storage = app.storage.figures();
    counter(out, "hubbub_commits_total", "Committed transactions.", storage.batches);
    let help = "Events and other announcements that were committed.";
    counter(out, "hubbub_announcements_total", help, storage.announcements);
    let (seconds, changes) = app.storage.commit_figures();
    let name = "hubbub_commit_duration_seconds";
    head(out, "histogram", name, "How long commits took, to the disk.");
    histogram(out, name, &[], seconds);
    head(out, "histogram", "hubbub_commit_changes", "How many changes a commit served.");
    histogram(out, "hubbub_commit_changes", &[], changes);
    gauge(out, "hubbub_writer_queue", "Changes that wait for a commit.", storage.waiting);
    let help = "Changes that were refused while more came than could be committed.";
    counter(out, "hubbub_writer_refused_total", help, storage.refused);
    gauge(out, "hubbub_journal", "Messages not yet in their place.", storage.journal);
    let room = app.storage.room();
    gauge(out, "hubbub_disk_free_bytes", "Room on the disk of the data.", room.free());
    let help = "Whether the disk has room (0), little (1), or too little for changes (2).";
    gauge(out, "hubbub_disk_level", help, room.level() as u8);
    let sizes = app.storage.sizes().await?;
    gauge(out, "hubbub_database_bytes", "Size of the database.", sizes.database);
    gauge(out, "hubbub_wal_bytes", "Size of the database's write-ahead log.", sizes.log);
    gauge(out, "hubbub_files", "Uploaded files and thumbnails, each counted once.", sizes.files);
    gauge(out, "hubbub_files_bytes", "Their size.", sizes.files_bytes);
    Ok(())
}

/// Who comes in, and what is limited.
fn accounts(app: &App, out: &mut String) {
    let figures = &app.figures;
    counter(out, "hubbub_sign_ups_total", "Accounts made.", read(&figures.sign_ups));
    counter(out, "hubbub_log_ins_total", "Log-ins.", read(&figures.log_ins));
    let help = "Log-ins refused for a wrong name or password.";
    counter(out, "hubbub_log_ins_refused_total", help, read(&figures.log_ins_refused));
    let name = "hubbub_rate_limited_total";
    head(out, "counter", name, "Times somebody was told to slow down, by what was limited.");
    app.limiter.refused().for_each(|(kind, count)| line(out, name, &[("kind", kind)], count));
    let help = "Bytes of uploads taken, as they are kept.";
    counter(out, "hubbub_uploaded_bytes_total", help, read(&figures.uploaded_bytes));
}

fn previews(app: &App, out: &mut String) {
    let previews = app.previews.figures();
    let help = "Links that led to a preview, those of the cache aside.";
    counter(out, "hubbub_previews_found_total", help, previews.found);
    let help = "Links without a preview: refused, unreachable, or of another kind.";
    counter(out, "hubbub_previews_nothing_total", help, previews.nothing);
    let help = "Messages whose links found no room to wait.";
    counter(out, "hubbub_previews_dropped_total", help, previews.dropped);
}

fn requests(app: &App, out: &mut String) {
    let name = "hubbub_http_requests_total";
    head(out, "counter", name, "Answered requests, by route, method and class of the status.");
    app.figures.requests.each(|route, method, answered| {
        for (class, count) in ["1xx", "2xx", "3xx", "4xx", "5xx"].iter().zip(&answered.classes) {
            if read(count) > 0 {
                let labels = [("route", route), ("method", method), ("status", class)];
                line(out, name, &labels, read(count));
            }
        }
    });
    let name = "hubbub_http_request_duration_seconds";
    head(out, "histogram", name, "From the head of a request to the head of its answer.");
    app.figures.requests.each(|route, method, answered| {
        histogram(out, name, &[("route", route), ("method", method)], &answered.seconds);
    });
}

/// What the system tells of this process, where it does (Linux does).
async fn process(app: &App, out: &mut String) {
    let started = (app.clock.now().0 as f64 / 1000.0) - app.clock.elapsed().as_secs_f64();
    let help = "When the process started, since 1970.";
    gauge(out, "process_start_time_seconds", help, format_args!("{started:.3}"));
    if let Some(bytes) = resident_bytes().await {
        gauge(out, "process_resident_memory_bytes", "Resident memory.", bytes);
    }
    if let Ok(Some(open)) = tokio::task::spawn_blocking(open_files).await {
        gauge(out, "process_open_fds", "Open files, sockets among them.", open);
    }
}

async fn resident_bytes() -> Option<u64> {
    let status = tokio::fs::read_to_string("/proc/self/status").await.ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

fn open_files() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count())
}

fn gauge(out: &mut String, name: &str, help: &str, value: impl Display) {
    head(out, "gauge", name, help);
    line(out, name, &[], value);
}

fn counter(out: &mut String, name: &str, help: &str, value: impl Display) {
    head(out, "counter", name, help);
    line(out, name, &[], value);
}

fn histogram(out: &mut String, name: &str, labels: &[(&str, &str)], of: &Histogram) {
    let bucket = format!("{name}_bucket");
    let mut up_to = |bound: &str, count| {
        line(out, &bucket, &[labels, &[("le", bound)]].concat(), count);
    };
    of.up_to().for_each(|(bound, count)| up_to(&bound.to_string(), count));
    up_to("+Inf", of.count());
    line(out, &format!("{name}_sum"), labels, of.sum());
    line(out, &format!("{name}_count"), labels, of.count());
}

// Writing to a String can't fail.

fn head(out: &mut String, kind: &str, name: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// One value. Labels hold no quotes and no backslashes: they are routes, words and codes.
fn line(out: &mut String, name: &str, labels: &[(&str, &str)], value: impl Display) {
    out.push_str(name);
    for (at, (label, text)) in labels.iter().enumerate() {
        let _ = write!(out, "{}{label}=\"{text}\"", if at == 0 { '{' } else { ',' });
    }
    let _ = writeln!(out, "{} {value}", if labels.is_empty() { "" } else { "}" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let mut out = String::new();
        gauge(&mut out, "hubbub_sockets", "Open WebSockets.", 3);
        line(&mut out, "x_total", &[("route", "/c/{id}"), ("method", "GET")], 1);
        let of = Histogram::new(&[0.5, 1.0]);
        of.note_time(std::time::Duration::from_millis(600));
        histogram(&mut out, "t", &[("a", "b")], &of);
        assert_eq!(
            out,
            "# HELP hubbub_sockets Open WebSockets.\n# TYPE hubbub_sockets gauge\n\
             hubbub_sockets 3\nx_total{route=\"/c/{id}\",method=\"GET\"} 1\n\
             t_bucket{a=\"b\",le=\"0.5\"} 0\nt_bucket{a=\"b\",le=\"1\"} 1\n\
             t_bucket{a=\"b\",le=\"+Inf\"} 1\nt_sum{a=\"b\"} 0.6\nt_count{a=\"b\"} 1\n"
        );
    }
}
