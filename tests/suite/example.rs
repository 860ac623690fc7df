//! `reports/example/` is what the program makes of the bundled month today, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Rebuild with: `cargo run -- replay datasets/harbor-month --out reports/example`
#[test]
fn the_example_report_is_what_the_program_makes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = tempfile::tempdir().unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(["replay", "datasets/harbor-month", "--out"])
        .arg(fresh.path())
        .current_dir(root)
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    let (committed, made) = (files(&root.join("reports/example")), files(fresh.path()));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&made));
    let stale: Vec<&PathBuf> = committed.keys().filter(|name| committed[*name] != made[*name]).collect();
    assert!(
        stale.is_empty(),
        "stale: {stale:?}; rebuild: cargo run -- replay datasets/harbor-month --out reports/example"
    );
}

/// The README shows what the program prints.
#[test]
fn the_readme_shows_real_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = tempfile::tempdir().unwrap();
    let printed = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(["replay", "datasets/harbor-month", "--out"])
        .arg(out.path())
        .current_dir(root)
        .output()
        .unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(readme.contains(printed.trim_end()), "the README's output is stale; it should show:\n{printed}");
}

/// The bundled data set is what its scenario and seed make.
#[test]
fn the_bundled_month_is_what_its_seed_makes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = tempfile::tempdir().unwrap();
    let folder = fresh.path().join("harbor-month");
    let made = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(["simulate", "scenarios/harbor.toml", "--seed", "20261101", "--out"])
        .arg(&folder)
        .current_dir(root)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (mut committed, made) = (files(&root.join("datasets/harbor-month")), files(&folder));
    committed.remove(Path::new("README.md"));
    assert_eq!(committed.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (name, bytes) in &committed {
        // Parquet bytes belong to the library's version; the rows are compared by the hash of the replay above.
        let parquet = name.extension().is_some_and(|e| e == "parquet");
        assert!(parquet || *bytes == made[name], "{} differs from what the seed makes", name.display());
    }
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}
