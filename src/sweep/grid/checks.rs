//! Normalizers and triagers of a grid, each checked once: a check compiles what they are made of.

use super::axis::Axis;
use crate::pipeline::PipelineSpec;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

pub(super) struct Checks {
    normalize: Memo,
    triage: Memo,
}

/// What was found of one stage, by the levels of the axes that change it.
struct Memo {
    axes: Vec<usize>,
    known: Mutex<HashMap<Vec<usize>, Result<(), String>>>,
}

impl Checks {
    pub(super) fn new(axes: &[Axis]) -> Self {
        Self { normalize: Memo::new(axes, "normalize"), triage: Memo::new(axes, "triage") }
    }

    /// As [`PipelineSpec::check`], of a pipeline that has no name yet.
    ///
    /// # Errors
    /// With the key, its value and the range that it lies in.
    pub(super) fn check(&self, spec: &PipelineSpec, levels: &[usize]) -> Result<(), String> {
        PipelineSpec { name: "trial".to_owned(), ..spec.clone() }.check_shallow()?;
        self.normalize.get(levels, || spec.normalize.check())?;
        self.triage.get(levels, || spec.triage.check())
    }
}

impl Memo {
    fn new(axes: &[Axis], stage: &str) -> Self {
        let changes = (0..axes.len()).filter(|&axis| axes[axis].keys()[0] == stage);
        Self { axes: changes.collect(), known: Mutex::new(HashMap::new()) }
    }

    /// Two threads may find the same at once; they find the same.
    fn get(&self, levels: &[usize], find: impl Fn() -> Result<(), String>) -> Result<(), String> {
        let key: Vec<usize> = self.axes.iter().map(|&axis| levels[axis]).collect();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.unwrap_or_else(|| {
            let found = find();
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
            found
        })
    }
}
