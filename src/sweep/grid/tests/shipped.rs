use super::*;
use crate::pipeline::parse_pipeline;

/// The number in a description, such as `1,439 pipelines`.
fn promised(description: &str) -> u64 {
    let before = description.split(" pipelines").next().unwrap();
    before.rsplit(' ').next().unwrap().replace(',', "").parse().unwrap()
}

#[test]
fn every_shipped_grid_has_as_many_trials_as_it_says() {
    for shipped in &GRIDS {
        let grid = shipped.grid().unwrap();
        let planned = grid.plan().unwrap();
        assert_eq!(grid.name, shipped.name);
        assert_eq!(planned.summary.trials, promised(&grid.description), "{}", shipped.name);
        assert_eq!(planned.summary.invalid, [], "{}", shipped.name);
        assert_eq!(planned.notes, [""; 0], "{}", shipped.name);
        assert!(grid.description.ends_with(&format!("around {}.", planned.summary.base)));
    }
    assert!(ShippedGrid::find("first-look").unwrap().grid().unwrap().plan().unwrap().summary.trials >= 1_000);
    assert!(ShippedGrid::find("first").is_none());
}

#[test]
fn a_trials_file_reads_back_to_the_trial() {
    for shipped in &GRIDS {
        let planned = shipped.grid().unwrap().plan().unwrap();
        for (i, trial) in planned.trials.iter().enumerate() {
            assert_eq!(parse_pipeline(&trial.given, "t.toml").unwrap(), trial.spec);
            assert!(!trial.spec.triage.needs_recording());
            if i % 97 == 0 {
                trial.spec.check().unwrap();
            }
            for (axis, &level) in planned.summary.axes.iter().zip(&trial.levels) {
                assert!(level < axis.levels.len());
            }
        }
    }
}

#[test]
fn labels_are_short_and_tell_levels_apart() {
    for shipped in &GRIDS {
        for axis in shipped.grid().unwrap().plan().unwrap().summary.axes {
            assert!(axis.levels.iter().all(|label| (1..=40).contains(&label.chars().count())), "{axis:?}");
            let distinct: std::collections::BTreeSet<&String> = axis.levels.iter().collect();
            assert_eq!(distinct.len(), axis.levels.len(), "{axis:?}");
        }
    }
}
