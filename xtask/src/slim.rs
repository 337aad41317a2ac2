//! What Trunk leaves in the released page that nobody needs there: long names of everything that
//! WebAssembly and JavaScript call in each other, with a hash in each; classes that a library
//! exports for other scripts; comments. `wasm-opt` knows how to shorten the names in the one, and
//! says what it called them; the same is done here to the other.
//!
//! It reads the JavaScript line by line, as the pinned version of wasm-bindgen writes it, and stops
//! at whatever it does not understand. The browser tests run what comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha384};

use crate::progress::Step;
use crate::tools::Toolbox;
use crate::{fingerprint, process};

/// What the page may use of WebAssembly; `index.html` says the same to Trunk.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What made the page smallest once compressed, of some thirty combinations that were tried. The last
/// renames. That low memory is unused holds because the stack comes first and grows down to it: its
/// last kilobyte of a megabyte is never reached but on the way to an overflow, which ends the page.
const PASSES: [&str; 6] = [
    "--low-memory-unused",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--minify-imports-and-exports-and-modules",
];

/// Makes the page in this directory smaller, and gives its two files names that tell their content.
///
/// # Errors
/// When something is not as Trunk and wasm-bindgen write it, or a tool fails.
pub(crate) fn slim(dist: &Path, work: &Path, toolbox: &Toolbox, step: &mut Step) -> Result<()> {
    let mut files = BTreeSet::new();
    fingerprint::collect(dist, &mut files)?;
    let name = |path: &PathBuf| path.file_name()?.to_str().map(str::to_owned);
    let stems: Vec<_> = files
        .iter()
        .filter_map(|path| name(path)?.strip_suffix("_bg.wasm").map(str::to_owned))
        .collect();
    let [stem] = stems.as_slice() else { bail!("the page has {} programs", stems.len()) };
    let (wasm, js) = (dist.join(format!("{stem}_bg.wasm")), dist.join(format!("{stem}.js")));
    let (old_wasm, old_js) = (read(&wasm)?, read(&js)?);

    fs::create_dir_all(work)?;
    let (graph, cut, small) =
        (work.join("exports.json"), work.join("cut.wasm"), work.join("small.wasm"));
    let script = without_classes(&String::from_utf8(old_js.clone())?);
    fs::write(&graph, roots(&used(&script)))?;
    let mut metadce = toolbox.command("wasm-metadce");
    metadce.args(FEATURES).arg("--graph-file").arg(&graph).arg(&wasm).arg("-o").arg(&cut);
    process::run(&mut metadce, step)?;
    let mut opt = toolbox.command("wasm-opt");
    opt.args(FEATURES).args(PASSES).arg(&cut).arg("-o").arg(&small);
    let names = Names::of(&process::run(&mut opt, step)?);
    let (script, program) = (renamed(&script, &names)?, read(&small)?);

    let (base, _) = stem.rsplit_once('-').context("the program's name tells no content")?;
    let digest = Sha384::digest([program.as_slice(), script.as_bytes()].concat());
    let new_stem = format!("{base}-{}", hex(&digest[..8]));
    let script = script.replace(stem.as_str(), &new_stem);
    let changed = [
        (stem.clone(), new_stem.clone()),
        (integrity(&old_wasm), integrity(&program)),
        (integrity(&old_js), integrity(script.as_bytes())),
    ];
    fs::remove_file(&wasm)?;
    fs::remove_file(&js)?;
    for file in files.iter().filter(|file| **file != wasm && **file != js) {
        let Ok(text) = fs::read_to_string(file) else { continue };
        let new = changed.iter().fold(text.clone(), |text, (old, new)| text.replace(old, new));
        if new != text {
            fs::write(file, new)?;
        }
    }
    fs::write(dist.join(format!("{new_stem}_bg.wasm")), program)?;
    fs::write(dist.join(format!("{new_stem}.js")), script)?;
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("can't read {}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the page says of a file that it loads, so that no other is taken for it.
fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}

/// The script without the classes that it exports, and what belongs to them: the page has no other
/// script that could use them.
fn without_classes(script: &str) -> String {
    let mut kept = String::new();
    let mut lines = script.lines();
    while let Some(line) = lines.next() {
        let ends: fn(&str) -> bool = if line.starts_with("export class ") {
            |line| line == "}"
        } else if line.starts_with("if (Symbol.dispose) ") || line.contains("Finalization = (") {
            |line| line.ends_with(';')
        } else {
            kept.push_str(line);
            kept.push('\n');
            continue;
        };
        if !ends(line) {
            // `any` takes all lines up to the one that it finds.
            let _ended = lines.any(ends);
        }
    }
    kept
}

/// What the script uses of the program: whatever stands behind `wasm.` in it.
fn used(script: &str) -> Vec<&str> {
    script.split("wasm.").skip(1).map(identifier).collect()
}

/// The identifier that a text begins with.
fn identifier(text: &str) -> &str {
    let end = text.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_' && sign != '$');
    end.map_or(text, |end| &text[..end])
}

/// For `wasm-metadce`: what has to stay.
fn roots(used: &[&str]) -> String {
    let mut roots: Vec<_> = used
        .iter()
        .map(|name| format!("{{\"name\":\"{name}\",\"export\":\"{name}\",\"root\":true}}"))
        .collect();
    roots.sort();
    roots.dedup();
    format!("[{}]", roots.join(",\n"))
}

/// What `wasm-opt` renamed: old names and new ones.
#[derive(Debug, Default, PartialEq, Eq)]
struct Names {
    /// The one module that is imported from.
    module: Option<String>,
    imports: BTreeMap<String, String>,
    exports: BTreeMap<String, String>,
}

impl Names {
    /// Reads what it prints: a line for each, `["MODULE", "OLD", "NEW"],` or `["OLD", "NEW"],`.
    fn of(printed: &str) -> Self {
        let mut names = Self::default();
        for line in printed.lines().filter(|line| line.trim_start().starts_with('[')) {
            let told: Vec<_> = line.split('"').skip(1).step_by(2).map(str::to_owned).collect();
            match <[String; 3]>::try_from(told) {
                Ok([module, old, new]) => {
                    names.module = Some(module);
                    names.imports.insert(old, new);
                }
                Err(told) => {
                    if let Ok([old, new]) = <[String; 2]>::try_from(told) {
                        names.exports.insert(old, new);
                    }
                }
            }
        }
        names
    }
}

/// The script with the new names, without what is imported no more, and without comments and
/// indentation.
///
/// # Errors
/// When it uses what the program does not have.
fn renamed(script: &str, names: &Names) -> Result<String> {
    let module = names.module.as_ref().context("wasm-opt renamed nothing")?;
    let mut out = String::new();
    let (mut imported, mut skipping) = (0, false);
    for line in script.lines() {
        let import = line.strip_prefix("        ").filter(|rest| rest.starts_with("__wb"));
        let import = import.and_then(|rest| rest.split_once(": "));
        let line = match import {
            Some((old, rest)) => match names.imports.get(old) {
                Some(new) => {
                    imported += 1;
                    format!("{new}: {rest}")
                }
                None => {
                    skipping = true;
                    continue;
                }
            },
            // The end of the one that was left out.
            None if skipping => {
                skipping = !line.starts_with("        }");
                continue;
            }
            None => line.trim_start().replace(&format!("\"{module}\": import0"), "\"a\": import0"),
        };
        if line.is_empty() || ["//", "/*", "* ", "*/"].iter().any(|sign| line.starts_with(sign)) {
            continue;
        }
        let mut parts = line.split("wasm.");
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let old = identifier(part);
            let new = names.exports.get(old);
            let new = new.with_context(|| format!("the program exports no {old}"))?;
            out.push_str("wasm.");
            out.push_str(new);
            out.push_str(&part[old.len()..]);
        }
        out.push('\n');
    }
    if imported != names.imports.len() {
        bail!("the script has {imported} of the {} that the program needs", names.imports.len());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A script in the shape that wasm-bindgen gives it.
    const SCRIPT: &str = r#"export class Pipe {
    free() {
        wasm.__wbg_pipe_free(ptr, 0);
    }
}
if (Symbol.dispose) Pipe.prototype[Symbol.dispose] = Pipe.prototype.free;
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_key_00: function(arg0) {
            // Its key.
            return passString(arg0.key, wasm.__wbindgen_malloc);
        },
        __wbg_pipe_01: function() { return handleError(function (arg0) {
            arg0.pipe();
        }, arguments); },
    };
    return { "./page_bg.js": import0 };
}
const PipeFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_pipe_free(ptr, 1));
wasm = instance.exports;
wasm.__wbindgen_malloc_1(wasm.memory);
"#;

    const PRINTED: &str = r#"{
 "imports": [
  ["./page_bg.js", "__wbg_key_00", "$"]
 ],
 "exports": [
  ["__wbindgen_malloc", "b"],
  ["__wbindgen_malloc_1", "c"],
  ["memory", "d"]
 ]
}"#;

    #[test]
    fn names_are_short_and_what_nobody_needs_is_gone() {
        let script = without_classes(SCRIPT);
        assert_eq!(used(&script), ["__wbindgen_malloc", "__wbindgen_malloc_1", "memory"]);
        let renamed = renamed(&script, &Names::of(PRINTED)).unwrap();
        let expected = r#"function __wbg_get_imports() {
const import0 = {
__proto__: null,
$: function(arg0) {
return passString(arg0.key, wasm.b);
},
};
return { "a": import0 };
}
wasm = instance.exports;
wasm.c(wasm.d);
"#;
        assert_eq!(renamed, expected);
    }

    #[test]
    fn what_the_other_side_does_not_have_is_an_error() {
        let script = without_classes(SCRIPT);
        assert!(renamed(&script, &Names::default()).is_err());
        let fewer = PRINTED.replace("memory", "memory2");
        assert!(renamed(&script, &Names::of(&fewer)).is_err());
        let more =
            PRINTED.replace("\"$\"]", "\"$\"],\n  [\"./page_bg.js\", \"__wbg_more_02\", \"a\"]");
        assert!(renamed(&script, &Names::of(&more)).is_err());
    }

    #[test]
    fn only_what_is_used_has_to_stay() {
        let root = r#"{"name":"b","export":"b","root":true}"#;
        assert_eq!(roots(&["b", "b"]), format!("[{root}]"));
        assert_eq!(identifier("a_$1(x"), "a_$1");
    }
}
