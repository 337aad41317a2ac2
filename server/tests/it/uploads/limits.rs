//! Bounds of uploads, and requests that are none.

use super::{form, on_disk, raw, upload};
use crate::bad_input::full_storage::SmallDisk;
use crate::harness::{Expect, RawHttp, TestClient, TestServer, header};
use rusqlite::Connection;
use shared::api::account::SignUp;
use shared::api::uploads::Uploaded;
use shared::limits::{UPLOAD_MAX_BYTES, UPLOADS_PER_USER_MAX_BYTES};
use shared::{ErrorCode, paths};

#[tokio::test]
async fn a_file_may_be_so_large_and_no_larger() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let max = usize::try_from(UPLOAD_MAX_BYTES).unwrap();
    let mut bytes = vec![0; max];
    let stored: Uploaded = form(&ada, &[("file", Some("max"), &bytes)]).gives(201).await;
    assert_eq!(stored.uploads[0].size, UPLOAD_MAX_BYTES);
    bytes.push(0);
    form(&ada, &[("file", Some("over"), &bytes)]).fails(ErrorCode::TooLarge).await;
    raw(&ada, "over", &bytes).fails(ErrorCode::TooLarge).await;
    let parts: Vec<_> = (0..11).map(|_| ("file", Some("x"), b"x".as_slice())).collect();
    form(&ada, &parts).fails(ErrorCode::Invalid).await;
    assert_eq!(on_disk(&server).len(), 1);
}

#[tokio::test]
async fn what_is_no_upload_is_refused_with_what_to_do() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let post = |kind: &'static str, body: &'static [u8]| {
        ada.post(paths::UPLOADS).header("content-type", kind).body(body)
    };
    post("application/json", b"{}").fails(ErrorCode::UnsupportedMediaType).await;
    post("multipart/form-data", b"x").fails(ErrorCode::Malformed).await;
    let kind = "multipart/form-data; boundary=b";
    post(kind, b"x").fails(ErrorCode::Malformed).await;
    post(kind, b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf")
        .fails(ErrorCode::Malformed)
        .await;
    let nothing = post(kind, b"--b--\r\n").fails(ErrorCode::Invalid).await;
    assert_eq!(nothing.errors[0].pointer, "/file");
    form(&ada, &[("other", None, b"x")]).fails(ErrorCode::Invalid).await;
    server.stranger().post(paths::UPLOADS).fails(ErrorCode::NotLoggedIn).await;
    ada.get(paths::UPLOADS).fails(ErrorCode::MethodNotAllowed).await;
    assert_eq!(on_disk(&server).len(), 0);
}

#[tokio::test]
async fn a_user_holds_so_much_and_no_more() {
    let mut server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let first = upload(&ada, "a", b"hello").await;
    server.terminate().await;
    let almost = (UPLOADS_PER_USER_MAX_BYTES - 10).cast_signed();
    let db = Connection::open(server.database()).unwrap();
    db.execute("UPDATE uploads SET stored = ?1", [almost]).unwrap();
    drop(db);
    server.start_again().await;
    let (ada, bob) = (ada.at(&server.url()), bob.at(&server.url()));
    raw(&ada, "b", b"eleven bytes").fails(ErrorCode::Conflict).await;
    upload(&ada, "c", b"ten bytes.").await;
    let full = raw(&ada, "d", b"").fails(ErrorCode::Conflict).await;
    assert!(full.detail.contains("4 GiB"), "{full:?}");
    upload(&bob, "e", b"others are not bound by it").await;
    assert_eq!(on_disk(&server).len(), 3);
    ada.delete(&paths::upload_by_id(first.upload_id)).succeeds().await;
    upload(&ada, "f", b"there is room again").await;
}

#[tokio::test]
async fn an_upload_that_does_not_go_on_is_cut_and_leaves_nothing() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let mut http = RawHttp::connect(&server).await;
    let request = format!(
        "POST {}?filename=a HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\
         Content-Length: 1000000\r\n\r\n",
        paths::UPLOADS,
        ada.token()
    );
    http.write(request.as_bytes()).await;
    http.write(&vec![b'x'; 500_000]).await;
    let answer = http.answer().await.expect("an answer");
    assert_eq!(answer.status, 408, "{answer:?}");
    assert!(http.hangs_up().await);
    super::until_on_disk(&server, 0).await;
}

#[tokio::test]
async fn a_client_that_vanishes_in_the_middle_leaves_nothing() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let mut http = RawHttp::connect(&server).await;
    let request = format!(
        "POST {}?filename=a HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\
         Content-Length: 10000000\r\n\r\n",
        paths::UPLOADS,
        ada.token()
    );
    http.write(request.as_bytes()).await;
    http.write(&vec![b'x'; 2_000_000]).await;
    super::until_on_disk(&server, 1).await;
    drop(http);
    super::until_on_disk(&server, 0).await;
}

#[tokio::test]
async fn a_user_uploads_so_much_at_once_and_others_go_on() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let mut under_way = Vec::new();
    for _ in 0..6 {
        let mut http = RawHttp::connect(&server).await;
        let request = format!(
            "POST {}?filename=a HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\
             Content-Length: 1000000\r\n\r\nx",
            paths::UPLOADS,
            ada.token()
        );
        http.write(request.as_bytes()).await;
        under_way.push(http);
    }
    super::until_on_disk(&server, 6).await;
    let answer = raw(&ada, "b", b"x").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 429);
    assert_eq!(header(&answer, "retry-after"), "2");
    upload(&bob, "c", b"x").await;
    drop(under_way);
    super::until_on_disk(&server, 1).await;
    upload(&ada, "d", b"y").await;
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_no_file_and_goes_on_with_messages() {
    let disk = SmallDisk::start().await;
    let sign_up = SignUp { username: "ada".to_owned(), ..SignUp::default() };
    let ada = TestClient::sign_up(&disk.url, &sign_up).await;
    let room = ada.room("tea", &[]).await.channel_id;
    raw(&ada, "a", b"x").fails(ErrorCode::StorageUnavailable).await;
    form(&ada, &[("file", Some("a"), b"x")]).fails(ErrorCode::StorageUnavailable).await;
    let left = std::fs::read_dir(disk.inside.join("files/new")).unwrap().count();
    assert_eq!(left, 0);
    ada.say(room, "still here").await;
}
