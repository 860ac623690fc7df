//! Files that belong to a trace though no frame is in them: what its test is called after.

use super::change::Change;
use super::link::Link;
use super::rules;
use super::trace::frame_source;
use crate::model::Source;
use crate::normalize::trace::Frame;

/// Tests' frames that are looked at, and changed files.
const MAX_FRAMES: usize = 20;
const MAX_FILES: usize = 500;
/// A name so long that a test's name that ends with it is of it.
const LONG: usize = 8;

/// The class of a frame, or what its file is called.
fn unit(frame: &Frame) -> Option<String> {
    let of_file = || {
        let path = frame.path()?;
        path.rsplit('/').next()?.split('.').next().map(str::to_owned)
    };
    frame.class().map(str::to_owned).or_else(of_file)
}

/// A frame of the test that is called after a changed file.
pub fn test_of_file(signature: &str, frames: &[Frame], change: &Change<'_>) -> Option<Link> {
    let tests = frames.iter().filter(|frame| frame.is_test() && !frame.is_library());
    tests.take(MAX_FRAMES).find_map(|frame| {
        let subject = subject(&unit(frame)?)?;
        let file = change.files.iter().take(MAX_FILES).find(|file| {
            let stem = file.stem().to_lowercase();
            subject == stem || (stem.len() >= LONG && subject.ends_with(&stem))
        })?;
        let summary = format!("The trace begins in the test of {}, which the deploy changed.", file.path);
        let diff = Source::Diff { file: file.path.to_owned(), line: None };
        Some(rules::TEST_OF_FILE.link(1.0, summary, vec![frame_source(signature, frame), diff]))
    })
}

/// What a test is called after, lower-case: `CartTest`, `TestCart`, `test_cart`, `cart_spec`: `cart`.
fn subject(test: &str) -> Option<String> {
    let lower = test.to_lowercase();
    let of = |subject: &str| subject.trim_matches('_').to_owned();
    ["testcase", "tests", "test", "spec", "it"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))
        .or_else(|| lower.strip_prefix("test"))
        .map(of)
        .filter(|subject| subject.len() >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_called_after_what_they_try() {
        for (test, of) in [
            ("CartTest", Some("cart")),
            ("TestCart", Some("cart")),
            ("test_cart", Some("cart")),
            ("cart_spec", Some("cart")),
            ("Test", None),
            ("Cart", None),
        ] {
            assert_eq!(subject(test).as_deref(), of, "{test}");
        }
    }
}
