//! That URLs are made and matched alike.

use super::*;
use uuid::Uuid;

#[test]
fn places_of_the_page_are_told_from_what_is_beside_it() {
    let channel = channel_page(ChannelId(Uuid::nil()));
    for page in ["/", &channel, "/nothing/here", "/apiary"] {
        assert!(is_page(page), "{page}");
    }
    for beside in [
        desk::ADMIN_LOG,
        account::CLIENTS_PAGE,
        account::PASSKEY_PAGE,
        DOCS,
        OPENAPI,
        WS,
        WS_JOIN_CHANNEL,
        METRICS,
        HEALTHZ,
    ] {
        assert!(!is_page(beside), "{beside}");
    }
}

#[test]
fn paths_are_filled_in_order() {
    let (c, m) = (ChannelId(Uuid::nil()), MessageId(Uuid::max()));
    assert_eq!(
        reaction(c, m, "👍"),
        "/api/channels/00000000-0000-0000-0000-000000000000/messages/\
         ffffffff-ffff-ffff-ffff-ffffffffffff/reactions/%F0%9F%91%8D"
    );
}
