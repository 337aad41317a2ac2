//! Moments, and how people where the browser stands write them. All of it is the browser's own
//! `Intl`: the page carries no calendar.

use js_sys::{Date, Function, Intl::DateTimeFormat, Object, Reflect};
use shared::Timestamp;
use std::cell::OnceCell;
use wasm_bindgen::JsValue;

const DAY_MS: i64 = 86_400_000;

/// Milliseconds since the page was opened, on a clock that never goes back.
pub fn now() -> u64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0, |p| p.now() as u64)
}

/// The wall clock, in milliseconds since 1970.
pub fn wall() -> Timestamp {
    Timestamp(Date::now() as i64)
}

/// The number of the local day of a moment.
pub fn day_of(at: Timestamp) -> i64 {
    let offset = Date::new(&JsValue::from_f64(at.0 as f64)).get_timezone_offset() as i64;
    (at.0 - offset * 60_000).div_euclid(DAY_MS)
}

/// The first moment of a local day, written as fields for dates do: `2026-11-17`.
pub fn start_of_day(day: &str) -> Option<Timestamp> {
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<i32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let date = Date::new_with_year_month_day(u32::try_from(year).ok()?, month - 1, day);
    let at = date.get_time();
    at.is_finite().then_some(Timestamp(at as i64))
}

/// The local day of a moment as fields for dates write it.
pub fn date_of(at: Timestamp) -> String {
    Timestamp(day_of(at) * DAY_MS).to_rfc3339().chars().take(10).collect()
}

struct Formats {
    time: Function,
    day: Function,
    full: Function,
}

thread_local! {
    static FORMATS: OnceCell<Formats> = const { OnceCell::new() };
}

fn formatter(options: &[(&str, &str)]) -> Function {
    let object = Object::new();
    for (name, value) in options {
        // Setting a field of a fresh plain object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
    }
    DateTimeFormat::new(&js_sys::Array::new(), &object).format()
}

fn format(choose: fn(&Formats) -> &Function, at: Timestamp) -> String {
    FORMATS.with(|formats| {
        let formats = formats.get_or_init(|| Formats {
            time: formatter(&[("hour", "2-digit"), ("minute", "2-digit")]),
            day: formatter(&[("weekday", "long"), ("day", "numeric"), ("month", "long")]),
            full: formatter(&[("dateStyle", "long"), ("timeStyle", "short")]),
        });
        let date = Date::new(&JsValue::from_f64(at.0 as f64));
        let text = choose(formats).call1(&JsValue::UNDEFINED, &date);
        text.ok().and_then(|text| text.as_string()).unwrap_or_default()
    })
}

/// "09:12", or what the reader's region writes for it.
pub fn time(at: Timestamp) -> String {
    format(|formats| &formats.time, at)
}

/// The digits of a time alone, for narrow places: "09:12", and never "9:12 AM".
pub fn short_time(at: Timestamp) -> String {
    let text = time(at);
    let digit = |c: char| c.is_numeric();
    match text.find(digit).zip(text.rfind(digit)) {
        Some((first, last)) => text.get(first..=last).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// "Today", "Yesterday", or the day with its weekday.
pub fn day(at: Timestamp) -> String {
    match day_of(wall()) - day_of(at) {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        _ => format(|formats| &formats.day, at),
    }
}

/// Day and time, in full.
pub fn full(at: Timestamp) -> String {
    format(|formats| &formats.full, at)
}
