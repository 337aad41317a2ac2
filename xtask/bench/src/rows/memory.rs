//! Memory of an idle socket.

use anyhow::Result;

use crate::hubbub::Topology;
use crate::outcome::{Bound, Outcome};
use crate::stage::{Side, Stage};

/// KiB a socket that are still acceptable.
const AT_MOST: f64 = 8.0;

pub(super) fn per_socket(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let members = if stage.options.quick { 2_000 } else { 10_000 };
    let topology = Topology { rooms: 1, members };
    // Started again once the users are there: what signing them up left behind would be used for the sockets, and they
    // would seem to need less than they do.
    stage.rooms(topology)?;
    stage.hubbub()?.crash_and_start()?;
    let before = stage.hubbub()?.process.resident();
    let mut crowd = stage.crowd(Side::Hubbub, topology)?;
    crowd.idle(if stage.options.quick { 0.5 } else { 3.0 })?;
    let with = stage.hubbub()?.process.resident();
    let per_socket = with.saturating_sub(before) as f64 / 1024.0 / members as f64;
    let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
    let what = format!("memory per idle authenticated socket, {members} in one room");
    let outcome = Outcome::figure("memory", &what, Bound::AtMost(4.0), per_socket)
        .measured(format!("{per_socket:.2} KiB"))
        .note(format!(
            "{:.1} MiB without, {:.1} MiB with them; {AT_MOST} KiB are still acceptable",
            mib(before),
            mib(with)
        ));
    Ok(vec![outcome])
}
