//! What several of these pages show: people, moments, panels with forms, and the way through long
//! lists.

use super::layout::{cross, face};
use super::visitor::Fields;
use crate::domain::permission::FOR_EVER;
use crate::error::{Error, Result};
use leptos::prelude::*;
use shared::{Timestamp, UserId};

/// Somebody with both names.
pub(super) fn named(id: UserId, display_name: String, username: String) -> AnyView {
    view! {
        <span class="named">
            {face(&display_name, &id.to_string())}
            <span><strong>{display_name}</strong><small>{format!("@{username}")}</small></span>
        </span>
    }
    .into_any()
}

/// A moment, to the minute, in UTC.
pub(super) fn when(at: Timestamp) -> AnyView {
    let exact = at.to_rfc3339();
    view! { <time datetime=exact.clone() title=exact>{moment(at)}</time> }.into_any()
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
pub(super) fn panel<V: IntoView + 'static>(
    id: String,
    button: &'static str,
    about: &str,
    title: String,
    content: V,
) -> AnyView {
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
    .into_any()
}

/// Which act of the page a form is.
pub(super) fn act(word: &'static str) -> AnyView {
    view! { <input type="hidden" name="act" value=word/> }.into_any()
}

/// Whom or what a form is about.
pub(super) fn about(name: &'static str, value: impl ToString) -> AnyView {
    view! { <input type="hidden" name=name value=value.to_string()/> }.into_any()
}

/// Something to choose from: values with their names, and the one that is chosen.
pub(in crate::transport::http) fn options(all: Vec<(String, String)>, chosen: &str) -> AnyView {
    let mut views = Vec::new();
    for (value, name) in all {
        let selected = value == chosen;
        views.push(view! { <option value=value selected=selected>{name}</option> });
    }
    views.into_any()
}

/// Several things to choose from: value, name, and whether it is chosen. Nothing for none.
pub(super) fn checks(
    legend: &'static str,
    name: &'static str,
    all: Vec<(String, String, bool)>,
) -> AnyView {
    let check = |(value, text, checked)| {
        view! {
            <label class="check">
                <input type="checkbox" name=name value=value checked=checked/>
                <span>{text}</span>
            </label>
        }
    };
    (!all.is_empty())
        .then(|| {
            view! {
                <fieldset>
                    <legend>{legend}</legend>
                    <div class="checks">{all.into_iter().map(check).collect::<Vec<_>>()}</div>
                </fieldset>
            }
        })
        .into_any()
}

/// A form's number of days as seconds; nothing if it is left empty.
pub(super) fn days(fields: &Fields) -> Result<Option<u64>> {
    let days: Option<u64> = fields.value("days")?;
    Ok(days.map(|days| days.saturating_mul(24 * 3600)))
}

/// When that number of days is over.
pub(super) fn until(fields: &Fields, now: Timestamp) -> Result<Option<Timestamp>> {
    let end = |seconds: u64| {
        let most = i64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(1000));
        most.and_then(|most| now.0.checked_add(most)).filter(|end| *end < FOR_EVER.0)
    };
    let far = || Error::invalid("days", "is too many; leave it empty for no end");
    days(fields)?.map(|seconds| end(seconds).map(Timestamp).ok_or_else(far)).transpose()
}

/// The pages of a list that are before and after this one; pages count from 0.
pub(super) fn pages(path: &str, query: &Fields, page: u64, size: u64, total: u64) -> AnyView {
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
    }).into_any()
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
