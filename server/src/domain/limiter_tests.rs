//! Tests of the rates.

use super::*;
use std::net::Ipv4Addr;
use uuid::Uuid;

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const HERE: Limited = Limited::LogIn(ADDRESS);
const ADA: UserId = UserId(Uuid::from_u128(1));

fn address(n: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(n))
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Takes until it is refused; how many it were.
fn drain(limiter: &Limiter, what: Limited, now: Duration) -> usize {
    (0..100_000).take_while(|_| limiter.take(what, now).is_ok()).count()
}

#[test]
fn a_burst_is_served_and_then_one_a_second() {
    let limiter = Limiter::new(true);
    assert_eq!(drain(&limiter, HERE, Duration::ZERO), 60);
    let refused = limiter.take(HERE, Duration::ZERO).unwrap_err();
    assert_eq!(refused.retry_after, Some(seconds(1)));
    assert!(limiter.take(HERE, Duration::from_millis(999)).is_err());
    assert!(limiter.take(HERE, seconds(1)).is_ok());
    assert!(limiter.take(HERE, seconds(1)).is_err());
    assert_eq!(drain(&limiter, HERE, seconds(100_000)), 60, "it holds no more than at first");
}

#[test]
fn each_kind_has_the_rate_that_is_told() {
    let client = ClientId(Uuid::from_u128(2));
    for (what, rate) in [
        (Limited::Request(ADDRESS), &limits::REQUEST_RATE),
        (Limited::SignUp(ADDRESS), &limits::SIGN_UP_RATE),
        (Limited::LogIn(ADDRESS), &limits::LOG_IN_RATE),
        (Limited::Change(ADA), &limits::CHANGE_RATE),
        (Limited::ClientChange(client), &limits::CLIENT_CHANGE_RATE),
        (Limited::Search(ADA), &limits::SEARCH_RATE),
        (Limited::Upload(ADA), &limits::UPLOAD_RATE),
        (Limited::Ticket(ADA), &limits::TICKET_RATE),
        (Limited::Socket(ADA), &limits::SOCKET_RATE),
        (Limited::Preview(ADA), &limits::PREVIEW_RATE),
    ] {
        let limiter = Limiter::new(true);
        assert_eq!(drain(&limiter, what, Duration::ZERO), rate.at_once as usize, "{}", rate.name);
        assert_eq!(limiter.take(what, Duration::ZERO).unwrap_err().quota.unwrap().rate, rate);
        // Of each kind as many come back as in a minute, up to what it holds.
        let back = rate.per_minute.min(rate.at_once) as usize;
        assert_eq!(drain(&limiter, what, seconds(60)), back, "{}", rate.name);
    }
}

#[test]
fn what_is_left_is_told_without_being_taken() {
    let limiter = Limiter::new(true);
    let look = |now| limiter.look(HERE, now).unwrap();
    assert_eq!((look(Duration::ZERO).left, look(Duration::ZERO).wait), (60, Duration::ZERO));
    limiter.take(HERE, Duration::ZERO).unwrap();
    limiter.take(HERE, Duration::ZERO).unwrap();
    assert_eq!((look(Duration::ZERO).left, look(Duration::ZERO).wait), (58, seconds(2)));
    assert_eq!(look(seconds(1)).left, 59);
    assert_eq!(drain(&limiter, HERE, Duration::ZERO), 58);
    assert_eq!((look(Duration::ZERO).left, look(Duration::ZERO).wait), (0, seconds(1)));
    assert_eq!(Limiter::new(false).look(HERE, Duration::ZERO), None);
}

#[test]
fn a_line_has_one_bucket_however_many_addresses_it_has() {
    let limiter = Limiter::new(true);
    let at = |text: &str| Limited::LogIn(text.parse().unwrap());
    assert_eq!(drain(&limiter, at("2001:db8:1:2::1"), Duration::ZERO), 60);
    assert!(limiter.take(at("2001:db8:1:2:ffff:ffff:ffff:ffff"), Duration::ZERO).is_err());
    assert!(limiter.take(at("2001:db8:1:3::1"), Duration::ZERO).is_ok());
    // IPv4 that came in as IPv6 is what it is.
    assert_eq!(drain(&limiter, at("::ffff:192.0.2.1"), Duration::ZERO), 60);
    assert!(limiter.take(at("192.0.2.1"), Duration::ZERO).is_err());
    assert!(limiter.take(at("192.0.2.2"), Duration::ZERO).is_ok());
}

