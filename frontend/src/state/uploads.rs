//! Files on their way to the server, before the message that will carry them. Which may start, what
//! became of them, and whether a message can be sent. The files themselves and the network are the
//! commands'; a reload forgets all of it.

use super::Where;
use shared::UploadId;
use shared::limits::{ATTACHMENTS_MAX, UPLOAD_MAX_BYTES};

/// Most uploads that are under way at once.
const IN_FLIGHT_MAX: usize = 2;
/// Tries by itself until people are asked.
const TRIES_MAX: u32 = 5;
/// Milliseconds until the first try after the network failed; each further waits twice as long.
const AGAIN_MS: u64 = 1_000;

/// Where an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Waits for its turn, or for the network.
    Waiting {
        /// Not before this moment, in `now`'s milliseconds.
        not_before: u64,
    },
    /// On its way.
    Sending {
        /// Bytes that have gone out.
        sent: u64,
    },
    /// It could not be done; people decide.
    Failed {
        /// Why, for a person.
        why: String,
    },
    /// The server has it.
    Done(UploadId),
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Which one, on this page.
    pub id: u32,
    /// Where it will be sent to.
    pub at: Where,
    /// The file's name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The sender's own id of it, so that a repeat is known: the same for every try.
    pub nonce: String,
    /// How often it was tried.
    pub tries: u32,
    /// Where it is.
    pub progress: Progress,
}

impl Upload {
    /// Which upload it is at the server, once it is there.
    pub fn done(&self) -> Option<UploadId> {
        match self.progress {
            Progress::Done(upload) => Some(upload),
            Progress::Waiting { .. } | Progress::Sending { .. } | Progress::Failed { .. } => None,
        }
    }

    /// How much of it has gone out, in percent.
    pub fn percent(&self) -> u64 {
        match self.progress {
            Progress::Waiting { .. } | Progress::Failed { .. } => 0,
            Progress::Sending { sent } => (sent * 100 / self.size.max(1)).min(100),
            Progress::Done(_) => 100,
        }
    }
}

/// All files that no message carries yet.
#[derive(Debug, Clone, Default)]
pub struct Uploads {
    list: Vec<Upload>,
    last: u32,
}

impl Uploads {
    /// Those of one place, in the order in which they were added.
    pub fn of(&self, at: Where) -> impl Iterator<Item = &Upload> {
        self.list.iter().filter(move |upload| upload.at == at)
    }

    /// One of them.
    pub fn get(&self, id: u32) -> Option<&Upload> {
        self.list.iter().find(|upload| upload.id == id)
    }

    fn get_mut(&mut self, id: u32) -> Option<&mut Upload> {
        self.list.iter_mut().find(|upload| upload.id == id)
    }

    /// Takes a file, or says why not.
    pub fn add(&mut self, at: Where, name: &str, size: u64, nonce: String) -> Result<u32, String> {
        if size > UPLOAD_MAX_BYTES {
            let limit = self::size(UPLOAD_MAX_BYTES);
            return Err([name, " is larger than ", &limit, " and was left out."].concat());
        }
        if self.of(at).count() >= ATTACHMENTS_MAX {
            let limit = ATTACHMENTS_MAX.to_string();
            return Err(
                ["A message carries ", &limit, " files at most. The rest were left out."].concat()
            );
        }
        Ok(self.put(at, name, size, nonce, Progress::Waiting { not_before: 0 }))
    }

    /// Takes back one that a message carried which was not sent. Of its name nothing is known.
    pub fn restore(&mut self, at: Where, upload: UploadId) {
        self.put(at, "Attached file", 0, String::new(), Progress::Done(upload));
    }

    fn put(&mut self, at: Where, name: &str, size: u64, nonce: String, progress: Progress) -> u32 {
        self.last += 1;
        let name = name.to_owned();
        self.list.push(Upload { id: self.last, at, name, size, nonce, tries: 0, progress });
        self.last
    }

    /// Those to begin now; they are on their way from here on.
    pub fn due(&mut self, now: u64) -> Vec<u32> {
        let sending = |upload: &&Upload| matches!(upload.progress, Progress::Sending { .. });
        let free = IN_FLIGHT_MAX.saturating_sub(self.list.iter().filter(sending).count());
        let due = self.list.iter_mut().filter(
            |u| matches!(u.progress, Progress::Waiting { not_before } if not_before <= now),
        );
        let begun = due.take(free).map(|upload| {
            upload.progress = Progress::Sending { sent: 0 };
            upload.tries += 1;
            upload.id
        });
        begun.collect()
    }

    /// When `due` should be asked again without anything else happening.
    pub fn next_due(&self) -> Option<u64> {
        let times = self.list.iter().filter_map(|upload| match upload.progress {
            Progress::Waiting { not_before } if not_before > 0 => Some(not_before),
            _ => None,
        });
        times.min()
    }

    /// So many bytes have gone out.
    pub fn sent(&mut self, id: u32, bytes: u64) {
        if let Some(Progress::Sending { sent }) = self.get_mut(id).map(|u| &mut u.progress) {
            *sent = bytes;
        }
    }

    /// The server has it.
    pub fn done(&mut self, id: u32, upload: UploadId) {
        if let Some(known) = self.get_mut(id) {
            known.progress = Progress::Done(upload);
        }
    }

    /// The network failed, or the server is troubled: it is tried again by itself, and later than
    /// the last time. After some tries people decide.
    pub fn broke(&mut self, id: u32, now: u64) {
        if let Some(upload) = self.get_mut(id) {
            upload.progress = if upload.tries >= TRIES_MAX {
                Progress::Failed { why: "The server does not answer".to_owned() }
            } else {
                let wait = AGAIN_MS << upload.tries.saturating_sub(1).min(5);
                Progress::Waiting { not_before: now + wait }
            };
        }
    }

