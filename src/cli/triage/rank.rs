use super::args::CasesArgs;
use super::named::{NamedTriager, triagers};
use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::input::warn_of;
use crate::cli::output::{colour, print};
use crate::cli::progress::Terminal;
use crate::dataset::{Intake, rank_cases};
use crate::evaluate::RankScores;
use crate::model::Progress;
use crate::report::{self, Style};
use serde::Serialize;

/// What `--format json` prints.
#[derive(Serialize)]
struct Scores {
    triagers: Vec<RankScores>,
}

/// Ranks the candidates of labelled cases by each triager and prints how well.
pub fn run(args: &CasesArgs, terminal: &Terminal) -> Result<(), Failure> {
    let named = triagers(&args.triager)?;
    let mut intake = Intake::new(args.rejects.policy());
    terminal.start("reading cases", 0);
    let cases = rank_cases(&args.cases, &mut intake);
    terminal.clear();
    warn_of(&intake);
    let cases = cases?;
    let score = |one: &NamedTriager| {
        terminal.start(&format!("asking {}", one.name), cases.len() as u64);
        let scored = RankScores::of(&one.name, one.triager.as_ref(), &cases, terminal);
        scored.map_err(|reason| Failure::usage(&one.name, reason, ""))
    };
    let triagers = named.iter().map(score).collect::<Result<Vec<_>, Failure>>();
    terminal.clear();
    let triagers = triagers?;
    match args.format {
        Format::Terminal => print(&report::rank_triage(&triagers, Style { color: colour() })),
        Format::Json => print(&report::json(&Scores { triagers })?),
        Format::Md => print(&report::markdown_rank_triage(&triagers)),
    }
}
