use crate::cli::args::{DataSetArgs, Format, RejectArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Args)]
pub struct TriageArgs {
    #[command(subcommand)]
    pub command: TriageCommand,
}

#[derive(Subcommand)]
pub enum TriageCommand {
    /// Score triagers against pairs of a stack trace and a diff whose label says whether the diff caused the trace
    #[command(after_help = SCORE_HELP)]
    Score(CasesArgs),
    /// Score triagers against errors with several deploys that may have caused them: is the guilty one ranked first?
    #[command(after_help = RANK_HELP)]
    Rank(CasesArgs),
    /// Ask a pipeline's model about every case of a data set, within a budget, and keep the answers for replays
    #[command(after_help = RECORD_HELP)]
    Record(RecordArgs),
    /// Leave instructions to the model where strangers can write, and see whether the action chosen changes
    #[command(after_help = REDTEAM_HELP)]
    Redteam(RedteamArgs),
    /// Fit the heuristic's weights to pairs of a stack trace and a diff, and say how well they do on projects left out
    #[command(after_help = FIT_HELP)]
    Fit(FitArgs),
}

/// What asking may cost.
#[derive(Args)]
pub struct CapArgs {
    /// The most that may be spent, in US dollars: the worst case of a call is reserved before it is sent
    #[arg(long, value_name = "USD")]
    pub max_usd: Option<String>,
    /// The most tokens that may be spent, of all classes together
    #[arg(long, value_name = "N")]
    pub max_tokens: Option<u64>,
    /// Prices of your own, beside the shipped list prices of 2026-11
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
}

#[derive(Args)]
pub struct RecordArgs {
    #[command(flatten)]
    pub data: DataSetArgs,
    /// A preset's name or a pipeline file whose triage asks a model
    #[arg(long, value_name = "PRESET|FILE", default_value = "llm-2026")]
    pub pipeline: String,
    #[command(flatten)]
    pub caps: CapArgs,
    /// Only show what would be asked and what it would cost at most
    #[arg(long)]
    pub dry_run: bool,
    /// Ask everything anew instead of what is missing
    #[arg(long)]
    pub again: bool,
    /// Questions under way at once
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
}

const RECORD_HELP: &str = "\
Shows the plan first: how many cases, which of them are recorded, tokens, and the most that it can
cost. Goes on only with a cap (--max-usd, --max-tokens), and never beyond it: what nobody counts is
taken at its worst case. Answers go into the cassette that the pipeline names, each as it comes; the
same command goes on where it stopped (exit code 3). Afterwards `shakedown replay` reads the
cassette and calls nobody.

Examples:
  shakedown preset show llm-2026 > mine.toml     then set base_url, model and api_key_env
  shakedown triage record datasets/harbor-month --pipeline mine.toml --dry-run
  shakedown triage record datasets/harbor-month --pipeline mine.toml --max-usd 2.50";

#[derive(Args)]
pub struct RedteamArgs {
    /// A triager's kind, a preset or pipeline (its triager and its policy), or a file with a triager
    #[arg(long, value_name = "KIND|PRESET|FILE", default_value = "llm-2026")]
    pub triager: String,
    #[command(flatten)]
    pub caps: CapArgs,
    /// What is printed: tables, JSON, or Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
    /// Cases under way at once
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
    /// Exit with 1 when any action changed
    #[arg(long)]
    pub gate: bool,
}

const REDTEAM_HELP: &str = "\
Every payload stands once in a message, a stack frame, a file name, a comment of the change and the
name of a host; beside each stands its clean twin, with harmless words in the payload's place. An
attack succeeds when the action chosen differs from the twin's. With a cap the model is asked and
its answers are kept in the cassette that the triager names; without one its recording answers.

Examples:
  shakedown triage redteam --triager heuristic
  shakedown triage redteam --triager mine.toml --max-usd 5";

#[derive(Args)]
pub struct CasesArgs {
    /// Files of labelled cases, one JSON object a line, compressed (.gz, .zst) or not
    #[arg(required = true, value_name = "CASES.jsonl")]
    pub cases: Vec<PathBuf>,
    /// A triager's kind, a preset (its triager), or a file with a [triage] table or nothing but a triager (`kind = "heuristic"` …);
    /// may be repeated [default: `accept_all`, `blame_latest`, `class_in_trace` and heuristic]
    #[arg(long, value_name = "KIND|PRESET|FILE")]
    pub triager: Vec<String>,
    /// What is printed: a table, JSON, or Markdown
    #[arg(long, value_enum, default_value = "terminal")]
    pub format: Format,
    #[command(flatten)]
    pub rejects: RejectArgs,
}

#[derive(Args)]
pub struct FitArgs {
    /// Files of labelled pairs, one JSON object a line, as `triage score` reads them
    #[arg(required = true, value_name = "CASES.jsonl")]
    pub cases: Vec<PathBuf>,
    /// Where the weights are written
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// What the weights are called [default: the file's name without its ending]
    #[arg(long)]
    pub name: Option<String>,
    #[command(flatten)]
    pub rejects: RejectArgs,
}

const FIT_HELP: &str = "\
A link (the trace runs through a changed hunk, a guard changed, …) weighs its log-likelihood ratio against the share of caused
pairs. Rules that fewer than 5 pairs have keep the weight of the table in docs/triage.md. `project` says what is left out
together; the strength of the penalty is chosen among the projects that are left in.

Examples:
  shakedown triage fit pairs.jsonl --out mine.toml
  # then, in a pipeline:  [triage] kind = \"heuristic\"  weights = \"mine.toml\"";

const SCORE_HELP: &str = "\
A row: {\"trace\": \"…\", \"diff\": \"…\", \"label\": 1 or 0, \"kind\": \"…\", \"case\": \"…\", \"project\": \"…\"}. `kind` groups the rows
of label 0 (without it: negative); `case` and `project` say which rows are not independent. A diff
that is absent or cannot be read counts as no diff. Counts and times are the same in every row, so
that only the texts speak. Precision, Brier score and ECE depend on how many rows of each label
there are: compare triagers on one file, not files.

Examples:
  shakedown triage score pairs.jsonl
  shakedown triage score pairs.jsonl --triager class_in_trace --triager mine.toml --format json";

const RANK_HELP: &str = "\
A row: {\"traces\": [\"…\"], \"candidates\": [{\"id\": \"…\", \"deployed_at\": \"2026-11-02T10:00:00Z\", \"diff\": \"…\"}], \"truth\": \"…\" or null}.
`truth` is the id of the guilty candidate; null: none of them did it. Every candidate is judged
alone and ranked by its probability; of equals the later deploy comes first. accuracy@1 counts a
case right only if the guilty one comes first and its verdict is `caused`: an abstention is wrong.
False blame is the share of cases without a guilty candidate in which any is `caused`.

Examples:
  shakedown triage rank incidents.jsonl
  shakedown triage rank incidents.jsonl --triager blame_latest --triager heuristic --format md";