    /// The server said no.
    pub fn refused(&mut self, id: u32, why: &str) {
        if let Some(upload) = self.get_mut(id) {
            upload.progress = Progress::Failed { why: why.to_owned() };
        }
    }

    /// One that failed is tried again.
    pub fn retry(&mut self, id: u32) {
        if let Some(upload) = self.get_mut(id) {
            upload.tries = 0;
            upload.progress = Progress::Waiting { not_before: 0 };
        }
    }

    /// Lets go of one.
    pub fn remove(&mut self, id: u32) {
        self.list.retain(|upload| upload.id != id);
    }

    /// What a message can carry from here, or why it has to wait: a sentence for people.
    pub fn ready(&self, at: Where) -> Result<Vec<UploadId>, &'static str> {
        let (mut done, mut waits) = (Vec::new(), false);
        for upload in self.of(at) {
            match &upload.progress {
                Progress::Done(id) => done.push(*id),
                Progress::Failed { .. } => {
                    return Err("A file could not be uploaded. Try it again or remove it.");
                }
                Progress::Waiting { .. } | Progress::Sending { .. } => waits = true,
            }
        }
        if waits { Err("Files are being uploaded. Then it can be sent.") } else { Ok(done) }
    }

    /// A message carries them now: they are gone from here. Gives which those were.
    pub fn take(&mut self, at: Where) -> Vec<u32> {
        let taken = self.of(at).map(|upload| upload.id).collect();
        self.list.retain(|upload| upload.at != at);
        taken
    }
}

/// A size as people write it: `12 KB`, `1.4 MB`.
pub fn size(bytes: u64) -> String {
    const KB: u64 = 1024;
    let (unit, word) = match bytes {
        0..KB => return [&bytes.to_string(), " bytes"].concat(),
        KB..1_048_576 => (KB, " KB"),
        1_048_576..1_073_741_824 => (KB * KB, " MB"),
        _ => (KB * KB * KB, " GB"),
    };
    let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
    if whole >= 10 || tenth == 0 {
        return [&whole.to_string(), word].concat();
    }
    [&whole.to_string(), ".", &tenth.to_string(), word].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(n: u8) -> Where {
        (format!("00000000-0000-0000-0000-0000000000{n:02}").parse().unwrap(), None)
    }

    fn upload(n: u8) -> UploadId {
        format!("00000000-0000-0000-0000-0000000001{n:02}").parse().unwrap()
    }

    fn filled(count: u32) -> Uploads {
        let mut uploads = Uploads::default();
        for n in 0..count {
            uploads.add(place(1), "a.png", 200, n.to_string()).unwrap();
        }
        uploads
    }

    #[test]
    fn two_are_under_way_at_once() {
        let mut uploads = filled(3);
        assert_eq!(uploads.due(0), [1, 2]);
        assert!(uploads.due(0).is_empty());
        uploads.done(1, upload(1));
        assert_eq!(uploads.due(0), [3]);
        uploads.sent(3, 50);
        assert_eq!(uploads.get(3).unwrap().percent(), 25);
    }

    #[test]
    fn the_network_is_tried_again_later_and_later_and_then_people_decide() {
        let mut uploads = filled(1);
        let mut now = 0;
        for wait in [1_000, 2_000, 4_000, 8_000] {
            assert_eq!(uploads.due(now), [1]);
            uploads.broke(1, now);
            assert_eq!(uploads.next_due(), Some(now + wait));
            assert!(uploads.due(now + wait - 1).is_empty());
            now += wait;
        }
        let nonce = uploads.get(1).unwrap().nonce.clone();
        uploads.due(now);
        uploads.broke(1, now);
        assert!(matches!(uploads.get(1).unwrap().progress, Progress::Failed { .. }));
        uploads.retry(1);
        assert_eq!(uploads.due(now), [1]);
        assert_eq!(uploads.get(1).unwrap().nonce, nonce, "a repeat is known by it");
    }

    #[test]
    fn a_message_waits_for_its_files_and_takes_them_along() {
        let mut uploads = filled(2);
        uploads.add(place(2), "other", 1, String::new()).unwrap();
        assert_eq!(uploads.ready(place(3)), Ok(Vec::new()));
        assert!(uploads.ready(place(1)).unwrap_err().contains("being uploaded"));
        uploads.done(1, upload(1));
        uploads.refused(2, "no");
        assert!(uploads.ready(place(1)).unwrap_err().contains("remove it"));
        uploads.remove(2);
        assert_eq!(uploads.ready(place(1)), Ok(vec![upload(1)]));
        assert_eq!(uploads.take(place(1)), [1]);
        assert_eq!(uploads.of(place(1)).count(), 0);
        assert_eq!(uploads.of(place(2)).count(), 1, "each place has its own");
    }

    #[test]
    fn limits_are_told_before_anything_is_sent() {
        let mut uploads = filled(ATTACHMENTS_MAX as u32);
        let more = uploads.add(place(1), "b", 1, String::new()).unwrap_err();
        assert!(more.contains("10 files"), "{more}");
        let large = uploads.add(place(2), "b.iso", UPLOAD_MAX_BYTES + 1, String::new());
        assert_eq!(large.unwrap_err(), "b.iso is larger than 64 MB and was left out.");
        assert!(uploads.add(place(2), "b.iso", UPLOAD_MAX_BYTES, String::new()).is_ok());
    }

    #[test]
    fn sizes_are_written_as_people_write_them() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1_023, "1023 bytes"),
            (1_024, "1 KB"),
            (1_600, "1.5 KB"),
            (12_800, "12 KB"),
            (64 << 20, "64 MB"),
            ((3 << 30) / 2, "1.5 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
