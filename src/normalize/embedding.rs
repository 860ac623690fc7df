//! Masks, then clusters of templates whose vectors are near.
//!
//! *Groups* templates that are worded alike (`hash`) or, with a model's vectors, mean alike. *Splits* one error that is worded
//! in two ways further apart than the threshold; *merges* two errors that differ in one short word of a long text. *Parameters*:
//! the masks, `provider`, `threshold` (cosine distance), `linkage`. *Reference*: Sokal & Michener 1958 (average linkage);
//! Weinberger et al. 2009 (hashed features); Reimers & Gurevych 2019 (sentence vectors).

mod core;
mod hash;
mod http;
mod keyed;
mod linkage;
#[cfg(feature = "embed")]
mod minilm;
mod model;

pub use hash::{HashEmbedder, HashSpec};
pub(super) use keyed::Keyed;

use super::groups::Groups;
use super::{Built, Miner, Rules, RulesSpec};
use crate::endpoint::{EndpointSpec, Spend};
use core::Core;
use http::HttpModel;
use model::Cached;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingSpec {
    /// What is masked first; the vectors are those of the templates.
    #[serde(default)]
    pub rules: RulesSpec,
    #[serde(default)]
    pub provider: ProviderSpec,
    /// Cosine distance up to which templates belong together, above 0 and below 1.
    #[serde(default = "threshold")]
    pub threshold: f64,
    #[serde(default)]
    pub linkage: Linkage,
}

/// For hashed n-grams. On loghub's five systems 0.15 and 0.18 are best after general masks (mean grouping accuracy .87, pairwise F1
/// .975); from 0.2 on errors that differ in a word begin to merge. A sentence model wants less: `MiniLM` at 0.1 has .973, at 0.2 .931.
const fn threshold() -> f64 {
    0.18
}

impl EmbeddingSpec {
    /// # Errors
    /// When a parameter is out of range, or the provider cannot be opened.
    pub fn build(&self) -> Result<Built, String> {
        let rules = Rules::nested(&self.rules)?;
        Ok(Built { normalizer: Box::new(rules), miner: Some(Box::new(Embedding::new(self)?)) })
    }
}

/// Where vectors come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProviderSpec {
    /// Hashed character n-grams: free, and the same everywhere.
    Hash(HashSpec),
    /// An endpoint's `embeddings`.
    Http(EndpointSpec),
    /// A sentence model from a folder with `config.json`, `tokenizer.json` and `model.safetensors`.
    Minilm { folder: PathBuf },
}

impl ProviderSpec {
    fn open(&self) -> Result<Arc<dyn Embedder>, String> {
        Ok(match self {
            Self::Hash(spec) => Arc::new(HashEmbedder::new(*spec)?),
            Self::Http(spec) => Arc::new(Cached::new(HttpModel::open(spec)?)),
            Self::Minilm { folder } => minilm(folder)?,
        })
    }
}

#[cfg(feature = "embed")]
fn minilm(folder: &Path) -> Result<Arc<dyn Embedder>, String> {
    Ok(Arc::new(Cached::new(minilm::MiniLm::open(folder)?)))
}

#[cfg(not(feature = "embed"))]
fn minilm(_: &Path) -> Result<Arc<dyn Embedder>, String> {
    let remedy = "build it with `--features embed`";
    Err(format!("normalize.provider.kind is minilm: this program was built without sentence models; {remedy}"))
}

impl Default for ProviderSpec {
    fn default() -> Self {
        Self::Hash(HashSpec::default())
    }
}

/// When a template is near a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Linkage {
    /// Its mean distance to the members is at most the threshold. Clusters are found anew every night among the first
    /// [`MOST_CLUSTERED`] vectors; later ones join the nearest or open one.
    #[default]
    Average,
    /// Its distance to the first member is at most the threshold: one pass, in the order of learning (Hartigan's leaders, 1975).
    Leader,
}

/// Distinct vectors among which clusters are found: distances of all their pairs are held (32 MiB), and clustered anew every night.
pub const MOST_CLUSTERED: usize = 4096;

