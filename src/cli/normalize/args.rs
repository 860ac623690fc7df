use crate::cli::args::{DataSetArgs, Format};
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
    /// [default: every shipped normalizer]
    #[arg(long, value_name = "PRESET|FILE")]
    pub normalizer: Vec<String>,
    /// What is printed: tables, JSON, or Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
    /// Go on although more than 5 % of a file's rows cannot be used
    #[arg(long)]
    pub allow_rejects: bool,
    /// Stop at the first row that cannot be used
    #[arg(long, conflicts_with = "allow_rejects")]
    pub strict: bool,
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
