//! The Drain tree: number of words, then the first words, then the most similar cluster of that leaf.

use crate::dataset::Dictionary;
use hashbrown::HashMap;

/// Id of the wildcard `<*>` in every tree.
const WILDCARD: u32 = 0;
/// Stands for a word that no cluster has; equal to no id.
const UNKNOWN: u32 = u32::MAX;
pub const WILDCARD_TEXT: &str = "<*>";
/// Words of a text that are read; what stands beyond is ignored, so that a dump of a document costs no more than a long line.
pub const MAX_WORDS: usize = 512;
/// Words that one text is compared with at most. When the clusters of its leaf have as many, it joins the most similar one however
/// little alike they are, so that work per text stays bounded.
const MAX_COMPARISONS: usize = 1 << 16;

/// Parameters of the tree, as drain3 names them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Levels: root, number of words, `depth − 3` leading words, clusters; ≥ 3.
    pub depth: usize,
    /// Share of a text's words that must equal a template's for the text to join.
    pub sim_th: f64,
    /// Children of a word node, that of the wildcard included; ≥ 2.
    pub max_children: usize,
    /// Words that hold an ASCII digit open no node of their own.
    pub parametrize_numeric_tokens: bool,
}

/// A prefix tree whose leaves hold clusters; a cluster is a template of words and wildcards.
#[derive(Clone)]
pub struct Tree {
    shape: Shape,
    words: Dictionary,
    /// Child of a node by word; node 0 is the root, whose children are by number of words.
    edges: HashMap<(u32, u32), u32>,
    nodes: Vec<Node>,
    clusters: Vec<Box<[u32]>>,
    /// Words of the text at hand.
    text: Vec<u32>,
}

#[derive(Clone, Default)]
struct Node {
    children: usize,
    clusters: Vec<u32>,
}

impl Tree {
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        let mut words = Dictionary::default();
        words.intern(WILDCARD_TEXT);
        Self {
            shape,
            words,
            edges: HashMap::new(),
            nodes: vec![Node::default()],
            clusters: Vec::new(),
            text: Vec::new(),
        }
    }

    /// Number of clusters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clusters.len()
    }

    /// The cluster that a text of these words joins, generalized by it, or the one that it opens.
    pub fn add<'a>(&mut self, words: impl Iterator<Item = &'a str> + Clone) -> u32 {
        self.text.clear();
        self.text.extend(words.clone().take(MAX_WORDS).map(|word| self.words.find(word).unwrap_or(UNKNOWN)));
        if let Some(cluster) = self.leaf().and_then(|leaf| self.closest(leaf)) {
            let template = &mut self.clusters[cluster as usize];
            for (kept, word) in template.iter_mut().zip(&self.text) {
                if kept != word {
                    *kept = WILDCARD;
                }
            }
            return cluster;
        }
        self.open(words)
    }

    /// Words and wildcards of a cluster, one space between two.
    #[must_use]
    pub fn template(&self, cluster: u32) -> String {
        let words: Vec<&str> = self.clusters[cluster as usize].iter().map(|&word| self.words.get(word)).collect();
        words.join(" ")
    }

    /// How many leading words name nodes: one is always left for the comparison.
    fn path_length(&self) -> usize {
        (self.shape.depth - 3).min(self.text.len().saturating_sub(1))
    }

    /// The leaf of the text at hand, if there is one.
    fn leaf(&self) -> Option<u32> {
        let mut node = *self.edges.get(&(0, self.text.len() as u32))?;
        for &word in &self.text[..self.path_length()] {
            let child = self.edges.get(&(node, word)).or_else(|| self.edges.get(&(node, WILDCARD)));
            node = *child?;
        }
        Some(node)
    }

    /// The most similar cluster of a leaf, of equals the one with most wildcards, of these the oldest.
    fn closest(&self, leaf: u32) -> Option<u32> {
        let clusters = &self.nodes[leaf as usize].clusters;
        let mut best: Option<((usize, usize), u32)> = None;
        for &cluster in clusters {
            let score = self.likeness(&self.clusters[cluster as usize]);
            if best.is_none_or(|(of_best, _)| score > of_best) {
                best = Some((score, cluster));
            }
        }
        let ((equal, _), cluster) = best?;
        let length = self.text.len();
        let similar = length == 0 || equal as f64 / length as f64 >= self.shape.sim_th;
        (similar || clusters.len() * length >= MAX_COMPARISONS).then_some(cluster)
    }

    /// Words that text and template share, and wildcards of the template.
    fn likeness(&self, template: &[u32]) -> (usize, usize) {
        let (mut equal, mut wildcards) = (0, 0);
        for (&kept, word) in template.iter().zip(&self.text) {
            wildcards += usize::from(kept == WILDCARD);
            equal += usize::from(kept != WILDCARD && kept == *word);
        }
        (equal, wildcards)
    }

    /// A new cluster with exactly these words.
    fn open<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> u32 {
        self.text.clear();
        self.text.extend(words.take(MAX_WORDS).map(|word| self.words.intern(word)));
        let mut node = self.child(0, self.text.len() as u32);
        for at in 0..self.path_length() {
            node = self.descend(node, self.text[at]);
        }
        let cluster = self.clusters.len() as u32;
        self.clusters.push(self.text.as_slice().into());
        self.nodes[node as usize].clusters.push(cluster);
        cluster
    }

    /// The child of a word node for a new cluster; the last place among the children is the wildcard's.
    fn descend(&mut self, node: u32, word: u32) -> u32 {
        if let Some(&child) = self.edges.get(&(node, word)) {
            return child;
        }
        let reserved = usize::from(!self.edges.contains_key(&(node, WILDCARD)));
        let full = self.nodes[node as usize].children + reserved >= self.shape.max_children;
        let numeric = self.shape.parametrize_numeric_tokens && has_digit(self.words.get(word));
        self.child(node, if full || numeric { WILDCARD } else { word })
    }

    fn child(&mut self, node: u32, key: u32) -> u32 {
        let next = self.nodes.len() as u32;
        let child = *self.edges.entry((node, key)).or_insert(next);
        if child == next {
            self.nodes.push(Node::default());
            self.nodes[node as usize].children += 1;
        }
        child
    }
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}
