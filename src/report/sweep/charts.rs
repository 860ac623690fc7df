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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sweep::fixture;

    fn svg(chart: Chart, sweep: &fixture::Sweep) -> String {
        chart.draw(sweep.view()).unwrap().unwrap().replace("&apos;", "'")
    }

    #[test]
    fn every_chart_says_what_to_see_and_names_its_axes() {
        let sweep = fixture::plausible();
        let rows = [
            (Chart::PrecisionRecall, "up and right is better", "regressions caught (recall end to end)"),
            (
                Chart::CostAlpha,
                "What detect.alpha does to the cost per month: lower is better",
                "detect.alpha (logarithmic)",
            ),
            (Chart::HeatMap, "dark is low, which is better", "rows: detect.alpha; columns: gate.min_impact"),
            (Chart::Importance, "share of the variance of ln cost", "detect.alpha × gate.min_impact"),
            (Chart::Validation, "left is better", "cost per month"),
        ];
        for (chart, title, axis) in rows {
            let svg = svg(chart, &sweep);
            assert!(svg.contains(title) && svg.contains(axis), "{chart:?}: {svg}");
        }
    }

    #[test]
    fn a_trial_without_precision_is_counted_and_not_drawn() {
        let mut sweep = fixture::plausible();
        for standing in &mut sweep.table {
            if standing.id == "t0001" {
                standing.end_to_end_precision = crate::stats::Estimate::undefined();
            }
        }
        assert!(
            svg(Chart::PrecisionRecall, &sweep).contains("1 never act or have no precision that is known: not drawn")
        );
    }

    #[test]
    fn the_cell_of_the_choice_is_framed_and_a_cell_without_trials_has_no_number() {
        let mut sweep = fixture::plausible();
        let all = svg(Chart::HeatMap, &sweep);
        assert!(all.contains("framed: the choice's cell"), "{all}");
        for (trial, standing) in sweep.trials.iter().zip(&mut sweep.table) {
            if trial.levels.first() == Some(&0) {
                standing.objective = None;
            }
        }
        let fewer = svg(Chart::HeatMap, &sweep);
        let numbers = |svg: &str| svg.lines().filter(|line| line.starts_with('$')).count();
        assert_eq!(numbers(&all) - numbers(&fewer), 5, "{fewer}");
    }

    #[test]
    fn a_continuous_axis_is_drawn_in_groups() {
        let mut sweep = fixture::plausible();
        sweep.selection.grid.axes[0].levels = (1..=1_440).map(|level| (f64::from(level) * 1e-5).to_string()).collect();
        let points = sweep.trials.iter_mut().filter(|trial| !trial.levels.is_empty());
        points.enumerate().for_each(|(level, trial)| trial.levels[0] = level);
        let svg = svg(Chart::CostAlpha, &sweep);
        assert!(
            svg.contains("neighbouring levels are put together") && svg.contains("90 configurations at least"),
            "{svg}"
        );
        assert!(Chart::HeatMap.has_data(sweep.view()), "two other axes have few levels");
    }
}
