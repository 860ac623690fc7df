//! Private keys in PEM or PGP armour, over several lines, with line ends escaped or not.

use super::Kind;
use super::find::{Hit, Rule};
use regex::Regex;

/// Longest block, in bytes: an RSA key of 16,384 bits takes 13 KB.
const MAX_BLOCK: usize = 16 << 10;
/// Fewest characters of a key: a text that only speaks of the marks has fewer.
const MIN_KEY: usize = 32;

pub(super) struct KeyBlocks {
    begin: Regex,
    end: Regex,
}

impl KeyBlocks {
    pub fn new() -> Result<Self, String> {
        let compile = |pattern: &str| Regex::new(pattern).map_err(|error| error.to_string());
        Ok(Self {
            begin: compile("-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")?,
            end: compile("-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")?,
        })
    }
}

impl Rule for KeyBlocks {
    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        let mut at = 0;
        while let Some(begin) = self.begin.find_at(text, at) {
            at = begin.end();
            let limit = text.floor_char_boundary(at + MAX_BLOCK);
            let end = self.end.find(&text[at..limit]).map(|end| (at + end.start(), at + end.end()));
            let (inner, end) = end.unwrap_or_else(|| {
                let end = at + material(&text[at..limit]);
                (end, end)
            });
            let characters = text[at..inner].bytes().filter(u8::is_ascii_alphanumeric).count();
            if characters >= MIN_KEY {
                hits.push(Hit { kind: Kind::PrivateKey, range: begin.start()..end });
                at = end;
            }
        }
    }
}

/// Bytes of the lines that may be of a key whose end is missing.
fn material(text: &str) -> usize {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_matches(|c: char| c.is_whitespace() || "+-\"'`\\,|>*#".contains(c));
        let is_key = bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=\\".contains(&b));
        let is_header = bare
            .split_once(": ")
            .is_some_and(|(name, _)| name.len() <= 24 && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-'));
        if !is_key && !is_header {
            break;
        }
        end += line.len();
    }
    end
}
