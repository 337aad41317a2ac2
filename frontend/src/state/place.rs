//! The addresses of the page: what is shown at which path.

use shared::{ChannelId, Seq};

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `/`
    Home,
    /// `/c/{channelId}`, or around one message: `/c/{channelId}/{seq}`.
    Channel(ChannelId, Option<Seq>),
    /// Anything else.
    Nowhere,
}

impl Place {
    /// What the path leads to.
    pub fn at(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            // Whoever is inside needs no invite any more.
            (None | Some("invite"), ..) => Self::Home,
            (Some("c"), Some(channel), seq, None) => {
                match (channel.parse(), seq.map(str::parse).transpose()) {
                    (Ok(channel), Ok(seq)) => Self::Channel(channel, seq),
                    _ => Self::Nowhere,
                }
            }
            _ => Self::Nowhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_home_to_a_channel_to_a_message_or_nowhere() {
        let id = "01a20595-dd58-753c-9568-884b0f078eaa";
        let channel = id.parse().unwrap();
        assert_eq!(Place::at("/"), Place::Home);
        assert_eq!(Place::at("/invite/code"), Place::Home);
        assert_eq!(Place::at(&["/c/", id].concat()), Place::Channel(channel, None));
        assert_eq!(Place::at(&["/c/", id, "/"].concat()), Place::Channel(channel, None));
        assert_eq!(Place::at(&["/c/", id, "/42"].concat()), Place::Channel(channel, Some(42)));
        for nowhere in
            ["/c", "/c/x", "/x", &["/c/", id, "/x"].concat(), &["/c/", id, "/1/2"].concat()]
        {
            assert_eq!(Place::at(nowhere), Place::Nowhere, "{nowhere}");
        }
    }
}
