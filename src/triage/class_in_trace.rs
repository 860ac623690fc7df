use super::{CaseContext, Triager};
use crate::endpoint::AskError;
use crate::model::{Citations, Direction, Evidence, Source, Tokens, Verdict, VerdictKind};
use crate::normalize::trace;
use std::collections::{BTreeMap, BTreeSet};

/// “A class in the trace is in the diff.”
///
/// *Decides*: `caused` exactly when a frame of an open alert's trace is in a file that bears the name of a changed one, or, where the
/// frame tells no file, in a class of that name; else `not_caused`; confidence 1. Attributed are the alerts with such a frame.
/// *Fails when*: an innocent deploy changes a file that the trace runs through, which is what every busy file is; where files of one
/// name abound (`index.js`, `mod.rs`, `__init__.py`); where there is no trace, or the cause is no code of the trace.
/// *Parameters*: none.
/// *Reference*: the plain rule that localizing bugs from stack traces starts from (Schröter et al., MSR 2010: most fixes touch a file
/// of the trace); the rule that a score of links must beat.
#[derive(Clone, Copy, Debug)]
pub struct ClassInTrace;

impl Triager for ClassInTrace {
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError> {
        let changed = Changed::of(case.changed_files);
        let mut attributed = Vec::new();
        let mut found = None;
        for alert in case.open_alerts() {
            let signature = alert.alert.detection.signature.as_str();
            let mut traces = alert.samples.iter().filter_map(|sample| sample.stack_trace);
            if let Some(hit) = traces.find_map(|trace| changed.first_in(trace)) {
                attributed.push(signature.to_owned());
                found = found.or(Some((signature, hit)));
            }
        }
        Ok(Verdict {
            kind: if found.is_some() { VerdictKind::Caused } else { VerdictKind::NotCaused },
            confidence: 1.0,
            evidence: vec![evidence(found)],
            attributed,
            citations: Citations::default(),
            tokens: Tokens::default(),
        })
    }
}

/// A frame and the changed file of its name.
struct Hit<'a> {
    frame: String,
    file: &'a str,
}

/// Changed files by what frames can name them by.
struct Changed<'a> {
    by_name: BTreeMap<&'a str, &'a str>,
    by_stem: BTreeMap<&'a str, &'a str>,
}

impl<'a> Changed<'a> {
    fn of(paths: &'a [String]) -> Self {
        let name = |path: &'a String| path.rsplit('/').next().unwrap_or(path);
        let stem = |path: &'a String| name(path).split('.').next().unwrap_or_default();
        let by = |key: &dyn Fn(&'a String) -> &'a str| -> BTreeMap<&'a str, &'a str> {
            let keyed = paths.iter().map(|path| (key(path), path.as_str()));
            keyed.filter(|(key, _)| !key.is_empty()).collect()
        };
        Self { by_name: by(&name), by_stem: by(&stem) }
    }

    /// The most recent call that is in a changed file.
    fn first_in(&self, text: &str) -> Option<Hit<'a>> {
        let mut seen = BTreeSet::new();
        trace::frames(text).into_iter().find_map(|frame| {
            let path = frame.path();
            let file = match path.as_deref().and_then(|path| path.rsplit('/').next()) {
                Some(name) => seen.insert(name.to_owned()).then(|| self.by_name.get(name)).flatten(),
                None => frame.class().and_then(|class| self.by_stem.get(class)),
            };
            file.map(|file| Hit { frame: frame.to_string(), file })
        })
    }
}

fn evidence(found: Option<(&str, Hit<'_>)>) -> Evidence {
    let (direction, summary, sources) = match found {
        Some((signature, Hit { frame, file })) => {
            let sources = vec![
                Source::Frame { signature: signature.to_owned(), frame },
                Source::Diff { file: file.to_owned(), line: None },
            ];
            (Direction::For, format!("The trace runs through {file}, which the deploy changed."), sources)
        }
        None => (Direction::Against, "No trace runs through a file that the deploy changed.".to_owned(), Vec::new()),
    };
    Evidence { rule: "class_in_trace".to_owned(), direction, weight: 0.0, summary, sources }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    fn verdict(changed: &[&str], trace: Option<&str>) -> Verdict {
        let mut fixture = Fixture::new();
        fixture.changed_files = changed.iter().map(|&path| path.to_owned()).collect();
        fixture.add("a", |alert| alert.trace = trace.map(str::to_owned));
        fixture.add("b", |_| ());
        fixture.judge(&ClassInTrace)
    }

    #[test]
    fn a_file_of_the_trace_that_changed_is_enough() {
        let java = "java.lang.IllegalStateException: no\n\tat org.shop.Cart.total(Cart.java:12)\n\tat org.shop.Api.get(Api.java:3)";
        let found = verdict(&["docs/a.md", "src/org/shop/Api.java"], Some(java));
        assert_eq!((found.kind, found.attributed), (VerdictKind::Caused, vec!["a".to_owned()]));
        assert!(found.evidence[0].summary.contains("src/org/shop/Api.java"));
        assert_eq!(verdict(&["src/Wish.java"], Some(java)).kind, VerdictKind::NotCaused);
        assert_eq!(verdict(&["src/Cart.java"], None).kind, VerdictKind::NotCaused);
        let python = "Traceback (most recent call last):\n  File \"/app/shop/cart.py\", line 3, in total\n    x\nKeyError: 'sku'";
        assert_eq!(verdict(&["shop/cart.py"], Some(python)).kind, VerdictKind::Caused);
        let unknown =
            "java.lang.Error\n\tat org.shop.Cart$Item.total(Unknown Source)\n\tat org.shop.Api.get(Native Method)";
        assert_eq!(verdict(&["src/Cart.java"], Some(unknown)).kind, VerdictKind::Caused);
    }
}
