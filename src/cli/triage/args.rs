use crate::cli::args::Format;
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
}

#[derive(Args)]
pub struct CasesArgs {
    /// Files of labelled cases, one JSON object a line, compressed (.gz, .zst) or not
    #[arg(required = true, value_name = "CASES.jsonl")]
    pub cases: Vec<PathBuf>,
    /// A triager's kind, a preset (its triager), or a file with a [triage] table or nothing but a triager (`kind = "heuristic"` …);
    /// may be repeated [default: accept_all, blame_latest, class_in_trace and heuristic]
    #[arg(long, value_name = "KIND|PRESET|FILE")]
    pub triager: Vec<String>,
    /// What is printed: a table, JSON, or Markdown
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
