//! Whether the places in a diff that reasons name exist: looked up, whoever named them.

use super::diff::Diff;
use crate::model::{Citations, Evidence, Source};

/// Whether a place exists: any source but a place in the diff does; a file must be in the diff or, where only the deploy's list of
/// files is known, in that list; a line must be one that a hunk shows or lies in what it touched.
#[must_use]
pub fn holds(source: &Source, diff: Option<&Diff>, changed_files: &[String]) -> bool {
    let Source::Diff { file, line } = source else { return true };
    let of_file = diff.into_iter().flat_map(|diff| &diff.files).find(|change| change.path() == file);
    match (of_file, line) {
        (Some(change), Some(line)) => change.hunks.iter().any(|hunk| hunk.shows(*line)),
        (Some(_), None) => true,
        (None, None) => changed_files.contains(file),
        (None, Some(_)) => false,
    }
}

/// Takes the places that do not exist out of the reasons, and counts both.
pub fn check(evidence: &mut [Evidence], diff: Option<&Diff>, changed_files: &[String]) -> Citations {
    let mut citations = Citations::default();
    for one in evidence {
        one.sources.retain(|source| {
            let held = holds(source, diff, changed_files);
            if matches!(source, Source::Diff { .. }) {
                citations.held += u64::from(held);
                citations.dropped += u64::from(!held);
            }
            held
        });
    }
    citations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Direction;

    #[test]
    fn only_what_exists_stays() {
        let diff = Diff::parse(
            "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -3,3 +3,2 @@ def f():\n one\n-two\n three\n",
        )
        .unwrap();
        let place = |file: &str, line| Source::Diff { file: file.into(), line };
        let sources = vec![
            place("a.py", Some(4)),
            place("a.py", Some(9)),
            place("a.py", None),
            place("b.py", Some(4)),
            place("b.py", None),
            place("listed.py", None),
            place("listed.py", Some(1)),
        ];
        let mut evidence = vec![Evidence {
            rule: "r".into(),
            direction: Direction::For,
            weight: 1.0,
            summary: String::new(),
            sources,
        }];
        let citations = check(&mut evidence, Some(&diff), &["listed.py".to_owned()]);
        assert_eq!(citations, Citations { held: 3, dropped: 4 });
        assert_eq!(evidence[0].sources, [place("a.py", Some(4)), place("a.py", None), place("listed.py", None)]);
    }
}
