//! What types look like in JSON: the trait, the simple types, and the way in and out. Structs and
//! enums say it with `#[derive(Wire)]`, ids and times in their own modules.

use super::read::{Document, Json, NotJson};
use super::write::Writer;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use uuid::Uuid;

/// A type that is read from JSON and written as JSON.
pub trait Wire: Sized {
    /// Reads a value. One that doesn't fit is refused (`Json::refuse`), and whatever is answered
    /// then is thrown away.
    fn read(json: Json<'_>) -> Self;

    /// Writes it as one value.
    fn write(&self, out: &mut Writer);

    /// Writes a struct's fields into an object that is open already; nothing for other types.
    fn write_fields(&self, _: &mut Writer) {}
}

/// Reads a text.
///
/// # Errors
/// When it is not JSON or doesn't fit the type.
pub fn from_str<T: Wire>(text: &str) -> Result<T, NotJson> {
    let document = Document::parse(text)?;
    let read = T::read(document.root());
    if document.is_refused() { Err(NotJson) } else { Ok(read) }
}

/// Writes a text.
pub fn to_string<T: Wire>(value: &T) -> String {
    let mut out = Writer::default();
    value.write(&mut out);
    out.into_text()
}

impl Wire for String {
    fn read(json: Json<'_>) -> Self {
        json.text()
    }

    fn write(&self, out: &mut Writer) {
        out.text(self);
    }
}

impl Wire for Uuid {
    fn read(json: Json<'_>) -> Self {
        Self::try_parse(&json.text()).unwrap_or_else(|_| {
            json.refuse();
            Self::nil()
        })
    }

    fn write(&self, out: &mut Writer) {
        out.text(self.hyphenated().encode_lower(&mut Self::encode_buffer()));
    }
}

impl Wire for bool {
    fn read(json: Json<'_>) -> Self {
        json.bool()
    }

    fn write(&self, out: &mut Writer) {
        out.plain(if *self { "true" } else { "false" });
    }
}

macro_rules! numbers {
    ($($name:ident)*) => {$(
        impl Wire for $name {
            fn read(json: Json<'_>) -> Self {
                json.number().parse().unwrap_or_else(|_| {
                    json.refuse();
                    0
                })
            }

            fn write(&self, out: &mut Writer) {
                out.plain(&self.to_string());
            }
        }
    )*};
}

numbers! { u16 u32 u64 i64 }

impl<T: Wire> Wire for Option<T> {
    fn read(json: Json<'_>) -> Self {
        if json.is_nothing() { None } else { Some(T::read(json)) }
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Some(value) => value.write(out),
            None => out.plain("null"),
        }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn read(json: Json<'_>) -> Self {
        json.items().map(T::read).collect()
    }

    fn write(&self, out: &mut Writer) {
        out.begin('[');
        for item in self {
            out.next();
            item.write(out);
        }
        out.end(']');
    }
}

impl<T: Wire> Wire for Box<T> {
    fn read(json: Json<'_>) -> Self {
        Self::new(T::read(json))
    }

    fn write(&self, out: &mut Writer) {
        T::write(self, out);
    }

    fn write_fields(&self, out: &mut Writer) {
        T::write_fields(self, out);
    }
}

impl<K: Ord + Display + FromStr, V: Wire> Wire for BTreeMap<K, V> {
    fn read(json: Json<'_>) -> Self {
        let entries = json.entries().filter_map(|(key, value)| {
            let key = key.parse().ok();
            if key.is_none() {
                json.refuse();
            }
            Some((key?, V::read(value)))
        });
        entries.collect()
    }

    fn write(&self, out: &mut Writer) {
        out.begin('{');
        for (key, value) in self {
            out.key(&key.to_string());
            value.write(out);
        }
        out.end('}');
    }
}

/// Reads a field that may be left out, and has its type's default then.
pub fn or_default<T: Wire + Default>(json: Json<'_>) -> T {
    if json.is_absent() { T::default() } else { T::read(json) }
}

/// Reads a value of an enum without fields: the place of its name among these. Refused, and 0, if it
/// is none of them.
pub fn variant(json: Json<'_>, names: &[&str]) -> usize {
    let text = json.text();
    names.iter().position(|name| *name == text).unwrap_or_else(|| {
        json.refuse();
        0
    })
}
