//! The arguments, with help texts that teach.

use super::normalize::NormalizeArgs;
use super::triage::TriageArgs;
use crate::dataset::RejectPolicy;
use crate::model::Span;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Replays a month of error logs, deploys and incidents through a self-healing pipeline, with nothing carried out, and says with
/// evidence how often it would have been right and what it would have cost.
#[derive(Parser)]
#[command(name = "shakedown", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    /// Threads to use; the results are the same at any number [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Draw no progress bar (none is drawn anyway when stderr is not a terminal, or CI is set)
    #[arg(long, global = true)]
    pub no_progress: bool,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Start with:
  shakedown replay datasets/harbor-month        the bundled month, the published rule against a corrected one
  shakedown sweep datasets/harbor-month --grid first-look   a thousand pipelines, and which of them to run
  shakedown check DATASET                       what your own data set holds, and what is missing
  shakedown placebo DATASET                     how often each rule flags where nothing was deployed
  shakedown explain DATASET --deploy ID         one deploy's journey, with every number
  shakedown detect SERIES.csv                   a detector on one series of counts, row by row

Data goes to stdout; warnings and progress to stderr. Exit codes: 0 ok, 1 a gate was not met, 2 usage,
configuration, input or environment, 3 stopped early but resumable, 4 nothing to evaluate, 70 a defect
of this program, 130 interrupted.";

#[derive(Subcommand)]
pub enum Command {
    /// Replay a data set through one or more pipelines, evaluate every stage, and write a report
    Replay(ReplayArgs),
    /// Hold two runs, or two trials of a sweep, against each other on the same deploys and incidents
    #[command(after_help = COMPARE_HELP)]
    Compare(CompareArgs),
    /// Replay every pipeline of a grid, and say which to run, how sure that is, and what it gives up
    #[command(after_help = SWEEP_HELP)]
    Sweep(SweepArgs),
    /// Validate and describe a data set: span, services, volumes, label coverage, what is missing
    Check(CheckArgs),
    /// Make a data set whose truth is known, from a scenario and a seed
    Simulate(SimulateArgs),
    /// Run the detection stage where nothing was deployed: is its false-alarm rate what it says?
    Placebo(PlaceboArgs),
    /// Follow one deploy through every stage, with the evidence, like a post-mortem
    Explain(ExplainArgs),
    /// Try a detector on one series of counts: what is expected of each row, how rare it is, where an alarm begins
    #[command(after_help = DETECT_HELP)]
    Detect(DetectArgs),
    /// Judge how errors are grouped
    Normalize(NormalizeArgs),
    /// Judge who says whether it was the deploy
    Triage(TriageArgs),
    /// List the shipped pipelines, or print one as TOML to start your own from
    Preset(PresetArgs),
    /// Print a completion script, to be kept where your shell looks for them
    Completions { shell: Shell },
}

/// What happens when rows cannot be used.
#[derive(Args, Clone, Copy)]
pub struct RejectArgs {
    /// Go on although more than 5 % of a file's rows cannot be used
    #[arg(long)]
    pub allow_rejects: bool,
    /// Stop at the first row that cannot be used
    #[arg(long, conflicts_with = "allow_rejects")]
    pub strict: bool,
}

impl RejectArgs {
    pub const fn policy(self) -> RejectPolicy {
        RejectPolicy { strict: self.strict, allow: self.allow_rejects }
    }
}

#[derive(Args)]
pub struct DataSetArgs {
    /// The folder that holds dataset.toml, events, deploys.jsonl and incidents.jsonl
    pub dataset: PathBuf,
    #[command(flatten)]
    pub rejects: RejectArgs,
}

#[derive(Args)]
pub struct ReplayArgs {
    #[command(flatten)]
    pub data: DataSetArgs,
    /// A preset's name or a pipeline file (see `shakedown preset`); may be repeated to compare
    /// [default: langchain-2026, corrected-2026 and recommended-2026]
    #[arg(long, value_name = "PRESET|FILE")]
    pub pipeline: Vec<String>,
    /// A price list: token prices, hourly rate, review minutes, harm per minute [default: the shipped 2026-11]
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
    /// Where the report goes; with several pipelines, one folder each in it [default: reports/<data set>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What is printed: a summary, evaluation.json, or the report as Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
}

#[derive(Args)]
pub struct CompareArgs {
    /// What is compared with: the folder of a replay of one pipeline, or `SWEEP_DIR:TRIAL`
    #[arg(value_name = "A")]
    pub a: String,
    /// What is compared, the same way; differences are B − A
    #[arg(value_name = "B")]
    pub b: String,
    /// What is printed: tables, JSON, or Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
}

const COMPARE_HELP: &str = "\
Both must be of the same data set and the same price list. Needs neither of them: a folder that
`shakedown replay` or `shakedown sweep` wrote holds all there is to know.

Examples:
  shakedown compare reports/harbor-month/langchain-2026 reports/harbor-month/recommended-2026
  shakedown compare reports/sweep:corrected-2026 reports/sweep:t0042 --format md > compared.md";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Terminal,
    Json,
    Md,
}

