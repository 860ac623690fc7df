//! `shakedown sweep`: its trials are replays of their own, what it writes does not depend on how it ran, and it finds what is there
//! and nothing else.

use super::cli::Mini;
use super::support::{World, costs, deploy, error, published, regression, t};
use serde_json::Value;
use shakedown::dataset::{DataSet, Intake, RejectPolicy, load};
use shakedown::evaluate::{Costs, GivenPipeline, evaluate};
use shakedown::model::{Silent, Span};
use shakedown::pipeline::run;
use shakedown::sweep::{
    Conclusion, Grid, Ground, Planned, Record, Selection, ShippedGrid, Sweep, Walk, hash_of, read_grid, select,
    survivors,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

/// Replays the wanted trials as one tree; the records by id.
fn walked(data: &DataSet, costs: &Costs, planned: &Planned, wanted: &[usize]) -> BTreeMap<String, Record> {
    let kept = Mutex::new(BTreeMap::new());
    let keep = |record: Record| {
        kept.lock().unwrap().insert(record.id.clone(), record);
        Ok(())
    };
    let walk = Walk {
        data,
        costs,
        trials: &planned.trials,
        keep: &keep,
        stop: &|| false,
        progress: &Silent,
        end: data.span.end,
    };
    walk.run(wanted).unwrap();
    kept.into_inner().unwrap()
}

/// Six trials, spread over the grid; `SHAKEDOWN_SAMPLED` asks for more (200 of them take half an hour in a dev build).
#[test]
fn trials_of_a_tree_are_what_replays_of_them_alone_are() {
    let sampled: usize = std::env::var("SHAKEDOWN_SAMPLED").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/harbor-month");
    let data = load(&folder, RejectPolicy::default(), &Silent, &mut Intake::default()).unwrap();
    let costs = Costs::shipped().unwrap();
    let planned = ShippedGrid::find("first-look").unwrap().grid().unwrap().plan().unwrap();
    let trials = planned.trials.len();
    // Coprime to their number, so that no trial comes twice and no axis keeps one level.
    let wanted: Vec<usize> = (0..sampled.min(trials)).map(|n| n * 521 % trials).collect();
    let records = walked(&data, &costs, &planned, &wanted);
    assert_eq!(records.len(), wanted.len());
    for &trial in &wanted {
        let trial = &planned.trials[trial];
        let fits = trial.spec.fits(&data).unwrap();
        let replay = run(&data, &fits, &trial.spec, &costs.charges, &Silent).unwrap();
        let given = GivenPipeline { given: &trial.given, spec: &trial.spec };
        let alone = evaluate(&data, &fits, &given, &replay, &costs);
        let hash = hash_of(&alone.evaluation);
        assert_eq!(records[&trial.id], Record::of(&alone, &data, fits.spend.tokens, &trial.id, &hash), "{}", trial.id);
    }
}

/// A grid around a pipeline that is a file.
fn grid(folder: &Path, axes: &str) -> Grid {
    let mut base = published();
    "mine".clone_into(&mut base.name);
    base.detect.min_count = 500;
    std::fs::write(folder.join("mine.toml"), toml::to_string(&base).unwrap()).unwrap();
    let text = format!("schema_version = 1\nname = \"small\"\nbase = \"mine.toml\"\n{axes}");
    read_grid(&text, "grid.toml", folder).unwrap()
}

fn chosen(data: &DataSet, grid: &Grid) -> (Planned, Selection) {
    let (costs, planned) = (costs(), grid.plan().unwrap());
    let all: Vec<usize> = (0..planned.trials.len()).collect();
    let mut records = walked(data, &costs, &planned, &all);
    let sweep = Sweep {
        grid: planned.summary.clone(),
        objective: grid.objective.clone(),
        ground: Ground::of(data, &costs),
        trials: planned.trials.clone(),
        records: planned.trials.iter().filter_map(|trial| records.remove(&trial.id)).collect(),
    };
    let selection = select(&sweep, &Silent);
    (planned, selection)
}

/// Eight weeks with a deploy a day, of `shop` and `web` in turn. Errors come every hour; with every third deploy forty more, and an
/// incident of two to four hours; with the others a dozen, of no consequence.
fn weeks() -> World {
    let mut world = World::new();
    world.manifest.end = Some(t(56, "00:00"));
    world.manifest.traffic_step = Span::hours(1);
    for day in 0..56 {
        let service = if day % 2 == 0 { "shop" } else { "web" };
        for hour in 0..24 {
            for other in ["shop", "web"] {
                world.records.push(error(other, "slow answer", t(day, &format!("{hour}:20"))));
            }
        }
        let (id, at) = (format!("d{day:02}"), t(day, "10:00"));
        let bad = day > 0 && day % 3 == 0;
        world = world.push_deploy(deploy(&id, at, &[service])).burst(
            service,
            "slow answer",
            if bad { 40 } else { 12 },
            t(day, "10:05"),
        );
        if bad {
            let end = t(day, &format!("{}:05", 12 + day / 6 % 3));
            let mut incident = regression(&format!("i{day:02}"), &id, t(day, "10:05"), end);
            incident.services = vec![service.to_owned()];
            world = world.incident(incident);
        }
    }
    world.traffic("shop", t(0, "00:00"), t(56, "00:00"), 1000, None).traffic(
        "web",
        t(0, "00:00"),
        t(56, "00:00"),
        1000,
        None,
    )
}

#[test]
fn a_planted_best_is_found_on_weeks_that_it_was_not_chosen_on() {
    let folder = tempfile::tempdir().unwrap();
    let grid = grid(folder.path(), "[axes]\n\"detect.min_count\" = [1, 20, 100, 500]\n");
    let (planned, selection) = chosen(&weeks().data(), &grid);
    let choice = selection.choice.as_ref().unwrap();
    let trial = planned.trials.iter().find(|trial| trial.id == choice.id).unwrap();
    assert_eq!(trial.spec.detect.min_count, 20, "{choice:?}");
    assert_eq!(selection.conclusion, Conclusion::BetterThanBase);
    let validation = &selection.validation;
    assert!(validation.folds.len() >= 3, "{validation:?}");
    assert_eq!(validation.agreeing as usize, validation.folds.len(), "every fold finds it by itself");
    assert!(validation.out_of_sample.unwrap() < validation.base.unwrap());
    assert!(selection.multiplicity.as_ref().unwrap().p_choice_better_than_base.unwrap() < 0.05);
}

#[test]
fn where_nothing_separates_two_pipelines_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    // One lets pass what `shop` does, the other what `web` does; both cost the same but for chance.
    let gate = |deaf: &str| format!("{{ kind = \"impact\", min_impact = 0.001, weights = {{ {deaf} = 0.000001 }} }}");
    let axes = format!("[axes]\n\"detect.min_count\" = [20]\ngate = [{}, {}]\n", gate("web"), gate("shop"));
    let text = format!("schema_version = 1\nname = \"small\"\nbase = \"mine.toml\"\n{axes}");
    let mut base = published();
    "mine".clone_into(&mut base.name);
    base.detect.min_count = 20;
    base.gate = toml::from_str("kind = \"impact\"\nmin_impact = 0.001\nweights = { web = 0.000001 }\n").unwrap();
    std::fs::write(folder.path().join("mine.toml"), toml::to_string(&base).unwrap()).unwrap();
    let grid = read_grid(&text, "grid.toml", folder.path()).unwrap();
    let (_, selection) = chosen(&weeks().data(), &grid);
    assert_ne!(selection.conclusion, Conclusion::BetterThanBase);
    let chance = selection.multiplicity.as_ref().unwrap();
    assert_eq!((chance.distinct, chance.not_worse_than_best), (2, 2), "neither can be told from the other");
    assert!(chance.p_any_better_than_base.is_none_or(|p| p > 0.05), "{chance:?}");
    let needed = selection.needed.as_ref().unwrap();
    assert!(needed.more_weeks.is_none_or(|weeks| weeks > 0.0), "{needed:?}");
}

