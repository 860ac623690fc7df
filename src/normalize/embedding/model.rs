//! Vectors of a model: made in batches, kept by template.

use super::{Embedder, unit};
use crate::endpoint::Spend;
use hashbrown::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// Makes vectors of texts, none of them empty.
pub trait Model: Send + Sync {
    /// Texts in one batch.
    fn batch(&self) -> usize;

    /// One vector for each text, all equally long.
    ///
    /// # Errors
    /// When the model cannot be asked, or its answer is not that.
    fn vectors(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, String>;

    fn spent(&self) -> Spend {
        Spend::default()
    }

    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Distinct templates that a model is asked for: beyond, masks are missing, and vectors would fill the memory.
const MOST_EMBEDDED: usize = 50_000;

/// Characters of a template that a model is shown; models read a few thousand at most.
const MOST_SHOWN: usize = 4_000;

/// A model that is asked for each template once.
pub struct Cached<M> {
    model: M,
    /// By hash of the template.
    vectors: Mutex<HashMap<u128, Arc<[f32]>>>,
}

impl<M: Model> Cached<M> {
    pub fn new(model: M) -> Self {
        Self { model, vectors: Mutex::default() }
    }

    fn known(&self, template: &str) -> Option<Arc<[f32]>> {
        let vectors = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        vectors.get(&xxh3_128(template.as_bytes())).cloned()
    }

    fn ask(&self, templates: &[&str]) -> Result<(), String> {
        let shown: Vec<&str> = templates.iter().map(|template| head(template)).collect();
        let found = self.model.vectors(&shown)?;
        let mut vectors = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        if vectors.len() + templates.len() > MOST_EMBEDDED {
            return Err(format!(
                "normalize: more than {MOST_EMBEDDED} distinct templates: mask more before a model is asked"
            ));
        }
        for (template, vector) in templates.iter().zip(found) {
            vectors.insert(xxh3_128(template.as_bytes()), unit(vector).into());
        }
        Ok(())
    }
}

impl<M: Model> Embedder for Cached<M> {
    /// In the order of the texts, so that the same templates make the same batches, and a recording of them answers.
    fn prepare(&self, templates: &[&str]) -> Result<(), String> {
        let mut missing: Vec<&str> =
            templates.iter().copied().filter(|text| !is_blank(text) && self.known(text).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.len() > MOST_EMBEDDED {
            let count = missing.len();
            return Err(format!(
                "normalize: {count} distinct templates: mask more before a model is asked ({MOST_EMBEDDED} at most)"
            ));
        }
        missing.chunks(self.model.batch()).try_for_each(|batch| self.ask(batch))
    }

    fn embed(&self, template: &str) -> Result<Vec<f32>, String> {
        if is_blank(template) {
            return Ok(Vec::new());
        }
        if self.known(template).is_none() {
            self.ask(&[template])?;
        }
        Ok(self.known(template).map_or_else(Vec::new, |vector| vector.to_vec()))
    }

    fn spent(&self) -> Spend {
        self.model.spent()
    }

    fn notes(&self) -> Vec<String> {
        self.model.notes()
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn head(text: &str) -> &str {
    text.char_indices().nth(MOST_SHOWN).map_or(text, |(cut, _)| &text[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its vector is the text's length; it remembers what it was asked.
    #[derive(Default)]
    struct Lengths(Mutex<Vec<Vec<String>>>);

    impl Model for Lengths {
        fn batch(&self) -> usize {
            2
        }

        fn vectors(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, String> {
            self.0.lock().unwrap().push(texts.iter().map(ToString::to_string).collect());
            Ok(texts.iter().map(|text| vec![text.len() as f32, 1.0]).collect())
        }
    }

    #[test]
    fn each_template_is_asked_for_once_in_sorted_batches() {
        let cached = Cached::new(Lengths::default());
        cached.prepare(&["c", "a", "b", "a", "", " "]).unwrap();
        cached.prepare(&["a", "d"]).unwrap();
        cached.embed("c").unwrap();
        assert_eq!(cached.embed("").unwrap(), Vec::<f32>::new());
        let long = "é".repeat(MOST_SHOWN + 1);
        cached.embed(&long).unwrap();
        let asked = cached.model.0.lock().unwrap();
        assert_eq!(asked[..3], [vec!["a", "b"], vec!["c"], vec!["d"]]);
        assert_eq!(asked[3][0].chars().count(), MOST_SHOWN);
    }
}
