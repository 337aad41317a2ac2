//! Embeds a new bundle when there is one: cargo knows the sources that `rust-embed` reads, and not
//! the folder. Other builds than release read the bundle from disk as they run. And takes out of Swagger
//! UI the two files that the page of the API needs, compressed, in place of the fifteen that there are.

#![allow(clippy::print_stdout, reason = "that is how a build script speaks to cargo")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Cursor};
use std::path::Path;

/// What `transport/http/docs.rs` serves beside its own page.
const SWAGGER_UI: [&str; 2] = ["swagger-ui.css", "swagger-ui-bundle.js"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../dist");
        for file in fs::read_dir("../dist").into_iter().flatten() {
            let file = file?.path();
            let compressed = file.with_added_extension("br");
            if file.extension().is_some_and(|kind| kind == "wasm") && !compressed.exists() {
                return Err(
                    "the program holds the page compressed: `cargo xtask build` has it so".into()
                );
            }
        }
    }
    let out = std::env::var("OUT_DIR")?;
    let archive = Cursor::new(utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED);
    let mut archive = zip::ZipArchive::new(archive)?;
    for name in SWAGGER_UI {
        let end = format!("/dist/{name}");
        let names = archive.file_names().filter_map(Result::ok);
        let path = names.map(|path| path.into_owned()).find(|path| path.ends_with(&end));
        let mut file = archive.by_name(&path.ok_or(end)?)?;
        let to = File::create(Path::new(&out).join(format!("{name}.gz")))?;
        let mut to = flate2::write::GzEncoder::new(to, flate2::Compression::best());
        io::copy(&mut file, &mut to)?;
        to.finish()?;
    }
    Ok(())
}
