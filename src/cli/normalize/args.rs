use crate::cli::args::{DataSetArgs, Format, RejectArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Args)]
pub struct NormalizeArgs {
    #[command(subcommand)]
    pub command: NormalizeCommand,
}

#[derive(Subcommand)]
pub enum NormalizeCommand {
    /// Score normalizers against texts whose true groups are known
    #[command(after_help = SCORE_HELP)]
    Score(ScoreArgs),
    /// Show what splits and what merges under another normalizer, and which alerts and cases change because of it
    #[command(after_help = DIFF_HELP)]
    Diff(DiffArgs),
    /// Ask of pairs of texts whether they tell of the same error, and keep the answers in the data set
    #[command(after_help = LABEL_HELP)]
    Label(LabelArgs),
    /// What labelled pairs say of a normalizer and of its threshold, over time
    #[command(after_help = RECALIBRATE_HELP)]
    Recalibrate(RecalibrateArgs),
}

#[derive(Args)]
pub struct DiffArgs {
    #[command(flatten)]
    pub data: DataSetArgs,
    /// The normalizer that is compared with: a preset, a pipeline file (its [normalize] table), or a file with a normalizer alone
    #[arg(long, value_name = "PRESET|FILE")]
    pub a: String,
    /// The normalizer that is tried
    #[arg(long, value_name = "PRESET|FILE")]
    pub b: String,
    /// Whose stages after normalization both go through [default: those of a, or recommended-2026]
    #[arg(long, value_name = "PRESET|FILE")]
    pub pipeline: Option<String>,
    /// A price list; [default: the shipped one]
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
}

const DIFF_HELP: &str = "\
Both normalizers go through the same pipeline, so that every difference in alerts, cases and cost is
theirs. Signatures are compared under the last fit where a normalizer learns; alerts under the fit
of their own day.

Examples:
  shakedown normalize diff datasets/harbor-month --a langchain-2026 --b general-2026
  shakedown normalize diff datasets/harbor-month --a general-2026 --b mine.toml --format md > diff.md";

#[derive(Args)]
pub struct ScoreArgs {
    /// Files of labelled lines or stack traces, CSV or JSONL, or folders of them; each file is one system
    #[arg(required = true)]
    pub labels: Vec<PathBuf>,
    /// The column that holds the text [default: `Content`, or else trace]
    #[arg(long, value_name = "COLUMN")]
    pub text: Option<String>,
    /// The column that names the true group [default: `EventTemplate`, or else group]
    #[arg(long, value_name = "COLUMN")]
    pub group: Option<String>,
    /// A preset, a pipeline file, or a file with nothing but a normalizer (`kind = "rules"` …); may be repeated
    /// [default: general-2026, drain-2026, recommended-2026, langchain-2026]
    #[arg(long, value_name = "PRESET|FILE")]
    pub normalizer: Vec<String>,
    /// What is printed: tables, JSON, or Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
    #[command(flatten)]
    pub rejects: RejectArgs,
}

const SCORE_HELP: &str = "\
Each file is grouped alone, as the errors of one system. A text of one line is a message; several
lines are a stack trace. Normalizers that learn see every text before they are asked, without the
labels. Of a file and its …_corrected twin in the same folder only the latter is read.

Examples:
  shakedown normalize score loghub/                      every <System>/<System>_2k.log_structured*.csv
  shakedown normalize score traces.jsonl --text trace --group bug
  shakedown normalize score loghub/ --normalizer langchain-2026 --normalizer mine.toml --format md

A normalizer file:
  kind = \"rules\"
  masks = [{ mask = \"uuid\" }, { mask = \"number\", min_length = 1 }]";

#[derive(Args)]
pub struct LabelArgs {
    #[command(flatten)]
    pub data: DataSetArgs,
    /// How many pairs to draw
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub pairs: u32,
    /// The normalizer whose templates are compared: a preset, a pipeline file, or a normalizer file
    #[arg(long, value_name = "PRESET|FILE", default_value = "recommended-2026")]
    pub normalizer: String,
    /// Distance around which most pairs are drawn [default: the normalizer's own threshold, or 0.3]
    #[arg(long, value_name = "DISTANCE")]
    pub threshold: Option<f64>,
    /// Only pairs with a template that was first seen in the 24 hours after this deploy
    #[arg(long, value_name = "ID")]
    pub deploy: Option<String>,
    /// Same data set, same labels so far, same seed: the same pairs
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Who labels; written beside each answer
    #[arg(long, value_name = "NAME", default_value = "")]
    pub by: String,
    /// Take the answers from this file: one word a line, or the pairs of --export with their `answer` filled in (.jsonl)
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Write the pairs to this file (.jsonl), to be labelled elsewhere, and ask nothing
    #[arg(long, value_name = "FILE", conflicts_with = "answers")]
    pub export: Option<PathBuf>,
}

const LABEL_HELP: &str = "\
Two texts are the same error when one fix would end both. Answer s (same), d (different), ? (cannot
be told: never asked again) or q (stop; what was answered is kept). 60 % of the pairs lie within
20 % of the threshold, where an answer decides most; the rest are spread over all distances, and
each pair remembers how many it stands for. No pair is asked twice. Answers are appended to
labels/pairs.jsonl in the data set. When stdin is no terminal, answers are read from it, one a line.

Examples:
  shakedown normalize label DATASET --pairs 40 --by ann
  shakedown normalize label DATASET --pairs 10 --deploy d17       after each deploy, a few of what is new
  shakedown normalize label DATASET --pairs 200 --export todo.jsonl
  shakedown normalize label DATASET --pairs 200 --answers done.jsonl";

#[derive(Args)]
pub struct RecalibrateArgs {
    #[command(flatten)]
    pub data: DataSetArgs,
    /// The normalizer to judge: a preset, a pipeline file, or a normalizer file
    #[arg(long, value_name = "PRESET|FILE", default_value = "recommended-2026")]
    pub normalizer: String,
    /// The threshold in use [default: the one that the latest pairs were drawn around]
    #[arg(long, value_name = "DISTANCE")]
    pub threshold: Option<f64>,
    /// What taking two errors for one costs; only the ratio to --split-cost matters
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub merge_cost: f64,
    /// What taking one error for two costs
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub split_cost: f64,
    /// How exactly a side's share of mistakes is to be known: half the width of its 95 % interval
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    pub half_width: f64,
    /// Same labels, same seed: the same interval
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// A price list, for what labelling takes
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
    /// What is printed: a summary, JSON, or Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
}

const RECALIBRATE_HELP: &str = "\
Reads labels/pairs.jsonl, which `shakedown normalize label` writes. The threshold is the distance up to
which two templates are taken for one error: it minimizes merge-cost x wrong merges + split-cost x
wrong splits over the pairs of the data set, each labelled pair standing for as many as it was drawn
from. Distances are of hashed character n-grams (3 to 5), by cosine.

Examples:
  shakedown normalize recalibrate DATASET
  shakedown normalize recalibrate DATASET --merge-cost 5 --format json      hiding an error is dearer";
