//! One who writes: keeps several messages in flight, and sends again after every reconnect what was
//! not acknowledged.

use super::Run;
use crate::harness::{Chance, TestClient, TestSocket, said};
use shared::{Ack, ChannelId, MessageId, Seq, ServerMessage, UserId, paths};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const IN_FLIGHT: usize = 6;

/// What was sent and is not acknowledged.
struct Pending {
    channel: ChannelId,
    text: String,
}

/// What was acknowledged, and where the server said it stands.
pub(crate) struct Acked {
    pub(crate) channel: ChannelId,
    pub(crate) text: String,
    pub(crate) seq: Seq,
    pub(crate) message: MessageId,
}

/// Everything one user was told is safe.
pub(crate) struct Written {
    pub(crate) user: UserId,
    pub(crate) acked: BTreeMap<String, Acked>,
    /// Acks that contradicted an earlier one of the same nonce.
    pub(crate) contradictions: Vec<String>,
    pub(crate) rejected: Vec<String>,
}

pub(crate) struct Writer {
    client: TestClient,
    channels: Vec<ChannelId>,
    chance: Chance,
    run: Arc<Run>,
    pending: BTreeMap<String, Pending>,
    written: Written,
    count: u64,
}

impl Writer {
    pub(crate) fn new(
        client: TestClient,
        channels: Vec<ChannelId>,
        chance: Chance,
        run: Arc<Run>,
    ) -> Self {
        let user = client.id();
        let written =
            Written { user, acked: BTreeMap::new(), contradictions: vec![], rejected: vec![] };
        Self { client, channels, chance, run, pending: BTreeMap::new(), written, count: 0 }
    }

    /// Writes until the run is ending and nothing is pending.
    pub(crate) async fn write(mut self) -> Written {
        while !(Run::is(&self.run.ending) && self.pending.is_empty()) {
            let mut socket = connect(&self.client, &paths::ws(self.client.client_id())).await;
            Run::count(&self.run.connects);
            // Whoever is cut off connects again and goes on where they were.
            let _ = self.talk(&mut socket).await;
        }
        self.written
    }

    async fn talk(&mut self, socket: &mut TestSocket) -> Result<(), crate::harness::Closed> {
        for (nonce, pending) in &self.pending {
            Run::count(&self.run.resends);
            socket.try_send(&said(pending.channel, nonce, &pending.text)).await?;
        }
        loop {
            let ending = Run::is(&self.run.ending);
            if ending && self.pending.is_empty() {
                return Ok(());
            }
            while !ending && self.pending.len() < IN_FLIGHT {
                self.begin(socket).await?;
            }
            match socket.next().await? {
                ServerMessage::Ack(ack) => self.acknowledged(ack, socket).await?,
                ServerMessage::Rejected(rejected) => {
                    let nonce = rejected.nonce.clone().unwrap_or_default();
                    self.written.rejected.push(format!("{nonce}: {rejected:?}"));
                    self.pending.remove(&nonce);
                }
                _ => {}
            }
            socket.log.clear();
        }
    }

    async fn begin(&mut self, socket: &mut TestSocket) -> Result<(), crate::harness::Closed> {
        self.count += 1;
        let nonce = self.chance.nonce();
        let channel = *self.chance.pick(&self.channels).expect("a channel to write in");
        let padding = "x".repeat(self.chance.below(200));
        let text = format!("{} {} {padding}", self.client.name(), self.count);
        let frame = said(channel, &nonce, &text);
        // It is pending before the first byte leaves: it may arrive even if sending fails.
        self.pending.insert(nonce, Pending { channel, text });
        socket.try_send(&frame).await
    }

    async fn acknowledged(
        &mut self,
        ack: Ack,
        socket: &mut TestSocket,
    ) -> Result<(), crate::harness::Closed> {
        if ack.duplicate {
            Run::count(&self.run.duplicates);
        }
        if let Some(pending) = self.pending.remove(&ack.nonce) {
            if ack.channel_id != pending.channel {
                self.written.contradictions.push(format!("sent to another channel: {ack:?}"));
            }
            let (seq, message) = (ack.seq, ack.message_id);
            let acked = Acked { channel: pending.channel, text: pending.text, seq, message };
            self.written.acked.insert(ack.nonce.clone(), acked);
            Run::count(&self.run.acks);
            self.run.acked.notify_waiters();
            // Now and then what is acknowledged is sent again all the same: once is for ever.
            if self.chance.once_in(12) {
                let again = said(ack.channel_id, &ack.nonce, "not this text");
                socket.try_send(&again).await?;
            }
        } else if let Some(first) = self.written.acked.get(&ack.nonce) {
            if (first.seq, first.message, true) != (ack.seq, ack.message_id, ack.duplicate) {
                self.written.contradictions.push(format!("first {}, then {ack:?}", first.seq));
            }
        } else {
            self.written.contradictions.push(format!("never sent: {ack:?}"));
        }
        Ok(())
    }
}

/// Connects, trying again until the server is there.
pub(crate) async fn connect(client: &TestClient, path: &str) -> TestSocket {
    crate::harness::patiently("the server to come back", async {
        loop {
            match TestSocket::open(client.base(), path, Some(client.token())).await {
                Ok(socket) => return socket,
                // Between a kill and the start there is nobody to tell when to try again.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    })
    .await
}
