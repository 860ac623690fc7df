//! Evidence weighed by a table that was fitted to labelled cases: deterministic, free, and every reason can be checked.

pub mod fit;
mod logistic;
mod scores;
pub mod weights;

#[cfg(test)]
mod d4j;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod tests;

pub use scores::{Scores, Share};

use super::evidence::file_classes::{FileClassRule, FileClasses};
use super::evidence::{self, Change, citations, measured, only_logging as only_logs, rules};
use super::{AlertContext, CaseContext, Triager};
use crate::endpoint::AskError;
use crate::model::{Citations, Direction, Evidence, Source, Tokens, Verdict, VerdictKind};
use serde::{Deserialize, Serialize};
use weights::Weights;

/// Thresholds of [`Heuristic`], all probabilities, and its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeuristicSpec {
    /// Chance that an alert near a deploy is the deploy's fault, before any evidence; default 0.24, the share of caused pairs that
    /// the shipped weights were fitted to, under which their probabilities are calibrated on such pairs.
    pub prior: f64,
    /// `caused` from this probability on where a link ties the error to the change (without one, from 0.65 or this, if it is higher);
    /// default 0.2: to miss a guilty deploy costs more than to look at four innocent ones. It is a threshold for suspicion; what may be
    /// acted on is the policy's `fix_at`.
    pub caused_at: f64,
    /// `not_caused` up to this probability; default 0.2, so that `inconclusive` is only what no link speaks for.
    pub not_caused_at: f64,
    /// A file of weights as `shakedown triage fit` writes it; absent: the shipped ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// What files are for where the built-in table errs; the first rule that matches counts. At most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_classes: Vec<FileClassRule>,
}

impl Default for HeuristicSpec {
    fn default() -> Self {
        Self { prior: 0.24, caused_at: 0.2, not_caused_at: 0.2, weights: None, file_classes: Vec::new() }
    }
}

impl HeuristicSpec {
    /// # Errors
    /// When `prior` is not inside (0, 1), not 0 ≤ `not_caused_at` ≤ `caused_at` ≤ 1, `weights` cannot be used, or a rule
    /// of `file_classes` cannot be read.
    pub fn build(&self) -> Result<Heuristic, String> {
        if !(self.prior > 0.0 && self.prior < 1.0) {
            return Err(format!("prior = {} is not between 0 and 1", self.prior));
        }
        if !(0.0 <= self.not_caused_at && self.not_caused_at <= self.caused_at && self.caused_at <= 1.0) {
            return Err(format!(
                "not_caused_at = {} and caused_at = {} must be probabilities, the first not above the second",
                self.not_caused_at, self.caused_at
            ));
        }
        let classes = FileClasses::new(&self.file_classes)?;
        let weights = self.weights.as_deref().map_or_else(Weights::shipped, Weights::read)?;
        Ok(Heuristic { spec: self.clone(), weights, classes })
    }
}

/// Weighs evidence for and against each alert; the best-supported alert speaks for the case.
///
/// *Decides*: where only docs, tests or CI changed, `not_caused`. Else the log-odds of an alert are those of the prior plus the
/// weights of the rules it meets ([`rules`]), of every rule the strongest over its samples. The case has the probability of its
/// best alert that is not gated: forty fragments of one error count once. From `caused_at` on, if a link ties it to the
/// change (from 0.65 on without), `caused`; up to `not_caused_at` `not_caused`; else `inconclusive`. Attributed are the alerts that are `caused`
/// by themselves. Weights of links are fitted to labelled pairs ([`fit`]); those of measurements are set.
/// *Fails when*: the cause and the place where it shows are apart (a setting, a leak, another service), or a trace names no line; and
/// when an innocent deploy changes the very lines that an outage's trace runs through.
/// *Parameters*: `prior`, `caused_at`, `not_caused_at`, `weights`, `file_classes`.
/// *Reference*: logistic regression with a ridge penalty and signs held (Hastie, Tibshirani & Friedman 2009, §4.4, §3.4.1);
/// stack-to-change distance follows Locus and `ChangeLocator` (2016, 2017), votes and vetoes of Gandalf (NSDI 2020) the measurements.
#[derive(Clone, Debug)]
pub struct Heuristic {
    spec: HeuristicSpec,
    weights: Weights,
    classes: FileClasses,
}

/// What measurements must reach without any link to the change: from the prior it takes more than one of them.
pub(super) const LIKELY: f64 = 0.65;

/// What the odds before any evidence are told as.
const PRIOR: &str = "prior";

/// One alert with all that speaks for and against it.
struct Judged<'a> {
    signature: &'a str,
    evidence: Vec<Evidence>,
    probability: f64,
}

impl Triager for Heuristic {
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError> {
        let mut verdict = self.verdict_on(case);
        verdict.citations = citations::check(&mut verdict.evidence, case.diff, case.changed_files);
        Ok(verdict)
    }
}

impl Heuristic {
    /// What it takes changed files for.
    #[must_use]
    pub const fn file_classes(&self) -> &FileClasses {
        &self.classes
    }

