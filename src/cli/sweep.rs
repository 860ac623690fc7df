//! `shakedown sweep`: every pipeline of a grid, and which of them to run.

mod asking;
mod export;
mod plan;
mod stop;

use super::args::{DataSetArgs, Format, SweepArgs};
use super::failure::Failure;
use super::input::{costs, data_set, require_records};
use super::output::{colour, folder_name, note, print, under, warn};
use super::progress::Terminal;
use crate::dataset::DataSet;
use crate::evaluate::Costs;
use crate::model::UserError;
use crate::report::{self, Style};
use crate::sweep::plan::Stages;
use crate::sweep::{
    Grid, Ground, Journal, Origin, Planned, Record, Role, Selection, Standing, Study, Sweep, Trial, Walk, Walked,
    survivors,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use stop::Stop;

/// Replays every trial of a grid, chooses, writes the page, and prints the answer.
pub fn run(args: &SweepArgs, terminal: &Terminal) -> Result<(), Failure> {
    if let [id, file] = &args.export_trial[..] {
        return export::run(args, id, Path::new(file));
    }
    let Some(jobs) = args.jobs else { return sweep(args, terminal) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build();
    pool.map_err(|e| Failure::usage("--jobs", e.to_string(), ""))?.install(|| sweep(args, terminal))
}

/// How long each part of a sweep took.
#[derive(Clone, Copy, Default, Serialize)]
struct Seconds {
    reading: f64,
    evaluating: f64,
    choosing: f64,
}

/// `manifest.json`: what was done and how long it took. The one file of a sweep that differs from run to run.
#[derive(Serialize)]
struct Manifest<'a> {
    schema_version: u32,
    version: &'a str,
    data_set_hash: &'a str,
    grid: &'a str,
    trials: usize,
    /// Fewer than `trials` when a budget ended it.
    evaluated: usize,
    /// Of those, read from a journal.
    resumed: usize,
    /// What was computed in this run.
    stages: Stages,
    jobs: usize,
    seconds: Seconds,
    /// Of this run: trials evaluated ÷ seconds of evaluating.
    trials_per_second: Option<f64>,
}

fn sweep(args: &SweepArgs, terminal: &Terminal) -> Result<(), Failure> {
    let stop = Stop::new(args.budget)?;
    let (grid, planned) = plan::read(args)?;
    asking::recordings_are_there(&planned, args.dry_run)?;
    let costs = costs(args.costs.as_ref())?;
    let began = Instant::now();
    let dataset = args.dataset.clone().unwrap_or_default();
    let set = DataSetArgs { dataset, rejects: args.rejects };
    let (data, intake) = data_set(&set, terminal);
    let data = data?;
    require_records(&data, &intake)?;
    let reading = began.elapsed();
    if args.dry_run {
        return print(&plan::dry_run(&data, &grid, &planned, terminal)?);
    }
    let out = args.out.clone().unwrap_or_else(|| default_out(&data, &grid.name));
    let job = Job { data: &data, costs: &costs, planned: &planned, out: &out, stop: &stop, terminal };
    let done = job.evaluate(&grid, args.resume)?;
    if stop.was_asked() {
        return Err(Failure::Interrupted(stopped(&out, done.records.len(), planned.trials.len())));
    }
    let began = Instant::now();
    let chosen = job.choose(&grid, &done);
    if let Err(Failure::Nothing(_)) = chosen {
        done.journal.remove()?;
        return chosen.map(|_| ());
    }
    let (sweep, selection, table) = chosen?;
    report::write_sweep_trials(&out, &sweep, &selection).map_err(|e| under(&out, e))?;
    report::write_sweep(&out, &selection, &table, &sweep.trials, &sweep.records).map_err(|e| under(&out, e))?;
    let seconds = Seconds {
        reading: reading.as_secs_f64(),
        evaluating: done.took.as_secs_f64(),
        choosing: began.elapsed().as_secs_f64(),
    };
    write_manifest(&out, &sweep, planned.trials.len(), &done, seconds).map_err(|e| under(&out, e))?;
    terminal.clear();
    match args.format {
        Format::Terminal => {
            print(&report::sweep_summary(&selection, &table, &sweep.trials, Style { color: colour() }))?;
        }
        Format::Json => print(&report::json(&selection)?)?,
        Format::Md => print(&report::sweep_markdown(&selection, &table, &sweep.trials))?,
    }
    let wanted = planned.trials.len() - done.halved;
    if sweep.trials.len() < wanted {
        return Err(Failure::Resumable(stopped(&out, sweep.trials.len(), wanted)));
    }
    done.journal.remove()?;
    page_place(&out);
    Ok(())
}

/// Says on stderr where the page is; silent when no person is watching.
fn page_place(out: &Path) {
    if std::io::stderr().is_terminal() {
        note(&format!("page: {}", out.join("sweep.md").display()));
    }
}

/// `reports/<data set>-<grid>`.
fn default_out(data: &DataSet, grid: &str) -> PathBuf {
    Path::new("reports").join(format!("{}-{grid}", folder_name(&data.manifest.name)))
}

/// Why not all trials are there, and how to go on.
fn stopped(out: &Path, done: usize, trials: usize) -> UserError {
    let help = format!("the same command with --resume --out {} goes on from there", out.display());
    UserError::new("sweep", format!("stopped: {done} of {trials} trials are done and kept"), help)
}

/// A sweep that is to be done.
struct Job<'j> {
    data: &'j DataSet,
    costs: &'j Costs,
    planned: &'j Planned,
    out: &'j Path,
    stop: &'j Stop,
    terminal: &'j Terminal,
}

