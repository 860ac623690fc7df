use super::labelled_text;
use crate::dataset::Dictionary;
use crate::normalize::{Built, Key, Miner};
use rayon::prelude::*;

/// The groups that a normalizer finds among distinct texts.
#[derive(Clone, Default)]
pub struct Found {
    pub signatures: Dictionary,
    /// Signature of each text.
    pub of_text: Vec<u32>,
}

/// Texts that are normalized in one go.
const BATCH: usize = 1 << 16;

impl Found {
    /// Groups `texts`. A miner learns all distinct keys in the order of their first texts, is fitted once, and signs them in that
    /// order.
    ///
    /// # Errors
    /// When the miner does.
    pub fn of(built: Built, texts: &Dictionary) -> Result<Self, String> {
        let Built { normalizer, miner } = built;
        let mut keys = Self::default();
        let mut settled: Vec<bool> = Vec::new();
        for start in (0..texts.len()).step_by(BATCH) {
            let key = |id: usize| normalizer.key(labelled_text(texts.get(id as u32)));
            let batch: Vec<Key> = (start..texts.len().min(start + BATCH)).into_par_iter().map(key).collect();
            for key in batch {
                let id = keys.signatures.intern(&key.template);
                settled.resize(keys.signatures.len(), false);
                settled[id as usize] |= key.settled;
                keys.of_text.push(id);
            }
        }
        match miner {
            None => Ok(keys),
            Some(mut miner) => keys.mined(miner.as_mut(), &settled),
        }
    }

    /// The same with the keys that are not settled signed by the miner.
    fn mined(self, miner: &mut dyn Miner, settled: &[bool]) -> Result<Self, String> {
        let open: Vec<&str> =
            self.signatures.iter().zip(settled).filter(|(_, settled)| !**settled).map(|(key, _)| key).collect();
        miner.prepare(&open)?;
        open.iter().try_for_each(|key| miner.learn(key))?;
        miner.fit();
        let mut signatures = Dictionary::default();
        let mut of_key = Vec::with_capacity(settled.len());
        for (key, settled) in self.signatures.iter().zip(settled) {
            of_key.push(if *settled { signatures.intern(key) } else { signatures.intern(&miner.sign(key)?) });
        }
        let of_text = self.of_text.iter().map(|&key| of_key[key as usize]).collect();
        Ok(Self { signatures, of_text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::{Normalizer, Text};

    /// Keys are texts; those that begin with `!` are settled.
    struct Plain;

    impl Normalizer for Plain {
        fn key(&self, text: Text) -> Key {
            Key { template: text.message.to_owned(), settled: text.message.starts_with('!') }
        }
    }

    /// Groups by first word, once fitted, and keeps what it was told.
    #[derive(Clone, Default)]
    struct FirstWord {
        learned: Vec<String>,
        fitted: bool,
    }

    impl Miner for FirstWord {
        fn learn(&mut self, template: &str) -> Result<(), String> {
            self.learned.push(template.to_owned());
            if template.is_empty() { Err("is empty".to_owned()) } else { Ok(()) }
        }

        fn fit(&mut self) {
            self.fitted = true;
        }

        fn sign(&mut self, template: &str) -> Result<String, String> {
            assert!(self.fitted && self.learned.iter().any(|known| known == template));
            Ok(template.split(' ').next().unwrap_or_default().to_owned())
        }

        fn fork(&self) -> Box<dyn Miner> {
            Box::new(self.clone())
        }
    }

    fn found(texts: &[&str]) -> Result<Found, String> {
        let mut dictionary = Dictionary::default();
        for text in texts {
            dictionary.intern(text);
        }
        let built = Built { normalizer: Box::new(Plain), miner: Some(Box::new(FirstWord::default())) };
        Found::of(built, &dictionary)
    }

    #[test]
    fn a_miner_signs_what_is_open_after_it_has_learned_all() {
        let found = found(&["a 1", "!a 1", "b 1", "a 2"]).unwrap();
        assert_eq!(found.of_text, [0, 1, 2, 0]);
        assert_eq!(found.signatures.iter().collect::<Vec<_>>(), ["a", "!a 1", "b"]);
        let alone = Found::of(Built { normalizer: Box::new(Plain), miner: None }, &found.signatures).unwrap();
        assert_eq!(alone.of_text, [0, 1, 2]);
    }

    #[test]
    fn what_the_miner_refuses_is_told() {
        assert_eq!(found(&["a", ""]).err().as_deref(), Some("is empty"));
    }
}
