use super::args::LabelArgs;
use super::named::{NamedNormalizer, normalizer};
use super::questions::{Questions, Reply};
use crate::cli::failure::Failure;
use crate::cli::input::{data_set, require_records, warn_of};
use crate::cli::output::print;
use crate::cli::progress::Terminal;
use crate::dataset::{
    DataSet, Intake, LabelledPair, PAIRS, PairAnswer, append_pair, exported_pairs, labelled_pairs, nearest,
};
use crate::evaluate::{PairDraw, PairTexts};
use crate::model::{Instant, Interval, Severity, Span, UserError};
use crate::report;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

/// How long after a deploy what is new counts as its own.
const AFTER_DEPLOY: Span = Span::hours(24);

/// Draws pairs, asks, and keeps the answers.
pub fn run(args: &LabelArgs, terminal: &Terminal) -> Result<(), Failure> {
    let named = normalizer(&args.normalizer, "--normalizer")?;
    let threshold = args.threshold.or(super::own_threshold(&named.spec)).unwrap_or(super::DEFAULT_THRESHOLD);
    let threshold = super::check_threshold(threshold)?;
    let (data, intake) = data_set(&args.data, terminal);
    let data = data?;
    require_records(&data, &intake)?;
    let mut labels = Intake::new(args.data.rejects.policy());
    let known = labelled_pairs(&args.data.dataset, &mut labels)?;
    let filled = args.answers.as_ref().filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    warn_of(&labels);
    let tally = if let Some(path) = filled {
        let mut answers = Intake::new(labels.policy);
        let answered = exported_pairs(path, &mut answers)?;
        warn_of(&answers);
        keep_filled(args, &answered, &known)?
    } else {
        let pairs = draw_pairs(args, &data, &named, threshold, &known)?;
        if let Some(path) = &args.export {
            return export(path, &pairs);
        }
        ask(args, pairs)?
    };
    print(&tally.told(&args.data.dataset.join(PAIRS)))
}

fn nothing(args: &LabelArgs, known: &[LabelledPair]) -> String {
    match &args.deploy {
        Some(deploy) => {
            format!("no template was first seen in the 24 hours after {deploy} that is not labelled already")
        }
        None => format!("holds no pair that is not labelled already ({} are)", known.len()),
    }
}

fn after(data: &DataSet, id: &str) -> Result<Interval, Failure> {
    let Some(deploy) = data.deploys.iter().find(|deploy| deploy.id == id) else {
        let ids: Vec<&str> = data.deploys.iter().map(|deploy| deploy.id.as_str()).collect();
        let message = format!("there is no deploy {id:?}{}", nearest(id, &ids));
        return Err(Failure::usage("--deploy", message, "deploys.jsonl has the ids"));
    };
    Ok(Interval::new(deploy.deployed_at, deploy.deployed_at + AFTER_DEPLOY))
}

fn draw_pairs(
    args: &LabelArgs,
    data: &DataSet,
    named: &NamedNormalizer,
    threshold: f64,
    known: &[LabelledPair],
) -> Result<Vec<LabelledPair>, Failure> {
    let built = named.spec.build().map_err(|reason| Failure::usage(&named.name, reason, ""))?;
    let texts = PairTexts::of(data, built.normalizer.as_ref(), Severity::Error);
    let draw = PairDraw {
        normalizer: &named.name,
        threshold,
        count: args.pairs as usize,
        seed: args.seed,
        among: args.deploy.as_deref().map(|id| after(data, id).map(|within| (id, within))).transpose()?,
    };
    let pairs = texts.draw(&draw, known, built.normalizer.as_ref());
    if pairs.is_empty() {
        let help = "label under another normalizer or threshold, or bring more records";
        return Err(Failure::Nothing(UserError::new(&data.manifest.name, nothing(args, known), help)));
    }
    Ok(pairs)
}

fn export(path: &Path, pairs: &[LabelledPair]) -> Result<(), Failure> {
    let unwritten =
        |e: std::io::Error| Failure::usage(path.display().to_string(), format!("cannot be written: {e}"), "");
    // What stands there may be labels, or the data set itself.
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let text = report::json_lines(pairs)?;
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::usage(
            path.display().to_string(),
            "exists already",
            "--export names a file that does not exist yet",
        ),
        _ => unwritten(e),
    })?;
    print(&format!(
        "{} pairs in {}: put \"same\", \"different\" or \"skip\" where \"answer\" is null, then pass it to --answers\n",
        pairs.len(),
        path.display()
    ))
}

/// What was answered.
#[derive(Default)]
struct Answered {
    same: u64,
    different: u64,
    skipped: u64,
    /// Not answered, and those that had been before.
    left: u64,
    repeated: u64,
}

impl Answered {
    /// Keeps one answer.
    fn keep(&mut self, args: &LabelArgs, mut pair: LabelledPair, answer: PairAnswer) -> Result<(), Failure> {
        pair.answer = Some(answer);
        pair.labelled_by.clone_from(&args.by);
        pair.labelled_at = Some(Instant::from_micros(jiff::Timestamp::now().as_microsecond()));
        append_pair(&args.data.dataset, &pair)?;
        match answer {
            PairAnswer::Same => self.same += 1,
            PairAnswer::Different => self.different += 1,
            PairAnswer::Skip => self.skipped += 1,
        }
        Ok(())
    }

    fn told(&self, path: &Path) -> String {
        let kept = self.same + self.different + self.skipped;
        let repeated =
            if self.repeated > 0 { format!("; {} were labelled before", self.repeated) } else { String::new() };
        if kept == 0 {
            return format!("nothing was answered: no pair was labelled; {} left{repeated}\n", self.left);
        }
        format!(
            "{kept} pairs labelled: {} same, {} different, {} skipped; {} left{repeated}\nsaved in {}\n",
            self.same,
            self.different,
            self.skipped,
            self.left,
            path.display()
        )
    }
}

fn ask(args: &LabelArgs, pairs: Vec<LabelledPair>) -> Result<Answered, Failure> {
    let mut questions = Questions::open(args.answers.as_deref())?;
    let mut tally = Answered::default();
    let count = pairs.len();
    for (index, pair) in pairs.into_iter().enumerate() {
        match questions.ask(&pair, index + 1, count)? {
            Reply::Answer(answer) => tally.keep(args, pair, answer)?,
            Reply::Quit => {
                tally.left = (count - index) as u64;
                break;
            }
        }
    }
    Ok(tally)
}

/// Keeps the answers of an exported file, but for pairs that have one already.
fn keep_filled(args: &LabelArgs, pairs: &[LabelledPair], known: &[LabelledPair]) -> Result<Answered, Failure> {
    let mut seen: BTreeSet<u128> = known.iter().map(LabelledPair::key).collect();
    let mut tally = Answered::default();
    for pair in pairs {
        match pair.answer {
            None => tally.left += 1,
            Some(_) if !seen.insert(pair.key()) => tally.repeated += 1,
            Some(answer) => tally.keep(args, pair.clone(), answer)?,
        }
    }
    Ok(tally)
}
