//! What is noted of every request: a count, its time, and one line of the log at the level debug. Of
//! the path they tell the route alone, as a path may hold an invite's code; and neither query nor headers nor bodies, which
//! hold tickets, tokens and passwords.

use crate::app::AppHandle;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

/// What a path is called that is no route's.
const ELSEWHERE: &str = "elsewhere";

/// Lets the request pass, and notes what came of it and how long that took.
pub async fn observed(State(app): State<AppHandle>, request: Request, next: Next) -> Response {
    let began = app.clock.elapsed();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let took = app.clock.elapsed().saturating_sub(began);
    let route = route.as_ref().map_or(ELSEWHERE, MatchedPath::as_str);
    let status = response.status();
    let ms = took.as_micros() as f64 / 1000.0;
    app.figures.requests.note(route, method.as_str(), status.as_u16(), took);
    tracing::debug!(%method, route, status = status.as_u16(), ms, "request");
    response
}
