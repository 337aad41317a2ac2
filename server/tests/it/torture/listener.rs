//! One who only listens: reconnects, resumes, and keeps the order in which everything came.

use super::{Run, writer::connect};
use crate::harness::{Closed, TestClient, TestSocket};
use shared::{
    ChannelEvent, ChannelId, ClientMessage, MessageId, ResetReason, Resume, Seq, ServerMessage,
    paths,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What one listener heard in one channel.
#[derive(Default)]
pub(crate) struct Heard {
    /// In the order of arrival, without what was known already.
    pub(crate) order: Vec<(Seq, MessageId)>,
    /// Frames that were ahead of what had to come next, once the replay was complete.
    pub(crate) ahead: u64,
    /// Frames that came before, with another content.
    pub(crate) changed: u64,
    /// A place where the history was fetched instead of heard, after a `reset`.
    pub(super) skipped_to: Seq,
    /// What came live while the replay of what is before it was still to come.
    held: BTreeMap<Seq, MessageId>,
    /// Whether the replay is complete on this socket: from now on the order has no gap.
    caught_up: bool,
}

impl Heard {
    fn last(&self) -> Seq {
        self.order.last().map_or(0, |(seq, _)| *seq).max(self.skipped_to)
    }

    fn hear(&mut self, event: &ChannelEvent) {
        let ChannelEvent::Message(message) = event else { return };
        let last = self.last();
        if message.seq == last + 1 {
            self.order.push((message.seq, message.message_id));
            while let Some(id) = self.held.remove(&(self.last() + 1)) {
                self.order.push((self.last() + 1, id));
            }
        } else if message.seq > last {
            self.ahead += u64::from(self.caught_up);
            self.held.insert(message.seq, message.message_id);
        } else {
            let known = self.order.binary_search_by_key(&message.seq, |(seq, _)| *seq);
            if known.is_ok_and(|at| self.order[at].1 != message.message_id) {
                self.changed += 1;
            }
        }
    }
}

pub(crate) struct Listener {
    client: TestClient,
    one: Option<ChannelId>,
    heard: BTreeMap<ChannelId, Heard>,
    epoch: Option<String>,
    run: Arc<Run>,
}

impl Listener {
    /// Listens to one channel, or to all of them on one socket.
    pub(crate) fn new(
        client: TestClient,
        one: Option<ChannelId>,
        all: &[ChannelId],
        run: Arc<Run>,
    ) -> Self {
        let channels = one.map_or_else(|| all.to_vec(), |one| vec![one]);
        let heard = channels.into_iter().map(|channel| (channel, Heard::default())).collect();
        Self { client, one, heard, epoch: None, run }
    }

    /// Listens until everything is written and everything written is heard.
    pub(crate) async fn listen(mut self) -> BTreeMap<ChannelId, Heard> {
        loop {
            let id = self.client.client_id();
            let path = match self.one {
                Some(channel) => {
                    paths::ws_join_channel(channel, id, Some(self.heard[&channel].last()))
                }
                None => paths::ws(id),
            };
            let mut socket = connect(&self.client, &path).await;
            Run::count(&self.run.connects);
            let epoch = self.epoch.get_or_insert_with(|| socket.welcome.epoch.clone());
            assert_eq!(*epoch, socket.welcome.epoch, "a crash is not another life of the history");
            if self.follow(&mut socket).await.is_ok() {
                return self.heard;
            }
        }
    }

    async fn follow(&mut self, socket: &mut TestSocket) -> Result<(), Closed> {
        for heard in self.heard.values_mut() {
            heard.held.clear();
            // A socket with `after` in its address keeps the order from its first frame on.
            heard.caught_up = self.one.is_some();
        }
        if self.one.is_none() {
            let cursors = self.heard.iter().map(|(id, heard)| (*id, heard.last())).collect();
            socket.try_send(&ClientMessage::Resume(Resume { cursors })).await?;
        }
        loop {
            // Once all is written, a quiet socket that has heard up to every head is done.
            let written = Run::is(&self.run.written);
            if written && self.is_complete().await {
                return Ok(());
            }
            let pause = Duration::from_millis(200);
            let Ok(next) = tokio::time::timeout(pause, socket.next_forever()).await else {
                continue;
            };
            match next? {
                ServerMessage::Reset(reset) => {
                    Run::count(&self.run.resets);
                    assert_eq!(
                        reset.reason,
                        ResetReason::TooFar,
                        "a cursor that was heard is good"
                    );
                    if let Some(heard) = self.heard.get_mut(&reset.channel_id) {
                        heard.skipped_to = reset.head_seq;
                    }
                }
                ServerMessage::CaughtUp(up) => {
                    if let Some(heard) = self.heard.get_mut(&up.channel_id) {
                        heard.caught_up = true;
                    }
                }
                other => {
                    if let Ok(event) = other.into_event()
                        && let Some(heard) = self.heard.get_mut(&event.channel_id())
                    {
                        heard.hear(&event);
                    }
                }
            }
            socket.log.clear();
        }
    }

    async fn is_complete(&self) -> bool {
        for (channel, heard) in &self.heard {
            if self.client.channel(*channel).await.head_seq > heard.last() {
                return false;
            }
        }
        true
    }
}
