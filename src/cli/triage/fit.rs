use super::args::FitArgs;
use crate::cli::failure::Failure;
use crate::cli::input::warn_of;
use crate::cli::output::print;
use crate::cli::progress::Terminal;
use crate::dataset::{Intake, labelled_cases};
use crate::model::{Progress, UserError, visible};
use crate::triage::heuristic::fit::{Example, fit};
use crate::triage::heuristic::weights::Weights;
use crate::triage::heuristic::{Scores, Share};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Fits the heuristic's weights to labelled pairs, writes them, and prints how well they do.
pub fn run(args: &FitArgs, terminal: &Terminal) -> Result<(), Failure> {
    let mut intake = Intake::new(args.rejects.policy());
    terminal.start("reading labelled pairs", 0);
    let pairs = labelled_cases(&args.cases, &mut intake);
    terminal.clear();
    warn_of(&intake);
    let pairs = pairs?;
    terminal.start("finding links", 0);
    let examples: Vec<Example> = pairs.iter().map(Example::of).collect();
    terminal.start("fitting", 0);
    let fitted = fit(&examples, &name(args), hashes(&args.cases)?);
    terminal.clear();
    let weights = fitted.map_err(|reason| Failure::usage("the labelled pairs", reason, "give more of them"))?;
    let text = weights.to_text().map_err(|reason| Failure::usage("the weights", reason, ""))?;
    std::fs::write(&args.out, text).map_err(|error| {
        let message = format!("cannot be written: {error}");
        UserError::new(args.out.display().to_string(), message, "name a file in a folder that exists")
    })?;
    print(&told(&weights, &args.out))
}

fn name(args: &FitArgs) -> String {
    let stem = || args.out.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    args.name.clone().unwrap_or_else(stem)
}

/// SHA-256 of each file, by its name without folders.
fn hashes(paths: &[PathBuf]) -> Result<BTreeMap<String, String>, Failure> {
    let mut hashes = BTreeMap::new();
    for path in paths {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut hasher = Sha256::new();
        std::fs::File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut hasher)).map_err(|error| {
            UserError::new(path.display().to_string(), format!("cannot be read: {error}"), "get the file again")
        })?;
        let hex = hasher.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        if hashes.insert(name.clone(), hex).is_some() {
            return Err(Failure::usage(name, "two files bear this name", "rename one: the weights name their files"));
        }
    }
    Ok(hashes)
}

fn told(weights: &Weights, out: &Path) -> String {
    let training = &weights.training;
    let mut text = format!(
        "{} pairs of {} projects, {} caused; ridge {}\n\n",
        training.pairs,
        training.projects.len(),
        training.caused,
        weights.l2
    );
    for (title, scores) in [("projects left out in turn", &weights.out_of_sample), ("in sample", &weights.in_sample)] {
        let _ = writeln!(text, "{title}\n{}", lines(scores));
    }
    let _ = writeln!(
        text,
        "Written to {}. Use it with `weights = \"…\"` in a heuristic's table.",
        visible(&out.display().to_string())
    );
    text
}

fn lines(scores: &Scores) -> String {
    let mut text = format!("  recall                {}\n", share(&scores.recall));
    for (kind, rate) in &scores.false_positive_rate {
        let _ = writeln!(text, "  false positive rate   {}  {}", share(rate), visible(kind));
    }
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    let _ = writeln!(text, "  AUC {}  Brier {}  ECE {}", value(scores.auc), value(scores.brier), value(scores.ece));
    text
}

fn share(share: &Share) -> String {
    match (share.value, share.low, share.high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{value:.3} [{low:.3}, {high:.3}]  {}/{}", share.numerator, share.denominator)
        }
        _ => format!("–  {}/{}", share.numerator, share.denominator),
    }
}
