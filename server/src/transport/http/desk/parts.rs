//! What several of these pages show: people, moments, panels with forms, and the way through long
//! lists.

use super::layout::{cross, face};
use super::visitor::Fields;
use leptos::prelude::*;
use shared::{Timestamp, UserId};

/// Somebody with both names.
pub(super) fn named(id: UserId, display_name: String, username: String) -> impl IntoView {
    view! {
        <span class="named">
            {face(&display_name, &id.to_string())}
            <span><strong>{display_name}</strong><small>{format!("@{username}")}</small></span>
        </span>
    }
}

/// A moment, to the minute, in UTC.
pub(super) fn when(at: Timestamp) -> impl IntoView {
    let exact = at.to_rfc3339();
    view! { <time datetime=exact.clone() title=exact>{moment(at)}</time> }
}

/// A moment as people write it: `25 Nov 2026, 09:24`.
pub(in crate::transport::http) fn moment(at: Timestamp) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.to_rfc3339();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let month = part(5, 7).parse::<usize>().ok().and_then(|month| month.checked_sub(1));
    let month = month.and_then(|month| MONTHS.get(month)).unwrap_or(&"");
    let day = part(8, 10).trim_start_matches('0');
    format!("{day} {month} {}, {}", part(0, 4), part(11, 16))
}

/// A button that opens a panel over the page, and the panel. It closes by Esc, by its button and by
/// a click beside it, without a script. `about` says what the button is for to who doesn't see where
/// it stands.
pub(super) fn panel(
    id: String,
    button: &'static str,
    about: &str,
    title: String,
    content: impl IntoView,
) -> impl IntoView {
    let label = format!("{button}: {about}");
    let heading = format!("{id}-title");
    let (panel, labelled) = (id.clone(), heading.clone());
    let opens = id.clone();
    view! {
        <button type="button" class="soft small" popovertarget=opens aria-label=label>
            {button}
        </button>
        <div class="panel" popover="auto" id=panel role="dialog" aria-labelledby=labelled>
            <header>
                <h2 id=heading>{title}</h2>
                <button
                    type="button"
                    class="icon small"
                    popovertarget=id
                    popovertargetaction="hide"
                    aria-label="Close"
                >
                    {cross()}
                </button>
            </header>
            {content}
        </div>
    }
}

/// Which act of the page a form is.
pub(super) fn act(word: &'static str) -> impl IntoView {
    view! { <input type="hidden" name="act" value=word/> }
}

/// Whom or what a form is about.
pub(super) fn about(name: &'static str, value: impl ToString) -> impl IntoView {
    view! { <input type="hidden" name=name value=value.to_string()/> }
}

/// Something to choose from: values with their names, and the one that is chosen.
pub(in crate::transport::http) fn options(
    all: Vec<(String, String)>,
    chosen: &str,
) -> impl IntoView + use<> {
    let mut views = Vec::new();
    for (value, name) in all {
        let selected = value == chosen;
        views.push(view! { <option value=value selected=selected>{name}</option> });
    }
    views
}

/// The pages of a list that are before and after this one; pages count from 0.
pub(super) fn pages(
    path: &str,
    query: &Fields,
    page: u64,
    size: u64,
    total: u64,
) -> impl IntoView + use<> {
    let link = |to: u64, text: &'static str, rel: &'static str| {
        let to = if to == 0 { String::new() } else { to.to_string() };
        let href = [path, &query.query_with(&[("page", &to), (super::DONE, "")])].concat();
        view! { <a class="soft small" href=href rel=rel>{text}</a> }
    };
    let from = page.saturating_mul(size);
    let before = (page > 0).then(|| link(page - 1, "Before", "prev"));
    let after = (from.saturating_add(size) < total).then(|| link(page + 1, "Next", "next"));
    (before.is_some() || after.is_some()).then(|| {
        let end = from.saturating_add(size).min(total);
        let which = format!("{} to {end} of {total}", (from + 1).min(total));
        view! { <nav class="pages" aria-label="Pages">{before}<span>{which}</span>{after}</nav> }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_people_write_them() {
        let at = Timestamp::parse("2026-11-05T09:24:10.000Z").unwrap();
        assert_eq!(moment(at), "5 Nov 2026, 09:24");
    }
}
