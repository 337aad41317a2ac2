//! What the rows are measured on: a Hubbub and the floors, each started when a row first needs it.

use std::collections::HashMap;
use std::net::SocketAddrV4;
use std::process::Command;
use std::rc::Rc;

use anyhow::{Context as _, Result};

use crate::arguments::Options;
use crate::crowd::{Crowd, Seat, Speech};
use crate::disk::Disk;
use crate::floor::Mode;
use crate::frame;
use crate::hubbub::{Hubbub, Topology};
use crate::load::{Measured, Phase};
use crate::process::Process;
use crate::socket;
use crate::work::Work;

/// Open files that are not sockets of crowds.
const OTHER_FILES: u64 = 300;
/// How long a crowd rests after it has connected, in seconds.
const REST: f64 = 0.3;

/// A floor that runs.
struct Floor {
    process: Process,
    address: SocketAddrV4,
}

/// Which server a crowd is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The program that is measured.
    Hubbub,
    /// What it is compared with.
    Floor(Mode),
}

/// The servers and the options.
pub(crate) struct Stage {
    pub(crate) options: Options,
    work: Work,
    hubbub: Option<Hubbub>,
    rooms: HashMap<Topology, Rc<[String]>>,
    floors: HashMap<&'static str, Floor>,
    files: u64,
    crowds: u32,
}

impl Stage {
    /// Without any server yet.
    ///
    /// # Errors
    /// When the system refuses the files and directories that it takes.
    pub(crate) fn new(options: Options) -> Result<Self> {
        let files = socket::allow_files()?;
        Ok(Self {
            options,
            work: Work::new()?,
            hubbub: None,
            rooms: HashMap::new(),
            floors: HashMap::new(),
            files,
            crowds: 0,
        })
    }

    /// Another Hubbub on an empty directory.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn another_hubbub(&mut self) -> Result<Hubbub> {
        Hubbub::start(&self.options.program, self.work.path())
    }

    /// The one that rows share.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn hubbub(&mut self) -> Result<&mut Hubbub> {
        if self.hubbub.is_none() {
            self.hubbub = Some(self.another_hubbub()?);
        }
        self.hubbub.as_mut().context("no Hubbub")
    }

    /// Ends the shared Hubbub, so that the next row starts a fresh one.
    pub(crate) fn end_hubbub(&mut self) {
        self.hubbub = None;
        self.rooms.clear();
    }

    fn floor(&mut self, mode: Mode) -> Result<&mut Floor> {
        let name = match mode {
            Mode::Single => "single",
            Mode::Joining => "joining",
        };
        if !self.floors.contains_key(name) {
            let mut command = Command::new(std::env::current_exe()?);
            let mut process =
                Process::start(command.args(["floor", "--port", "0", "--mode", name]))?;
            let address = process.listening()?;
            self.floors.insert(name, Floor { process, address });
        }
        self.floors.get_mut(name).context("no floor")
    }

    /// The ids of a topology's rooms on the shared Hubbub.
    ///
    /// # Errors
    /// When Hubbub refuses something.
    pub(crate) fn rooms(&mut self, topology: Topology) -> Result<Rc<[String]>> {
        if let Some(rooms) = self.rooms.get(&topology) {
            return Ok(Rc::clone(rooms));
        }
        let rooms = self.hubbub()?.rooms(topology)?;
        self.rooms.insert(topology, Rc::clone(&rooms));
        Ok(rooms)
    }

    /// Connects a socket for each member of a topology's rooms.
    ///
    /// # Errors
    /// When something is refused.
    pub(crate) fn crowd(&mut self, side: Side, topology: Topology) -> Result<Crowd> {
        let mut crowd = match side {
            Side::Hubbub => {
                let rooms = self.rooms(topology)?;
                let hubbub = self.hubbub()?;
                Crowd::connect(hubbub.address, Hubbub::speech(&rooms), hubbub.seats(topology))?
            }
            Side::Floor(mode) => {
                self.crowds += 1;
                let number = self.crowds;
                let seat = |at: usize| {
                    let room = at / topology.members;
                    let request = frame::upgrade_request("bench", &format!("/{number}/{room}"), "");
                    Seat { room, request, receive_buffer: None }
                };
                let seats = (0..topology.sockets()).map(seat).collect();
                Crowd::connect(self.floor(mode)?.address, Speech::Plain, seats)?
            }
        };
        crowd.idle(REST)?;
        Ok(crowd)
    }

    /// The process on one side.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn process(&mut self, side: Side) -> Result<&mut Process> {
        Ok(match side {
            Side::Hubbub => &mut self.hubbub()?.process,
            Side::Floor(mode) => &mut self.floor(mode)?.process,
        })
    }

    /// Whether so many crowds of a topology can be connected at the same time.
    pub(crate) fn holds(&self, topology: Topology, crowds: usize) -> bool {
        (topology.sockets() * crowds) as u64 + OTHER_FILES <= self.files
    }

    /// What the disk does now, with appends of `bytes`, for `seconds`.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(crate) fn disk(&mut self, bytes: usize, seconds: f64) -> Result<Disk> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("disk").arg("--file").arg(self.work.path());
        command.args(["--bytes", &bytes.to_string(), "--seconds", &seconds.to_string()]);
        let line = Process::start(&mut command)?.line()?;
        serde_json::from_str(&line).with_context(|| format!("the disk said {line:?}"))
    }
}

/// The crowds of one row, which stay connected from round to round if there are files enough for all.
pub(crate) struct Crowds {
    topology: Topology,
    keep: bool,
    held: Vec<(Side, Crowd)>,
}

impl Crowds {
    /// None yet; `sides` is how many servers the row compares.
    pub(crate) fn new(stage: &Stage, topology: Topology, sides: usize) -> Self {
        Self { topology, keep: stage.holds(topology, sides), held: Vec::new() }
    }

    /// The crowd on one side.
    ///
    /// # Errors
    /// When it can't be connected.
    pub(crate) fn get(&mut self, stage: &mut Stage, side: Side) -> Result<&mut Crowd> {
        if !self.keep {
            self.held.retain(|(held, _)| *held == side);
        }
        if let Some(at) = self.held.iter().position(|(held, _)| *held == side) {
            // Answers what was asked while another was measured. Left alone for too long, sockets were closed.
            let crowd = &mut self.held[at].1;
            crowd.idle(0.02)?;
            if crowd.ready < crowd.conns.len() {
                self.held.swap_remove(at);
            }
        }
        let at = match self.held.iter().position(|(held, _)| *held == side) {
            Some(at) => at,
            None => {
                self.held.push((side, stage.crowd(side, self.topology)?));
                self.held.len() - 1
            }
        };
        Ok(&mut self.held[at].1)
    }

    /// Runs a phase on one side.
    ///
    /// # Errors
    /// When a delivery is lost, doubled or out of order.
    pub(crate) fn measure(
        &mut self,
        stage: &mut Stage,
        side: Side,
        phase: &Phase,
    ) -> Result<Measured> {
        let crowd = self.get(stage, side)?;
        crowd.measure(phase, stage.process(side)?).with_context(|| match side {
            Side::Hubbub => "Hubbub",
            Side::Floor(_) => "the floor",
        })
    }

    /// Lets the crowd of one side go, so that the next use connects it anew.
    pub(crate) fn forget(&mut self, side: Side) {
        self.held.retain(|(held, _)| *held != side);
    }
}
