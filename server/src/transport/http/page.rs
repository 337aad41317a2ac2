//! The pages, rendered on the server: what Trunk built is the template, and what the server knows
//! (title, Open Graph tags, the first paint, a status that is true) is filled in by Leptos
//! components. The app itself takes over in the browser and removes the first paint.
//!
//! What is known and who may be told it is decided in `scene`; how it looks stands in `views`.

pub(super) mod icons;
mod scene;
mod template;
pub(super) mod views;

use super::{assets, problem, safety, session};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Error;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream::{Stream, once};
use leptos::prelude::RenderHtml as _;
use scene::Scene;
use shared::{ChannelId, Seq};
use std::pin::Pin;
use std::sync::{Arc, Once};
use template::Template;

/// `/`: the entrance, or the rail of who is logged in.
pub async fn home(State(app): State<AppHandle>, request: Request) -> Response {
    let visitor = visitor(&app, request.headers()).await;
    show(&app, Scene::home(&app, visitor).await, request).await
}

/// `/c/{channelId}`: a channel.
pub async fn channel(
    State(app): State<AppHandle>,
    path: Result<Path<ChannelId>, PathRejection>,
    request: Request,
) -> Response {
    let id = path.ok().map(|Path(id)| id);
    show_channel(&app, id, request).await
}

/// `/c/{channelId}/{seq}`: a channel, around one of its messages.
pub async fn message(
    State(app): State<AppHandle>,
    path: Result<Path<(ChannelId, Seq)>, PathRejection>,
    request: Request,
) -> Response {
    let id = path.ok().map(|Path((id, _))| id);
    show_channel(&app, id, request).await
}

async fn show_channel(app: &AppHandle, id: Option<ChannelId>, request: Request) -> Response {
    let scene = match id {
        Some(id) => {
            let visitor = visitor(app, request.headers()).await;
            Scene::channel(app, visitor, id).await
        }
        None => Ok(Scene::lost()),
    };
    show(app, scene, request).await
}

/// Whatever no route takes: a file of the bundle, a problem for programs, or the page that says
/// that there is nothing here. A file that is missing is never answered with a page.
pub async fn elsewhere(State(app): State<AppHandle>, request: Request) -> Response {
    let path = request.uri().path();
    if for_programs(path) {
        return problem::no_such_path().into_response();
    }
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(file) = assets::serve(path, request.headers())
    {
        return file;
    }
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return plain(StatusCode::NOT_FOUND, "There is no such file.\n");
    }
    show(&app, Ok(Scene::lost()), request).await
}

/// The page that says that there is nothing here, for who may not see what is.
pub(super) async fn lost(app: &AppHandle) -> Response {
    show(app, Ok(Scene::lost()), Request::new(Body::empty())).await
}

/// A path that is known, with a method that it does not take. axum adds the `Allow` header.
pub async fn wrong_method(method: Method, uri: Uri) -> Response {
    if for_programs(uri.path()) {
        return safety::wrong_method().await;
    }
    let mut response = plain(
        StatusCode::METHOD_NOT_ALLOWED,
        if method == Method::OPTIONS { "" } else { "This page can only be read.\n" },
    );
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
    response
}

fn for_programs(path: &str) -> bool {
    ["/api", "/ws"].into_iter().any(|root| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, problem::NOTHING_ALLOWED),
    ];
    (status, headers, text).into_response()
}

/// Who looks. A storage that fails must not keep the page away, which can tell about it and works
/// without it for a while: the visitor is nobody then.
async fn visitor(app: &AppHandle, headers: &HeaderMap) -> Option<Caller> {
    match session::visitor(app, headers).await {
        Ok(visitor) => visitor,
        Err(error) => {
            tracing::warn!(%error, "a page is shown without its visitor");
            None
        }
    }
}

async fn show(app: &AppHandle, scene: Result<Scene, Error>, request: Request) -> Response {
    let Some(template) = template::current() else {
        return plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "This server was built without its page. Build it with `cargo xtask build`, and start \
             it again.\n",
        );
    };
    let scene = scene.unwrap_or_else(|error| {
        tracing::warn!(%error, "a page is shown without what it is about");
        Scene::closed()
    });
    match app.clock.random() {
        Ok(random) => {
            // 144 bits, which is a multiple of what a base64 digit holds.
            let nonce = URL_SAFE_NO_PAD.encode(&random[..18]);
            render(&template, scene, &nonce, request).await
        }
        Err(cause) => Error::internal("the random source", &cause).into_response(),
    }
}

async fn render(template: &Arc<Template>, scene: Scene, nonce: &str, request: Request) -> Response {
    static EXECUTOR: Once = Once::new();
    EXECUTOR.call_once(|| {
        // Fails only if it has been done already, which is as well.
        let _ = any_spawner::Executor::init_tokio();
    });
    let status = if scene.is_lost() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let filled = template.fill(nonce, scene.is_lost());
    let rendered = leptos_axum::handle_response_inner(
        || {},
        move || views::document(filled, scene),
        request.map(|_| Body::empty()),
        // The whole page at once, and without the data for hydration, which nobody would read.
        |page, _, _| {
            Box::pin(async move {
                let html = page.to_html();
                Box::pin(once(async move { html })) as Pin<Box<dyn Stream<Item = String> + Send>>
            })
        },
    );
    let (mut parts, body) = rendered.await.into_parts();
    parts.status = status;
    let body = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(cause) => return Error::internal("rendering a page", &cause).into_response(),
    };
    let headers = &mut parts.headers;
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::try_from(policy(nonce)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    Response::from_parts(parts, Body::from(body))
}

/// What the page may load and do: from here, and nothing inline but Trunk's loader with its nonce.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data: blob:; media-src 'self'; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_api_and_the_sockets_are_for_programs() {
        for path in ["/api", "/api/", "/api/nothing", "/ws", "/ws/x"] {
            assert!(for_programs(path), "{path}");
        }
        for path in ["/", "/apiary", "/c/x", "/wss"] {
            assert!(!for_programs(path), "{path}");
        }
    }
}