#[derive(Args)]
pub struct SweepArgs {
    /// The folder of the data set, as for replay
    #[arg(required_unless_present = "export_trial")]
    pub dataset: Option<PathBuf>,
    /// A shipped grid's name (first-look, thresholds, windows) or a grid file (see docs/sweep.md)
    #[arg(long, value_name = "GRID|FILE", required_unless_present = "export_trial")]
    pub grid: Option<String>,
    /// Where everything goes [default: reports/<data set>-<grid>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// A price list, as for replay
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
    /// Trials evaluated at the same time; the results are the same at any number [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Go on with a sweep that was stopped; begin anew where there is none
    #[arg(long)]
    pub resume: bool,
    /// Begin no new trial after so long, such as 10m; choose among those that are done, if any, say so, and exit with 3
    #[arg(long, value_name = "TIME")]
    pub budget: Option<Span>,
    /// Print how many trials and stages the grid comes to, and what asking a model would cost; replay nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write the pipeline file of one trial of the sweep in --out
    #[arg(long, num_args = 2, value_names = ["ID", "FILE"], conflicts_with_all = ["dataset", "grid", "resume", "dry_run"])]
    pub export_trial: Vec<String>,
    /// What is printed: a summary, selection.json, or the page as Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
    #[command(flatten)]
    pub rejects: RejectArgs,
}

const SWEEP_HELP: &str = "\
Trials that begin alike share that work: a thousand thresholds cost little more than one. Each
gives what a replay of it alone gives. The choice is made on earlier weeks and scored on later ones.

Writes sweep.md (the answer), trials.csv and trials.parquet (every trial), selection.json, best.toml,
charts/, and what `shakedown compare` reads.

Examples:
  shakedown sweep datasets/harbor-month --grid first-look
  shakedown sweep my-month --grid my-grid.toml --budget 10m; shakedown sweep my-month --grid my-grid.toml --resume
  shakedown sweep --out reports/harbor-month-first-look --export-trial t0042 mine.toml
  shakedown compare reports/harbor-month-first-look:t0042 reports/harbor-month-first-look:recommended-2026";

#[derive(Args)]
pub struct PlaceboArgs {
    #[command(flatten)]
    pub data: DataSetArgs,
    /// A preset's name or a pipeline file; may be repeated [default: langchain-2026, corrected-2026 and recommended-2026]
    #[arg(long, value_name = "PRESET|FILE")]
    pub pipeline: Vec<String>,
    /// What is printed: tables, JSON, or Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
    /// Exit with 1 unless the level of every pipeline is shown to hold
    #[arg(long)]
    pub gate: bool,
}

#[derive(Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub data: DataSetArgs,
    /// Write the rows that cannot be used to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
}

#[derive(Args)]
pub struct SimulateArgs {
    /// A scenario file, such as scenarios/harbor.toml
    pub scenario: PathBuf,
    /// Same scenario, same seed: the same bytes
    #[arg(long)]
    pub seed: u64,
    /// The folder to write the data set to; it must not hold one yet, unless --force is given
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Length of the data set, instead of the scenario's
    #[arg(long, value_name = "D")]
    pub days: Option<u32>,
    /// Multiplies traffic and background errors
    #[arg(long, value_name = "X")]
    pub scale: Option<f64>,
    /// Replace a data set that is already there
    #[arg(long)]
    pub force: bool,
}

#[derive(Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    pub data: DataSetArgs,
    /// Id of the deploy, as in deploys.jsonl
    #[arg(long, value_name = "ID")]
    pub deploy: String,
    /// A preset's name or a pipeline file; may be repeated [default: langchain-2026, corrected-2026 and recommended-2026]
    #[arg(long, value_name = "PRESET|FILE")]
    pub pipeline: Vec<String>,
    /// A price list, as for replay
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
}

#[derive(Args)]
pub struct DetectArgs {
    /// CSV with the columns timestamp, count (or value) and, if known, exposure (such as requests); `-` reads stdin
    #[arg(value_name = "SERIES.csv")]
    pub series: PathBuf,
    /// A detector's kind or a detector file
    #[arg(long, value_name = "KIND|FILE", default_value = "return_period")]
    pub detector: String,
    /// Windows in which something was wrong, to score the alarms by: CSV start,end, or JSON as in the Numenta benchmark
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// What is printed: a line for each row, or one document with the scores in it
    #[arg(long, value_enum, default_value = "csv")]
    pub format: SeriesFormat,
    /// Draw the series with its expectation, alarms and labelled windows
    #[arg(long, value_name = "FILE.svg")]
    pub chart: Option<PathBuf>,
}

const DETECT_HELP: &str = "\
Prints timestamp,count,expected,score,flag: one line a row, in the order they came. Each row is
judged by the rows before it alone. `score` is −log10 of the chance of such a row (by default, of
a day with such a row); `flag` is 1 where an alarm begins. Rows of the warm-up have no `expected`
and score 0. With --labels the scores of the alarms go to stderr, or into the JSON. A missing row
and an empty count are not known, not zero.

Two detector files:
  kind = \"return_period\"       # learns rhythm, burstiness and tail of the series
  one_in_days = 7              # accepts one false alarm a week
  falls = 0.25                 # share of them that falls may have; 0: only rises alarm

  kind = \"strat_nb\"            # any detector of docs/detectors.md, with its parameters
  alpha = 0.001                # flags below this p-value
  history = \"56d\"              # how much of the past is baseline
  warm_up = \"1d\"               # rows that are not judged
  hold = \"24h\"                 # no second alarm within

Examples:
  shakedown detect errors.csv > judged.csv
  shakedown detect errors.csv --labels windows.json --chart errors.svg > judged.csv
  psql --csv -c 'select …' | shakedown detect - --detector poisson_fixed";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeriesFormat {
    Csv,
    Json,
}

#[derive(Args)]
pub struct PresetArgs {
    #[command(subcommand)]
    pub command: PresetCommand,
}

#[derive(Subcommand)]
pub enum PresetCommand {
    /// Name and purpose of every shipped pipeline
    List,
    /// One shipped pipeline as TOML, with its comments
    Show { name: String },
}
