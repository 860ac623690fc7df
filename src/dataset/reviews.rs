//! `labels/reviews.jsonl`: what people found when they looked at cases, one JSON object a line.
//!
//! Reviews never change a label: the incident log alone does that. They say what the cases that the log leaves open would
//! have turned out to be, as far as those who were drawn at random stand for the rest.

use super::lines::Line;
use crate::model::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One person's finding about one case, that is, about the alerts of one (deploy, service).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Review {
    pub deploy_id: String,
    pub service: String,
    /// Of several reviews of a case the latest counts.
    #[serde(default)]
    pub reviewed_at: Option<Instant>,
    #[serde(default)]
    pub reviewer: String,
    #[serde(rename = "truth")]
    pub finding: Finding,
    pub sampled: Sampled,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Something was wrong, and the deploy caused it.
    Caused,
    /// Something was wrong, and the deploy did not cause it.
    NotCaused,
    /// Nothing was wrong.
    Noise,
}

/// How the case came to be reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampled {
    /// Drawn at random from the cases that the log leaves open: it stands for the others.
    Random,
    /// Picked because of what it was: it stands for itself only.
    Chosen,
}

impl Line for Review {
    const KEYS: &'static [&'static str] = &["deploy_id", "service", "truth", "sampled", "reviewer", "reviewed_at"];
    const REQUIRED: &'static [&'static str] = &["deploy_id", "service", "truth", "sampled"];

    fn id(&self) -> Cow<'_, str> {
        let by = if self.reviewer.is_empty() { String::new() } else { format!(" by {}", self.reviewer) };
        let at = self.reviewed_at.map_or_else(String::new, |at| format!(" at {at}"));
        Cow::Owned(format!("{} on {}{by}{at}", self.deploy_id, self.service))
    }

    fn check(&self) -> Result<(), String> {
        match [("deploy_id", &self.deploy_id), ("service", &self.service)]
            .iter()
            .find(|(_, text)| text.trim().is_empty())
        {
            Some((key, _)) => Err(format!("{key} is empty")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Intake, RejectPolicy};

    #[test]
    fn good_rows_are_kept_and_bad_ones_refused() {
        let file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
        let good = r#"{"deploy_id":"d","service":"s","truth":"noise","sampled":"random","reviewer":"ann"}"#;
        let rows = [
            good,
            r#"{"deploy_id":"d","service":"s","truth":"noise","sampled":"random","reviewer":"bob"}"#,
            good,
            r#"{"deploy_id":"d","service":" ","truth":"caused","sampled":"chosen"}"#,
            r#"{"deploy_id":"d","service":"t","truth":"maybe","sampled":"chosen"}"#,
            r#"{"deploy_id":"d","service":"t","truth":"not_caused"}"#,
        ];
        std::fs::write(file.path(), rows.join("\n")).unwrap();
        let mut intake = Intake::new(RejectPolicy { strict: false, allow: true });
        let reviews: Vec<Review> = crate::dataset::lines::read(file.path(), &mut intake).unwrap();
        assert_eq!(reviews.len(), 2);
        assert_eq!((reviews[0].finding, reviews[0].sampled), (Finding::Noise, Sampled::Random));
        let reasons: Vec<&str> = intake.rejects.iter().map(|r| r.reason.as_str()).collect();
        assert_eq!(reasons[0], "id \"d on s by ann\" was used before, in line 1");
        assert_eq!((reasons[1], reasons[3]), ("service is empty", "sampled is missing"));
        assert!(reasons[2].starts_with("truth: "), "{}", reasons[2]);
    }
}