#[test]
fn halving_keeps_the_best_and_what_it_is_read_against() {
    let folder = tempfile::tempdir().unwrap();
    let grid = grid(
        folder.path(),
        "[axes]\n\"detect.min_count\" = [20, 21, 100, 101, 102, 103]\n[sample]\nkind = \"halving\"\nn = 6\nrungs = 2\nkeep = 0.34\n",
    );
    let (data, costs, planned) = (weeks().data(), costs(), grid.plan().unwrap());
    let sweep = Sweep {
        grid: planned.summary.clone(),
        objective: grid.objective.clone(),
        ground: Ground::of(&data, &costs),
        trials: planned.trials.clone(),
        records: Vec::new(),
    };
    let walk = Walk {
        data: &data,
        costs: &costs,
        trials: &planned.trials,
        keep: &|_| Ok(()),
        stop: &|| false,
        progress: &Silent,
        end: data.span.end,
    };
    let left = survivors(&walk, grid.sample, &sweep).unwrap();
    let counts: Vec<u64> = left.iter().map(|&trial| planned.trials[trial].spec.detect.min_count).collect();
    assert_eq!(left.len(), 4 + 3, "three references, the base, the best third of six rounded up: {counts:?}");
    assert!(counts.contains(&20) && counts.contains(&21), "{counts:?}");
}

