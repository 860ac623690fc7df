//! Checks that keep a kind of exception away: a deploy that changed one may have let the exception in.

use super::change::Place;
use super::diff::DiffLine;

/// A kind of exception and the checks whose absence raises it; all lower-case.
pub(super) struct Guard {
    pub(super) told: &'static str,
    exceptions: &'static [&'static str],
    checks: &'static [&'static str],
}

#[rustfmt::skip]
const GUARDS: &[Guard] = &[
    Guard {
        told: "A null was used",
        exceptions: &["nullpointer", "nullreference", "nonetype", "nil pointer", "undefined method", "of undefined", "of null", "for nil", "null value", "option::unwrap()"],
        checks: &["!= null", "== null", "!== null", "=== null", "is none", "is not none", "!= nil", "== nil", ".nil?", "!== undefined", "=== undefined", "is null", "is not null", "= null", "return null", "null;", "none", "nil", "?.", "?? ", "is_none()", "is_some()", ".unwrap()", "optional", "if let some"],
    },
    Guard {
        told: "An index was out of its range",
        exceptions: &["indexoutofbounds", "out of bounds", "out of range", "indexerror", "rangeerror", "index out"],
        checks: &["length", ".size()", "len(", ".len()", ".count", "< 0", ">= 0", "> 0", "+ 1", "- 1", "substring", "charat", "range(", "[i", "index"],
    },
    Guard {
        told: "A value was of another type",
        exceptions: &["classcast", "cannot be cast", "invalidcast", "typeerror", "is not a function", "type assertion"],
        checks: &["instanceof", "isinstance", "isinstance(", "class<", "cast(", "typeof ", " as ", "isassignablefrom", "(string)", "is_a?", ".getclass()"],
    },
    Guard {
        told: "A key was missing",
        exceptions: &["keyerror", "key not found", "keynotfound", "nosuchelement", "unknownkey"],
        checks: &["containskey", " in ", ".get(", "has_key", "hasownproperty", "hasnext", ".has("],
    },
    Guard {
        told: "It recursed without end",
        exceptions: &["stackoverflow", "stack overflow", "maximum recursion", "maximum call stack", "recursionerror"],
        checks: &["visited", "seen", "depth", "recurs", ".equals(", "return ", "instanceof", "contains(", " == "],
    },
];

impl Guard {
    /// Whether a text (lower-case) tells of its kind of exception.
    pub(super) fn explains(&self, text: &str) -> bool {
        self.exceptions.iter().any(|part| text.contains(part))
    }
}

/// The guards that the changed lines touch, each with the first line that does.
pub(super) fn touched<'a>(lines: impl Iterator<Item = (Place<'a>, &'a DiffLine)>) -> Vec<(&'static Guard, Place<'a>)> {
    let mut found: Vec<Option<Place<'a>>> = vec![None; GUARDS.len()];
    for (place, line) in lines {
        let line = line.text.to_lowercase();
        for (guard, first) in GUARDS.iter().zip(&mut found) {
            if first.is_none() && guard.checks.iter().any(|check| line.contains(check)) {
                *first = Some(place);
            }
        }
    }
    GUARDS.iter().zip(found).filter_map(|(guard, first)| first.map(|place| (guard, place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_lower_case_as_the_text_they_are_held_against() {
        for text in GUARDS.iter().flat_map(|guard| guard.exceptions.iter().chain(guard.checks)) {
            assert_eq!(*text, text.to_lowercase());
        }
    }

    #[test]
    fn a_removed_null_check_explains_a_null() {
        let place = Place { file: "a.java", line: 7, removed: true };
        let line = DiffLine { line: 7, text: "if (r != NULL) {".to_owned() };
        let touched = touched([(place, &line)].into_iter());
        assert!(touched.iter().any(|(guard, at)| guard.explains("java.lang.nullpointerexception") && *at == place));
        assert!(!touched.iter().any(|(guard, _)| guard.explains("keyerror: 'x'")));
    }
}
