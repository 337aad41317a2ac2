//! How sockets end: goodbye, draining, protocol errors. 4001 is in `sessions`, 4003 in `members`,
//! 4008 in `slow_readers`.

use crate::harness::{Closed, RawFrame, RawSocket, TestServer, everyone, said};
use shared::{close_code, paths};

#[tokio::test]
async fn a_goodbye_is_answered_with_the_same_code() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    for code in [1000u16, 1001, 3000, 4999] {
        let mut socket = RawSocket::open(&server, &ada, &paths::ws(ada.client_id())).await;
        socket.frame(0x88, &code.to_be_bytes()).await;
        let (_, last) = socket.until_closed().await;
        assert_eq!(last, RawFrame::Close(code));
        assert_eq!(socket.next().await, RawFrame::End, "and the server hangs up");
    }
    let mut socket = RawSocket::open(&server, &ada, &paths::ws(ada.client_id())).await;
    socket.frame(0x88, &[]).await;
    let (_, last) = socket.until_closed().await;
    assert!(matches!(last, RawFrame::Close(1000 | 1005)), "{last:?}");
}

#[tokio::test]
async fn sigterm_drains_every_socket_with_4009_and_ends_with_status_0() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 5).await;
    let others: Vec<_> = people[1..].iter().collect();
    let room = people[0].room("tea", &others).await.channel_id;
    let mut sockets = Vec::new();
    for person in &people {
        sockets.push(person.socket().await);
        sockets.push(person.join(room, None).await);
    }
    let acks = {
        let mut acks = Vec::new();
        for (n, socket) in sockets.iter_mut().enumerate() {
            acks.push(socket.say(room, &format!("n-{n}"), "before the end").await.seq);
        }
        acks
    };
    server.program().terminate();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, Closed::Code(close_code::DRAINING));
    }
    let status = server.program().ended().await;
    assert_eq!(status.code(), Some(0), "{}", server.program().stderr());
    server.start_again().await;
    let mut seqs: Vec<_> = people[0].history(room).await.iter().map(|m| m.seq).collect();
    let mut wanted = acks;
    wanted.sort_unstable();
    seqs.sort_unstable();
    assert_eq!(seqs, wanted);
}

#[tokio::test]
async fn while_draining_what_was_acknowledged_is_kept_and_every_client_resumes() {
    let mut server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut reader = bob.join(room, Some(0)).await;
    let mut writer = ada.socket().await;
    let writing = tokio::spawn(async move {
        let mut acks = Vec::new();
        for n in 0.. {
            let nonce = format!("n-{n}");
            if writer.try_send(&said(room, &nonce, &nonce)).await.is_err() {
                break;
            }
            loop {
                match writer.next().await {
                    Ok(shared::ServerMessage::Ack(ack)) => {
                        acks.push(ack);
                        break;
                    }
                    Ok(shared::ServerMessage::Rejected(_)) => break,
                    Ok(_) => {}
                    Err(_) => return acks,
                }
            }
        }
        acks
    });
    for _ in 0..20 {
        reader.event().await;
    }
    assert_eq!(server.terminate().await.code(), Some(0));
    let acks = writing.await.unwrap();
    assert_eq!(reader.closed().await, Closed::Code(close_code::DRAINING));
    let mut heard = reader.log.iter().rev().cloned();
    let last = heard.find_map(|message| message.into_event().ok()).unwrap().seq();
    server.start_again().await;
    let history = ada.events(room, 0).await;
    for ack in acks {
        let event = &history[usize::try_from(ack.seq).unwrap() - 1];
        let shared::ChannelEvent::Message(message) = event else { panic!("{event:?}") };
        assert_eq!((message.message_id, &message.nonce), (ack.message_id, &ack.nonce));
    }
    let mut again = bob.join(room, Some(last)).await;
    for event in &history[usize::try_from(last).unwrap()..] {
        assert_eq!(again.event().await, *event);
    }
}

#[tokio::test]
async fn a_client_may_hold_several_sockets_and_each_ends_alone() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let first = ada.socket().await;
    let mut second = ada.socket().await;
    let third = ada.join(room, None).await;
    first.close().await;
    third.cut();
    second.say(room, "n", "still here").await;
    assert_eq!(ada.history(room).await.len(), 1);
}
