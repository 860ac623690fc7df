//! Values by their looks, then variables by how many different words stand in one place.
//!
//! First each text by itself (*anonymize*): after the masks every word with a digit in it, path, dotted name, `key=` value, `null`
//! and the like becomes `<*>`, a unit joins its number, and a list of values is one value, however long. Then the templates so far
//! (*reconcile*): where at least `min_values` of them differ in one word only, or in what stands in one pair of quotes or brackets,
//! that is a variable; two are enough where one of them has a value there.
//!
//! *Groups* messages that differ in such values and variables. *Splits* one error whose variable is the first word, has a varying
//! number of words without quotes around them, or was seen with few different words. *Merges* errors that only a number, a name or
//! one word of many tells apart: `keep_codes`, `keep_names` and a greater `min_values` keep these. Types of errors (`…Exception`,
//! `…Error`) always stay. *Parameters*: `rules` (masks, applied first), `min_values`, `keep_codes`, `keep_names`. *Reference*: the
//! steps are those of AEL (Jiang, Hassan, Hamann, Flora, “An automated approach for abstracting execution logs to execution events”,
//! J. Softw. Maint. Evol. 20, 2008), whose reconciliation merges events that differ in one token when more than a threshold do;
//! what counts as a value follows Khan, Shin, Bianculli, Briand, “Guidelines for assessing the accuracy of log message template
//! identification techniques”, ICSE 2022.

mod anonymize;
mod phrase;
mod piece;
mod place;
mod places;
mod reconcile;

use self::anonymize::{Keep, anonymize};
use self::piece::{Piece, hashed};
use self::reconcile::Variables;
use super::{Built, GivenUp, Key, MaskKind, Miner, Normalizer, Rules, RulesSpec, Text, UrlKeep};
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AelSpec {
    /// Masks that come first; absent: what is more than one word, or looks like words and is none.
    #[serde(default = "AelSpec::default_rules")]
    pub rules: RulesSpec,
    /// Different words in one place from which they are values, ≥ 2; absent: ½ √n of the n templates so far, at least 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_values: Option<usize>,
    /// Numbers that say what happened are words: `status 404`, `error 1205`, `504 Gateway Timeout`. They are values where many were
    /// seen in one place, or a success: a field that may say `status: 200` is no error's name.
    #[serde(default)]
    pub keep_codes: bool,
    /// Dotted names, paths and words after `key=` are words: values only where many were seen in one place.
    #[serde(default)]
    pub keep_names: bool,
}

impl Default for AelSpec {
    fn default() -> Self {
        Self { rules: Self::default_rules(), min_values: None, keep_codes: false, keep_names: false }
    }
}

impl AelSpec {
    fn default_rules() -> RulesSpec {
        let masks = vec![
            MaskKind::Ansi {},
            MaskKind::Uuid {},
            MaskKind::Timestamp {},
            MaskKind::Datetime {},
            MaskKind::Url { keep: UrlKeep::Nothing },
            MaskKind::Email {},
            MaskKind::Mac {},
            MaskKind::Ipv4 {},
            MaskKind::Ipv6 {},
            MaskKind::Host {},
        ];
        RulesSpec { masks, truncate: None }
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn build(&self) -> Result<Built, String> {
        if let Some(few @ 0..2) = self.min_values {
            return Err(format!("normalize.min_values is {few}: one word is no variable, at least 2"));
        }
        let rules = Rules::nested(&self.rules)?;
        let keep = Keep { codes: self.keep_codes, names: self.keep_names };
        Ok(Built {
            normalizer: Box::new(Anonymizer { rules, keep }),
            miner: Some(Box::new(Reconciler::new(self.min_values))),
        })
    }
}

/// Different words that are values, at least. From 3 to 20 the systems of loghub are grouped alike. The larger a system, the more of
/// its messages differ in one word by design (a table, a field), hence the root: a thousand templates need 15.
const LEAST_VALUES: usize = 5;

/// The first step: each text by itself.
struct Anonymizer {
    rules: Rules,
    keep: Keep,
}

impl Normalizer for Anonymizer {
    fn key(&self, text: Text) -> Key {
        Key::open(anonymize(&self.rules.template(text.message), self.keep))
    }

    fn given_up(&self) -> Vec<GivenUp> {
        self.rules.given_up()
    }
}

/// The second step: what stands in one place of many templates.
#[derive(Clone)]
struct Reconciler {
    min_values: Option<usize>,
    learned: Vec<Box<[Piece]>>,
    seen: HashSet<u64>,
    variables: Arc<Variables>,
}

impl Reconciler {
    fn new(min_values: Option<usize>) -> Self {
        Self { min_values, learned: Vec::new(), seen: HashSet::new(), variables: Arc::default() }
    }
}

impl Miner for Reconciler {
    fn learn(&mut self, template: &str) -> Result<(), String> {
        if self.seen.insert(xxh3_64(template.as_bytes())) {
            self.learned.push(hashed(template).into());
        }
        Ok(())
    }

    fn fit(&mut self) {
        let min_values = self.min_values.unwrap_or_else(|| LEAST_VALUES.max(self.learned.len().isqrt() / 2));
        self.variables = Arc::new(Variables::of(&self.learned, min_values));
    }

    /// What is said of one template depends on the fit alone: one that is new joins the group whose variables it fills, or opens one.
    fn sign(&mut self, template: &str) -> Result<String, String> {
        Ok(self.variables.apply(template))
    }

    fn fork(&self) -> Box<dyn Miner> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
