//! What is committed beside the code is what the program makes today: the bundled month, its report, the README's output.

use shakedown::dataset::{Intake, RejectPolicy, load};
use shakedown::model::Silent;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Rebuild the report with: `cargo run -- replay datasets/harbor-month --out reports/example`
#[test]
fn the_example_report_and_the_readme_are_what_the_program_makes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = tempfile::tempdir().unwrap();
    let printed = run(&["replay", "datasets/harbor-month", "--out"], fresh.path());
    let (committed, made) = (files(&root.join("reports/example")), files(fresh.path()));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&made));
    let stale: Vec<&PathBuf> = committed.keys().filter(|name| committed[*name] != made[*name]).collect();
    assert!(stale.is_empty(), "stale: {stale:?}");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(printed.trim_end()), "the README's output is stale; it should show:\n{printed}");
}

/// The bundled data set is what its scenario and seed make.
#[test]
fn the_bundled_month_is_what_its_seed_makes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = tempfile::tempdir().unwrap();
    let folder = fresh.path().join("harbor-month");
    run(&["simulate", "scenarios/harbor.toml", "--seed", "20261101", "--out"], &folder);
    let (mut committed, made) = (files(&root.join("datasets/harbor-month")), files(&folder));
    committed.remove(Path::new("README.md"));
    assert_eq!(committed.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (name, bytes) in &committed {
        // Parquet bytes belong to the library's version; the rows are compared by the data set's hash.
        let parquet = name.extension().is_some_and(|e| e == "parquet");
        assert!(parquet || *bytes == made[name], "{} differs from what the seed makes", name.display());
    }
    assert_eq!(hash(&root.join("datasets/harbor-month")), hash(&folder));
}

fn hash(folder: &Path) -> String {
    let data = load(folder, RejectPolicy::default(), &Silent, &mut Intake::default()).unwrap();
    data.hash().to_owned()
}

/// Runs the program in the project's folder; its stdout.
fn run(args: &[&str], last: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
    let output = command.args(args).arg(last).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
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
