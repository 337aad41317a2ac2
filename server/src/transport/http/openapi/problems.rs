//! The failures that every operation can answer with, so that none forgets to say so.

use utoipa::Modify;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// Adds to each operation the problems that go with what it takes: a body, a path, credentials.
#[derive(Debug)]
pub(super) struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let PathItem { get, put, post, delete, patch, .. } = item;
            for (operation, changes) in
                [(get, false), (put, true), (post, true), (delete, true), (patch, true)]
            {
                if let Some(operation) = operation {
                    add(operation, path.contains('{'), changes);
                }
            }
        }
    }
}

fn add(operation: &mut Operation, names_something: bool, changes: bool) {
    let open = operation.security.as_ref().is_some_and(|needed| {
        needed.iter().any(|scheme| *scheme == utoipa::openapi::SecurityRequirement::default())
    });
    let body = operation.request_body.is_some();
    let queries = operation.parameters.is_some();
    let answers = &mut operation.responses.responses;
    let mut may = |condition: bool, status: &str, detail: &str| {
        if condition {
            answers.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(detail)));
        }
    };
    may(body || queries, "400", "`malformed`: the body or the query can't be read");
    may(!open, "401", "`not_logged_in`: no valid token or cookie");
    may(!open && changes, "403", "`forbidden`, or `cross_origin` with a cookie");
    may(names_something, "404", "`not_found`: unknown, or not visible to you");
    may(body, "408", "`timeout`: the body took too long to arrive");
    may(true, "413", "`too_large`: the body is over its bound");
    may(body, "415", "`unsupported_media_type`: not what is asked for");
    may(body, "422", "`invalid`: well-formed and against a rule; `errors` points at the places");
    may(changes, "429", "`rate_limited`: come back after `Retry-After` seconds");
    may(true, "500", "`internal`: a fault of the server; nothing was changed");
    may(true, "503", "`storage_unavailable` or `draining`: try again in a moment");
}

fn problem(detail: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new()
        .description(detail)
        .content(super::super::problem::PROBLEM_JSON, content)
        .build()
}