#[test]
fn a_flood_of_addresses_is_bounded_and_gives_nobody_a_fresh_start() {
    let limiter = Limiter::new(true);
    assert_eq!(drain(&limiter, HERE, Duration::ZERO), 60);
    assert_eq!(drain(&limiter, Limited::Change(ADA), Duration::ZERO), 600);
    for n in 0..200_000 {
        assert!(limiter.take(Limited::SignUp(address(n)), Duration::ZERO).is_ok());
    }
    assert!(limiter.from_outside.lock().len() <= BUCKETS_MAX);
    assert!(limiter.take(HERE, Duration::ZERO).is_err(), "the drained bucket is remembered");
    assert!(limiter.take(Limited::Change(ADA), Duration::ZERO).is_err());
}

#[test]
fn those_that_are_full_soonest_are_forgotten() {
    let mut map: HashMap<u32, u32> = (0..20_000).map(|n| (n, n)).collect();
    forget_some(&mut map, |_, value| f64::from(*value));
    assert_eq!(map.len(), 20_000 - FORGOTTEN_AT_ONCE);
    assert_eq!(map.values().min().copied(), Some(u32::try_from(FORGOTTEN_AT_ONCE).unwrap()));
    let mut few: HashMap<u32, u32> = HashMap::from([(1, 1)]);
    forget_some(&mut few, |_, _| 0.0);
    forget_some(&mut few, |_, _| 0.0);
    assert!(few.is_empty());
}

#[test]
fn guessing_one_name_from_everywhere_is_slow() {
    let limiter = Limiter::new(true);
    let name = NameHash::of("ada");
    let tries = |from: std::ops::Range<u32>, now| {
        from.take_while(|n| limiter.take_log_in(name, address(*n), now).is_ok()).count()
    };
    assert_eq!(tries(0..1000, Duration::ZERO), 60);
    assert_eq!(tries(1000..2000, seconds(9)), 0);
    assert_eq!(tries(1000..2000, seconds(60)), 6, "six a minute");
    assert!(limiter.take_log_in(NameHash::of("bob"), address(1), Duration::ZERO).is_ok());
}

#[test]
fn who_owns_the_name_gets_in_from_where_it_was_while_others_guess() {
    let limiter = Limiter::new(true);
    let (name, home) = (NameHash::of("ada"), address(9));
    limiter.take_log_in(name, home, Duration::ZERO).unwrap();
    limiter.logged_in(name, home, Duration::ZERO);
    assert_eq!(limiter.names.look(name, &limits::LOG_IN_NAME_RATE, Duration::ZERO).left, 60);
    for n in 100..160 {
        limiter.take_log_in(name, address(n), Duration::ZERO).unwrap();
    }
    assert!(limiter.take_log_in(name, address(160), Duration::ZERO).is_err());
    assert!(limiter.take_log_in(name, home, Duration::ZERO).is_ok());
    // A place of another's name is nothing to this one, and a month later it is forgotten.
    assert!(limiter.take_log_in(NameHash::of("bob"), home, Duration::ZERO).is_ok());
    assert!(limiter.is_known(name, Network::of(home), KNOWN_FOR - seconds(1)));
    assert!(!limiter.is_known(name, Network::of(home), KNOWN_FOR));
    assert!(!limiter.is_known(NameHash::of("bob"), Network::of(home), Duration::ZERO));
    // At home the network's own rate holds: one was taken at first, and one since.
    assert_eq!(
        (0..100).take_while(|_| limiter.take_log_in(name, home, Duration::ZERO).is_ok()).count(),
        57
    );
}

#[test]
fn the_places_that_are_remembered_are_bounded() {
    let limiter = Limiter::new(true);
    let first = NameHash::of("first");
    limiter.logged_in(first, address(0), Duration::ZERO);
    for n in 1..=u32::try_from(BUCKETS_MAX).unwrap() {
        limiter.logged_in(NameHash::of(&n.to_string()), address(n), seconds(u64::from(n)));
    }
    assert!(limiter.known.lock().unwrap().len() <= BUCKETS_MAX);
    assert!(!limiter.is_known(first, Network::of(address(0)), Duration::ZERO), "the oldest went");
    let last = u32::try_from(BUCKETS_MAX).unwrap();
    let name = NameHash::of(&last.to_string());
    assert!(limiter.is_known(name, Network::of(address(last)), seconds(u64::from(last))));
}

#[test]
fn a_limiter_that_is_off_never_refuses_and_remembers_nothing() {
    let limiter = Limiter::new(false);
    let name = NameHash::of("ada");
    assert!((0..1000).all(|_| limiter.take(HERE, Duration::ZERO).is_ok()));
    assert!((0..1000).all(|_| limiter.take_log_in(name, ADDRESS, Duration::ZERO).is_ok()));
    limiter.logged_in(name, ADDRESS, Duration::ZERO);
    assert!(limiter.known.lock().unwrap().is_empty() && limiter.names.lock().is_empty());
    assert!(!limiter.is_on() && Limiter::new(true).is_on());
}
