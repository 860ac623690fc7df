//! The ways in which pipelines group records, each made once; rules that several begin with are applied once.

use super::PipelineSpec;
use crate::dataset::DataSet;
use crate::model::{Severity, Span};
use crate::normalize::{Built, NormalizerSpec, Reads, Rules};
use crate::series::{Fits, Templates, Texts, templates_of_rules};

/// Lists of rules whose templates are held at a time: what bounds the memory of a sweep over many.
const AT_ONCE: usize = 32;

/// What a pipeline's series depend on.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    normalize: NormalizerSpec,
    min_severity: Severity,
    /// Only where something is learned.
    reach: Option<Span>,
}

impl Grouping {
    #[must_use]
    pub fn of(spec: &PipelineSpec) -> Self {
        let reach = spec.normalize.learns().then(|| spec.replay.reach());
        Self { normalize: spec.normalize.clone(), min_severity: spec.replay.min_severity, reach }
    }
}

/// A pipeline of a grouping with its normalizer, and the templates where its rules were applied with those of others.
type Ready<'s> = (&'s PipelineSpec, Built, Option<Templates>);

/// Makes the series of several groupings one after the other.
pub struct Groupings<'s, 'd> {
    data: &'d DataSet,
    messages: Texts<'d>,
    /// One pipeline of each grouping, not made yet.
    open: std::vec::IntoIter<&'s PipelineSpec>,
    /// Those whose rules were applied together, in order.
    ready: std::vec::IntoIter<Ready<'s>>,
}

impl<'s, 'd> Groupings<'s, 'd> {
    /// `specs`: one pipeline of each grouping.
    #[must_use]
    pub fn of(data: &'d DataSet, specs: Vec<&'s PipelineSpec>) -> Self {
        let messages = Texts::of(&data.records, Reads::Message);
        Self { data, messages, open: specs.into_iter(), ready: Vec::new().into_iter() }
    }

    /// The series of the next grouping; `None` after the last.
    ///
    /// # Errors
    /// With the pipeline whose normalizer cannot be built, or fails.
    pub fn next_fits(&mut self) -> Option<Result<Fits<'d>, (&'s PipelineSpec, String)>> {
        if self.ready.len() == 0 {
            match self.apply_rules() {
                Ok(ready) => self.ready = ready.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        let (spec, built, templates) = self.ready.next()?;
        let fits = match templates {
            Some(templates) => spec.fits_of(self.data, &self.messages, templates, &built),
            None => spec.fits(self.data),
        };
        Some(fits.map_err(|reason| (spec, reason)))
    }

    fn apply_rules(&mut self) -> Result<Vec<Ready<'s>>, (&'s PipelineSpec, String)> {
        let build = |spec: &'s PipelineSpec| match spec.normalize.build() {
            Ok(built) => Ok((spec, built)),
            Err(reason) => Err((spec, reason)),
        };
        let built = self.open.by_ref().take(AT_ONCE).map(build).collect::<Result<Vec<_>, _>>()?;
        let lists: Vec<&Rules> = built.iter().filter_map(|(_, built)| built.normalizer.rules()).collect();
        let mut shared = templates_of_rules(&self.messages, &lists).into_iter();
        let templates = built.iter().map(|(_, built)| built.normalizer.rules().and_then(|_| shared.next()));
        let templates: Vec<Option<Templates>> = templates.collect();
        Ok(built.into_iter().zip(templates).map(|((spec, built), templates)| (spec, built, templates)).collect())
    }
}
