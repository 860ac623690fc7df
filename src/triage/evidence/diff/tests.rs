use super::*;
use proptest::prelude::*;

fn one(text: &str) -> FileChange {
    let diff = Diff::parse(text).unwrap();
    assert_eq!(diff.files.len(), 1);
    diff.files.into_iter().next().unwrap()
}

fn ranges(file: &FileChange) -> Vec<(u32, u32)> {
    file.hunks.iter().flat_map(|h| &h.touched).map(|r| (r.first, r.last)).collect()
}

#[test]
fn line_numbers_and_touched_ranges() {
    let file = one(
        "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -10,7 +10,8 @@ def total(cart):\n a\n-b\n+B\n+C\n d\n e\n-f\n g\n+h\n i\n",
    );
    let hunk = &file.hunks[0];
    assert_eq!(hunk.header, "def total(cart):");
    let lines = |lines: &[DiffLine]| lines.iter().map(|l| (l.line, l.text.clone())).collect::<Vec<_>>();
    assert_eq!(lines(&hunk.added), [(11, "B".into()), (12, "C".into()), (16, "h".into())]);
    assert_eq!(lines(&hunk.removed), [(11, "b".into()), (14, "f".into())]);
    assert_eq!(ranges(&file), [(11, 12), (14, 15), (16, 16)], "replaced, removed (the lines around the cut), added");
    assert_eq!([file.distance(12), file.distance(9), file.distance(20)], [Some(0), Some(2), Some(4)]);
}

#[test]
fn added_before_removed_is_one_change() {
    let file = one("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n+new\n-old\n same\n");
    assert_eq!(ranges(&file), [(1, 1)]);
}

#[test]
fn created_and_deleted_files() {
    let created =
        one("diff --git a/n.rs b/n.rs\nnew file mode 100644\n--- /dev/null\n+++ b/n.rs\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    assert_eq!((created.old_path.as_deref(), created.path()), (None, "n.rs"));
    assert_eq!(ranges(&created), [(1, 2)]);
    let deleted =
        one("diff --git a/n.rs b/n.rs\ndeleted file mode 100644\n--- a/n.rs\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n");
    assert_eq!((deleted.new_path.as_deref(), deleted.path()), (None, "n.rs"));
}

#[test]
fn files_without_hunks() {
    for (text, old, new, binary) in [
        ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "x", "x", false),
        ("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n", "x", "y", false),
        ("diff --git a/i.png b/i.png\nBinary files a/i.png and b/i.png differ\n", "i.png", "i.png", true),
        (
            "diff --git a/i.png b/i.png\nGIT binary patch\nliteral 3\nKcmZQz\n\nliteral 0\nHcmV?d00001\n\n",
            "i.png",
            "i.png",
            true,
        ),
    ] {
        let file = one(text);
        assert_eq!((file.old_path.as_deref(), file.new_path.as_deref(), file.binary), (Some(old), Some(new), binary));
        assert!(file.hunks.is_empty());
    }
}

#[test]
fn oddities_are_survived() {
    let submodule = one(
        "diff --git a/lib b/lib\n--- a/lib\n+++ b/lib\n@@ -1 +1 @@\n-Subproject commit aaa\n+Subproject commit bbb\n",
    );
    assert_eq!(submodule.hunks[0].added[0].text, "Subproject commit bbb");
    let no_newline =
        one("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n");
    assert_eq!(ranges(&no_newline), [(1, 1)]);
    let crlf = one("--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@ f\r\n-a\r\n+b\r\n");
    assert_eq!((crlf.path(), crlf.hunks[0].added[0].text.as_str(), crlf.hunks[0].header.as_str()), ("x", "b", "f"));
    let sql = one("--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,2 @@\n--- a comment\n+++ b\n same\n");
    assert_eq!(sql.hunks[0].removed[0].text, "-- a comment", "a removed line may look like a header");
    let mailed = one(
        "From abc\nSubject: x\n---\n x | 2 +-\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+b\n\n-- \n2.40\n",
    );
    assert_eq!(mailed.hunks[0].context.len(), 1);
}

