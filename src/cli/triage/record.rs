use super::args::{CapArgs, RecordArgs};
use crate::cli::failure::Failure;
use crate::cli::foreseen::Foreseen;
use crate::cli::input::{FitsPool, NamedPipeline, costs, data_set, pipelines, require_records};
use crate::cli::output::{print, warn};
use crate::cli::progress::Terminal;
use crate::dataset::DataSet;
use crate::endpoint::{Access, AskError, Budget, Caps, Cost, Mode, Prices, Spend, Usd};
use crate::model::{Progress, UserError, VerdictKind, visible};
use crate::pipeline::{Cases, Diffs, Outcome, PipelineSpec, run as run_pipeline};
use crate::triage::{Triager, TriagerSpec};
use rayon::prelude::*;
use std::fmt::Write as _;
use std::sync::Arc;

/// Asks a pipeline's model about every case of a data set, within a budget, and keeps the answers for replays.
pub fn run(args: &RecordArgs, terminal: &Terminal) -> Result<(), Failure> {
    let named = pipelines(std::slice::from_ref(&args.pipeline))?.remove(0);
    check(&named)?;
    let budget = budget(&args.caps)?;
    let (data, intake) = data_set(&args.data, terminal);
    let data = data?;
    require_records(&data, &intake)?;
    let pool = FitsPool::of(&data, std::slice::from_ref(&named))?;
    let fits = pool.find(&named.spec).ok_or_else(|| error(&named, "its series are not there".to_owned()))?;
    // The stages before triage decide what is asked about; they ask nobody.
    let free = PipelineSpec { triage: TriagerSpec::AcceptAll {}, ..named.spec.clone() };
    let charges = costs(None)?.charges;
    let replay = run_pipeline(&data, fits, &free, &charges, terminal).map_err(|e| error(&named, e))?;
    let diffs = Diffs::new(&data);
    let job = Job { data: &data, named: &named, cases: Cases::of(&data, fits, &diffs), outcomes: &replay.outcomes };
    terminal.clear();
    print(&job.plan(args, &budget)?)?;
    if args.dry_run {
        return Ok(());
    }
    if budget.caps() == Caps::default() {
        let help = "give --max-usd or --max-tokens, the most that may be spent; --dry-run only shows the plan";
        return Err(Failure::usage("triage record", "nothing limits what is spent", help));
    }
    let recorded = job.record(args, &budget, terminal)?;
    terminal.clear();
    print(&recorded.shown(args, &budget))?;
    recorded.verdict(&job, args)
}

fn error(named: &NamedPipeline, reason: String) -> Failure {
    UserError::new(&named.spec.name, reason, "").into()
}

/// A pipeline that asks a model and keeps what it says.
fn check(named: &NamedPipeline) -> Result<(), Failure> {
    let help = "shakedown preset show llm-2026 prints a pipeline that does";
    let Some(endpoint) = named.spec.triage.endpoint() else {
        let message = format!("it asks no model: its triage is {}", named.spec.triage.name());
        return Err(Failure::usage(&named.spec.name, message, help));
    };
    if endpoint.cassette.is_none() {
        return Err(Failure::usage(&named.spec.name, "its endpoint names no cassette to record into", help));
    }
    Ok(())
}

/// The budget of a command.
pub(super) fn budget(args: &CapArgs) -> Result<Arc<Budget>, Failure> {
    let prices = Prices::load(args.prices.as_deref()).map_err(|e| Failure::usage("--prices", e, ""))?;
    let usd = args.max_usd.as_deref().map(str::parse::<Usd>).transpose();
    let usd = usd.map_err(|e| Failure::usage("--max-usd", e, "an amount of US dollars such as 2.50"))?;
    let caps = Caps { usd, tokens: args.max_tokens };
    if caps.usd == Some(Usd::default()) || caps.tokens == Some(0) {
        return Err(Failure::usage("triage", "a budget of 0 lets nothing be asked", "--dry-run only shows the plan"));
    }
    Ok(Arc::new(Budget::new(caps, prices)))
}

/// All cases of one data set that a model is to be asked about.
struct Job<'a> {
    data: &'a DataSet,
    named: &'a NamedPipeline,
    cases: Cases<'a>,
    outcomes: &'a [Outcome],
}

