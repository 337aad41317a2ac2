//! The browser's `localStorage`, by key. What is kept there is decided in `commands/`.

use web_sys::Storage;

/// The storage took nothing: it is full, or switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageFull;

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// The text under the key.
pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Keeps the text under the key.
///
/// # Errors
/// When the storage is full or switched off; nothing was changed then.
pub fn set(key: &str, text: &str) -> Result<(), StorageFull> {
    storage().and_then(|storage| storage.set_item(key, text).ok()).ok_or(StorageFull)
}

/// Forgets what is under the key.
pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        // Removing never fails where reading works.
        let _ = storage.remove_item(key);
    }
}

/// Everything whose key starts like this: what follows the start, and the text.
pub fn all(start: &str) -> Vec<(String, String)> {
    let Some(storage) = storage() else { return Vec::new() };
    let count = storage.length().unwrap_or(0);
    let keys = (0..count).filter_map(|at| storage.key(at).ok()?);
    keys.filter_map(|key| {
        let rest = key.strip_prefix(start)?.to_owned();
        Some((rest, storage.get_item(&key).ok()??))
    })
    .collect()
}
