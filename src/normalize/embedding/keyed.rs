//! Templates by their vectors: those with the same one are the same to all that follows.

use super::Embedder;
use hashbrown::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// An embedder that remembers the hash of each template's vector; shared by forks, as it depends on the template alone.
#[derive(Clone)]
pub struct Keyed {
    pub embedder: Arc<dyn Embedder>,
    /// By hash of the template.
    hashes: Arc<Mutex<HashMap<u128, u128>>>,
}

impl Keyed {
    pub fn new(embedder: Arc<dyn Embedder>) -> Self {
        Self { embedder, hashes: Arc::default() }
    }

    pub fn vector(&self, template: &str) -> Result<Vec<f32>, String> {
        self.embedder.embed(template)
    }

    /// The hash of the template's vector.
    pub fn hash(&self, template: &str) -> Result<u128, String> {
        let key = xxh3_128(template.as_bytes());
        if let Some(hash) = self.hashes().get(&key) {
            return Ok(*hash);
        }
        let bytes: Vec<u8> = self.vector(template)?.iter().flat_map(|x| x.to_le_bytes()).collect();
        let hash = xxh3_128(&bytes);
        self.hashes().insert(key, hash);
        Ok(hash)
    }

    fn hashes(&self) -> MutexGuard<'_, HashMap<u128, u128>> {
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
