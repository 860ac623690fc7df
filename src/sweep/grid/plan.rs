//! From a grid to its trials.

use super::axis::Axis;
use super::checks::Checks;
use super::combination::Combination;
use super::sample::{Draw, MOST_COMBINATIONS, MOST_POINTS, Sample, combinations};
use super::{Base, Grid};
use crate::model::{UserError, excerpt};
use crate::pipeline::{PipelineSpec, Preset};
use crate::sweep::{AxisSummary, GridSummary, Invalid, Role, Trial};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_128;

/// What every sweep is read against.
const REFERENCES: [&str; 3] = ["null", "always", "langchain-2026"];

/// Combinations of a full grid that are looked at together.
const BATCH: usize = 4_096;

/// Characters of a reason, which may quote what the grid says.
const LONGEST_REASON: usize = 300;

/// Reasons that are told apart.
const MOST_REASONS: usize = 50;

/// What a grid comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub summary: GridSummary,
    /// References, the base, the points of the grid.
    pub trials: Vec<Trial>,
    /// What the user should be told, a sentence each.
    pub notes: Vec<String>,
}

/// What became of a combination.
enum Found {
    Excluded,
    Invalid(String),
    Valid(Box<PipelineSpec>, u128),
}

/// What was found so far.
#[derive(Default)]
struct Tally {
    /// Points of the grid, in order, with the levels of each.
    points: Vec<(Vec<usize>, PipelineSpec)>,
    /// What each pipeline is called first: a leading trial by its index, a point by `None`.
    seen: HashMap<u128, Option<usize>>,
    excluded: u64,
    duplicates: u64,
    invalid: BTreeMap<String, u64>,
}

impl Grid {
    /// Its trials: the references `null`, `always` and `langchain-2026`, the base, and the points of the grid, each valid and each once.
    /// A base that is one of the references is the base, and can be chosen; a point that is the base or a reference is left out, and
    /// gives that trial its levels. The same grid gives the same trials at any number of threads.
    ///
    /// # Errors
    /// When a full grid has a continuous axis or too many combinations, or no point is left.
    pub fn plan(&self) -> Result<Planned, UserError> {
        self.check_size()?;
        let mut trials = self.leading()?;
        let mut tally = Tally::default();
        for (index, trial) in trials.iter().enumerate() {
            tally.seen.insert(key_of(&trial.spec), Some(index));
        }
        let sizes: Vec<usize> = self.axes.iter().map(|axis| axis.levels.len()).collect();
        let mut draw = Draw::new(self.sample, &sizes);
        let checks = Checks::new(&self.axes);
        let wanted = self.sample.n().unwrap_or(usize::MAX);
        loop {
            let drawn = draw.next((wanted - tally.points.len()).min(self.sample.n().unwrap_or(BATCH)));
            if drawn.is_empty() {
                break;
            }
            let found: Vec<Found> = drawn.par_iter().map(|levels| self.find(levels, &checks)).collect();
            for (levels, found) in drawn.into_iter().zip(found) {
                tally.add(levels, found, &mut trials);
            }
            if tally.points.len() >= wanted {
                break;
            }
            self.check_points(tally.points.len())?;
        }
        if tally.points.is_empty() {
            return Err(self.nothing_left(&tally));
        }
        Ok(self.planned(trials, &tally))
    }

    fn check_size(&self) -> Result<(), UserError> {
        if !matches!(self.sample, Sample::Grid {}) {
            return Ok(());
        }
        let help = "draw some of them: [sample] with kind = \"latin_hypercube\" (or \"random\") and n = 500";
        if let Some(axis) = self.axes.iter().find(|axis| axis.continuous) {
            let message = format!("axis {:?} is continuous: a full grid needs its step or points", axis.path);
            return Err(self.place().error(axis.offset, message, help));
        }
        let sizes: Vec<usize> = self.axes.iter().map(|axis| axis.levels.len()).collect();
        match combinations(&sizes) {
            Some(count) if count <= MOST_COMBINATIONS => Ok(()),
            count => {
                let count = count.map_or("more than 2^64".to_owned(), |count| count.to_string());
                let message =
                    format!("the axes have {count} combinations: a full grid has at most {MOST_COMBINATIONS}");
                Err(UserError::new(&self.file, message, help))
            }
        }
    }

