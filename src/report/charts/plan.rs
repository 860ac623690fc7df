//! Which cases get a chart, and the names of their files.

use super::super::facts::{Interest, interest};
use crate::dataset::DataSet;
use crate::evaluate::{Assessment, Judged};
use crate::report::shown::excerpt;
use std::collections::BTreeSet;

/// Charts of cases in one report.
const MOST: usize = 40;
/// Characters of a file name before its ending.
const NAME: usize = 80;

/// One chart to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Index in the assessment's `judged`.
    pub judged: usize,
    /// File name inside `charts/cases`: letters, digits, `.`, `-` and `_` only.
    pub file: String,
    /// For people; raw text.
    pub title: String,
}

impl Planned {
    /// From the report's folder.
    #[must_use]
    pub fn link(&self) -> String {
        format!("charts/cases/{}", self.file)
    }
}

/// The charts of one report: false actions first, then misses, right actions, false alarms, others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub charts: Vec<Planned>,
    /// Cases and missed windows without a chart.
    pub left_out: usize,
}

impl Plan {
    /// The chart of one outcome.
    #[must_use]
    pub fn one(assessment: &Assessment, data: &DataSet, index: usize) -> Planned {
        let judged = &assessment.judged[index];
        let interest = interest(assessment, judged).unwrap_or(Interest::Other);
        planned(data, judged, index, interest, &mut BTreeSet::new())
    }

    #[must_use]
    pub fn of(assessment: &Assessment, data: &DataSet) -> Self {
        let interests = assessment.judged.iter().enumerate();
        let mut wanted: Vec<(Interest, usize)> =
            interests.filter_map(|(index, j)| Some((interest(assessment, j)?, index))).collect();
        wanted.sort_unstable();
        let mut used = BTreeSet::new();
        let charts: Vec<Planned> = wanted
            .iter()
            .take(MOST)
            .map(|&(interest, index)| planned(data, &assessment.judged[index], index, interest, &mut used))
            .collect();
        Self { left_out: wanted.len() - charts.len(), charts }
    }
}

fn planned(data: &DataSet, judged: &Judged, index: usize, interest: Interest, used: &mut BTreeSet<String>) -> Planned {
    let window = &judged.outcome.window;
    let deploy = &data.deploys[window.deploy].id;
    let kind = match interest {
        Interest::FalseAction => "false action",
        Interest::Miss => "missed",
        Interest::RightAction => "right action",
        Interest::FalseAlarm => "false alarm",
        Interest::Other => "case",
    };
    let title = format!("{kind}: {} on {}", excerpt(deploy, 40), excerpt(&window.service, 40));
    Planned { judged: index, file: file_name(deploy, &window.service, used), title }
}

/// The text with nothing left that could name another folder or need quoting.
pub fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect()
}

/// A file name that no deploy id or service can turn into a path, and that no other chart has (not even where case is ignored).
fn file_name(deploy: &str, service: &str, used: &mut BTreeSet<String>) -> String {
    let name: String = safe(&format!("{deploy}-{service}")).chars().take(NAME).collect();
    let name = if name.starts_with(['.', '-']) { format!("_{name}") } else { name };
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| used.insert(name.to_ascii_lowercase()));
    format!("{}.svg", free.unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_and_unique() {
        let mut used = BTreeSet::new();
        let rows = [
            ("d1", "cart", "d1-cart.svg"),
            ("d1", "CART", "d1-CART-2.svg"),
            ("../../etc/passwd", "x", "_.._.._etc_passwd-x.svg"),
            ("a/b", "<c>", "a_b-_c_.svg"),
            ("a\\b", "?c:", "a_b-_c_-2.svg"),
            ("", "", "_-.svg"),
            ("-rf", "x", "_-rf-x.svg"),
        ];
        for (deploy, service, expected) in rows {
            assert_eq!(file_name(deploy, service, &mut used), expected);
        }
        assert!(file_name(&"x".repeat(500), "y", &mut used).len() <= NAME + 8);
    }
}
