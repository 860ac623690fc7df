//! Letters and digits too mixed to be a name.

use super::Kind;
use super::find::{Hit, Rule};
use regex::Regex;

/// Shortest that is judged, in characters.
const MIN_LENGTH: usize = 20;
/// Shortest without capitals: fewer classes of characters tell less.
const MIN_LENGTH_LOWER: usize = 24;
/// From here on fewer changes do: a name this long has dots, blanks or slashes in it.
const MIN_LENGTH_LONG: usize = 32;
/// What stands before a checksum in a file that locks versions.
const CHECKSUMS: [&str; 6] = ["sha1-", "sha256-", "sha384-", "sha512-", "h1:", "sha256:"];
/// Share of neighbours of different classes (lower, capital, digit): evenly drawn letters and digits change at .62 of places, names in
/// camel case at less than .3, those of drawn lower case letters and digits at .40.
const MIN_CHANGES: f64 = 0.38;
const MIN_CHANGES_LOWER: f64 = 0.30;
/// Fewest bits of a character by the string's own frequencies (Shannon): 20 drawn characters have about 4.
const MIN_BITS: f64 = 3.4;

pub(super) struct HighEntropy {
    regex: Regex,
}

impl HighEntropy {
    pub fn new() -> Result<Self, String> {
        let pattern = format!("(?-u)[A-Za-z0-9+/_-]{{{MIN_LENGTH},}}={{0,2}}");
        Regex::new(&pattern).map(|regex| Self { regex }).map_err(|error| error.to_string())
    }
}

impl Rule for HighEntropy {
    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        for run in self.regex.find_iter(text) {
            let before = &text[..run.start()];
            let is_checksum = CHECKSUMS.iter().any(|mark| before.ends_with(mark) || run.as_str().starts_with(mark));
            // A path has parts; each is judged by itself, and so is all of it, for base64 has slashes too.
            if is_checksum {
                continue;
            }
            if is_random(run.as_str()) {
                hits.push(Hit { kind: Kind::HighEntropy, range: run.range() });
                continue;
            }
            let mut at = run.start();
            for part in run.as_str().split('/') {
                if is_random(part) {
                    hits.push(Hit { kind: Kind::HighEntropy, range: at..at + part.len() });
                }
                at += part.len() + 1;
            }
        }
    }
}

fn is_random(run: &str) -> bool {
    let bare: Vec<u8> = run.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let count = |is: fn(&u8) -> bool| bare.iter().filter(|b| is(b)).count();
    let (digits, upper, lower) =
        (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    // Hashes and UUIDs are names of revisions, requests, files.
    let hexadecimal = bare.iter().all(u8::is_ascii_hexdigit) && (upper == 0 || lower == 0);
    if bare.len() < MIN_LENGTH || hexadecimal || digits < 2 || run.starts_with("_ZN") || run.starts_with("_R") {
        return false;
    }
    let long = bare.len() >= MIN_LENGTH_LONG;
    let least = if upper >= 2 && lower >= 2 && !long { MIN_CHANGES } else { MIN_CHANGES_LOWER };
    if (upper < 2 || lower < 2) && (bare.len() < MIN_LENGTH_LOWER || digits < 4 || run.len() > bare.len() + 1) {
        return false;
    }
    changes(&bare) >= least && bits(&bare) >= MIN_BITS
}

/// Share of neighbours that are of different classes.
fn changes(bytes: &[u8]) -> f64 {
    let class = |b: u8| (b.is_ascii_digit(), b.is_ascii_uppercase());
    let changed = bytes.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    changed as f64 / (bytes.len() - 1) as f64
}

/// Shannon's entropy of the frequencies, in bits a character.
fn bits(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 128];
    for byte in bytes {
        counts[usize::from(*byte & 0x7f)] += 1;
    }
    let share = |n: u32| f64::from(n) / bytes.len() as f64;
    counts.iter().filter(|n| **n > 0).map(|n| -share(*n) * share(*n).log2()).sum()
}