impl Job<'_> {
    fn build(&self, mode: Mode, budget: &Arc<Budget>) -> Result<Box<dyn Triager>, Failure> {
        let access = Access { mode: Some(mode), budget: Some(budget.clone()) };
        self.named.spec.triage.build_with(&access).map_err(|reason| error(self.named, reason))
    }

    /// What asking will take, told before anything is sent.
    fn plan(&self, args: &RecordArgs, budget: &Arc<Budget>) -> Result<String, Failure> {
        let Some(endpoint) = self.named.spec.triage.endpoint() else { return Ok(String::new()) };
        // Planning must not make a recording where there is none.
        let there = !args.again && endpoint.cassette.as_ref().is_some_and(|path| path.exists());
        let triager = self.build(if there { Mode::RecordMissing } else { Mode::Live }, budget)?;
        let mut plan = Foreseen::default();
        for planned in self.cases.each(self.outcomes, |case| triager.plan(case)) {
            plan.add(planned.map_err(|e| error(self.named, e.to_string()))?.as_ref());
        }
        let price = budget.prices().of(&endpoint.model);
        let most = plan.most.unwrap_or(Cost::NOTHING);
        let mut text = format!(
            "{} on {}: {} cases for model {} at {}\n",
            self.named.spec.name,
            self.data.manifest.name,
            plan.cases,
            visible(&endpoint.model),
            visible(&endpoint.base_url)
        );
        let mut line = |what: &str, told: String| _ = writeln!(text, "  {what:<22}{told}");
        line("decided without it", plan.clear.to_string());
        line("recorded already", plan.recorded.to_string());
        line(
            "to be asked",
            format!("{} calls, each with up to {} retries and one repair", plan.open, endpoint.retries),
        );
        line("tokens", format!("about {} of prompts (estimated); at most {} in all", plan.prompt_tokens, most.tokens));
        line(
            "cost",
            match (price, most.usd) {
                (Some(_), Some(usd)) => format!("at most ${usd} by the list prices of {}", budget.prices().as_of),
                _ => "not known: the model has no price (--prices FILE)".to_owned(),
            },
        );
        Ok(text)
    }

    /// Asks, several at a time. Whatever was answered is recorded, whatever happens to the others.
    fn record(&self, args: &RecordArgs, budget: &Arc<Budget>, terminal: &Terminal) -> Result<Recorded, Failure> {
        let mode = if args.again { Mode::Record } else { Mode::RecordMissing };
        let triager = self.build(mode, budget)?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(args.concurrency.into()).build();
        let pool = pool.map_err(|e| Failure::usage("--concurrency", e.to_string(), "choose fewer"))?;
        let asked: Vec<&Outcome> = self.outcomes.iter().filter(|outcome| Cases::is_asked(outcome)).collect();
        terminal.start("asking", asked.len() as u64);
        let judge = |outcome: &&Outcome| {
            let verdict = self.cases.look(outcome, |case| triager.judge(case));
            terminal.advance(1);
            verdict.map(|verdict| verdict.kind)
        };
        let verdicts = pool.install(|| asked.par_iter().map(judge).collect());
        let (spend, notes) = (triager.spent(), triager.notes());
        Ok(Recorded { verdicts, spend, notes })
    }
}

/// What came of it.
struct Recorded {
    verdicts: Vec<Result<VerdictKind, AskError>>,
    spend: Spend,
    notes: Vec<String>,
}

impl Recorded {
    fn count(&self, kind: VerdictKind) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.as_ref().is_ok_and(|one| *one == kind)).count()
    }

    fn shown(&self, args: &RecordArgs, budget: &Budget) -> String {
        self.notes.iter().for_each(|note| warn(note));
        let (spend, spent) = (&self.spend, budget.spent());
        let mut text = String::from("\n");
        let mut line = |what: &str, told: String| _ = writeln!(text, "  {what:<22}{told}");
        let answered = self.verdicts.iter().filter(|verdict| verdict.is_ok()).count();
        let verdicts = [VerdictKind::Caused, VerdictKind::NotCaused, VerdictKind::Inconclusive];
        let verdicts = verdicts.map(|kind| format!("{} {}", self.count(kind), kind.name().replace('_', " ")));
        line("cases", format!("{answered} of {}: {}", self.verdicts.len(), verdicts.join(", ")));
        let outcomes: Vec<String> =
            spend.outcomes.iter().map(|(name, count)| format!("{count} {}", name.replace('_', " "))).collect();
        line("answers", if outcomes.is_empty() { "none".to_owned() } else { outcomes.join(", ") });
        line("requests", format!("{}; the tokens of {} were not counted", spend.calls, spend.uncounted));
        let tokens = spend.tokens;
        line(
            "tokens counted",
            format!(
                "{} input, {} output, {} cache read, {} cache write",
                tokens.input, tokens.output, tokens.cache_read, tokens.cache_write
            ),
        );
        let usd = spent.usd.map_or_else(String::new, |usd| format!(", ${usd}"));
        line("spent of the budget", format!("{} tokens{usd} (what nobody counted at its worst case)", spent.tokens));
        if budget.overruns() > 0 {
            warn(&format!(
                "{} calls cost more than their worst case: the endpoint counts otherwise than estimated",
                budget.overruns()
            ));
        }
        if answered == self.verdicts.len() {
            let dataset = args.data.dataset.display().to_string();
            let _ = writeln!(
                text,
                "\nreplay it, nobody is called: shakedown replay {} --pipeline {}",
                visible(&dataset),
                visible(&args.pipeline)
            );
        }
        text
    }

    /// Whether all is there.
    fn verdict(&self, job: &Job<'_>, args: &RecordArgs) -> Result<(), Failure> {
        let failed: Vec<&AskError> = self.verdicts.iter().filter_map(|verdict| verdict.as_ref().err()).collect();
        let Some(first) = failed.iter().find(|error| !error.is_resumable()).or(failed.first()) else {
            return self.usable(job);
        };
        let message = format!("{} of {} cases got no answer: {first}", failed.len(), self.verdicts.len());
        let name = &job.named.spec.name;
        if first.is_resumable() {
            let help = if args.again {
                "what was answered is recorded: without --again the command goes on from there"
            } else {
                "what was answered is recorded: the same command goes on from there"
            };
            return Err(Failure::Resumable(UserError::new(name, message, help)));
        }
        let help = format!("what was answered is recorded; mend it and run the same command again ({})", args.pipeline);
        Err(Failure::usage(name, message, help))
    }

    /// Whether the model said anything that can be used.
    fn usable(&self, job: &Job<'_>) -> Result<(), Failure> {
        let outcomes = &self.spend.outcomes;
        let usable = ["valid", "repaired"].iter().any(|name| outcomes.contains_key(*name));
        if usable || outcomes.is_empty() {
            return Ok(());
        }
        let help = "read what it said in the cassette; is it a chat model that can answer in JSON?";
        Err(Failure::usage(
            &job.named.spec.name,
            "no answer of the model can be used: every case is inconclusive",
            help,
        ))
    }
}
