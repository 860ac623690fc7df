//! The charts of a sweep. One without data is neither drawn nor linked.

mod axis;
mod by_level;
mod heat_map;
mod importance;
mod marks;
mod precision_recall;
mod validation;

use super::view::View;
use crate::model::UserError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chart {
    PrecisionRecall,
    CostAlpha,
    HeatMap,
    Importance,
    Validation,
}

impl Chart {
    pub(super) const ALL: [Self; 5] =
        [Self::PrecisionRecall, Self::CostAlpha, Self::HeatMap, Self::Importance, Self::Validation];

    /// From the page's folder.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::PrecisionRecall => "charts/precision-recall.svg",
            Self::CostAlpha => "charts/cost-alpha.svg",
            Self::HeatMap => "charts/heat-map.svg",
            Self::Importance => "charts/importance.svg",
            Self::Validation => "charts/validation.svg",
        }
    }

    /// What it shows, and its file.
    pub(super) const fn link(self) -> (&'static str, &'static str) {
        let title = match self {
            Self::PrecisionRecall => "Every configuration: regressions caught against actions that were right",
            Self::CostAlpha => {
                "The objective at every level of the detection threshold, or of the number that matters most"
            }
            Self::HeatMap => "The two settings that matter most, together",
            Self::Importance => "How much each setting explains",
            Self::Validation => "In sample, out of sample and the base, fold by fold",
        };
        (title, self.file())
    }

    pub(super) fn has_data(self, view: View) -> bool {
        match self {
            Self::PrecisionRecall => precision_recall::has_data(view),
            Self::CostAlpha => by_level::Levels::of(view).is_some(),
            Self::HeatMap => heat_map::Map::of(view).is_some(),
            Self::Importance => importance::has_data(view),
            Self::Validation => validation::has_data(view),
        }
    }

    /// The chart as SVG; `None` where it has no data.
    ///
    /// # Errors
    /// When plotters cannot draw.
    pub(super) fn draw(self, view: View) -> Result<Option<String>, UserError> {
        if !self.has_data(view) {
            return Ok(None);
        }
        match self {
            Self::PrecisionRecall => precision_recall::draw(view).map(Some),
            Self::CostAlpha => by_level::Levels::of(view).map(|levels| levels.draw(view)).transpose(),
            Self::HeatMap => heat_map::Map::of(view).map(|map| map.draw(view)).transpose(),
            Self::Importance => importance::draw(view).map(Some),
            Self::Validation => validation::draw(view).map(Some),
        }
    }
}
