//! One running node: the only place that knows which storage and which broker it runs. Builds the
//! handles, serves, and drains in order: no new connections, sockets told to come back, what was
//! taken committed and answered, then the end.

use crate::actions::passkeys::Passkeys;
use crate::actions::passwords::Passwords;
use crate::actions::pictures::Pictures;
use crate::actions::{ending, retention, sweeping};
use crate::app::{App, AppHandle};
use crate::broker::local;
use crate::config::{Config, Switch};
use crate::domain::clock::Clock;
use crate::domain::figures::Figures;
use crate::domain::hub::Hub;
use crate::domain::limiter::Limiter;
use crate::domain::slots::Slots;
use crate::domain::tickets::Tickets;
use crate::previews::Previews;
use crate::storage::{OpenError, Storage};
use crate::transport::tls::{self, Tls};
use crate::transport::ws::shards::Shards;
use crate::transport::{router, serve, ws};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often sockets are looked over for heartbeats that are due or missed.
const SWEEP: Duration = Duration::from_secs(5);
/// How often the disk's room is looked at.
const ROOM: Duration = Duration::from_secs(2);
/// How often presence is told.
const PRESENCE: Duration = Duration::from_secs(1);
/// How long sockets have to take their close frame when the node drains.
const DRAIN: Duration = Duration::from_secs(5);

/// Why a node can't start: a sentence for who starts it.
#[derive(Debug)]
pub enum StartError {
    /// The data directory.
    Open(OpenError),
    /// The address.
    Listen(SocketAddr, std::io::Error),
    /// The system's random source.
    Passwords(crate::error::Error),
    /// TLS, to look at links with.
    Tls(tokio_rustls::rustls::Error),
    /// The certificate to serve with, or its key.
    Certificate(tls::Fault),
    /// Threads and I/O drivers.
    Threads(std::io::Error),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open(cause) => cause.fmt(f),
            Self::Listen(address, cause) => {
                write!(f, "can't listen on {address}: {cause}; choose another with --listen")
            }
            Self::Passwords(cause) => cause.fmt(f),
            Self::Tls(cause) => write!(f, "can't set TLS up for previews: {cause}"),
            Self::Certificate(fault) => fault.fmt(f),
            Self::Threads(cause) => write!(f, "can't start a thread: {cause}"),
        }
    }
}

impl std::error::Error for StartError {}

/// Everything of a node but its address: what commands work with, too.
#[derive(Debug)]
pub struct Works {
    app: AppHandle,
    drain: watch::Sender<bool>,
    broker: JoinHandle<()>,
    shards: Shards,
}

/// A node that is ready to serve.
#[derive(Debug)]
pub struct Node {
    works: Works,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
}

impl Works {
    /// Opens the data directory and builds what works on it.
    ///
    /// # Errors
    /// When it can't be opened, or the system lacks something.
    pub async fn build(config: &Config) -> Result<Self, StartError> {
        let clock = Clock::system();
        let passwords = tokio::task::spawn_blocking(Passwords::new);
        let (storage, commits) =
            Storage::open(&config.data, config.reserve(), clock).map_err(StartError::Open)?;
        let hub = Arc::new(Hub::new(config.shards()));
        let shards = Shards::start(&hub, clock).map_err(StartError::Threads)?;
        let broker = tokio::spawn(local::run(commits, Arc::clone(&hub)));
        let (drain, draining) = watch::channel(false);
        let pictures = Pictures::default();
        let previews = Previews::start(
            config.fetching(),
            &config.data,
            (&storage, &pictures),
            clock,
            draining.clone(),
        )
        .map_err(StartError::Tls)?;
        let passwords = match passwords.await {
            Ok(passwords) => passwords.map_err(StartError::Passwords)?,
            Err(cause) => {
                let error = crate::error::Error::internal("password hashing", &cause);
                return Err(StartError::Passwords(error));
            }
        };
        let app = Arc::new(App {
            storage,
            hub,
            shards: shards.runtimes(),
            clock,
            limiter: Limiter::new(config.limits == Switch::On),
            figures: Figures::default(),
            tickets: Tickets::default(),
            passwords,
            pictures,
            sockets: Slots::default(),
            uploading: Slots::default(),
            previews,
            origin: config.origin.clone(),
            on_loopback: config.listen.ip().is_loopback(),
            passkeys: Passkeys::default(),
            signup: config.signup_policy(),
            signup_for_this_machine: config.signup.is_none() && config.listen.ip().is_loopback(),
            secure_cookies: config.secure_cookies,
            retention_days: config.retention_days,
            retention_changed: tokio::sync::Notify::new(),
            test_echo: config.test_echo,
            proxies: config.trusted_proxy.clone().into(),
            draining,
        });
        Ok(Self { app, drain, broker, shards })
    }

