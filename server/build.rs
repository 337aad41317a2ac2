//! Embeds a new bundle when there is one: cargo knows the sources that `rust-embed` reads, and not
//! the folder. Other builds than release read the bundle from disk as they run.

#![allow(clippy::print_stdout, reason = "that is how a build script speaks to cargo")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../dist");
    }
}
