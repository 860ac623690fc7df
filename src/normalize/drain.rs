//! The Drain tree over masked messages.
//!
//! *Groups* messages with the same number of words and the same leading words of which at least a share `sim_th` equals the words
//! of the group's template; where they differ the template gets `<*>`. *Splits* one error when its variable part has a varying
//! number of words, or stands among the leading words without a digit in it; *merges* two errors of one length that differ in few
//! words (`status 404` and `status 500` among them). Order matters: what comes first shapes the tree.
//! *Parameters*: `rules` (masks, applied first), `depth`, `sim_th`, `max_children`, `extra_delimiters`,
//! `parametrize_numeric_tokens`, with the meaning and the defaults that they have in drain3.
//! *Reference*: He, Zhu, Zheng, Lyu, “Drain: an online log parsing approach with fixed depth tree”, ICWS 2017; drain3
//! (`tests/oracle` compares with it).

mod tree;

use self::tree::{Shape, Tree};
use super::{Built, Miner, Rules, RulesSpec};
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// Levels of the tree at most: leading words beyond say nothing that the comparison does not.
const MAX_DEPTH: usize = 64;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrainSpec {
    /// Masks that come first.
    #[serde(default)]
    pub rules: RulesSpec,
    /// Levels: root, number of words, `depth − 3` leading words, clusters; 3 to 64.
    #[serde(default = "DrainSpec::default_depth")]
    pub depth: usize,
    /// Share of words that must equal the template's, 0 to 1.
    #[serde(default = "DrainSpec::default_sim_th")]
    pub sim_th: f64,
    /// Children of a node, that of the wildcard included; ≥ 2.
    #[serde(default = "DrainSpec::default_max_children")]
    pub max_children: usize,
    /// Strings that separate words as white space does.
    #[serde(default)]
    pub extra_delimiters: Vec<String>,
    /// Words with a digit in them name no node.
    #[serde(default = "DrainSpec::default_parametrize")]
    pub parametrize_numeric_tokens: bool,
}

impl Default for DrainSpec {
    fn default() -> Self {
        Self {
            rules: RulesSpec::default(),
            depth: Self::default_depth(),
            sim_th: Self::default_sim_th(),
            max_children: Self::default_max_children(),
            extra_delimiters: Vec::new(),
            parametrize_numeric_tokens: Self::default_parametrize(),
        }
    }
}

impl DrainSpec {
    fn default_depth() -> usize {
        4
    }

    fn default_sim_th() -> f64 {
        0.4
    }

    fn default_max_children() -> usize {
        100
    }

    fn default_parametrize() -> bool {
        true
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn build(&self) -> Result<Built, String> {
        let rules = Rules::nested(&self.rules)?;
        Ok(Built { normalizer: Box::new(rules), miner: Some(Box::new(Drain::new(self)?)) })
    }
}

/// A Drain tree that learns, and remembers what it said.
#[derive(Clone)]
pub struct Drain {
    delimiters: Vec<String>,
    tree: Tree,
    /// Cluster of each template seen, by hash.
    seen: HashMap<u64, u32>,
    /// Name of each cluster: its template at the fit, or when it was opened after it.
    names: Vec<String>,
}

impl Drain {
    /// # Errors
    /// When a parameter is out of range.
    pub fn new(spec: &DrainSpec) -> Result<Self, String> {
        if !(3..=MAX_DEPTH).contains(&spec.depth) {
            return Err(format!("normalize.depth is {}: it must be 3 to {MAX_DEPTH}", spec.depth));
        }
        if !(0.0..=1.0).contains(&spec.sim_th) {
            return Err(format!("normalize.sim_th is {}: it is a share of words, 0 to 1", spec.sim_th));
        }
        if spec.max_children < 2 {
            return Err(format!("normalize.max_children is {}: at least 2, one is the wildcard's", spec.max_children));
        }
        if spec.extra_delimiters.iter().any(String::is_empty) {
            return Err("normalize.extra_delimiters holds an empty string".to_owned());
        }
        let shape = Shape {
            depth: spec.depth,
            sim_th: spec.sim_th,
            max_children: spec.max_children,
            parametrize_numeric_tokens: spec.parametrize_numeric_tokens,
        };
        Ok(Self {
            delimiters: spec.extra_delimiters.clone(),
            tree: Tree::new(shape),
            seen: HashMap::new(),
            names: Vec::new(),
        })
    }

    /// One record of the online algorithm: the number of the cluster that a text joins or opens, from 0 in the order of opening. A
    /// text that comes again may join another cluster than before.
    pub fn add(&mut self, text: &str) -> u32 {
        let mut text = Cow::Borrowed(text);
        for delimiter in &self.delimiters {
            if text.contains(delimiter.as_str()) {
                text = Cow::Owned(text.replace(delimiter.as_str(), " "));
            }
        }
        self.tree.add(text.split_whitespace())
    }

    /// The template of a cluster as it is now.
    #[must_use]
    pub fn template(&self, cluster: u32) -> String {
        self.tree.template(cluster)
    }

    /// The cluster that a template was in when it was first seen.
    fn cluster(&mut self, template: &str) -> u32 {
        let hash = xxh3_64(template.as_bytes());
        if let Some(&cluster) = self.seen.get(&hash) {
            return cluster;
        }
        let cluster = self.add(template);
        self.seen.insert(hash, cluster);
        cluster
    }
}

impl Miner for Drain {
    fn learn(&mut self, template: &str) -> Result<(), String> {
        self.cluster(template);
        Ok(())
    }

    fn fit(&mut self) {
        self.names = (0..self.tree.len() as u32).map(|cluster| self.template(cluster)).collect();
    }

    fn sign(&mut self, template: &str) -> Result<String, String> {
        let cluster = self.cluster(template);
        for opened in self.names.len()..self.tree.len() {
            self.names.push(self.template(opened as u32));
        }
        Ok(self.names[cluster as usize].clone())
    }

    fn fork(&self) -> Box<dyn Miner> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
