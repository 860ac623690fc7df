use super::rules::Rule;
use crate::model::{Direction, Evidence, Source};

/// What ties an error to the change (or shows that nothing does): the rule it meets, how strongly, and where that can be checked.
/// It has no weight yet: whoever weighs it brings the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub rule: Rule,
    /// Share of the rule's weight that it earns, in (0, 1].
    pub strength: f64,
    /// One sentence for people.
    pub summary: String,
    pub sources: Vec<Source>,
}

impl Link {
    /// The reason it is at `weight` log-odds for a full one.
    #[must_use]
    pub fn weighed(self, weight: f64) -> Evidence {
        let weight = weight * self.strength;
        let direction = match weight.total_cmp(&0.0) {
            std::cmp::Ordering::Greater => Direction::For,
            std::cmp::Ordering::Equal => Direction::Context,
            std::cmp::Ordering::Less => Direction::Against,
        };
        Evidence { rule: self.rule.id.to_owned(), direction, weight, summary: self.summary, sources: self.sources }
    }
}

impl Rule {
    pub(super) fn link(self, strength: f64, summary: String, sources: Vec<Source>) -> Link {
        Link { rule: self, strength, summary, sources }
    }
}
