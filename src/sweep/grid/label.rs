//! Short names of an axis's levels, for tables and charts.

use crate::model::visible;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// Characters of a label, at most.
const LONGEST: usize = 40;

/// A label for each value, no two the same: a value by itself; a table of one key by that key's value; others by `kind`, where they have
/// one, and by the keys in which they differ from others of that kind.
pub(super) fn labels(values: &[Value]) -> Vec<String> {
    let mut used = BTreeSet::new();
    values.iter().map(|value| unique(&label(value, values), &mut used)).collect()
}

fn label(value: &Value, values: &[Value]) -> String {
    match value {
        Value::Table(table) if table.len() == 1 => table.values().map(plain).collect(),
        Value::Table(table) => of_table(table, values),
        other => plain(other),
    }
}

/// A text without its quotes; what cannot be seen is made visible.
fn plain(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => format!("[{}]", values.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Value::Float(x) => x.to_string(),
        other => other.to_string().trim().replace('\n', ", "),
    };
    let text = if text.is_empty() { "\"\"".to_owned() } else { text };
    visible(&text).into_owned()
}

fn of_table(table: &Table, values: &[Value]) -> String {
    let kind = table.get("kind");
    let alike = values.iter().filter_map(Value::as_table).filter(|other| other.get("kind") == kind);
    let others: Vec<Vec<(String, &Value)>> = alike.map(leaves).collect();
    let differs = |leaf: &&(String, &Value)| others.iter().any(|other| !other.contains(leaf));
    let own = leaves(table);
    let told = own.iter().filter(differs).map(|(path, value)| format!("{path}={}", plain(value)));
    let told: Vec<String> = kind.map(plain).into_iter().chain(told).collect();
    if told.is_empty() { "{}".to_owned() } else { told.join(" ") }
}

/// Every value in a table by its path.
fn leaves(table: &Table) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (key, value) in table {
        match value.as_table() {
            Some(below) => found.extend(leaves(below).into_iter().map(|(path, leaf)| (format!("{key}.{path}"), leaf))),
            None => found.push((key.clone(), value)),
        }
    }
    found
}

/// The label, cut, with a number where another has it already.
fn unique(label: &str, used: &mut BTreeSet<String>) -> String {
    let mut told = cut(label, LONGEST);
    let mut n = 2;
    while !used.insert(told.clone()) {
        let number = format!(" #{n}");
        told = format!("{}{number}", cut(label, LONGEST - number.len()));
        n += 1;
    }
    told
}

fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(list: &str) -> Vec<String> {
        let table: Table = toml::from_str(&format!("x = {list}")).unwrap();
        labels(table["x"].as_array().unwrap())
    }

    #[test]
    fn labels_tell_levels_apart() {
        assert_eq!(told("[0.001, 1e-7, 3, 'general-2026', true]"), ["0.001", "0.0000001", "3", "general-2026", "true"]);
        assert_eq!(told("[{ kind = 'strat_nb' }, { kind = 'poisson_fixed' }]"), ["strat_nb", "poisson_fixed"]);
        assert_eq!(
            told(
                "[{ kind = 'stack', frames = 1, fallback = { kind = 'ael' } }, { kind = 'stack', frames = 2, fallback = { kind = 'ael' } }]"
            ),
            ["stack frames=1", "stack frames=2"]
        );
        assert_eq!(told("[{ kind = 'nb', form = 'nb1' }, { kind = 'etest', r = 1 }]"), ["nb", "etest"]);
        assert_eq!(told("[{ tokens = 40 }, { head = 150, tail = 50 }]"), ["40", "head=150 tail=50"]);
        assert_eq!(told("[[], ['fix_forward', 'rollback']]"), ["[]", "[fix_forward, rollback]"]);
        assert_eq!(
            told("[{ alpha = 1, detector = { kind = 'nb' } }, { alpha = 1, detector = { kind = 'did' } }]"),
            ["detector.kind=nb", "detector.kind=did"]
        );
    }

    proptest! {
        #[test]
        fn labels_are_short_distinct_and_visible(texts in prop::collection::vec(".{0,60}", 1..12)) {
            let values: Vec<Value> = texts.into_iter().map(Value::String).collect();
            let labels = labels(&values);
            prop_assert!(labels.iter().all(|label| label.chars().count() <= LONGEST && *visible(label) == **label));
            prop_assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), labels.len());
        }
    }
}
