//! The icons: one path each, drawn as a line of the text's colour on a field of 20 by 20.

use crate::browser::element::{El, drawing, el};

/// A lens.
pub const SEARCH: &str = "M3.5 9a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0m9.7 4.2 3.6 3.6";
/// A plus.
pub const PLUS: &str = "M10 4.5v11M4.5 10h11";
/// A compass.
pub const COMPASS: &str =
    "M3.5 10a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0m9.1-2.6-1.4 3.8-3.8 1.4 1.4-3.8z";
/// Two sliders.
pub const SETTINGS: &str =
    "M4 6h7M15 6h1M4 14h1M9 14h7M11 6a2 2 0 1 0 4 0a2 2 0 1 0-4 0M5 14a2 2 0 1 0 4 0a2 2 0 1 0-4 0";
/// An arrow back.
pub const BACK: &str = "m12 4.5-5.5 5.5 5.5 5.5";
/// A small i.
pub const INFO: &str = "M3.5 10a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M10 9.2v4M10 6.6v.1";
/// An arrow up.
pub const SEND: &str = "M10 15.5v-11M5 9.2l5-4.9 5 4.9";
/// A face.
pub const SMILE: &str = "M3.5 10a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M7.4 11.6c1.3 1.7 3.9 1.7 5.2 0M7.8 8.2v.1M12.2 8.2v.1";
/// An arrow that turns back.
pub const REPLY: &str = "M8.2 5 4 9.2l4.2 4.2M4.4 9.2h7.1c2.5 0 4.5 2 4.5 4.5V15";
/// A pencil.
pub const EDIT: &str =
    "m4.5 15.5.7-3.1 7.6-7.6a1.5 1.5 0 0 1 2.1 0l.3.3a1.5 1.5 0 0 1 0 2.1l-7.6 7.6zM11.6 6l2.4 2.4";
/// A bin.
pub const TRASH: &str = "M4.5 6h11M8.2 6V4.5h3.6V6M6 6l.6 9.5h6.8L14 6M8.7 9v3.8M11.3 9v3.8";
/// Two links of a chain.
pub const LINK: &str = "M8.6 11.4a2.8 2.8 0 0 0 4 0l2.3-2.3a2.83 2.83 0 0 0-4-4l-.9.9M11.4 8.6a2.8 2.8 0 0 0-4 0l-2.3 2.3a2.83 2.83 0 0 0 4 4l.9-.9";
/// A clock.
pub const CLOCK: &str = "M4 10a6 6 0 1 0 12 0a6 6 0 1 0-12 0M10 6.8V10l2.2 1.6";
/// An exclamation mark.
pub const ALERT: &str = "M3.5 10a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M10 6.6v4M10 13.3v.1";
/// A cross.
pub const CLOSE: &str = "m5.5 5.5 9 9M14.5 5.5l-9 9";
/// A tick.
pub const CHECK: &str = "m4.5 10.5 3.7 3.7 7.3-8";
/// A lock.
pub const LOCK: &str = "M7 9h6a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-3a2 2 0 0 1 2-2zM7.2 9V7a2.8 2.8 0 0 1 5.6 0v2";
/// A globe.
pub const GLOBE: &str = "M3.5 10a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M3.5 10h13M10 3.5c4.3 4.3 4.3 8.7 0 13M10 3.5c-4.3 4.3-4.3 8.7 0 13";
/// Two people.
pub const PEOPLE: &str = "M5.1 7.2a2.7 2.7 0 1 0 5.4 0a2.7 2.7 0 1 0-5.4 0M3 15.5c.3-2.8 2.2-4.3 4.8-4.3s4.5 1.5 4.8 4.3M12.8 4.7a2.7 2.7 0 0 1 0 5M14.5 11.7c1.5.6 2.4 1.9 2.5 3.8";
/// A speech bubble.
pub const WAVE: &str = "M4 9.5h12v1a5 5 0 0 1-5 5H6.5L4 17.5z";
/// An arrow down.
pub const DOWN: &str = "M10 4.5v11M5 10.8l5 4.9 5-4.9";
/// No network.
pub const OFF: &str = "M3.5 8.3A9.5 9.5 0 0 1 7 6.3M10 5.8c2.5 0 4.8.9 6.5 2.5M6 11a6 6 0 0 1 2.3-1.4M12.8 10.2c.4.2.8.5 1.2.8M10 14.2v.1M4 3.8l12 12.4";
/// A computer.
pub const DEVICE: &str = "M5 4.5h10a1.5 1.5 0 0 1 1.5 1.5v5.5a1.5 1.5 0 0 1-1.5 1.5H5a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 5 4.5zM7.5 16h5";
/// A phone.
pub const PHONE: &str =
    "M8 3.5h4a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2zM9.4 14h1.2";
