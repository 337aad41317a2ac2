//! A Hubbub on an empty directory, and what is needed to fill it: users, rooms, seats at its sockets.

use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::crowd::{Seat, Speech};
use crate::frame;
use crate::http::{Http, request};
use crate::process::Process;

/// Connections that sign users up at the same time.
const LINES: usize = 64;

/// A user with the client that it signed up with.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    pub(crate) token: String,
}

/// Rooms of equal size; user number i is in room number i / members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Topology {
    /// How many rooms.
    pub(crate) rooms: usize,
    /// How many members each has.
    pub(crate) members: usize,
}

impl Topology {
    /// Sockets in all.
    pub(crate) fn sockets(self) -> usize {
        self.rooms * self.members
    }
}

/// The program to measure.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Options beside those that a measurement needs.
    pub(crate) args: Vec<String>,
}

impl Program {
    /// What it says its version is.
    ///
    /// # Errors
    /// When it can't be started.
    pub(crate) fn version(&self) -> Result<String> {
        let output = Command::new(&self.path).arg("--version").output();
        let output = output.with_context(|| format!("can't start {}", self.path.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn start(&self, data: &Path, port: u16) -> Result<(Process, SocketAddrV4)> {
        let mut command = Command::new(&self.path);
        command.arg("serve").args(["--listen", &format!("127.0.0.1:{port}"), "--limits", "off"]);
        command.arg("--data").arg(data).args(&self.args);
        command.env("HUBBUB_LOG", std::env::var_os("HUBBUB_LOG").unwrap_or_else(|| "error".into()));
        let mut process = Process::start(&mut command)?;
        let address = process.listening()?;
        Ok((process, address))
    }
}

/// A running Hubbub.
pub(crate) struct Hubbub {
    pub(crate) process: Process,
    pub(crate) address: SocketAddrV4,
    pub(crate) users: Vec<User>,
    program: Program,
    data: PathBuf,
    prefix: char,
}

impl Hubbub {
    /// Starts it on an empty directory.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start(program: &Program, data: PathBuf) -> Result<Self> {
        let (process, address) = program.start(&data, 0)?;
        let program = program.clone();
        Ok(Self { process, address, users: Vec::new(), program, data, prefix: 'b' })
    }

    /// Where it keeps everything.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Kills it as a crash would, and starts it again on the same directory and port.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn crash_and_start(&mut self) -> Result<()> {
        self.process.kill();
        (self.process, self.address) = self.program.start(&self.data, self.address.port())?;
        Ok(())
    }

    /// A connection for requests.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn http(&self) -> Result<Http> {
        Http::connect(self.address, 1)
    }

    /// Signs users up until there are so many.
    ///
    /// # Errors
    /// When one is refused.
    pub(crate) fn sign_up(&mut self, count: usize) -> Result<()> {
        let have = self.users.len();
        if have >= count {
            return Ok(());
        }
        let mut users = vec![None; count - have];
        let requests = (have..count).map(|number| {
            request(
                "POST",
                "/api/user",
                "",
                &format!(r#"{{"username":"{}{number:05}"}}"#, self.prefix),
            )
        });
        Http::connect(self.address, LINES)?.all(requests, |number, answer| {
            users[number] = Some(serde_json::from_slice(&answer.good()?.body)?);
            Ok(())
        })?;
        self.users.extend(users.into_iter().flatten());
        if self.users.len() != count {
            bail!("{} users instead of {count}", self.users.len());
        }
        Ok(())
    }

    /// Makes the rooms of a topology, signing up who is missing; their ids.
    ///
    /// # Errors
    /// When something is refused.
    pub(crate) fn rooms(&mut self, topology: Topology) -> Result<Rc<[String]>> {
        self.sign_up(topology.sockets())?;
        let members = |room: usize| {
            let first = room * topology.members;
            (first..first + topology.members).collect()
        };
        self.rooms_of(&(0..topology.rooms).map(members).collect::<Vec<_>>())
    }

    /// Makes rooms of these users, by number, each room by the first of them; their ids.
    ///
    /// # Errors
    /// When something is refused.
    pub(crate) fn rooms_of(&self, rooms: &[Vec<usize>]) -> Result<Rc<[String]>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Channel {
            channel_id: String,
        }
        let users = &self.users;
        let count = rooms.len();
        let requests = rooms.iter().enumerate().map(|(room, members)| {
            let ids: Vec<&str> = members.iter().map(|at| users[*at].user_id.as_str()).collect();
            let body = format!(r#"{{"userIds":{},"name":"room {room}"}}"#, serde_json::json!(ids));
            request("POST", "/api/create_channel", &users[members[0]].token, &body)
        });
        let mut rooms = vec![String::new(); count];
        Http::connect(self.address, LINES.min(count))?.all(requests, |number, answer| {
            rooms[number] = serde_json::from_slice::<Channel>(&answer.good()?.body)?.channel_id;
            Ok(())
        })?;
        Ok(rooms.into())
    }

    /// A seat for each member of a topology's rooms.
    pub(crate) fn seats(&self, topology: Topology) -> Vec<Seat> {
        let seat = |(number, user): (usize, &User)| {
            let path = format!("/api/ws?clientId={}", user.client_id);
            let headers = format!("Authorization: Bearer {}\r\n", user.token);
            Seat {
                room: number / topology.members,
                request: frame::upgrade_request("bench", &path, &headers),
                receive_buffer: None,
            }
        };
        self.users.iter().take(topology.sockets()).enumerate().map(seat).collect()
    }

    /// How its rooms are spoken to.
    pub(crate) fn speech(rooms: &Rc<[String]>) -> Speech {
        Speech::Hubbub(Rc::clone(rooms))
    }
}
