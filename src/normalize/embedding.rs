//! Masks, then clusters of templates whose vectors are near.
//!
//! *Groups* templates that are worded alike (`hash`) or, with a model's vectors, mean alike. *Splits* one error that is worded
//! in two ways further apart than the threshold; *merges* two errors that differ in one short word of a long text. *Parameters*:
//! the masks, `provider`, `threshold` (cosine distance), `linkage`. *Reference*: Sokal & Michener 1958 (average linkage);
//! Weinberger et al. 2009 (hashed features); Reimers & Gurevych 2019 (sentence vectors).

mod hash;
mod http;
mod linkage;
#[cfg(feature = "embed")]
mod minilm;
mod model;

pub use hash::{HashEmbedder, HashSpec};

use super::groups::Groups;
use super::{Miner, RulesSpec};
use crate::endpoint::{EndpointSpec, Spend};
use http::HttpModel;
use linkage::average_linkage;
use model::Cached;
use rayon::prelude::*;
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

/// For hashed n-grams: of 0.1 to 0.6, best in pairwise F1 (mean .967) and in grouping accuracy (.813) on loghub's five systems.
const fn threshold() -> f64 {
    0.25
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
    /// [`MOST_CLUSTERED`] templates; later ones join the nearest or open one.
    #[default]
    Average,
    /// Its distance to the first member is at most the threshold: one pass, in the order of learning (Hartigan's leaders, 1975).
    Leader,
}

/// Templates among which clusters are found: distances of all their pairs are held (32 MiB), and clustered anew every night.
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

/// Places that are summed side by side, so that the compiler can use wide registers; the order of the sums is fixed.
const LANES: usize = 8;

/// Inner product of two vectors of the same length: their cosine, where both have length 1.
fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (wide_a, wide_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = wide_a.remainder().iter().zip(wide_b.remainder()).map(|(x, y)| x * y).sum();
    for (a, b) in wide_a.zip(wide_b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Templates among which clusters are found, in the order of learning.
#[derive(Clone, Default)]
struct Core {
    templates: Vec<Arc<str>>,
    vectors: Vec<Arc<[f32]>>,
    /// Distances of each to those before it, as far as they are known.
    rows: Vec<Arc<[f32]>>,
}

impl Core {
    fn measure(&mut self) {
        let vectors = &self.vectors;
        let row = |i: usize| vectors[..i].iter().map(|earlier| 1.0 - product(&vectors[i], earlier)).collect();
        let rows: Vec<Arc<[f32]>> = (self.rows.len()..vectors.len()).into_par_iter().map(row).collect();
        self.rows.extend(rows);
    }

    /// The clusters, each named after its first template and standing at the mean of its vectors, so that the inner product
    /// with a vector is 1 − its mean distance to the members.
    fn clusters(&mut self, threshold: f32) -> Groups {
        self.measure();
        let numbers = average_linkage(&self.rows, threshold);
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); numbers.iter().max().map_or(0, |most| most + 1)];
        for (item, &number) in numbers.iter().enumerate() {
            members[number].push(item);
        }
        let mut groups = Groups::default();
        for members in members {
            let mut mean = vec![0.0; self.vectors[members[0]].len()];
            for item in &members {
                for (sum, x) in mean.iter_mut().zip(self.vectors[*item].iter()) {
                    *sum += x / members.len() as f32;
                }
            }
            let group = groups.open(&self.templates[members[0]], &mean);
            for item in members {
                groups.put(&self.templates[item], group);
            }
        }
        groups
    }
}

/// Learns templates and groups them by their vectors.
#[derive(Clone)]
pub struct Embedding {
    embedder: Arc<dyn Embedder>,
    threshold: f32,
    /// Templates that `core` holds at most; 0 for leaders.
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
        Self { embedder, threshold, most_clustered, core: Core::default(), waiting: Vec::new(), groups: Arc::default() }
    }

    /// Joins the nearest group within the threshold, or opens one; which.
    fn join_or_open(&mut self, template: &str, vector: &[f32]) -> usize {
        let near = self.groups.nearest(vector).filter(|(_, product)| 1.0 - product <= self.threshold);
        let groups = Arc::make_mut(&mut self.groups);
        let group = near.map_or_else(|| groups.open(template, vector), |(group, _)| group);
        groups.put(template, group);
        group
    }
}

impl Miner for Embedding {
    fn prepare(&mut self, templates: &[&str]) -> Result<(), String> {
        self.embedder.prepare(templates)
    }

    fn learn(&mut self, template: &str) -> Result<(), String> {
        let vector = self.embedder.embed(template)?;
        if self.core.templates.len() < self.most_clustered {
            self.core.templates.push(template.into());
            self.core.vectors.push(vector.into());
        } else {
            self.waiting.push(template.into());
        }
        Ok(())
    }

    fn fit(&mut self) {
        if self.core.rows.len() < self.core.templates.len() {
            self.groups = Arc::new(self.core.clusters(self.threshold));
        }
        for template in std::mem::take(&mut self.waiting) {
            // It was embedded when it was learned: this cannot fail, and would only leave it alone.
            let vector = self.embedder.embed(&template).unwrap_or_default();
            self.join_or_open(&template, &vector);
        }
    }

    fn sign(&mut self, template: &str) -> Result<String, String> {
        let group = if let Some(group) = self.groups.find(template) {
            group
        } else {
            let vector = self.embedder.embed(template)?;
            self.join_or_open(template, &vector)
        };
        Ok(self.groups.name(group).to_owned())
    }

    fn spent(&self) -> Spend {
        self.embedder.spent()
    }

    fn notes(&self) -> Vec<String> {
        self.embedder.notes()
    }

    fn fork(&self) -> Box<dyn Miner> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
