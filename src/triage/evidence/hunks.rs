use super::Change;
use super::file_classes::FileClasses;
use super::links;
use super::rules::Rule;
use crate::model::Source;
use crate::triage::CaseContext;
use std::collections::BTreeMap;

/// A hunk of the deploy's diff with how strongly the errors of a case are linked to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankedHunk {
    /// Index into [`crate::triage::Diff::files`].
    pub file: usize,
    /// Index into that file's hunks.
    pub hunk: usize,
    /// Sum of the weights of links that cite a line of it, plus a half for those that cite only its file; 0 where nothing does.
    pub score: f64,
}

/// Every hunk of the diff, the best-linked first, of equals in the diff's order: what a reader with little time should see first.
/// `weight` is the log-odds of a full link; links that speak against the deploy point at nothing and do not count. Empty without a diff.
#[must_use]
pub fn hunks_by_link(case: &CaseContext<'_>, classes: &FileClasses, weight: impl Fn(&Rule) -> f64) -> Vec<RankedHunk> {
    let Some(diff) = case.diff else { return Vec::new() };
    let change = Change::of(case, classes);
    let mut of_line: BTreeMap<(String, u32), f64> = BTreeMap::new();
    let mut of_file: BTreeMap<String, f64> = BTreeMap::new();
    for alert in case.open_alerts() {
        for link in links(&alert.alert.detection.signature, alert.samples, &change) {
            let earned = weight(&link.rule).max(0.0) * link.strength;
            for source in link.sources {
                match source {
                    Source::Diff { file, line: Some(line) } => keep_larger(&mut of_line, (file, line), earned),
                    Source::Diff { file, line: None } => keep_larger(&mut of_file, file, earned),
                    _ => {}
                }
            }
        }
    }
    let mut ranked = Vec::new();
    for (file, change) in diff.files.iter().enumerate() {
        let cited: Vec<(u32, f64)> = of_line
            .range((change.path().to_owned(), 0)..=(change.path().to_owned(), u32::MAX))
            .map(|((_, line), score)| (*line, *score))
            .collect();
        let whole = of_file.get(change.path()).copied().unwrap_or(0.0) / 2.0;
        for (index, hunk) in change.hunks.iter().enumerate() {
            let lines: f64 = cited.iter().filter(|(line, _)| hunk.shows(*line)).map(|(_, score)| score).sum();
            ranked.push(RankedHunk { file, hunk: index, score: lines + whole });
        }
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| (a.file, a.hunk).cmp(&(b.file, b.hunk))));
    ranked
}

/// Of several alerts that point at one place the strongest link counts: forty fragments of one error are one.
fn keep_larger<K: Ord>(scores: &mut BTreeMap<K, f64>, place: K, score: f64) {
    let kept = scores.entry(place).or_insert(0.0);
    *kept = kept.max(score);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;
    use crate::triage::PairCase;

    #[test]
    fn the_hunk_that_the_trace_runs_through_comes_first() {
        let hunk = |line: u32, text: &str| format!("@@ -{line} +{line} @@\n-x = 0\n+{text}\n");
        let file =
            |path: &str, hunks: &str| format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n{hunks}");
        let cart = format!("{}{}", hunk(3, "a = 1"), hunk(40, "total = price * count"));
        let diff = format!("{}{}", file("docs/a.md", &hunk(1, "text")), file("shop/cart.py", &cart));
        let trace =
            "Traceback (most recent call last):\n  File \"/app/shop/cart.py\", line 40, in total\nKeyError: 'sku'";
        let pair = PairCase::new("d", Instant::from_micros(0), &[trace], None, &diff);
        let ranked = pair.with_context(|case| hunks_by_link(case, &FileClasses::default(), |rule| rule.weight));
        let order: Vec<(usize, usize)> = ranked.iter().map(|one| (one.file, one.hunk)).collect();
        assert_eq!(order, [(1, 1), (0, 0), (1, 0)]);
        assert!(ranked[0].score >= 3.0 && ranked[2].score.abs() < 1e-9, "{ranked:?}");
    }
}
