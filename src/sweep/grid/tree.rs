//! Tables of a grid file whose keys are paths: `"detect.alpha" = …` and `detect.alpha = …` are the same.

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use toml::{Spanned, Value};

/// A table as written: keys and values with their places, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Tree(Vec<(Spanned<String>, Spanned<Node>)>);

#[derive(Debug)]
enum Node {
    Tree(Tree),
    Value(Value),
}

/// What is written at a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Keys joined by dots.
    pub path: String,
    /// Where its key stands in the file's text, in bytes.
    pub offset: usize,
    pub value: Value,
}

impl Tree {
    /// Every path and its value. A table with one of the keys in `words` is a value; any other is a path that goes on.
    pub(super) fn entries(self, words: &[&str]) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.collect("", words, &mut entries);
        entries.sort_by_key(|entry| entry.offset);
        entries
    }

    fn collect(self, above: &str, words: &[&str], entries: &mut Vec<Entry>) {
        for (key, node) in self.0 {
            let offset = key.span().start;
            let key = key.into_inner();
            let path = if above.is_empty() { key } else { format!("{above}.{key}") };
            match node.into_inner() {
                Node::Tree(tree) if tree.goes_on(words) => tree.collect(&path, words, entries),
                node => entries.push(Entry { path, offset, value: node.into_value() }),
            }
        }
    }

    fn goes_on(&self, words: &[&str]) -> bool {
        !self.0.is_empty() && !self.0.iter().any(|(key, _)| words.contains(&key.get_ref().as_str()))
    }
}

impl Node {
    fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Tree(tree) => {
                let pairs = tree.0.into_iter();
                Value::Table(pairs.map(|(key, node)| (key.into_inner(), node.into_inner().into_value())).collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Node::deserialize(deserializer)? {
            Node::Tree(tree) => Ok(tree),
            Node::Value(value) => Err(D::Error::custom(format!("a {} where a table belongs", value.type_str()))),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, a table, a number, a text, true or false")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Value(Value::Boolean(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Value(Value::Integer(value)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Value(Value::Float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Value(Value::String(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Node, A::Error> {
        Vec::<Value>::deserialize(SeqAccessDeserializer::new(seq)).map(|values| Node::Value(Value::Array(values)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Node::Tree(Tree(pairs)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        axes: Tree,
    }

    fn paths(text: &str) -> Vec<String> {
        let file: File = toml::from_str(text).unwrap();
        file.axes.entries(&["from"]).into_iter().map(|entry| format!("{} {}", entry.offset, entry.path)).collect()
    }

    #[test]
    fn quoted_and_dotted_keys_are_the_same_paths_in_the_order_of_the_file() {
        let text = "[axes]\n\"z.a\" = [1]\nb.c = [{ from = 1 }]\nb.a.d = { from = 1, to = 2 }\na = 3\n";
        assert_eq!(paths(text), ["7 z.a", "21 b.c", "44 b.a.d", "69 a"]);
        assert!(toml::from_str::<File>("axes = 3").is_err());
        assert_eq!(paths("axes = {}"), Vec::<String>::new());
    }
}
