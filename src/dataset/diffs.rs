//! Unified diffs of deploys: from `diffs/<id>.diff`, or made by git from `repo`.

use super::intake::Intake;
use super::source;
use crate::model::{Deploy, UserError};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

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
    let mut unsafe_ids = 0;
    for deploy in deploys {
        if !is_file_name(&deploy.id) {
            unsafe_ids += 1;
            continue;
        }
        let path = folder.join("diffs").join(format!("{}.diff", deploy.id));
        if path.exists() {
            diffs.insert(deploy.id.clone(), capped(source::read_text(&path)?, &deploy.id, intake));
        }
    }
    if unsafe_ids > 0 {
        intake.warn(format!(
            "{unsafe_ids} deploy ids are no file names (they hold / or the like): no diff was looked up for them"
        ));
    }
    if let Some(repo) = repo {
        let repo = folder.join(repo);
        for deploy in deploys.iter().filter(|d| !diffs.contains_key(&d.id)).collect::<Vec<_>>() {
            match from_git(&repo, deploy) {
                Some(Ok(diff)) => drop(diffs.insert(deploy.id.clone(), capped(diff, &deploy.id, intake))),
                Some(Err(reason)) => intake.warn(format!("no diff of deploy {}: {reason}", deploy.id)),
                None => {}
            }
        }
    }
    Ok(diffs)
}

fn is_file_name(id: &str) -> bool {
    !id.starts_with('.') && id.chars().all(|c| c.is_alphanumeric() || "._-+@#:".contains(c))
}

fn capped(mut diff: String, id: &str, intake: &mut Intake) -> String {
    if diff.len() > DIFF_LIMIT {
        let cut = diff.floor_char_boundary(DIFF_LIMIT);
        diff.truncate(cut);
        intake.warn(format!("the diff of deploy {id} is longer than 8 MiB and was cut there"));
    }
    diff
}

/// `git diff previous revision`, with every setting pinned and nothing of the repository executed; `None` without both revisions.
fn from_git(repo: &Path, deploy: &Deploy) -> Option<Result<String, String>> {
    let (from, to) = (deploy.previous_revision.as_deref()?, deploy.revision.as_deref()?);
    if !is_revision(from) || !is_revision(to) {
        return Some(Err("its revisions are no git object names".to_owned()));
    }
    let settings = [
        "core.quotepath=off",
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "diff.renames=true",
        "diff.algorithm=myers",
        "diff.renameLimit=1000",
    ];
    let mut git = Command::new("git");
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("LC_ALL", "C").arg("-C").arg(repo);
    for setting in settings {
        git.args(["-c", setting]);
    }
    git.args(["diff", "--no-ext-diff", "--no-textconv", "--no-color", "-M", "--full-index", from, to, "--"]);
    Some(match git.output() {
        Err(error) => Err(format!("git cannot be run: {error}")),
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => {
            let reason = String::from_utf8_lossy(&output.stderr);
            Err(crate::model::excerpt(reason.lines().next().unwrap_or("git diff failed"), 200))
        }
    })
}

fn is_revision(text: &str) -> bool {
    (4..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}