    fn verdict_on(&self, case: &CaseContext<'_>) -> Verdict {
        let change = Change::of(case, &self.classes);
        if change.files.is_empty() && change.file_count > 0 {
            let evidence = vec![self.prior(), nothing_runs(case, &change)];
            return self.verdict(evidence, Vec::new());
        }
        let logging = only_logs(&change).then(|| only_logging(&change));
        let shared: Vec<Evidence> = logging.into_iter().chain([self.prior()]).collect();
        let judged: Vec<Judged<'_>> = case.open_alerts().map(|one| self.judged(one, case, &change, &shared)).collect();
        let is_caused = |one: &Judged<'_>| self.kind(&one.evidence) == VerdictKind::Caused;
        let best = judged.iter().max_by(|a, b| {
            let by_kind = is_caused(a).cmp(&is_caused(b));
            by_kind.then(a.probability.total_cmp(&b.probability)).then_with(|| b.signature.cmp(a.signature))
        });
        let Some(best) = best else { return self.verdict(vec![self.prior()], Vec::new()) };
        let guilty = judged.iter().filter(|one| is_caused(one));
        self.verdict(best.evidence.clone(), guilty.map(|one| one.signature.to_owned()).collect())
    }
}

impl Heuristic {
    /// All that speaks for and against one alert; `shared` is the same for every alert of the case.
    fn judged<'a>(
        &self,
        context: &AlertContext<'a>,
        case: &CaseContext<'_>,
        change: &Change<'_>,
        shared: &[Evidence],
    ) -> Judged<'a> {
        let signature = context.alert.detection.signature.as_str();
        let links = evidence::links(signature, context.samples, change).into_iter();
        let weighed = links.map(|link| {
            let weight = self.weights.of(&link.rule);
            link.weighed(weight)
        });
        let mut evidence: Vec<Evidence> = weighed.collect();
        evidence.extend(measured::evidence(context, case));
        evidence.extend_from_slice(shared);
        Judged { signature, probability: probability(&evidence), evidence }
    }

    /// The odds before any evidence, told like a reason so that the reasons add up to the verdict.
    fn prior(&self) -> Evidence {
        let prior = self.spec.prior;
        let weight = (prior / (1.0 - prior)).ln();
        Evidence {
            rule: PRIOR.to_owned(),
            direction: match weight.total_cmp(&0.0) {
                std::cmp::Ordering::Greater => Direction::For,
                std::cmp::Ordering::Equal => Direction::Context,
                std::cmp::Ordering::Less => Direction::Against,
            },
            weight,
            summary: format!("Before any evidence, {:.0} of 100 alerts near a deploy are its fault.", prior * 100.0),
            sources: vec![Source::Measured { name: "prior".to_owned(), value: prior, unit: "probability".to_owned() }],
        }
    }

    fn verdict(&self, mut evidence: Vec<Evidence>, attributed: Vec<String>) -> Verdict {
        let p = probability(&evidence);
        evidence.sort_by(|a, b| {
            let by_weight = b.weight.abs().total_cmp(&a.weight.abs());
            by_weight.then_with(|| a.rule.cmp(&b.rule)).then_with(|| a.summary.cmp(&b.summary))
        });
        let kind = self.kind(&evidence);
        let confidence = match kind {
            VerdictKind::Caused => p,
            VerdictKind::NotCaused => 1.0 - p,
            VerdictKind::Inconclusive => p.max(1.0 - p),
        };
        Verdict { kind, confidence, evidence, attributed, citations: Citations::default(), tokens: Tokens::default() }
    }

    /// Suspicion is enough where a link ties the error to the change; what is measured alone must be likely.
    fn kind(&self, evidence: &[Evidence]) -> VerdictKind {
        let p = probability(evidence);
        let is_tie = |one: &Evidence| one.weight > 0.0 && rules::LINKS.iter().any(|rule| rule.id == one.rule);
        let caused_at = if evidence.iter().any(is_tie) { self.spec.caused_at } else { self.spec.caused_at.max(LIKELY) };
        if p >= caused_at {
            VerdictKind::Caused
        } else if p <= self.spec.not_caused_at {
            VerdictKind::NotCaused
        } else {
            VerdictKind::Inconclusive
        }
    }
}

/// Logistic of the summed weights.
fn probability(evidence: &[Evidence]) -> f64 {
    let mut weights: Vec<f64> = evidence.iter().map(|one| one.weight).collect();
    // Sums of floats depend on their order.
    weights.sort_by(f64::total_cmp);
    1.0 / (1.0 + (-weights.iter().sum::<f64>()).exp())
}

fn nothing_runs(case: &CaseContext<'_>, change: &Change<'_>) -> Evidence {
    let paths = case.diff.map_or_else(|| case.changed_files.to_vec(), super::Diff::paths);
    let summary = format!("All {} changed file(s) are documentation, tests or CI.", change.file_count);
    let sources = paths.into_iter().take(3).map(|file| Source::Diff { file, line: None }).collect();
    rules::NOTHING_RUNS.evidence(1.0, summary, sources)
}

fn only_logging(change: &Change<'_>) -> Evidence {
    let sources = change.changed_lines().take(1);
    let sources =
        sources.map(|(file, line, _)| Source::Diff { file: file.to_owned(), line: Some(line.line) }).collect();
    rules::ONLY_LOGGING.evidence(1.0, "Every changed line is a comment or a log call.".to_owned(), sources)
}