/// A way out.
pub const EXIT: &str = "M11.5 4.5h-5a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h5M9 10h7.5M13.8 7l3 3-3 3";
/// Three dots.
pub const MORE: &str = "M5 10v.1M10 10v.1M15 10v.1";
/// An arrow that goes on.
pub const FORWARD: &str = "M11.8 5 16 9.2l-4.2 4.2M15.6 9.2H8.5C6 9.2 4 11.2 4 13.7V15";
/// Two sheets.
pub const COPY: &str = "M8 7h6.5v8.5H8zM5.5 12.8V4.5H12";
/// A dot beside lines.
pub const UNREAD: &str = "M4 6h7M4 10h12M4 14h12M14.6 6a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0-2.4 0";
/// A sheet with a folded corner.
pub const FILE: &str = "M6 3.5h5.5L15 7v9.5H6zM11.2 3.8V7.3h3.5";
/// An arrow into a tray.
pub const DOWNLOAD: &str = "M10 4v8.2M6.4 9l3.6 3.5L13.6 9M4.5 15.5h11";
/// An arrow on.
pub const NEXT: &str = "m8 4.5 5.5 5.5L8 15.5";

/// Two lines of talk, one under the other.
pub const THREAD: &str = "M4.5 4.5h11v6.5h-7l-4 3zM8.5 14.2h5l2.5 2.3v-4.3";
/// A ribbon in a book.
pub const BOOKMARK: &str = "M6 4.5h8v11.5l-4-3.2-4 3.2z";
/// A pin.
pub const PIN: &str = "M7.5 4h5M8.3 4v4.6l-2.5 2.9h8.4l-2.5-2.9V4M10 11.5V16";
/// A bell.
pub const BELL: &str = "M5.5 13.5h9l-1.2-1.8V9a3.3 3.3 0 0 0-6.6 0v2.7zM8.8 15.8h2.4";
/// A leaf of a calendar.
pub const CALENDAR: &str = "M5.5 5.5h9a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1zM4.5 8.8h11M7.5 4v3M12.5 4v3";

/// A paper clip.
pub const CLIP: &str = "m15.5 9.6-5.4 5.4a3.4 3.4 0 0 1-4.8-4.8l5.9-5.9a2.3 2.3 0 0 1 3.2 3.2l-5.6 5.6a1.1 1.1 0 0 1-1.6-1.6l5-5";
/// A slash in a box.
pub const SLASH: &str = "M6 3.5h8A2.5 2.5 0 0 1 16.5 6v8a2.5 2.5 0 0 1-2.5 2.5H6A2.5 2.5 0 0 1 3.5 14V6A2.5 2.5 0 0 1 6 3.5zM11.6 7l-3.2 6";
/// An arrow that goes around.
pub const RETRY: &str = "M15.8 8.5A6 6 0 1 0 16 11M16.2 4.5v4h-4";

/// An icon. It says nothing to a screen reader: what it stands on does.
pub fn icon(path: &str) -> El {
    drawing(path)
}

/// A button that is only an icon, with what it does as its label.
pub fn icon_button(class: &str, path: &str, label: &str, run: impl FnMut() + 'static) -> El {
    let button = el("button", class).attr("type", "button").attr("aria-label", label);
    button.with(icon(path)).on_click(run)
}
