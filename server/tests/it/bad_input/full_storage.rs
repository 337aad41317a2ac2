//! A disk that is full: the data directory is a tmpfs of 4 MB in a mount namespace of the server's
//! own, made with `unshare`. Needs no root where unprivileged user namespaces are allowed; says so
//! and fails where neither is there, rather than to pass without having looked.

use crate::faults::{Acked, Answer, answer, answer_of_several};
use crate::harness::{Expect, Program, TestClient, TestSocket, said};
use shared::{ChannelEvent, ErrorCode, ServerMessage, paths};
use std::path::PathBuf;
use std::process::Command;

/// A server whose disk is small, and the way to its files from outside its namespace.
pub(crate) struct SmallDisk {
    program: Program,
    pub(crate) url: String,
    pub(crate) inside: PathBuf,
    _mount_point: tempfile::TempDir,
}

impl SmallDisk {
    pub(crate) async fn start() -> Self {
        let mount_point = tempfile::tempdir().unwrap();
        let mut command = Command::new("unshare");
        command
            .args(["--map-root-user", "--mount", "sh", "-c"])
            .arg("mount -t tmpfs -o size=4m tmpfs \"$1\" && shift && exec \"$@\"")
            .arg("sh")
            .arg(mount_point.path())
            .arg(crate::harness::binary())
            .args(["--listen", "127.0.0.1:0", "--limits", "off", "--data"])
            .arg(mount_point.path());
        let mut program = Program::run(command);
        let address = match program.try_listening().await {
            Ok(address) => address,
            Err(_) => panic!("no namespace with a tmpfs can be had here: {}", program.stderr()),
        };
        let root = PathBuf::from(format!("/proc/{}/root", program.pid()));
        let inside = root.join(mount_point.path().strip_prefix("/").unwrap());
        let url = format!("http://{address}");
        Self { program, url, inside, _mount_point: mount_point }
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let full = std::fs::write(self.ballast(), vec![0; 8 << 20]);
        assert!(full.is_err(), "the disk is larger than it should be");
    }

