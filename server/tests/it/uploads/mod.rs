//! Files: uploading them, what is made of them, who may read them, and that they go when what held
//! them is gone.

mod limits;
mod pictures;
mod reading;
mod sending;
mod sweeping;

use crate::harness::{Expect, TestClient, TestServer, patiently};
use reqwest::RequestBuilder;
use shared::api::messages::PostMessage;
use shared::api::uploads::Uploaded;
use shared::{Attachment, ChannelId, ChatMessage, UploadId, paths};
use std::path::PathBuf;

const BOUNDARY: &str = "a-boundary-that-is-in-no-file";

/// The request that uploads these parts: their names, the files' names and their bytes.
fn form(client: &TestClient, parts: &[(&str, Option<&str>, &[u8])]) -> RequestBuilder {
    let mut body = Vec::new();
    for (name, filename, bytes) in parts {
        let filename = filename.map_or(String::new(), |name| format!("; filename=\"{name}\""));
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\
             Content-Type: text/html\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    client.post(paths::UPLOADS).header("content-type", kind).body(body)
}

/// The request that uploads one file as the whole body.
fn raw(client: &TestClient, filename: &str, bytes: &[u8]) -> RequestBuilder {
    let url = format!("{}?filename={}", paths::UPLOADS, paths::percent_encode(filename));
    client.post(&url).body(bytes.to_vec())
}

/// Uploads one file.
pub(crate) async fn upload(client: &TestClient, filename: &str, bytes: &[u8]) -> Attachment {
    let stored: Uploaded = form(client, &[("file", Some(filename), bytes)]).gives(201).await;
    let [attachment] = stored.uploads.try_into().unwrap();
    attachment
}

/// Sends a message that carries these uploads and says nothing.
pub(crate) async fn send(client: &TestClient, room: ChannelId, ids: &[UploadId]) -> ChatMessage {
    let body = PostMessage { attachment_ids: ids.to_vec(), ..PostMessage::default() };
    client.post(&paths::messages(room)).json(&body).gives(201).await
}

fn url_of(attachment: &Attachment) -> String {
    paths::upload(attachment.upload_id, &attachment.filename)
}

/// The file's bytes, as this client reads them; `query` as in `?size=small`.
pub(crate) async fn read(client: &TestClient, attachment: &Attachment, query: &str) -> Vec<u8> {
    let answer = client.get(&format!("{}{query}", url_of(attachment))).succeeds().await;
    patiently("a file", answer.bytes()).await.unwrap().to_vec()
}

/// Every file that is on disk, those that are being written included.
fn on_disk(server: &TestServer) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![server.data().join("files")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Waits until there are only so many files on disk.
async fn until_on_disk(server: &TestServer, count: usize) {
    let waiting = async {
        while on_disk(server).len() != count {
            server.stranger().get(paths::HEALTHZ).succeeds().await;
        }
    };
    patiently("files to be removed", waiting).await;
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}
