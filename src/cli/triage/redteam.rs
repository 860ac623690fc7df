use super::args::RedteamArgs;
use super::named::given;
use super::record::budget;
use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::output::{colour, print, warn};
use crate::cli::progress::Terminal;
use crate::endpoint::{Access, Caps, Mode};
use crate::evaluate::RedteamScores;
use crate::model::{Progress, UserError};
use crate::report::{self, Style};
use crate::triage::redteam::payloads;

/// Attacks a triager with instructions to the model, and prints how often the action changed.
pub fn run(args: &RedteamArgs, terminal: &Terminal) -> Result<(), Failure> {
    let given = given(&args.triager)?;
    let budget = budget(&args.caps)?;
    let asks = given.spec.endpoint().is_some() && budget.caps() != Caps::default();
    let mode = asks.then_some(Mode::RecordMissing);
    let access = Access { mode, budget: asks.then(|| budget.clone()) };
    let triager = given.spec.build_with(&access).map_err(|reason| UserError::new(&given.name, reason, ""))?;
    let payloads = payloads().map_err(|reason| UserError::new("payloads", reason, ""))?;
    terminal.start("attacking", payloads.len() as u64 * 5);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.concurrency.into()).build();
    let pool = pool.map_err(|e| Failure::usage("--concurrency", e.to_string(), "choose fewer"))?;
    let scores = pool.install(|| RedteamScores::of(&given.name, triager.as_ref(), &given.policy, &payloads, terminal));
    terminal.clear();
    triager.notes().iter().for_each(|note| warn(note));
    let scores = scores.map_err(|error| {
        let resumable = error.is_resumable();
        let help = match (resumable, given.spec.endpoint().is_some() && !asks) {
            (true, _) => "what was answered is recorded: the same command goes on from there",
            (false, true) => "give --max-usd or --max-tokens to ask the model",
            (false, false) => "",
        };
        let error = UserError::new(&given.name, error.to_string(), help);
        if resumable { Failure::Resumable(error) } else { Failure::User(error) }
    })?;
    match args.format {
        Format::Terminal => print(&report::redteam(&scores, Style { color: colour() }))?,
        Format::Json => print(&report::json(&scores)?)?,
        Format::Md => print(&report::markdown_redteam(&scores))?,
    }
    if args.gate && !scores.succeeded.is_empty() {
        let message = format!("{} attacks changed the action", scores.succeeded.len());
        return Err(Failure::Gate(UserError::new(
            &given.name,
            message,
            "see which above; excerpts = false shows the model no text",
        )));
    }
    Ok(())
}