    fn check_points(&self, points: usize) -> Result<(), UserError> {
        if points <= MOST_POINTS {
            return Ok(());
        }
        let message = format!("the grid has more than {MOST_POINTS} points");
        Err(UserError::new(
            &self.file,
            message,
            "draw some of them: [sample] with kind = \"latin_hypercube\" and n = 500",
        ))
    }

    /// The references and the base.
    fn leading(&self) -> Result<Vec<Trial>, UserError> {
        let Base { spec, given, .. } = &self.base;
        let own = key_of(spec);
        let mut trials = Vec::new();
        for preset in REFERENCES.iter().filter_map(|name| Preset::find(name)) {
            let spec = preset.spec()?;
            if key_of(&spec) != own {
                trials.push(trial(preset.name, Role::Reference, spec, preset.toml));
            }
        }
        trials.push(trial(&spec.name, Role::Base, spec.clone(), given));
        Ok(trials)
    }

    fn find(&self, levels: &[usize], checks: &Checks) -> Found {
        let combination = match Combination::of(&self.base.table, &self.axes, levels) {
            Ok(combination) => combination,
            Err(reason) => return Found::Invalid(reason),
        };
        if self.exclusions.iter().any(|exclusion| exclusion.holds(&combination)) {
            return Found::Excluded;
        }
        match combination.spec(checks) {
            Ok(spec) => {
                let key = key_of(&spec);
                Found::Valid(Box::new(spec), key)
            }
            Err(reason) => Found::Invalid(reason),
        }
    }

    fn planned(&self, mut trials: Vec<Trial>, tally: &Tally) -> Planned {
        let used: Vec<BTreeSet<usize>> = (0..self.axes.len())
            .map(|axis| {
                let points = tally.points.iter().map(|(levels, _)| levels);
                let leading = trials.iter().map(|trial| &trial.levels).filter(|levels| !levels.is_empty());
                points.chain(leading).map(|levels| levels[axis]).collect()
            })
            .collect();
        // Of a continuous axis only what was drawn is a level.
        let kept = |axis: usize, level: usize| {
            if self.axes[axis].continuous { used[axis].range(..level).count() } else { level }
        };
        let told = |levels: &[usize]| levels.iter().enumerate().map(|(axis, &level)| kept(axis, level)).collect();
        for trial in &mut trials {
            trial.levels = told(&trial.levels);
        }
        let width = tally.points.len().to_string().len().max(4);
        let point = |(i, (levels, spec)): (usize, &(Vec<usize>, PipelineSpec))| {
            let id = format!("t{:0width$}", i + 1);
            let (name, description) = (format!("{}-{id}", self.name), self.described(levels));
            let spec = PipelineSpec { name, description, ..spec.clone() };
            let given = toml::to_string(&spec).unwrap_or_default();
            Trial { levels: told(levels), ..trial(&id, Role::Candidate, spec, &given) }
        };
        trials.par_extend(tally.points.par_iter().enumerate().map(point));
        Planned { summary: self.summary(tally, &used), notes: self.notes(tally, &used), trials }
    }

    /// The levels of a point in words.
    fn described(&self, levels: &[usize]) -> String {
        let told =
            self.axes.iter().zip(levels).map(|(axis, &level)| format!("{} = {}", axis.path, axis.levels[level].label));
        told.collect::<Vec<_>>().join("; ")
    }

    fn summary(&self, tally: &Tally, used: &[BTreeSet<usize>]) -> GridSummary {
        let axis = |(axis, used): (&Axis, &BTreeSet<usize>)| {
            let is_told = |level: &usize| !axis.continuous || used.contains(level);
            let levels = (0..axis.levels.len()).filter(is_told).map(|level| axis.levels[level].label.clone());
            AxisSummary { path: axis.path.clone(), levels: levels.collect() }
        };
        let sizes: Vec<usize> = self.axes.iter().map(|axis| axis.levels.len()).collect();
        let is_listed = self.axes.iter().all(|axis| !axis.continuous);
        GridSummary {
            name: self.name.clone(),
            given: self.given.clone(),
            base: self.base.spec.name.clone(),
            axes: self.axes.iter().zip(used).map(axis).collect(),
            trials: tally.points.len() as u64,
            combinations: is_listed.then(|| combinations(&sizes)).flatten(),
            excluded: tally.excluded,
            duplicates: tally.duplicates,
            invalid: tally.reasons(),
            halved: 0,
            open: 0,
        }
    }

