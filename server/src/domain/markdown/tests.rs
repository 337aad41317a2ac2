//! What Markdown becomes, one feature after the other.

use super::*;

/// A few people and channels.
pub(super) struct Team;

impl Names for Team {
    fn user(&self, name: &str) -> Option<UserId> {
        let users = ["ada", "mira okafor", "josé.m-2", "愛子", "דנה", "o_o7"];
        let at = users.iter().position(|user| *user == name.to_lowercase())?;
        Some(UserId(uuid::Uuid::from_u128(at as u128 + 1)))
    }

    fn channel(&self, name: &str) -> Option<ChannelId> {
        let at = ["general", "release notes"].iter().position(|known| *known == name)?;
        Some(ChannelId(uuid::Uuid::from_u128(at as u128 + 101)))
    }
}

fn html(text: &str) -> String {
    render(text, &Team).html.unwrap_or_else(|| format!("(plain) {text}"))
}

#[test]
fn emphasis_is_drawn() {
    assert_eq!(
        html("*a* **b** ~~c~~ `d`"),
        "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>"
    );
}
