//! How the pages say things: refusals as sentences, times as people tell them, devices by the names
//! that people give them. Nothing here knows of HTML.

use crate::error::Error;
use crate::transport::http::desk::parts::moment;
use shared::Timestamp;

/// A refusal as people read it: it names no fields of the API. A capital and a stop come later.
pub(super) fn plain(mut error: Error) -> Error {
    let place = match error.places.as_slice() {
        [place] if error.detail.ends_with(&place.detail) && error.detail != place.detail => place,
        _ => return error,
    };
    let text = match place.pointer.as_str() {
        "/displayName" | "/name" => format!("the name {}", place.detail),
        "/password" => format!("the password {}", place.detail),
        "/scopes" => "choose at least one thing that the token may do".to_owned(),
        "/expiresInSeconds" | "days" => "choose for how long the token holds".to_owned(),
        _ => return error,
    };
    error.detail = text.into();
    error
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long ago something was; from a month on, when.
pub(super) fn ago(now: Timestamp, then: Timestamp) -> String {
    let passed = now.0.saturating_sub(then.0);
    let counted = |number: i64, one: &str, many: &str| match number {
        1 => format!("{one} ago"),
        _ => format!("{number} {many} ago"),
    };
    match passed {
        // Uses are written down to the minute.
        ..=119_999 => "just now".to_owned(),
        _ if passed < HOUR => counted(passed / MINUTE, "a minute", "minutes"),
        _ if passed < DAY => counted(passed / HOUR, "an hour", "hours"),
        _ if passed < 31 * DAY => counted(passed / DAY, "a day", "days"),
        _ => format!("on {}", moment(then)),
    }
}

/// A browser's own long description, as people would say it; anything else as it is.
pub(super) fn device(text: &str) -> String {
    let has = |(word, _): &(&str, &str)| text.contains(word);
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    ];
    match (browsers.into_iter().find(has), systems.into_iter().find(has)) {
        (Some((_, browser)), Some((_, system))) => format!("{browser} on {system}"),
        _ if text.is_empty() => "A device without a name".to_owned(),
        _ => text.to_owned(),
    }
}

/// Whether a device is one that is held in the hand.
pub(super) fn in_the_hand(text: &str) -> bool {
    ["iPhone", "Android", "Mobile"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ErrorCode;

    #[test]
    fn refusals_name_no_fields_of_the_api() {
        let say = |error: Error| plain(error).detail.into_owned();
        assert_eq!(say(Error::invalid("/displayName", "is empty")), "the name is empty");
        let why = "needs at least 8 characters";
        assert_eq!(say(Error::invalid("/password", why)), format!("the password {why}"));
        let why = "must name at least one of read, write and admin";
        assert!(say(Error::invalid("/scopes", why)).starts_with("choose at least one"));
        let why = Error::new(ErrorCode::Conflict, "there are 100 already");
        assert_eq!(say(why), "there are 100 already");
    }

    #[test]
    fn times_are_told_as_people_tell_them() {
        let now = Timestamp::parse("2026-11-25T12:00:00Z").unwrap();
        let told = |text: &str| ago(now, Timestamp::parse(text).unwrap());
        assert_eq!(told("2026-11-25T11:59:00Z"), "just now");
        assert_eq!(told("2026-11-25T12:00:09Z"), "just now");
        assert_eq!(told("2026-11-25T11:55:00Z"), "5 minutes ago");
        assert_eq!(told("2026-11-25T10:59:00Z"), "an hour ago");
        assert_eq!(told("2026-11-23T11:00:00Z"), "2 days ago");
        assert_eq!(told("2026-03-03T11:00:00Z"), "on 3 Mar 2026, 11:00");
        assert_eq!(ago(now, Timestamp(i64::MIN)), "on 1 Jan 0000, 00:00");
    }

    #[test]
    fn browsers_are_told_by_their_short_names() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/140.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome on Linux");
        assert_eq!(device("a script"), "a script");
        assert_eq!(device(""), "A device without a name");
    }
}
