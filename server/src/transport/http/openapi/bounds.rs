//! The bounds of what clients send, put into the schemas from the constants that the server checks
//! by, and whole numbers without a width, as any is read.

use shared::limits::{
    ATTACHMENTS_MAX, CHANNEL_MEMBERS_MAX, CHANNEL_NAME_MAX_CHARS, DISPLAY_NAME_MAX_CHARS,
    EMOJI_MAX_BYTES, MESSAGE_MAX_BYTES, NONCE_MAX_CHARS, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS,
    REASON_MAX_CHARS, TOPIC_MAX_CHARS, USERNAME_MAX_CHARS,
};
use utoipa::Modify;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr};

/// Adds the bounds.
#[derive(Debug)]
pub(super) struct Bounds;

/// Least and most characters of a field, wherever a client sends it. Bounds in bytes hold for
/// characters, too.
const TEXTS: [(&str, usize, usize); 9] = [
    ("username", 1, USERNAME_MAX_CHARS),
    ("displayName", 1, DISPLAY_NAME_MAX_CHARS),
    ("password", PASSWORD_MIN_CHARS, PASSWORD_MAX_BYTES),
    ("name", 1, CHANNEL_NAME_MAX_CHARS),
    ("topic", 0, TOPIC_MAX_CHARS),
    ("reason", 0, REASON_MAX_CHARS),
    // With files, or what is forwarded, a message may say nothing of its own.
    ("message", 0, MESSAGE_MAX_BYTES),
    ("nonce", 1, NONCE_MAX_CHARS),
    ("emoji", 1, EMOJI_MAX_BYTES),
];

/// What clients send under these rules. Logging in is not among them: what can't be right there is
/// wrong like anything else.
const SENT: [&str; 16] = [
    "SignUp",
    "UpdateMe",
    "CreateChannel",
    "UpdateChannel",
    "Ban",
    "PostMessage",
    "EditMessage",
    "Send",
    "Edit",
    "Delete",
    "React",
    "RemovePreviews",
    "UseReset",
    "CreateToken",
    "AddPasskey",
    "CreateBot",
];

impl Modify for Bounds {
    fn modify(&self, document: &mut OpenApi) {
        let schemas = &mut document.components.get_or_insert_default().schemas;
        for name in SENT {
            if let Some(RefOr::T(Schema::Object(body))) = schemas.get_mut(name) {
                bound(body);
            }
        }
        if let Some(number) = schemas.get_mut("u64") {
            *number = RefOr::T(Schema::Object(whole_number()));
        }
    }
}

fn bound(body: &mut Object) {
    for (field, least, most) in TEXTS {
        if let Some(RefOr::T(Schema::Object(text))) = body.properties.get_mut(field) {
            text.min_length = (least > 0).then_some(least);
            text.max_length = Some(most);
            if field == "nonce" {
                text.pattern = Some("^[!-~]+$".to_owned());
            }
        }
    }
    for (field, most) in [("userIds", CHANNEL_MEMBERS_MAX), ("attachmentIds", ATTACHMENTS_MAX)] {
        if let Some(RefOr::T(Schema::Array(ids))) = body.properties.get_mut(field) {
            ids.max_items = Some(most);
        }
    }
}

/// A seq or a count. No format: `int64` would end at half of what is read.
fn whole_number() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Integer))
        .minimum(Some(0))
        .description(Some("A whole number."))
        .build()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_clients_send_is_bounded_in_the_document() {
        let document = serde_json::to_value(&*super::super::made::DOCUMENT).unwrap();
        let at = |path: &str| document.pointer(&format!("/components/schemas/{path}")).cloned();
        let number = |n: u64| Some(serde_json::Value::from(n));
        assert_eq!(at("SignUp/properties/username/maxLength"), number(64));
        assert_eq!(at("SignUp/properties/password/minLength"), number(8));
        assert_eq!(at("CreateChannel/properties/userIds/maxItems"), number(10_000));
        assert_eq!(at("PostMessage/properties/message/maxLength"), number(65_536));
        assert_eq!(at("PostMessage/properties/message/minLength"), None);
        assert_eq!(at("EditMessage/properties/message/minLength"), None);
        assert_eq!(at("PostMessage/properties/attachmentIds/maxItems"), number(10));
        assert_eq!(at("Send/properties/nonce/maxLength"), number(64));
        assert_eq!(at("LogIn/properties/password/minLength"), None);
        for name in super::SENT {
            assert!(at(name).is_some(), "{name}");
        }
    }
}
