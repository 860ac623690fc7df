//! Distinct strings, each stored once and known by a number.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// An append-only set of distinct strings; ids count up from 0 in the order of first insertion.
#[derive(Clone, Default)]
pub struct Dictionary {
    text: String,
    ends: Vec<usize>,
    hashes: Vec<u64>,
    ids: HashTable<u32>,
}

impl Dictionary {
    /// A dictionary whose id 0 is the empty string, for columns in which 0 means *absent*.
    #[must_use]
    pub fn with_absent() -> Self {
        let mut dictionary = Self::default();
        dictionary.intern("");
        dictionary
    }

    /// The id of `text`, inserted if new.
    ///
    /// # Panics
    /// Beyond 2³² distinct strings.
    pub fn intern(&mut self, text: &str) -> u32 {
        self.intern_hashed(text, xxh3_64(text.as_bytes()))
    }

    fn intern_hashed(&mut self, text: &str, hash: u64) -> u32 {
        let Self { text: arena, ends, hashes, ids } = self;
        let entry = ids.entry(hash, |&id| slice(arena, ends, id) == text, |&id| hashes[id as usize]);
        *entry
            .or_insert_with(|| {
                let id = u32::try_from(ends.len()).expect("fewer than 2^32 distinct strings");
                arena.push_str(text);
                ends.push(arena.len());
                hashes.push(hash);
                id
            })
            .get()
    }

    /// Inserts every string of `other`; returns the new id of each of its ids.
    pub fn absorb(&mut self, other: &Self) -> Vec<u32> {
        (0..other.len()).map(|id| self.intern_hashed(other.get(id as u32), other.hashes[id])).collect()
    }

    /// The string with this id.
    ///
    /// # Panics
    /// When no string has it.
    #[must_use]
    pub fn get(&self, id: u32) -> &str {
        slice(&self.text, &self.ends, id)
    }

    /// The id of `text`, if it was inserted.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<u32> {
        self.ids.find(xxh3_64(text.as_bytes()), |&id| self.get(id) == text).copied()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All strings in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|id| self.get(id as u32))
    }
}

fn slice<'a>(arena: &'a str, ends: &[usize], id: u32) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &arena[start..ends[id]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_share_an_id_and_absorbing_maps_ids() {
        let mut a = Dictionary::with_absent();
        assert_eq!((a.intern("x"), a.intern("y"), a.intern("x"), a.intern("")), (1, 2, 1, 0));
        let mut b = Dictionary::with_absent();
        b.intern("z");
        b.intern("y");
        assert_eq!(a.absorb(&b), [0, 3, 2]);
        assert_eq!(a.iter().collect::<Vec<_>>(), ["", "x", "y", "z"]);
        assert_eq!(a.find("z"), Some(3));
        assert_eq!(a.find("nothing"), None);
    }
}