#[test]
fn a_broken_file_hides_no_other() {
    let text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,99 +1,99 @@\n-a\n+b\ndiff --git a/y b/y\n--- a/y\n+++ b/y\n@@ rubbish @@\n@@ -1 +1 @@\n-c\n+d\n";
    let diff = Diff::parse(text).unwrap();
    assert_eq!(diff.paths(), ["x", "y"]);
    assert_eq!(diff.files[1].hunks[0].added[0].text, "d");
}

#[test]
fn blank_is_empty_and_rubbish_an_error() {
    assert_eq!(Diff::parse(" \n"), Ok(Diff::default()));
    assert!(Diff::parse("hello\nworld").is_err());
    assert!(Diff::parse("Dear all,\n--- a dash\nbye").is_err());
    assert!(Diff::parse("@@ -1 +1 @@\n-a\n+b\n").is_err());
}

#[test]
fn huge_numbers_and_long_lines_are_capped() {
    let file = one(&format!("--- a/x\n+++ b/x\n@@ -4294967295,2 +4294967295,2 @@\n {}\n+b\n+c\n", "é".repeat(5_000)));
    assert_eq!(file.hunks[0].context[0].text.len(), MAX_LINE_BYTES);
    assert_eq!(file.distance(1), Some(u32::MAX - 1));
}

/// Added lines with their numbers, as `diffy` sees them.
fn with_diffy(text: &str) -> Vec<(u32, String)> {
    use diffy::{
        Line,
        patch_set::{ParseOptions, PatchSet},
    };
    let mut all = Vec::new();
    for file in PatchSet::parse(text, ParseOptions::gitdiff()) {
        let file = file.unwrap();
        for hunk in file.patch().as_text().map(|p| p.hunks().to_vec()).unwrap_or_default() {
            let mut number = u32::try_from(hunk.new_range().start()).unwrap();
            for line in hunk.lines() {
                match line {
                    Line::Insert(text) => all.push((number, text.trim_end_matches('\n').to_owned())),
                    Line::Delete(_) => continue,
                    Line::Context(_) => {}
                }
                number += 1;
            }
        }
    }
    all
}

proptest! {
    #[test]
    fn agrees_with_diffy(old in "([a-c]{1,2}\n){1,40}", new in "([a-c]{1,2}\n){1,40}") {
        prop_assume!(old != new);
        let text = format!("diff --git a/x b/x\n{}", diffy::create_patch(&old, &new).to_string().replacen("--- original", "--- a/x", 1).replacen("+++ modified", "+++ b/x", 1));
        let ours: Vec<_> = one(&text).hunks.iter().flat_map(|h| h.added.clone()).map(|l| (l.line, l.text)).collect();
        prop_assert_eq!(ours, with_diffy(&text));
    }

    #[test]
    fn no_text_breaks_it(pieces in prop::collection::vec(prop_oneof![
        "\\PC{0,8}".boxed(),
        prop::sample::select(vec!["diff --git a/x b/x\n", "--- a/x\n", "+++ b/é\n", "@@ -1,3 +1,3 @@ f\n", "@@ -0,0 +1 @@\n", "-a\n", "+b\n",
            " c\n", "\\ No newline\n", "\n", "rename from \"\\", "rename to y\n", "Binary files ", "@@ -9,999999999999 +1 @@\n", "\r\n"])
            .prop_map(str::to_owned).boxed(),
    ], 0..40)) {
        let text = pieces.concat();
        if let Ok(diff) = Diff::parse(&text) {
            for file in &diff.files {
                let _ = (file.distance(7), file.path());
                for hunk in &file.hunks {
                    prop_assert!(hunk.touched.iter().all(|r| r.first <= r.last));
                }
            }
        }
    }
}

#[test]
fn lines_come_in_the_order_of_the_diff() {
    let diff = Diff::parse(
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -3,5 +3,5 @@ def f():\n one\n-two\n-three\n+TWO\n four\n+five\n six\n",
    )
    .unwrap();
    let lines = diff.files[0].hunks[0].in_order();
    let marks: Vec<(char, u32)> = lines.into_iter().map(|(mark, number, _)| (mark, number)).collect();
    assert_eq!(marks, [(' ', 3), ('-', 4), ('-', 5), ('+', 4), (' ', 5), ('+', 6), (' ', 7)]);
}