/// Every file of a sweep but the one that holds times.
fn written(mini: &Mini, out: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for folder in [mini.path(out), mini.path(out).join("charts")] {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            files.insert(entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap());
        }
    }
    files.remove("manifest.json");
    files
}

const GRID: &str = "schema_version = 1\nname = \"g\"\nbase = \"langchain-2026\"\n[axes]\n\"detect.alpha\" = [0.001, 0.05]\n\"act.policy.fix_at\" = [0.5, 0.9]\n";

#[test]
fn jobs_stops_and_resumes_leave_the_same_bytes() {
    let mini = Mini::new();
    mini.write("g.toml", GRID);
    let sweep =
        |out: &str, more: &[&str]| mini.run(&[&["sweep", "ds", "--grid", "g.toml", "--out", out], more].concat());
    let whole = sweep("a", &["--jobs", "1"]);
    assert_eq!((whole.code, whole.err.as_str()), (0, ""), "{}", whole.out);
    let files = written(&mini, "a");
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    for name in
        ["selection.json", "sweep.md", "trials.csv", "trials.parquet", "records.jsonl", "ground.json", "trials.jsonl"]
    {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(!names.contains(&"journal.jsonl"), "a sweep that is done leaves no journal");
    let other = sweep("b", &["--jobs", "4"]);
    assert_eq!((other.code, &other.out), (0, &whole.out));
    assert!(written(&mini, "b") == files, "the number of jobs changes nothing");

    // No time at all: nothing is done, and that can go on.
    let stopped = sweep("c", &["--budget", "0m"]);
    assert_eq!(stopped.code, 3, "{}", stopped.err);
    assert!(stopped.err.contains("--resume"), "{}", stopped.err);
    let again = sweep("c", &[]);
    assert!(again.code == 2 && again.err.contains("a sweep was stopped here"), "{}", again.err);
    assert_eq!(sweep("c", &["--resume"]).code, 0);
    assert!(written(&mini, "c") == files, "a sweep that was stopped ends as one that was not");
}

#[test]
fn a_trial_is_exported_replayed_and_compared() {
    let mini = Mini::new();
    mini.write("g.toml", GRID);
    mini.ok(&["sweep", "ds", "--grid", "g.toml", "--out", "out"]);
    let run = mini.run(&["sweep", "--out", "out", "--export-trial", "t0001", "mine.toml"]);
    assert_eq!(run.code, 0, "{}", run.err);
    mini.ok(&["replay", "ds", "--pipeline", "mine.toml", "--out", "alone"]);
    let alone: Value = serde_json::from_str(&mini.read("alone/record.json")).unwrap();
    let line = |id: &str| {
        let records = mini.read("out/records.jsonl");
        let found = records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|r| r["id"] == id);
        found.unwrap()
    };
    assert_eq!(alone["evaluation"], line("t0001")["evaluation"], "the same evaluation, byte for byte");
    let told = mini.ok(&["compare", "out:t0001", "out:langchain-2026"]);
    assert!(told.starts_with("A = t0001 against B = langchain-2026"), "{told}");
    for (id, said) in [("t0009", "no trial is called"), ("t0001", "is there already")] {
        let run = mini.run(&["sweep", "--out", "out", "--export-trial", id, "mine.toml"]);
        assert!(run.code == 2 && run.err.contains(said), "{}", run.err);
    }
}

#[test]
fn a_dry_run_counts_and_replays_nothing() {
    let mini = Mini::new();
    mini.write("g.toml", GRID);
    let told = mini.ok(&["sweep", "ds", "--grid", "g.toml", "--dry-run", "--out", "out"]);
    assert!(told.contains("trials") && told.contains("asks no model"), "{told}");
    assert!(!mini.path("out").exists());
    let typo = mini.run(&["sweep", "ds", "--grid", "first-loook"]);
    assert!(typo.code == 2 && typo.err.contains("first-look"), "{}", typo.err);
}
