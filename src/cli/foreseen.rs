//! What asking a model about cases would take, before anything is sent.

use crate::endpoint::{Cost, Forecast};
use crate::triage::PlannedCase;

/// Cases by what is to be done about them.
#[derive(Default)]
pub struct Foreseen {
    pub cases: u64,
    /// Decided without the model.
    pub clear: u64,
    pub recorded: u64,
    pub open: u64,
    pub prompt_tokens: u64,
    pub most: Option<Cost>,
}

impl Foreseen {
    pub fn add(&mut self, planned: Option<&PlannedCase>) {
        self.cases += 1;
        match planned {
            None => self.clear += 1,
            Some(PlannedCase { recorded: true, .. }) => self.recorded += 1,
            Some(&PlannedCase { forecast: Forecast { prompt_tokens, most }, .. }) => {
                self.open += 1;
                self.prompt_tokens += prompt_tokens;
                self.most = Some(self.most.map_or(most, |sum| sum.plus(most)));
            }
        }
    }
}