/// Makes vectors of templates.
pub trait Embedder: Send + Sync {
    /// All templates that may be asked for, for work in batches.
    ///
    /// # Errors
    /// When that work fails.
    fn prepare(&self, templates: &[&str]) -> Result<(), String> {
        let _ = templates;
        Ok(())
    }

    /// A template's vector, of length 1 or all zeros (near nothing); as many places for every template.
    ///
    /// # Errors
    /// When an endpoint or a model fails.
    fn embed(&self, template: &str) -> Result<Vec<f32>, String>;

    /// What asking a model cost.
    fn spent(&self) -> Spend {
        Spend::default()
    }

    /// What the user should be told.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The vector divided by its length; zeros where it has none or is not finite.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    let scale = if length.is_finite() && length > 0.0 { 1.0 / length } else { 0.0 };
    for x in &mut vector {
        *x = if scale > 0.0 { (f64::from(*x) * scale) as f32 } else { 0.0 };
    }
    vector
}

/// Learns templates and groups them by their vectors.
#[derive(Clone)]
pub struct Embedding {
    keyed: Keyed,
    threshold: f32,
    /// Vectors that `core` holds at most; 0 for leaders.
    most_clustered: usize,
    core: Core,
    /// Learned after the core was full, since the last fit.
    waiting: Vec<Arc<str>>,
    /// As of the last fit, and what was signed since.
    groups: Arc<Groups>,
}

impl Embedding {
    /// # Errors
    /// When a parameter is out of range.
    pub fn new(spec: &EmbeddingSpec) -> Result<Self, String> {
        if !(spec.threshold > 0.0 && spec.threshold < 1.0) {
            let range = "a cosine distance above 0 and below 1";
            return Err(format!("normalize.threshold is {}: it must be {range}", spec.threshold));
        }
        let embedder = spec.provider.open()?;
        let most_clustered = if spec.linkage == Linkage::Leader { 0 } else { MOST_CLUSTERED };
        Ok(Self::with(embedder, spec.threshold as f32, most_clustered))
    }

    fn with(embedder: Arc<dyn Embedder>, threshold: f32, most_clustered: usize) -> Self {
        let (core, waiting, groups) = (Core::default(), Vec::new(), Arc::default());
        Self { keyed: Keyed::new(embedder), threshold, most_clustered, core, waiting, groups }
    }

    /// The group of the template's vector: the one that it is in, else the nearest within the threshold, else one of its own.
    fn place(&mut self, template: &str) -> Result<usize, String> {
        let hash = self.keyed.hash(template)?;
        if let Some(group) = self.groups.find(hash) {
            return Ok(group);
        }
        let vector = self.keyed.vector(template)?;
        let near = self.groups.nearest(&vector).filter(|(_, product)| 1.0 - product <= self.threshold);
        let groups = Arc::make_mut(&mut self.groups);
        let group = near.map_or_else(|| groups.open(template, &vector), |(group, _)| group);
        groups.put(hash, group);
        Ok(group)
    }
}

impl Miner for Embedding {
    fn prepare(&mut self, templates: &[&str]) -> Result<(), String> {
        self.keyed.embedder.prepare(templates)
    }

    fn learn(&mut self, template: &str) -> Result<(), String> {
        let hash = self.keyed.hash(template)?;
        if self.core.knows(hash) {
            return Ok(());
        }
        if self.core.len() < self.most_clustered {
            self.core.push(template, hash, &self.keyed.vector(template)?);
        } else {
            self.waiting.push(template.into());
        }
        Ok(())
    }

    fn fit(&mut self) {
        if self.core.is_unmeasured() {
            self.groups = Arc::new(self.core.clusters(self.threshold));
        }
        for template in std::mem::take(&mut self.waiting) {
            // It was embedded when it was learned: this cannot fail, and would only leave it for later.
            let _ = self.place(&template);
        }
    }

    fn sign(&mut self, template: &str) -> Result<String, String> {
        let group = self.place(template)?;
        Ok(self.groups.name(group).to_owned())
    }

    fn spent(&self) -> Spend {
        self.keyed.embedder.spent()
    }

    fn notes(&self) -> Vec<String> {
        self.keyed.embedder.notes()
    }

    fn fork(&self) -> Box<dyn Miner> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
