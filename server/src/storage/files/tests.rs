//! Files on disk: placed once, kept while held, and swept.

use super::*;

#[tokio::test]
async fn a_file_is_found_under_its_hash_until_it_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::open(dir.path()).unwrap();
    let mut draft = files.draft().unwrap();
    Draft::write(&mut draft, b"hello ").unwrap();
    Draft::write(&mut draft, b"world").unwrap();
    let written = draft.finish().unwrap();
    let hash = written.hash;
    assert_eq!(hash, <[u8; 32]>::from(Sha256::digest(b"hello world")));
    assert!(files.read(&hash).await.unwrap().is_none());
    let held = files.hold().await;
    files.place(&held, written).unwrap();
    drop(held);
    let place =
        dir.path().join("files/b9/4d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
    assert_eq!(fs::read(place).unwrap(), b"hello world");
    assert_eq!(files.read(&hash).await.unwrap().unwrap().1, 11);
    assert_eq!(files.beginning_with(0xb9).unwrap(), [hash]);
    assert_eq!(files.beginning_with(0xba).unwrap(), [] as [Hash; 0]);
    let alone = files.alone().await.unwrap();
    files.remove(&alone, &hash).unwrap();
    files.remove(&alone, &hash).unwrap();
    assert!(files.read(&hash).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_not_finished_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let new = || fs::read_dir(dir.path().join("files/new")).unwrap().count();
    let files = Files::open(dir.path()).unwrap();
    let mut draft = files.draft().unwrap();
    Draft::write(&mut draft, b"half").unwrap();
    assert_eq!(new(), 1);
    drop(draft);
    assert_eq!(new(), 0);
    // As after a crash.
    fs::write(dir.path().join("files/new/x"), b"left").unwrap();
    Files::open(dir.path()).unwrap();
    assert_eq!(new(), 0);
}

#[tokio::test]
async fn nothing_is_removed_while_a_backup_is_taken_and_files_are_placed_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::open(dir.path()).unwrap();
    let kept = Removal::none_while(dir.path()).unwrap();
    assert!(files.try_alone().await.unwrap().is_none());
    let other = files.clone();
    let alone = tokio::spawn(async move { other.alone().await });
    tokio::task::yield_now().await;
    drop(files.hold().await);
    assert!(!alone.is_finished());
    drop(kept);
    drop(alone.await.unwrap().unwrap());
}

#[tokio::test]
async fn nothing_is_removed_while_something_is_placed() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::open(dir.path()).unwrap();
    let held = files.hold().await;
    let other = files.clone();
    let alone = tokio::spawn(async move { other.alone().await });
    tokio::task::yield_now().await;
    assert!(!alone.is_finished());
    drop(held);
    drop(alone.await.unwrap().unwrap());
}
