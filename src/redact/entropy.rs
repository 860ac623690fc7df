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
/// The same of a long one.
const MIN_CHANGES_LONG: f64 = 0.30;
/// The same without capitals, or with nothing else.
const MIN_CHANGES_ONE_CASE: f64 = 0.28;
/// Largest share that could be words: of drawn letters and digits a quarter, of names in camel case more than half.
const MAX_WORDS: f64 = 0.6;
/// The same without capitals: drawn small letters look more like words.
const MAX_WORDS_ONE_CASE: f64 = 0.8;
/// The same where there is no more than one number.
const MAX_WORDS_FEW_DIGITS: f64 = 0.35;
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
    // A ULID, which begins with its time.
    let ulid = run.len() == 26 && run.starts_with("01") && lower == 0;
    if bare.len() < MIN_LENGTH || hexadecimal || ulid || run.starts_with("_ZN") || run.starts_with("_R") {
        return false;
    }
    let long = bare.len() >= MIN_LENGTH_LONG;
    let (changes, words) = (changes(&bare), words(run.as_bytes()));
    let mixed = if upper < 2 || lower < 2 {
        let solid = bare.len() >= MIN_LENGTH_LOWER && run.len() <= bare.len() + 1;
        solid
            && digits >= 4
            && numbers(run.as_bytes()) >= 3
            && changes >= MIN_CHANGES_ONE_CASE
            && words <= MAX_WORDS_ONE_CASE
    } else if numbers(run.as_bytes()) >= 2 {
        changes >= if long { MIN_CHANGES_LONG } else { MIN_CHANGES } && words <= MAX_WORDS
    } else {
        // `Base64InputStreamTest` has one number in it.
        changes >= MIN_CHANGES && words <= MAX_WORDS_FEW_DIGITS
    };
    mixed && bits(&bare) >= MIN_BITS
}

/// How many numbers there are.
fn numbers(run: &[u8]) -> usize {
    run.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()).filter(|part| part[0].is_ascii_digit()).count()
}

/// Share of the characters that are of what could be words: a capital or none and at least two small letters, no more than four
/// consonants in a row.
fn words(run: &[u8]) -> f64 {
    let parts = run.chunk_by(|a, b| a.is_ascii_alphabetic() && b.is_ascii_lowercase());
    let is_word = |part: &&[u8]| {
        let vowel = |b: &u8| b"aeiouyAEIOUY".contains(b);
        part.len() >= 3 && part.split(vowel).all(|consonants| consonants.len() <= 4) && part.iter().any(vowel)
    };
    parts.filter(is_word).map(<[u8]>::len).sum::<usize>() as f64 / run.len() as f64
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hashes_and_paths_stay() {
        let names = [
            "Base64InputStreamTest",
            "GeneratedMethodAccessor4",
            "ChaCha20Poly1305MessageEncrypter",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "550e8400-e29b-41d4-a716-446655440000",
            "src/main/java/com/acme/v2/HttpClient4Factory",
            "SelectedTls12UsingTls13VersionExtension",
            "_ZN4core9panicking5panic17h0123456789abcdefE",
            "TEST_CASE_WITH_2_WORDS_AND_3_MORE",
            "checkout-service-7d9f8b6c5d-x2x9z",
            "order_items_2024_11_24_partition_03",
            "getURLForHTTPSCDNAPI",
            "01HQX7ZJ8K9M2N3P4Q5R6S7T8V",
        ];
        for name in names {
            assert!(!is_random(name), "{name}");
        }
    }

    /// Share of drawn strings that are not seen, by length and alphabet.
    #[test]
    fn few_drawn_strings_are_missed() {
        const ALL: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let mut state = 7u64;
        let mut draw = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        for (alphabet, length, most) in [
            (62, 20, 0.08),
            (62, 24, 0.05),
            (62, 32, 0.02),
            (62, 40, 0.01),
            (62, 64, 0.005),
            (36, 32, 0.13),
            (36, 48, 0.08),
        ] {
            let drawn = (0..4000).map(|_| (0..length).map(|_| char::from(ALL[draw(alphabet)])).collect::<String>());
            let missed = drawn.filter(|run| !is_random(run)).count() as f64 / 4000.0;
            println!("{alphabet} characters, length {length}: {missed:.4} missed");
            assert!(missed <= most, "{alphabet} characters, length {length}: {missed} missed");
        }
    }
}
