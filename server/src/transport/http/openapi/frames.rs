//! The frames of the sockets as schemas: `ClientMessage` and `ServerMessage`, each one of several
//! structs with a `type` before its fields.

use shared::{
    Ack, Bookmark, BookmarkedFrame, CaughtUp, ChannelFrame, Delete, Deleted, Edit, Edited, Follow,
    Member, Message, Pin, Ping, Pinned, Pong, PresenceFrame, Previewed, React, Reacted, Read,
    ReadFrame, Rejected, RemovePreviews, Reset, Resume, Send, ThreadFrame, Typing, TypingFrame,
    Welcome,
};
use utoipa::openapi::schema::{
    AllOfBuilder, Discriminator, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{OpenApi, Ref, RefOr};
use utoipa::{Modify, ToSchema};

/// Adds both kinds of frames, and everything that is in them.
#[derive(Debug)]
pub(super) struct Frames;

/// A frame's `type`, its schema's name, and what that refers to.
type Frame = (&'static str, String, Vec<(String, RefOr<Schema>)>);

fn frame<T: ToSchema>(kind: &'static str) -> Frame {
    let name = T::name().into_owned();
    let mut schemas = vec![(name.clone(), T::schema())];
    T::schemas(&mut schemas);
    (kind, name, schemas)
}

/// What a client says.
fn client_frames() -> Vec<Frame> {
    vec![
        frame::<Send>("message"),
        frame::<Edit>("edit"),
        frame::<Delete>("delete"),
        frame::<React>("react"),
        frame::<Pin>("pin"),
        frame::<Bookmark>("bookmark"),
        frame::<Follow>("follow"),
        frame::<RemovePreviews>("remove_previews"),
        frame::<Read>("read"),
        frame::<Typing>("typing"),
        frame::<Resume>("resume"),
        frame::<Ping>("ping"),
    ]
}

/// What the server says.
fn server_frames() -> Vec<Frame> {
    vec![
        frame::<Welcome>("welcome"),
        frame::<Message>("message"),
        frame::<Edited>("edited"),
        frame::<Deleted>("deleted"),
        frame::<Reacted>("reacted"),
        frame::<Member>("member"),
        frame::<Pinned>("pinned"),
        frame::<Previewed>("previewed"),
        frame::<ChannelFrame>("channel"),
        frame::<Ack>("ack"),
        frame::<Rejected>("rejected"),
        frame::<CaughtUp>("caught_up"),
        frame::<Reset>("reset"),
        frame::<ReadFrame>("read"),
        frame::<ThreadFrame>("thread"),
        frame::<BookmarkedFrame>("bookmarked"),
        frame::<TypingFrame>("typing"),
        frame::<PresenceFrame>("presence"),
        frame::<Pong>("pong"),
    ]
}

impl Modify for Frames {
    fn modify(&self, document: &mut OpenApi) {
        let schemas = &mut document.components.get_or_insert_default().schemas;
        for (name, about, frames) in [
            ("ClientMessage", "What a client says on a socket.", client_frames()),
            ("ServerMessage", "What the server says on a socket.", server_frames()),
        ] {
            let mut any = OneOfBuilder::new()
                .description(Some(about))
                .discriminator(Some(Discriminator::new("type")));
            for (kind, body, needed) in frames {
                any = any.item(tagged(kind, &body));
                for (name, schema) in needed {
                    schemas.entry(name).or_insert(schema);
                }
            }
            schemas.insert(name.to_owned(), Schema::OneOf(any.build()).into());
        }
    }
}

/// The struct's fields, with the `type` that belongs to it.
fn tagged(kind: &str, body: &str) -> Schema {
    let tag =
        ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some([kind]));
    let head = ObjectBuilder::new().property("type", tag).required("type");
    AllOfBuilder::new().item(head).item(Ref::from_schema_name(body)).build().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{ClientMessage, DecodeError, ServerMessage};

    #[test]
    fn every_frame_in_the_document_is_one_that_is_spoken() {
        let unknown =
            |result: Option<DecodeError>| matches!(result, Some(DecodeError::UnknownType { .. }));
        for (kind, ..) in client_frames() {
            let text = format!("{{\"type\":\"{kind}\"}}");
            assert!(!unknown(ClientMessage::from_json(&text).err()), "{kind}");
        }
        for (kind, ..) in server_frames() {
            let text = format!("{{\"type\":\"{kind}\"}}");
            assert!(!unknown(ServerMessage::from_json(&text).err()), "{kind}");
        }
    }

    #[test]
    fn every_frame_that_is_spoken_is_in_the_document() {
        let source = include_str!("../../../../../shared/src/message.rs");
        let kinds: Vec<&str> = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" => "))
            .filter(|(_, variant)| variant.starts_with(char::is_uppercase))
            .map(|(kind, _)| kind)
            .collect();
        let listed: Vec<&str> =
            client_frames().into_iter().chain(server_frames()).map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, listed);
    }
}
