//! The few handles that every action is given.

use crate::actions::passkeys::Passkeys;
use crate::actions::passwords::Passwords;
use crate::actions::pictures::Pictures;
use crate::domain::clock::Clock;
use crate::domain::figures::Figures;
use crate::domain::hub::Hub;
use crate::domain::limiter::Limiter;
use crate::domain::proxies::TrustedProxies;
use crate::domain::slots::Slots;
use crate::domain::tickets::Tickets;
use crate::previews::Previews;
use crate::storage::Storage;
use shared::ClientId;
use shared::api::account::SignupPolicy;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use url::Url;

/// Everything a running node shares between its requests and sockets.
#[derive(Debug)]
pub struct App {
    /// The log and the accounts.
    pub storage: Storage,
    /// The live channels and clients.
    pub hub: Arc<Hub>,
    /// The runtime of each of the Hub's shards, for the sockets that live there.
    pub shards: Vec<Handle>,
    /// Time, chance and ids.
    pub clock: Clock,
    /// Rates.
    pub limiter: Limiter,
    /// What is counted for whoever watches over the node.
    pub figures: Figures,
    /// WebSocket tickets.
    pub tickets: Tickets,
    /// Password hashing, off the async threads and bounded.
    pub passwords: Passwords,
    /// Pictures, decoded off the async threads and within bounds of memory.
    pub pictures: Pictures,
    /// Open sockets, by client.
    pub sockets: Slots<ClientId>,
    /// Uploads that are under way, by user.
    pub uploading: Slots,
    /// What links lead to.
    pub previews: Previews,
    /// Who may sign up.
    pub signup: SignupPolicy,
    /// Whether nobody chose that: it is open because only this machine can reach the server.
    pub signup_for_this_machine: bool,
    /// Where people open the server, if it was told: scheme, name and port.
    pub origin: Option<Url>,
    /// Whether it listens on a loopback address.
    pub on_loopback: bool,
    /// What is asked of passkeys.
    pub passkeys: Passkeys,
    /// For how many days messages are kept where the channel says nothing; None for ever.
    pub retention_days: Option<u32>,
    /// Told when a channel is to keep its messages for another time.
    pub retention_changed: Notify,
    /// Whether `/ws/echo` is mounted, for conformance tests.
    pub test_echo: bool,
    /// Whether cookies are marked `Secure`.
    pub secure_cookies: bool,
    /// The proxies whose word on who asks is believed.
    pub proxies: TrustedProxies,
    /// Turns true once, when the node begins to drain.
    pub draining: watch::Receiver<bool>,
}

/// A shared handle to the node's [`App`].
pub type AppHandle = Arc<App>;
