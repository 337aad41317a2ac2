//! Chance, from the browser's own source.

/// A number in [0, 1), for waiting times.
pub fn chance() -> f64 {
    js_sys::Math::random()
}

/// A new nonce: a UUID of version 4. `crypto.randomUUID` exists in secure contexts alone, so
/// elsewhere it is put together from `getRandomValues`.
pub fn nonce() -> String {
    let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) else {
        return from_bytes(std::array::from_fn(|_| (chance() * 256.0) as u8));
    };
    let there = js_sys::Reflect::get(&crypto, &"randomUUID".into());
    if there.is_ok_and(|function| function.is_function()) {
        return crypto.random_uuid();
    }
    let mut bytes = [0; 16];
    if crypto.get_random_values_with_u8_array(&mut bytes).is_err() {
        bytes = std::array::from_fn(|_| (chance() * 256.0) as u8);
    }
    from_bytes(bytes)
}

fn from_bytes(mut bytes: [u8; 16]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut out = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push(HEX[usize::from(byte >> 4)] as char);
        out.push(HEX[usize::from(byte & 15)] as char);
    }
    out
}