/// What came of it.
struct Done {
    journal: Journal,
    /// By the trial's id.
    records: BTreeMap<String, Record>,
    resumed: usize,
    /// Trials that halving dropped.
    halved: usize,
    stages: Stages,
    took: Duration,
}

impl Job<'_> {
    /// Evaluates the trials that have no record yet, and keeps each as it is done.
    fn evaluate(&self, grid: &Grid, resume: bool) -> Result<Done, Failure> {
        let origin = plan::origin(self.data, self.costs, grid, self.planned)?;
        let (journal, known) = self.journal(&origin, resume)?;
        let resumed = known.len();
        let records: BTreeMap<String, Record> = known.into_iter().map(|r| (r.id.clone(), r)).collect();
        let trials = &self.planned.trials;
        let kept = Mutex::new((journal, records));
        let keep = |record: Record| {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.0.keep(&record)?;
            kept.1.insert(record.id.clone(), record);
            Ok(())
        };
        let began = Instant::now();
        let walk = Walk {
            data: self.data,
            costs: self.costs,
            trials,
            keep: &keep,
            stop: &|| self.stop.is_due(),
            progress: self.terminal,
            end: self.data.span.end,
        };
        let left = survivors(&walk, grid.sample, &self.sweep(grid, Vec::new(), Vec::new()))?;
        let halved = trials.len() - left.len();
        let wanted: Vec<usize> = {
            let known = kept.lock().unwrap_or_else(PoisonError::into_inner);
            left.into_iter().filter(|&trial| !known.1.contains_key(&trials[trial].id)).collect()
        };
        let walked = walk.run(&wanted);
        self.terminal.clear();
        let Walked { stages, notes } = walked?;
        for told in notes {
            warn(&told);
        }
        let (journal, records) = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Done { journal, records, resumed, halved, stages, took: began.elapsed() })
    }

    fn journal(&self, origin: &Origin, resume: bool) -> Result<(Journal, Vec<Record>), Failure> {
        if resume && Journal::is_in(self.out) {
            let (journal, records) = Journal::resume(self.out, origin)?;
            let ground = Ground::of(self.data, self.costs);
            if let Some(wrong) = records.iter().find(|record| !ground.holds(record)) {
                let message = format!("the record of {} names what the data set does not hold", wrong.id);
                let help = "the journal was changed: remove that line, and its trial is replayed again";
                return Err(Failure::usage(self.out.join("journal.jsonl").display().to_string(), message, help));
            }
            return Ok((journal, records));
        }
        if resume {
            note(&format!("{} holds no sweep that was stopped: beginning anew", self.out.display()));
        }
        Ok((Journal::begin(self.out, origin)?, Vec::new()))
    }

    fn sweep(&self, grid: &Grid, trials: Vec<Trial>, records: Vec<Record>) -> Sweep {
        Sweep {
            grid: self.planned.summary.clone(),
            objective: grid.objective.clone(),
            ground: Ground::of(self.data, self.costs),
            trials,
            records,
        }
    }

    /// Chooses among the trials that are done.
    fn choose(&self, grid: &Grid, done: &Done) -> Result<(Sweep, Selection, Vec<Standing>), Failure> {
        let trials: Vec<_> =
            self.planned.trials.iter().filter(|trial| done.records.contains_key(&trial.id)).cloned().collect();
        if !trials.iter().any(Trial::is_eligible) {
            return Err(Failure::Resumable(stopped(self.out, trials.len(), self.planned.trials.len())));
        }
        let records: Vec<Record> = trials.iter().filter_map(|trial| done.records.get(&trial.id).cloned()).collect();
        if records.iter().all(|record| record.windows == 0) {
            let help = "shakedown check DATASET says what is missing; shakedown replay DATASET says why no deploy fits";
            return Err(Failure::Nothing(UserError::new("deploys.jsonl", "no trial could evaluate a deploy", help)));
        }
        let mut sweep = self.sweep(grid, trials, records);
        sweep.grid.halved = done.halved as u64;
        sweep.grid.open = (self.planned.trials.len() - done.halved - sweep.trials.len()) as u64;
        sweep.grid.trials = sweep.trials.iter().filter(|trial| trial.role == Role::Candidate).count() as u64;
        let study = Study::of(&sweep, self.terminal);
        let (selection, table) = (study.selection(self.terminal), study.table());
        self.terminal.clear();
        Ok((sweep, selection, table))
    }
}

fn write_manifest(out: &Path, sweep: &Sweep, trials: usize, done: &Done, seconds: Seconds) -> Result<(), UserError> {
    let here = sweep.trials.len() - done.resumed.min(sweep.trials.len());
    let manifest = Manifest {
        schema_version: 1,
        version: &sweep.ground.version,
        data_set_hash: &sweep.ground.data_set_hash,
        grid: &sweep.grid.name,
        trials,
        evaluated: sweep.trials.len(),
        resumed: done.resumed,
        stages: done.stages,
        jobs: rayon::current_num_threads(),
        seconds,
        trials_per_second: (seconds.evaluating > 0.0).then(|| here as f64 / seconds.evaluating),
    };
    report::write_manifest(out, &manifest)
}
