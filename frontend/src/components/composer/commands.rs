//! The dialog with all commands and how they are written.

use crate::browser::element::{El, el};
use crate::commands::Ctx;
use crate::components::dialog::dialog;
use crate::state::commands::COMMANDS;

/// The dialog.
pub fn commands(ctx: Ctx) -> El {
    let entry = |word: &str, then: &str, does: &str| {
        let then = (!then.is_empty()).then(|| el("i", "").text(then));
        let usage = el("dt", "").with(el("code", "").text(word)).text(" ").with_if(then);
        el("div", "").with(usage).with(el("dd", "").text(does))
    };
    let all = COMMANDS.into_iter().map(|usage| {
        let word = ["/", usage.word].concat();
        entry(&word, usage.then, usage.does)
    });
    let list = el("dl", "keys usages").with_all(all).with(entry(
        "//",
        "text",
        "Send a text that begins with a slash",
    ));
    dialog(ctx, "commands", "Commands", "", list)
}
