use super::args::ScoreArgs;
use super::named::normalizers;
use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::input::warn_of;
use crate::cli::output::{colour, print};
use crate::cli::progress::Terminal;
use crate::dataset::{Intake, LabelColumns, labelled_texts};
use crate::model::Progress;
use crate::normalize::quality::NormalizerScore;
use crate::report::{self, Style};
use serde::Serialize;

/// What `--format json` prints.
#[derive(Serialize)]
struct Scores {
    normalizers: Vec<NormalizerScore>,
}

/// Groups labelled texts by each normalizer and prints how well.
pub fn run(args: &ScoreArgs, terminal: &Terminal) -> Result<(), Failure> {
    let normalizers = normalizers(&args.normalizer)?;
    let mut intake = Intake::new(args.rejects.policy());
    let columns = LabelColumns { text: args.text.as_deref(), group: args.group.as_deref() };
    terminal.start("reading labelled texts", 0);
    let systems = labelled_texts(&args.labels, columns, &mut intake);
    terminal.clear();
    warn_of(&intake);
    let systems = systems?;
    terminal.start("scoring normalizers", normalizers.len() as u64);
    let score = |named: &super::named::NamedNormalizer| {
        let scored = NormalizerScore::of(&named.name, &named.spec, &systems);
        terminal.advance(1);
        scored.map_err(|reason| Failure::usage(&named.name, reason, ""))
    };
    let normalizers = normalizers.iter().map(score).collect::<Result<Vec<_>, _>>()?;
    terminal.clear();
    match args.format {
        Format::Terminal => print(&report::quality_tables(&normalizers, Style { color: colour() })),
        Format::Json => print(&report::json(&Scores { normalizers })?),
        Format::Md => print(&report::markdown_quality(&normalizers)),
    }
}
