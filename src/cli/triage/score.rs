use super::args::CasesArgs;
use super::named::{NamedTriager, triagers};
use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::input::warn_of;
use crate::cli::output::{colour, print};
use crate::cli::progress::Terminal;
use crate::dataset::{Intake, labelled_cases};
use crate::evaluate::PairScores;
use crate::model::Progress;
use crate::report::{self, Style};
use crate::triage::TriagerSpec;
use serde::Serialize;

/// What `--format json` prints.
#[derive(Serialize)]
struct Scores {
    triagers: Vec<PairScores>,
}

/// Judges labelled pairs by each triager and prints how well.
pub fn run(args: &CasesArgs, terminal: &Terminal) -> Result<(), Failure> {
    let named = triagers(&args.triager)?;
    let mut intake = Intake::new(args.rejects.policy());
    terminal.start("reading labelled pairs", 0);
    let pairs = labelled_cases(&args.cases, &mut intake);
    terminal.clear();
    warn_of(&intake);
    let pairs = pairs?;
    let score = |one: &NamedTriager| {
        terminal.start(&format!("asking {}", one.name), pairs.len() as u64);
        let scored = PairScores::of(&one.name, one.triager.as_ref(), &pairs, terminal);
        let mut scored = scored.map_err(|reason| Failure::usage(&one.name, reason, ""))?;
        scored.notes.extend(caveat(&one.spec).map(str::to_owned));
        Ok(scored)
    };
    let triagers = named.iter().map(score).collect::<Result<Vec<_>, Failure>>();
    terminal.clear();
    let triagers = triagers?;
    match args.format {
        Format::Terminal => print(&report::pair_triage(&triagers, Style { color: colour() })),
        Format::Json => print(&report::json(&Scores { triagers })?),
        Format::Md => print(&report::markdown_pair_triage(&triagers)),
    }
}

/// What a triager cannot show on pairs.
const fn caveat(spec: &TriagerSpec) -> Option<&'static str> {
    match spec {
        TriagerSpec::BlameLatest {} => Some(
            "A pair has one deploy, which is always the latest: this is accept_all. `triage rank` tells them apart.",
        ),
        _ => None,
    }
}
