//! Previews of links: the real program fetches from a real web server of the test, the one place
//! that a hidden flag excepts from what may never be fetched.

mod finding;
mod harm;
mod keeping;
mod pictures;
pub(crate) mod site;

use crate::harness::{TestClient, TestServer, TestSocket};
use shared::{ChannelEvent, ChannelId, Previewed};
use site::Site;

/// A server that may fetch from a site, and somebody in a room.
struct Scene {
    server: TestServer,
    site: Site,
    ada: TestClient,
    room: ChannelId,
    socket: TestSocket,
}

impl Scene {
    async fn new() -> Self {
        let site = Site::start().await;
        let address = site.address.to_string();
        let server = TestServer::with(&["--test-previews", &address]).await;
        let ada = server.user("ada").await;
        let room = ada.room("ops", &[]).await.channel_id;
        let socket = ada.join(room, None).await;
        Self { server, site, ada, room, socket }
    }

    /// Says something, and what its previews are once they come.
    async fn previewed(&mut self, text: &str) -> Previewed {
        let message = self.ada.say(self.room, text).await;
        let event = previewed(&mut self.socket).await;
        assert_eq!((event.message_id, event.user_id), (message.message_id, self.ada.id()));
        assert!(event.seq > message.seq);
        event
    }
}

/// Reads until the next event of previews.
async fn previewed(socket: &mut TestSocket) -> Previewed {
    loop {
        if let ChannelEvent::Previewed(event) = socket.event().await {
            return event;
        }
    }
}
