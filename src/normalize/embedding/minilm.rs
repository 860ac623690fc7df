//! Vectors of a sentence model (BERT, mean pooling) from a local folder; needs the feature `embed`.

use super::model::Model;
use candle_core::{Device, Error, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, DTYPE};
use std::path::Path;
use tokenizers::{Tokenizer, TruncationParams};

/// Texts in one batch.
const BATCH: usize = 16;

/// Tokens of a text that are read; the model was trained on no longer ones (Reimers & Gurevych 2019).
const MOST_TOKENS: usize = 256;

pub struct MiniLm {
    model: BertModel,
    tokenizer: Tokenizer,
}

impl MiniLm {
    /// Loads `config.json`, `tokenizer.json` and `model.safetensors` of `folder`.
    ///
    /// # Errors
    /// When a file is missing or not what it should be.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let file = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|error| format!("normalize.provider.folder: {}: {error}", path.display()))
        };
        let broken = |name: &str, error: &dyn std::fmt::Display| format!("normalize.provider.folder: {name}: {error}");
        let config: Config = serde_json::from_slice(&file("config.json")?).map_err(|e| broken("config.json", &e))?;
        let mut tokenizer = Tokenizer::from_bytes(file("tokenizer.json")?).map_err(|e| broken("tokenizer.json", &e))?;
        let truncation = TruncationParams { max_length: MOST_TOKENS, ..TruncationParams::default() };
        tokenizer.with_padding(None);
        tokenizer.with_truncation(Some(truncation)).map_err(|e| broken("tokenizer.json", &e))?;
        let weights = VarBuilder::from_buffered_safetensors(file("model.safetensors")?, DTYPE, &Device::Cpu);
        let model = weights.and_then(|weights| BertModel::load(weights, &config));
        Ok(Self { model: model.map_err(|e| broken("model.safetensors", &e))?, tokenizer })
    }

    /// The mean of the last layer's states over the tokens of one text.
    fn pooled(&self, tokens: &[u32]) -> Result<Vec<f32>, Error> {
        let ids = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        self.model.forward(&ids, &ids.zeros_like()?, None)?.mean(1)?.squeeze(0)?.to_vec1()
    }
}

impl Model for MiniLm {
    fn batch(&self) -> usize {
        BATCH
    }

    /// Each text alone, so that its vector does not depend on its batch.
    fn vectors(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, String> {
        let vector = |text: &&str| -> Result<Vec<f32>, String> {
            let encoding = self.tokenizer.encode(*text, true).map_err(|error| error.to_string())?;
            self.pooled(encoding.get_ids()).map_err(|error| error.to_string())
        };
        texts.iter().map(|text| vector(text).map_err(|error| format!("normalize.provider: minilm: {error}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::embedding::unit;

    /// Runs where the folder is: it is not part of the repository.
    #[test]
    fn what_means_alike_is_near() {
        let Some(folder) = std::env::var_os("SHAKEDOWN_MINILM") else {
            println!("SHAKEDOWN_MINILM is not set: skipped");
            return;
        };
        let model = MiniLm::open(Path::new(&folder)).unwrap();
        let texts = ["connection refused to postgres", "could not connect to database", "NullPointerException"];
        let vectors: Vec<Vec<f32>> = model.vectors(&texts).unwrap().into_iter().map(unit).collect();
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        // By a forward pass written in NumPy from the same weights: .5311 and .0762.
        assert!((product(&vectors[0], &vectors[1]) - 0.5311).abs() < 1e-3, "{}", product(&vectors[0], &vectors[1]));
        assert!((product(&vectors[0], &vectors[2]) - 0.0762).abs() < 1e-3, "{}", product(&vectors[0], &vectors[2]));
        assert_eq!(model.vectors(&texts[..1]).unwrap(), model.vectors(&texts).unwrap()[..1]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = MiniLm::open(Path::new("/nowhere")).err().unwrap();
        assert!(error.starts_with("normalize.provider.folder: /nowhere/config.json"), "{error}");
    }
}
