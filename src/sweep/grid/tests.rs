mod mistakes;
mod sampling;
mod shipped;

use super::*;
use crate::sweep::Role::{Base, Candidate, Reference};
use crate::sweep::{Invalid, Role, Trial};

fn read(axes: &str) -> Grid {
    read_on("recommended-2026", axes)
}

/// A grid on a base: its axes, and what follows them.
fn read_on(base: &str, rest: &str) -> Grid {
    let text = format!("schema_version = 1\nname = 'g'\nbase = '{base}'\n[axes]\n{rest}");
    read_grid(&text, "g.toml", Path::new("")).unwrap()
}

fn candidates(planned: &Planned) -> impl Iterator<Item = &Trial> {
    planned.trials.iter().filter(|trial| trial.role == Role::Candidate)
}

/// What the points of a grid have at one of the paths of their files, in order.
fn values(planned: &Planned, path: &str) -> Vec<String> {
    let value = |trial: &Trial| {
        let table: Table = trial.given.parse().unwrap();
        let mut value = Some(&toml::Value::Table(table)).cloned();
        for key in path.split('.') {
            value = value.and_then(|value| value.get(key).cloned());
        }
        value.map_or("–".to_owned(), |value| value.to_string())
    };
    candidates(planned).map(value).collect()
}

fn ids(planned: &Planned) -> Vec<(&str, Role)> {
    planned.trials.iter().map(|trial| (trial.id.as_str(), trial.role)).collect()
}

#[test]
fn trials_are_references_the_base_and_the_points_in_the_order_of_the_axes() {
    let planned = read("'detect.min_count' = [3, 5]\n'detect.alpha' = [0.01, 0.05, 0.1]\n").plan().unwrap();
    assert_eq!(
        ids(&planned),
        [
            ("null", Reference),
            ("always", Reference),
            ("langchain-2026", Reference),
            ("recommended-2026", Base),
            ("t0001", Candidate),
            ("t0002", Candidate),
            ("t0003", Candidate),
            ("t0004", Candidate),
            ("t0005", Candidate),
        ]
    );
    assert_eq!(values(&planned, "detect.min_count"), ["3", "3", "5", "5", "5"]);
    assert_eq!(values(&planned, "detect.alpha"), ["0.01", "0.1", "0.01", "0.05", "0.1"]);
    let levels: Vec<&[usize]> = candidates(&planned).map(|trial| trial.levels.as_slice()).collect();
    assert_eq!(levels, [[0, 0], [0, 2], [1, 0], [1, 1], [1, 2]]);
    assert_eq!(planned.trials[3].levels, [0, 1], "the point that is the base is the base");
    let summary = &planned.summary;
    assert_eq!((summary.trials, summary.combinations, summary.duplicates), (5, Some(6), 1));
    assert_eq!(summary.axes[1].levels, ["0.01", "0.05", "0.1"]);
    assert_eq!(planned.trials[4].spec.name, "g-t0001");
    assert_eq!(planned.trials[4].spec.description, "detect.min_count = 3; detect.alpha = 0.01");
    assert!(planned.notes.is_empty());
}

#[test]
fn a_base_that_is_a_reference_is_the_base() {
    let planned = read_on("langchain-2026", "'detect.alpha' = [0.01, 0.05]\n").plan().unwrap();
    let expected = [("null", Reference), ("always", Reference), ("langchain-2026", Base), ("t0001", Candidate)];
    assert_eq!(ids(&planned), expected);
}

#[test]
fn a_base_may_be_a_file_beside_the_grid() {
    let folder = tempfile::tempdir().unwrap();
    let own = "schema_version = 1\nname = 'mine'\nbase = 'recommended-2026'\n[gate]\nkind = 'none'\n";
    std::fs::write(folder.path().join("mine.toml"), own).unwrap();
    let text = "schema_version = 1\nname = 'g'\nbase = 'mine.toml'\n[axes]\n'detect.alpha' = [0.01]\n";
    let planned = read_grid(text, "g.toml", folder.path()).unwrap().plan().unwrap();
    assert_eq!(ids(&planned)[3], ("mine", Role::Base));
    assert_eq!(planned.trials[3].given, own);
    assert_eq!(values(&planned, "gate.kind"), ["\"none\""]);
    let named = |name: &str| {
        std::fs::write(folder.path().join("mine.toml"), own.replace("mine", name)).unwrap();
        read_grid(text, "g.toml", folder.path()).unwrap_err().to_string()
    };
    assert!(named("null").starts_with("g.toml:3: the base is named \"null\" and is not that preset"));
    assert!(named("t0001").starts_with("g.toml:3: the base is named \"t0001\", as points of a grid are"));
}

