//! How parameters that many requests share are described. What bodies are bounded by is in `bounds.rs`.

use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// How many are asked for: any whole number, held at the ends of what can be had.
pub(in crate::transport::http) fn limit() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).build()
}
