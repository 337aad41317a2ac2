//! Searching a long history, in one channel and in all, over HTTP: the first page, from asking to the whole answer.

use std::fs;
use std::rc::Rc;

use anyhow::{Result, bail};

use crate::clock;
use crate::crowd::{Crowd, Seat};
use crate::frame;
use crate::histogram::Histogram;
use crate::http::{Http, request};
use crate::hubbub::Hubbub;
use crate::outcome::{Bound, Outcome};
use crate::stage::Stage;
use crate::texts::{self, Texts};

/// Most messages that are searched, and the number that the aim is about.
const MANY: u64 = 1_000_000;
/// Channels, the first with the most messages. The one who searches is in all of them.
const ROOMS: usize = 64;
/// Who writes; each in as many channels as come to one of them.
const WRITERS: usize = 16;
/// Messages in flight in each channel while the history is made.
const IN_FLIGHT: u32 = 64;
/// The channel that is searched by itself: one of middling size.
const ROOM: usize = 5;
/// Longest that the 99th of 100 first pages may take, in milliseconds.
const AIM_MS: f64 = 10.0;
/// How long nothing may be stored, in seconds: long, as machines can be busy with something else.
const PATIENCE: f64 = 60.0;

/// What is searched for; each a name and a maker of searches.
type Kind = (&'static str, fn(&mut Texts) -> String);
const KINDS: [Kind; 7] = [
    ("rare", |texts| texts.rare_word() + " "),
    ("common", |_| format!("{} ", texts::COMMON)),
    ("two-common", |_| format!("{} {} ", texts::COMMON, texts::USUAL)),
    ("prefix", |texts| texts.beginning()),
    ("letter", |_| "m".to_owned()),
    ("phrase", |_| format!("\"{}\"", texts::PHRASE)),
    ("cjk", |texts| texts.pair()),
];

pub(super) fn first_pages(stage: &mut Stage) -> Result<Vec<Outcome>> {
    let count = stage.options.history.min(MANY);
    let each = if stage.options.quick { 50 } else { 400 };
    stage.end_hubbub();
    let mut hubbub = stage.another_hubbub()?;
    let rooms = rooms(&mut hubbub)?;
    let mut texts = Texts::new();
    let start = clock::now();
    fill(&hubbub, &rooms, &mut texts, count)?;
    let speed = count as f64 / clock::seconds_since(start);
    let mut http = hubbub.http()?;
    // The first search waits until all is in its place.
    search(&mut http, &hubbub, 0, "x ", None)?;
    let stored = hubbub.stored_bytes()? as f64 / count as f64;
    let places = [
        ("one", "in one channel", 0, Some(rooms[ROOM].as_str())),
        ("few", "in the 4 channels of a user", 1, None),
        ("all", "in the 64 channels of a user", 0, None),
    ];
    let mut outcomes = Vec::new();
    for (name, words) in KINDS {
        for (place, told, user, room) in places {
            let mut times = Histogram::default();
            let mut found = 0;
            for number in 0..each + 10 {
                let asked = clock::now();
                let hits = search(&mut http, &hubbub, user, &words(&mut texts), room)?;
                // The first ones warm up.
                if number >= 10 {
                    times.record(clock::now() - asked);
                    found += hits;
                }
            }
            let p99 = times.ms(0.99);
            let what = format!("search {told} of {count} messages: {name}, p99");
            let name = format!("search:{name}:{place}");
            let outcome = Outcome::figure(&name, &what, Bound::AtMost(AIM_MS), p99);
            let hits = found as f64 / each as f64;
            outcomes.push(
                outcome
                    .measured(format!("{p99:.2} ms"))
                    .note(format!("p50 {:.2} ms, {hits:.1} messages on a page", times.ms(0.5))),
            );
        }
    }
    let stored_at = Outcome::figure("search:stored", "stored at", Bound::None, speed)
        .measured(format!("{speed:.0}/s"))
        .note(format!("{stored:.0} bytes of files for each message"));
    outcomes.push(stored_at);
    Ok(outcomes)
}

/// Makes the channels: user 0 is in all, and each has one writer.
fn rooms(hubbub: &mut Hubbub) -> Result<Rc<[String]>> {
    hubbub.sign_up(1 + WRITERS)?;
    let members = |room: usize| vec![0, 1 + room % WRITERS];
    hubbub.rooms_of(&(0..ROOMS).map(members).collect::<Vec<_>>())
}

/// Has the writers send, to the first channels more often than to the last.
fn fill(hubbub: &Hubbub, rooms: &Rc<[String]>, texts: &mut Texts, count: u64) -> Result<()> {
    let seats = rooms.iter().enumerate().map(|(room, id)| {
        let user = &hubbub.users[1 + room % WRITERS];
        let path = format!("/ws/join_channel?channelId={id}&clientId={}", user.client_id);
        let headers = format!("Authorization: Bearer {}\r\n", user.token);
        let request = frame::upgrade_request("bench", &path, &headers);
        Seat { room, request, receive_buffer: None }
    });
    let mut crowd = Crowd::connect(hubbub.address, Hubbub::speech(rooms), seats.collect())?;
    crowd.restart();
    let (mut sent, mut progress) = (0, (0, clock::now()));
    while crowd.tally.acked < count {
        // A turn at receiving after every few, so that neither side waits for the other.
        for _ in 0..64 {
            let room = texts.rank(ROOMS);
            if sent < count && crowd.conns[room].in_flight < IN_FLIGHT {
                crowd.conns[room].in_flight += 1;
                let message = serde_json::json!({ "type": "message", "message": texts.text() });
                crowd.send(room, frame::TEXT, message.to_string().as_bytes());
                sent += 1;
            }
        }
        crowd.turn(None)?;
        if let Some((what, _)) = &crowd.tally.fault {
            bail!("{what}");
        }
        if progress.0 != crowd.tally.acked {
            progress = (crowd.tally.acked, clock::now());
        } else if clock::seconds_since(progress.1) > PATIENCE {
            bail!("no message was stored for {PATIENCE} s");
        }
    }
    Ok(())
}

/// Searches once; how many messages are on the page.
fn search(
    http: &mut Http,
    hubbub: &Hubbub,
    user: usize,
    words: &str,
    room: Option<&str>,
) -> Result<usize> {
    let mut path = String::from("/api/search?q=");
    for byte in words.bytes() {
        path += &format!("%{byte:02X}");
    }
    if let Some(room) = room {
        path += &format!("&channelId={room}");
    }
    let answer = http.call(request("GET", &path, &hubbub.users[user].token, ""))?.good()?;
    Ok(memchr::memmem::find_iter(&answer.body, br#""marked":"#).count())
}

impl Hubbub {
    /// Bytes of all files that it keeps.
    fn stored_bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        for entry in fs::read_dir(self.data())? {
            bytes += entry?.metadata()?.len();
        }
        Ok(bytes)
    }
}
