//! A clock that jumps by an hour, forth and back, while people talk: only the times that messages
//! carry jump with it.

use super::program::Faulty;
use super::{Acked, Answer, ask, text_of};
use shared::{ChannelEvent, paths};

const HOUR: i64 = 3_600;
/// Messages between two jumps.
const BETWEEN: usize = 30;

#[tokio::test]
async fn a_clock_that_jumps_changes_no_order_and_ends_no_socket() {
    let server = Faulty::with_a_clock().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut socket = ada.socket().await;
    let mut listener = bob.join(room, Some(0)).await;
    let mut acked = Acked::default();
    let mut first_of = Vec::new();
    for (leg, offset) in [0, HOUR, 0, -HOUR, HOUR].into_iter().enumerate() {
        // A ticket lives thirty seconds of real time, whatever the clock says.
        let ticket = bob.ticket().await;
        server.set_clock(offset);
        first_of.push(acked.count());
        for n in 0..BETWEEN {
            match ask(&mut socket, room, &format!("leg{leg}-{n}")).await {
                Answer::Acked(ack) => acked.note(ack),
                Answer::Refused(no) => panic!("{no:?}"),
            }
        }
        // Sent before the jump and again after it.
        let before = if leg == 0 { "leg0-0".to_owned() } else { format!("leg{}-7", leg - 1) };
        match ask(&mut socket, room, &before).await {
            Answer::Acked(ack) => {
                assert!(ack.duplicate, "{ack:?}");
                acked.note(ack);
            }
            Answer::Refused(no) => panic!("{no:?}"),
        }
        // The sockets are looked over as ever, and nobody is taken for dead.
        socket.until_pong().await;
        let path = format!("{}&ticket={ticket}", paths::ws(bob.client_id()));
        let guest = crate::harness::TestSocket::open(&server.url, &path, None).await;
        guest.unwrap_or_else(|e| panic!("a ticket from before the jump: {e}")).close().await;
    }
    let history = acked.check(&bob, room, text_of).await;
    assert_eq!(history.len(), acked.count());
    for event in &history {
        assert_eq!(listener.event().await, *event, "live order is history order");
    }
    // The clock did jump, both ways, or nothing was tried.
    let sent_at = |at: usize| match &history[at] {
        ChannelEvent::Message(message) => message.sent_at.0,
        other => panic!("{other:?}"),
    };
    let jumps: Vec<_> =
        first_of[1..].iter().map(|at| (sent_at(*at) - sent_at(at - 1)) / 60_000).collect();
    for (jump, wanted) in jumps.iter().zip([60, -60, -60, 120]) {
        assert!((jump - wanted).abs() <= 5, "jumps of {jumps:?} minutes");
    }
    let server = server.start_again_sound().await;
    let again = acked.check(&server.again(&bob), room, text_of).await;
    assert_eq!(again, history);
    let mut socket = server.again(&ada).socket().await;
    let Answer::Acked(ack) = ask(&mut socket, room, "after").await else { panic!("refused") };
    assert_eq!(ack.seq, history.len() as u64 + 1, "the order goes on after the clock is right");
}