#[test]
fn whole_alternatives_come_first_and_keys_that_they_lack_are_counted() {
    let axes = "'detect.detector.winsor' = [3.0, 5.0]\n'detect.detector' = [{ kind = 'strat_nb' }, { kind = 'poisson_fixed' }]\n";
    let planned = read(axes).plan().unwrap();
    assert_eq!(values(&planned, "detect.detector.winsor"), ["3.0", "5.0"]);
    let reason = "detect.detector.winsor: kind poisson_fixed has no key \"winsor\"".to_owned();
    assert_eq!(planned.summary.invalid, [Invalid { reason, count: 2 }]);
    assert_eq!(planned.notes, ["axis detect.detector: 1 of 2 levels are in no trial"]);
    let planned = read("triage.caused_at = [0.1, 0.5, 0.6, 1.5]\n").plan().unwrap();
    let told: Vec<&str> = planned.summary.invalid.iter().map(|invalid| invalid.reason.as_str()).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].contains("triage.") && told[0].contains("caused_at = 0.1"), "{told:?}");
}

#[test]
fn a_presets_name_is_its_stage() {
    let planned = read("normalize = ['langchain-2026', 'general-2026', { kind = 'ael' }]\nact.floors = [true]\n");
    let planned = planned.plan().unwrap();
    assert_eq!(values(&planned, "normalize.kind"), ["\"rules\"", "\"stack\"", "\"ael\""]);
    assert_eq!(planned.summary.axes[0].levels, ["langchain-2026", "general-2026", "ael"]);
    let general = Preset::find("general-2026").unwrap().spec().unwrap();
    assert_eq!(planned.trials[5].spec.normalize, general.normalize);
    assert!(planned.trials[5].spec.act.floors);
}

#[test]
fn tables_that_the_base_lacks_are_made() {
    let planned = read_on("langchain-2026", "'detect.common_shock.alpha' = [0.001]\n").plan().unwrap();
    assert_eq!(values(&planned, "detect.common_shock.alpha"), ["0.001"]);
}

#[test]
fn what_is_excluded_is_left_out_when_all_of_a_table_holds() {
    let axes = "replay.window = ['60m', '3h', '6h']\n'detect.alpha' = [0.001, 0.01, 0.05]\nnormalize = ['langchain-2026', 'drain-2026']\n";
    let left = |exclude: &str| {
        let planned = read(&format!("{axes}{exclude}")).plan().unwrap();
        (planned.summary.trials, planned.summary.excluded)
    };
    assert_eq!(left(""), (18, 0));
    let rows = [
        ("'detect.alpha' = 0.01", 6),
        ("detect.alpha = { at_least = 0.01 }", 12),
        ("'detect.alpha' = { at_least = 0.002, at_most = 0.02 }", 6),
        ("'replay.window' = '1h'", 6),
        ("'replay.window' = { at_least = '2h' }", 12),
        ("'replay.window' = ['1h', '360m']\n'detect.alpha' = 0.05", 4),
        ("normalize = 'drain-2026'", 9),
        ("'normalize.kind' = 'rules'\n'detect.alpha' = 0.05", 3),
        ("'detect.exposure' = 'both'\n'detect.alpha' = 0.05", 6),
        ("'detect.exposure' = 'time'", 0),
        ("'detect.min_count' = 3.0\n'detect.alpha' = 0.05", 6),
    ];
    for (conditions, excluded) in rows {
        assert_eq!(left(&format!("[[exclude]]\n{conditions}\n")), (18 - excluded, excluded), "{conditions}");
    }
    let two = "[[exclude]]\n'detect.alpha' = 0.01\n[[exclude]]\n'replay.window' = '3h'\n";
    assert_eq!(left(two), (8, 10));
}

#[test]
fn the_same_grid_gives_the_same_trials_at_any_number_of_threads() {
    let grid = read(
        "'detect.alpha' = { from = 0.001, to = 0.1, scale = 'log' }\n'detect.min_count' = [1, 2, 3]\n[sample]\nkind = 'random'\nn = 60\nseed = 7\n",
    );
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(grid.plan().unwrap(), pool.install(|| grid.plan()).unwrap());
}