    /// What actions are given.
    pub fn app(&self) -> AppHandle {
        Arc::clone(&self.app)
    }

    /// Commits what was taken, and stops. Nothing can be changed any more.
    pub async fn end(self) {
        let Self { app, drain, broker, shards } = self;
        drain.send_replace(true);
        app.storage.close();
        if let Err(cause) = broker.await {
            tracing::error!(%cause, "the broker ended badly");
        }
        app.hub.end();
        if tokio::task::spawn_blocking(|| shards.join()).await.is_err() {
            tracing::error!("the delivering threads ended badly");
        }
    }
}

impl Node {
    /// Reads the certificate, if there is one, and opens the data directory and the address.
    ///
    /// # Errors
    /// When one of them can't be had.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let tls = config.tls().map(Tls::new).transpose().map_err(StartError::Certificate)?;
        let tls = tls.map(Arc::new);
        let works = Works::build(config).await?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|cause| StartError::Listen(config.listen, cause))?;
        let address = listener.local_addr().unwrap_or(config.listen);
        Ok(Self { works, listener, address, tls })
    }

    /// Where it listens: `https://` or `http://`, and the address.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// What it serves HTTPS with, if it does.
    pub fn tls(&self) -> Option<Arc<Tls>> {
        self.tls.clone()
    }

    /// Serves until `stop` is fulfilled, then drains.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { works, listener, tls, .. } = self;
        let app = works.app();
        let housekeeping = tokio::spawn(housekeeping(Arc::clone(&app)));
        let sweeping = tokio::spawn(sweeping::run(Arc::clone(&app)));
        let ending = tokio::spawn(ending::run(Arc::clone(&app)));
        let retaining = tokio::spawn(retention::run(Arc::clone(&app)));
        let renewing = tls.clone().map(|tls| tokio::spawn(tls::keep_fresh(tls)));
        let router = router::router(Arc::clone(&app));
        let serving = tokio::spawn(serve::serve(listener, router, tls, Arc::clone(&app)));
        stop.await;
        tracing::info!("draining");
        works.drain.send_replace(true);
        ws::drain(&app, DRAIN).await;
        if let Err(cause) = serving.await {
            tracing::error!(%cause, "the accept loop ended badly");
        }
        housekeeping.abort();
        sweeping.abort();
        retaining.abort();
        ending.abort();
        if let Some(renewing) = renewing {
            renewing.abort();
        }
        works.end().await;
    }
}

/// Heartbeats, the end of dead sockets, and presence: one sweep instead of timers for each socket.
async fn housekeeping(app: AppHandle) {
    let mut sweep = tokio::time::interval(SWEEP);
    let mut room = tokio::time::interval(ROOM);
    let mut presence = tokio::time::interval(PRESENCE);
    loop {
        tokio::select! {
            _ = sweep.tick() => app.hub.sweep(app.clock.elapsed()),
            _ = room.tick() => drop(app.storage.room().look()),
            _ = presence.tick() => app.hub.announce_presence(),
        }
    }
}
