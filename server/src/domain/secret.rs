//! Tokens, tickets and codes: random bits that are told once, and the hash that is kept instead.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The SHA-256 of a token's text. A random token of 256 bits needs no slow hash.
pub type TokenHash = [u8; 32];

/// A token's text, told to its client once.
pub fn token(random: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// What is stored and looked up of a token.
pub fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// The code of an invite: 144 random bits, which fit a short link.
pub fn code(random: [u8; 32]) -> String {
    let [short @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _] = random;
    let short: [u8; 18] = short;
    URL_SAFE_NO_PAD.encode(short)
}