    /// Gives back the room that [`Self::fill`] took.
    pub(crate) fn make_room(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    pub(crate) fn ballast(&self) -> PathBuf {
        self.inside.join("ballast")
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_loses_nothing_and_heals() {
    let mut disk = SmallDisk::start().await;
    let sign_up = |name: &str| shared::api::account::SignUp {
        username: name.to_owned(),
        ..Default::default()
    };
    let ada = TestClient::sign_up(&disk.url, &sign_up("ada")).await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut socket: TestSocket = ada.socket().await;
    let mut listener = ada.join(room, Some(0)).await;
    let mut acked = Vec::new();
    for n in 0..20 {
        acked.push(socket.say(room, &format!("before-{n}"), "before").await);
    }

    disk.fill();
    let text = "x".repeat(60_000);
    // The log may have some room set aside: what is acknowledged must be kept, whatever it is.
    let rejected = {
        let mut n = 0;
        loop {
            assert!(n < 400, "24 MB were acknowledged on a disk of 4 MB");
            let nonce = format!("full-{n}");
            socket.send(&said(room, &nonce, &text)).await;
            let answer = socket
                .recv_until(|message| match message {
                    ServerMessage::Ack(ack) if ack.nonce == nonce => Some(Ok(ack.clone())),
                    ServerMessage::Rejected(no) => Some(Err(no.clone())),
                    _ => None,
                })
                .await;
            match answer {
                Ok(ack) => acked.push(ack),
                Err(rejected) => break (nonce, rejected),
            }
            n += 1;
        }
    };
    let (nonce, rejected) = rejected;
    assert_eq!(rejected.code, ErrorCode::StorageUnavailable);
    assert_eq!(rejected.nonce.as_deref(), Some(nonce.as_str()));
    let body = serde_json::json!({ "message": text, "nonce": "by-rest" });
    let post = ada.post(&paths::messages(room)).json(&body);
    post.fails(ErrorCode::StorageUnavailable).await;
    // Reading goes on.
    let last = acked.last().unwrap().seq;
    assert_eq!(ada.channel(room).await.head_seq, last);
    assert_eq!(ada.history(room).await.len(), acked.len());

    disk.make_room();
    let again = socket.say(room, &nonce, "smaller").await;
    assert_eq!((again.duplicate, again.seq), (false, last + 1), "what was refused left no trace");
    acked.push(again);
    let after: shared::ChatMessage = ada
        .post(&paths::messages(room))
        .json(&serde_json::json!({ "message": "healed" }))
        .gives(201)
        .await;
    assert_eq!(after.seq, last + 2);
    let history = ada.events(room, 0).await;
    for ack in &acked {
        let ChannelEvent::Message(message) = &history[usize::try_from(ack.seq).unwrap() - 1] else {
            panic!("no message at {}", ack.seq)
        };
        assert_eq!((&message.nonce, message.message_id), (&ack.nonce, ack.message_id));
    }
    for event in &history {
        assert_eq!(listener.event().await, *event, "live order is history order");
    }
    let answer = ada.get(paths::READYZ).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    disk.program.terminate();
    assert_eq!(disk.program.ended().await.code(), Some(0), "{}", disk.program.stderr());
}

/// Several people, each with many messages under way when the disk is full and when it is not any
/// more: each message is answered, and who sends again what was refused has it there once.
#[tokio::test]
async fn a_disk_that_fills_while_many_talk_loses_no_ack_and_heals() {
    const PEOPLE: usize = 4;
    const AHEAD: usize = 12;
    let mut disk = SmallDisk::start().await;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let username = format!("person{n}");
        let sign_up = shared::api::account::SignUp { username, ..Default::default() };
        people.push(TestClient::sign_up(&disk.url, &sign_up).await);
    }
    let members: Vec<_> = people.iter().skip(1).collect();
    let room = people[0].room("tea", &members).await.channel_id;
    let mut listener = people[0].join(room, Some(0)).await;
    let text = |nonce: &str| format!("{nonce} {}", "x".repeat(2_000));
    let mut sockets = Vec::new();
    for person in &people {
        sockets.push(person.socket().await);
    }

    let mut acked = Acked::default();
    let mut refused: Vec<(usize, String)> = Vec::new();
    for round in 0.. {
        assert!(round < 60, "4 MB are not full after {} messages", acked.count());
        if round == 3 {
            disk.fill();
        }
        let mut sent = Vec::new();
        for (who, socket) in sockets.iter_mut().enumerate() {
            for n in 0..AHEAD {
                let nonce = format!("{who}-{round}-{n}");
                socket.send(&said(room, &nonce, &text(&nonce))).await;
                sent.push((who, nonce));
            }
        }
        // Everything that was sent is answered, and nothing twice.
        for (who, nonce) in sent {
            match answer_of_several(&mut sockets[who], &nonce).await {
                Answer::Acked(ack) => acked.note(ack),
                Answer::Refused(no) => {
                    assert_eq!(no.code, ErrorCode::StorageUnavailable, "{no:?}");
                    refused.push((who, nonce));
                }
            }
        }
        sockets.iter_mut().for_each(|socket| socket.log.clear());
        if refused.len() >= PEOPLE * AHEAD {
            break;
        }
    }
    disk.make_room();
    for (who, nonce) in refused {
        sockets[who].send(&said(room, &nonce, &text(&nonce))).await;
        match answer(&mut sockets[who], &nonce).await {
            Answer::Acked(ack) => acked.note(ack),
            Answer::Refused(no) => panic!("refused with room on the disk: {no:?}"),
        }
        sockets[who].log.clear();
    }
    let history = acked.check(&people[1], room, text).await;
    assert_eq!(history.len(), acked.count(), "what was refused and sent again is there once");
    for event in &history {
        assert_eq!(listener.event().await, *event, "live order is history order");
        listener.log.clear();
    }
    listener.close().await;
    for socket in sockets {
        socket.close().await;
    }
    disk.program.terminate();
    assert_eq!(disk.program.ended().await.code(), Some(0), "{}", disk.program.stderr());
}
