//! Unified diffs of deploys: from `diffs/<id>.diff`, or made by git from `repo`.

use super::intake::Intake;
use super::source;
use crate::model::{Deploy, UserError, excerpt};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

/// Bytes of a diff that are kept: more is a vendored tree or generated code, which nobody triages line by line.
const DIFF_LIMIT: usize = 8 << 20;

/// Reads or makes the diff of every deploy that has one.
///
/// # Errors
/// When a diff file exists but cannot be read.
pub fn read(
    folder: &Path,
    repo: Option<&str>,
    deploys: &[Deploy],
    intake: &mut Intake,
) -> Result<BTreeMap<String, String>, UserError> {
    let mut diffs = BTreeMap::new();
    let files = folder.join("diffs");
    let unnameable: Vec<&str> = deploys.iter().map(|d| d.id.as_str()).filter(|id| !is_file_name(id)).collect();
    if let (Some(first), true) = (unnameable.first(), files.exists()) {
        intake.warn(format!(
            "no diff was looked up for {}, whose id cannot name a file{}",
            excerpt(first, 40),
            others(unnameable.len())
        ));
    }
    for deploy in deploys.iter().filter(|d| is_file_name(&d.id)) {
        let path = files.join(format!("{}.diff", deploy.id));
        if path.symlink_metadata().is_ok() {
            let (diff, more) = source::read_start(&path, DIFF_LIMIT)?;
            warn_if_cut(more, &deploy.id, intake);
            diffs.insert(deploy.id.clone(), diff);
        }
    }
    if let Some(repo) = repo {
        of_repository(&folder.join(repo), deploys, &mut diffs, intake);
    }
    Ok(diffs)
}

fn others(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        count => format!(" (nor for {} more)", count - 1),
    }
}

/// Whether `<id>.diff` is a file in `diffs/` and nowhere else.
fn is_file_name(id: &str) -> bool {
    id.len() < 200 && !id.chars().any(|c| matches!(c, '/' | '\\') || c.is_control())
}

fn warn_if_cut(cut: bool, id: &str, intake: &mut Intake) {
    if cut {
        intake.warn(format!("the diff of deploy {} is longer than 8 MiB and was cut there", excerpt(id, 40)));
    }
}

/// Makes the diffs that `diffs/` does not hold.
fn of_repository(repo: &Path, deploys: &[Deploy], diffs: &mut BTreeMap<String, String>, intake: &mut Intake) {
    if !repo.is_dir() {
        return intake.warn(format!("dataset.toml: repo {} is no folder: no diff was made from it", repo.display()));
    }
    let mut failures: Vec<(&str, String)> = Vec::new();
    for deploy in deploys {
        if diffs.contains_key(&deploy.id) {
            continue;
        }
        match from_git(repo, deploy) {
            Some(Ok((diff, more))) => {
                warn_if_cut(more, &deploy.id, intake);
                diffs.insert(deploy.id.clone(), diff);
            }
            Some(Err(reason)) => failures.push((&deploy.id, reason)),
            None => {}
        }
    }
    if let Some((id, reason)) = failures.first() {
        let id = excerpt(id, 40);
        intake.warn(format!("no diff could be made of deploy {id}{}: {reason}", others(failures.len())));
    }
}

/// The diff between the revisions and whether it was cut; `None` without both revisions. Plumbing, so that no setting of the
/// repository or its owner shows in the output; nothing that the repository names is executed, and nothing is fetched.
fn from_git(repo: &Path, deploy: &Deploy) -> Option<Result<(String, bool), String>> {
    let (from, to) = (deploy.previous_revision.as_deref()?, deploy.revision.as_deref()?);
    if let Some(odd) = [from, to].into_iter().find(|revision| !is_revision(revision)) {
        return Some(Err(format!("revision {} is no git object name", excerpt(odd, 64))));
    }
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        git.env_remove(name);
    }
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("LC_ALL", "C");
    // A partial clone would fetch what it lacks, through a command that its configuration names.
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none").env("GIT_TERMINAL_PROMPT", "0");
    git.arg("-C").arg(repo);
    let settings = [
        "core.quotePath=off",
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "diff.renameLimit=1000",
        "diff.suppressBlankEmpty=false",
        "diff.orderFile=/dev/null",
    ];
    for setting in settings {
        git.args(["-c", setting]);
    }
    git.args(["diff-tree", "-r", "-p", "-M", "-U3", "--inter-hunk-context=0", "--diff-algorithm=myers"]);
    git.args(["--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short", "--full-index"]);
    git.args(["--src-prefix=a/", "--dst-prefix=b/", from, to, "--"]);
    Some(run(&mut git))
}

fn run(git: &mut Command) -> Result<(String, bool), String> {
    let git = git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().map_err(|error| format!("git cannot be run: {error}"))?;
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        // Closing the pipe early ends git, and then its exit code says nothing.
        stdout.take(DIFF_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    }
    let more = bytes.len() > DIFF_LIMIT;
    bytes.truncate(DIFF_LIMIT);
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() || more {
        return Ok((String::from_utf8_lossy(&bytes).into_owned(), more));
    }
    let reason = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = reason.lines().next().unwrap_or("git diff failed");
    let hint = if reason.contains("bad object") || reason.contains("unknown revision") {
        " (a shallow clone? git fetch --unshallow)"
    } else if reason.contains("dubious ownership") {
        " (the repository belongs to another user: clone it to a folder of your own)"
    } else {
        ""
    };
    Err(format!("{}{hint}", excerpt(first, 200)))
}

fn is_revision(text: &str) -> bool {
    (4..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}
