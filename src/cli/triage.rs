//! `shakedown triage`: was it the deploy? Triagers judged by labels.

mod args;
mod fit;
mod named;
mod rank;
mod record;
mod redteam;
mod score;

pub use args::TriageArgs;

use super::failure::Failure;
use super::progress::Terminal;
use args::TriageCommand;

pub fn run(args: &TriageArgs, terminal: &Terminal) -> Result<(), Failure> {
    match &args.command {
        TriageCommand::Score(args) => score::run(args, terminal),
        TriageCommand::Rank(args) => rank::run(args, terminal),
        TriageCommand::Record(args) => record::run(args, terminal),
        TriageCommand::Redteam(args) => redteam::run(args, terminal),
        TriageCommand::Fit(args) => fit::run(args, terminal),
    }
}
