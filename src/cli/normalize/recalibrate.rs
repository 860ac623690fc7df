use super::args::RecalibrateArgs;
use super::named::normalizer;
use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::input::{costs, data_set, require_records, warn_of};
use crate::cli::output::{colour, print};
use crate::cli::progress::Terminal;
use crate::dataset::{Intake, PAIRS, labelled_pairs};
use crate::evaluate::{PairCosts, PairTexts, RecalibrationInput, recalibrate};
use crate::model::{Progress, Severity, UserError};
use crate::report::{self, Style};
use crate::series::Fits;

/// Prints what the labelled pairs say.
pub fn run(args: &RecalibrateArgs, terminal: &Terminal) -> Result<(), Failure> {
    check(args)?;
    let named = normalizer(&args.normalizer, "--normalizer")?;
    let prices = costs(args.costs.as_ref())?;
    let (data, intake) = data_set(&args.data, terminal);
    let data = data?;
    require_records(&data, &intake)?;
    let mut labels = Intake::new(args.data.rejects.policy());
    let pairs = labelled_pairs(&args.data.dataset, &mut labels)?;
    warn_of(&labels);
    if pairs.is_empty() {
        let help = "shakedown normalize label DATASET --pairs 40 asks for the first";
        return Err(Failure::Nothing(UserError::new(PAIRS, "holds no labelled pair", help)));
    }
    terminal.start("comparing templates", 0);
    let fail = |reason| Failure::usage(&named.name, reason, "");
    let built = named.spec.build().map_err(fail)?;
    let texts = PairTexts::of(&data, built.normalizer.as_ref(), Severity::Error);
    // Nothing is read of the fits but the last grouping.
    let learns = built.miner.is_some();
    let fits = learns.then(|| texts.fits(&data, &built)).transpose().map_err(fail)?;
    let found = recalibrate(&RecalibrationInput {
        data: &data,
        pairs: &pairs,
        texts: &texts,
        normalizer: built.normalizer.as_ref(),
        series: fits.as_ref().map(Fits::last),
        in_use: args.threshold.or(super::own_threshold(&named.spec)),
        costs: PairCosts { merge: args.merge_cost, split: args.split_cost },
        half_width: args.half_width,
        seed: args.seed,
        prices: &prices,
    });
    terminal.clear();
    match args.format {
        Format::Terminal => print(&report::recalibration(&found, &named.name, Style { color: colour() })),
        Format::Json => print(&report::json(&found)?),
        Format::Md => print(&report::markdown_recalibration(&found, &named.name)),
    }
}

fn check(args: &RecalibrateArgs) -> Result<(), Failure> {
    args.threshold.map(super::check_threshold).transpose()?;
    for (key, cost) in [("--merge-cost", args.merge_cost), ("--split-cost", args.split_cost)] {
        if !(cost > 0.0 && cost <= 1e9) {
            return Err(Failure::usage(key, format!("{cost} is no cost above 0"), ""));
        }
    }
    if !(args.half_width > 0.001 && args.half_width < 0.5) {
        let message = format!("{} lies not between 0.001 and 0.5", args.half_width);
        return Err(Failure::usage("--half-width", message, "0.05 means: known to within five points"));
    }
    Ok(())
}