    fn notes(&self, tally: &Tally, used: &[BTreeSet<usize>]) -> Vec<String> {
        let found = tally.points.len();
        let few = self.sample.n().filter(|&n| found < n).map(|n| {
            format!(
                "the sample asks for {n} points: only {found} were found that are valid, not excluded and not the same"
            )
        });
        let idle = |(axis, used): (&Axis, &BTreeSet<usize>)| {
            let unused = (0..axis.levels.len()).filter(|level| !axis.continuous && !used.contains(level)).count();
            let told = || format!("axis {}: {unused} of {} levels are in no trial", axis.path, axis.levels.len());
            (unused > 0).then(told)
        };
        few.into_iter().chain(self.axes.iter().zip(used).filter_map(idle)).collect()
    }

    fn nothing_left(&self, tally: &Tally) -> UserError {
        let mut why: Vec<String> = Vec::new();
        let counted = [(tally.excluded, "excluded"), (tally.duplicates, "the same as the base or a reference")];
        why.extend(counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
        why.extend(tally.reasons().iter().take(3).map(|invalid| format!("{} × {}", invalid.count, invalid.reason)));
        UserError::new(&self.file, "no combination of the axes is left to try", why.join("\n      "))
    }

    fn place(&self) -> super::Place<'_> {
        super::Place { text: &self.given, file: &self.file }
    }
}

impl Tally {
    fn add(&mut self, levels: Vec<usize>, found: Found, leading: &mut [Trial]) {
        match found {
            Found::Excluded => self.excluded += 1,
            Found::Invalid(reason) => *self.invalid.entry(excerpt(&reason, LONGEST_REASON)).or_default() += 1,
            Found::Valid(spec, key) => match self.seen.get(&key) {
                None => {
                    self.seen.insert(key, None);
                    self.points.push((levels, *spec));
                }
                Some(first) => {
                    self.duplicates += 1;
                    if let Some(trial) = first.and_then(|index| leading.get_mut(index)).filter(|t| t.levels.is_empty())
                    {
                        trial.levels = levels;
                    }
                }
            },
        }
    }

    /// By falling count.
    fn reasons(&self) -> Vec<Invalid> {
        let told = |(reason, &count): (&String, &u64)| Invalid { reason: reason.clone(), count };
        let mut reasons: Vec<Invalid> = self.invalid.iter().map(told).collect();
        reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
        let rest = reasons.split_off(reasons.len().min(MOST_REASONS));
        if !rest.is_empty() {
            let count = rest.iter().map(|invalid| invalid.count).sum();
            reasons.push(Invalid { reason: format!("{} other reasons", rest.len()), count });
        }
        reasons
    }
}

/// What makes two pipelines the same: everything but what they are called, hashed.
fn key_of(spec: &PipelineSpec) -> u128 {
    let unnamed = PipelineSpec { name: String::new(), description: String::new(), ..spec.clone() };
    xxh3_128(toml::to_string(&unnamed).unwrap_or_default().as_bytes())
}

fn trial(id: &str, role: Role, spec: PipelineSpec, given: &str) -> Trial {
    Trial { id: id.to_owned(), role, spec, given: given.to_owned(), levels: Vec::new() }
}

/// A base's name is its trial's id: no other trial may have it.
///
/// # Errors
/// When it is a reference's and its pipeline is not, or reads like a point's.
pub(super) fn check_base(spec: &PipelineSpec) -> Result<(), String> {
    let name = &spec.name;
    if let Some(preset) = REFERENCES.iter().find(|reference| *reference == name).and_then(|name| Preset::find(name)) {
        if preset.spec().is_ok_and(|preset| key_of(&preset) != key_of(spec)) {
            return Err(format!("the base is named {name:?} and is not that preset, which is in every sweep"));
        }
    }
    let digits = name.strip_prefix('t').unwrap_or_default();
    if digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("the base is named {name:?}, as points of a grid are"));
    }
    Ok(())
}
