//! Messages with variable parts: `user {id} not found`.

use super::stream::Stream;
use super::words;
use crate::model::Instant;

/// One variable part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Uuid,
    Time,
    /// An id of 5 to 12 digits, always as long within one message.
    Id(u8),
    /// A number of at most so many digits, 1 to 3; small ones come more often.
    Short(u8),
    Hex(u8),
    Ip,
    Email,
    Url,
    Path,
    Product,
    Host,
    Millis,
    Amount,
    City,
    User,
    Reference,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Slot(Slot),
}

/// A message as the code's author wrote it.
#[derive(Clone, Debug)]
pub struct Wording {
    source: String,
    parts: Vec<Part>,
}

impl Wording {
    /// Reads `text`; `{name}` is a variable part when the name is known, text otherwise.
    pub fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, slot, after)) = next_slot(rest) {
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Slot(slot));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Self { source: text.to_owned(), parts }
    }

    /// The text with its variable parts named.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// One message: every variable part drawn. `user` is the user it is about, `at` when.
    pub fn fill(&self, stream: &mut Stream, at: Instant, user: &str) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Slot(slot) => slot.draw(stream, at, user),
            })
            .collect()
    }

    /// A regex that every such message matches: the last constant part that is long enough to tell, else the longest.
    pub fn pattern(&self) -> String {
        let texts = || {
            self.parts.iter().filter_map(|part| match part {
                Part::Text(text) => Some(text.trim()),
                Part::Slot(_) => None,
            })
        };
        let telling = texts().rfind(|text| text.len() >= 12);
        escaped(telling.or_else(|| texts().max_by_key(|text| text.len())).unwrap_or_default())
    }
}

/// `text` as a regex that matches just it.
pub fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| if r"\.+*?()|[]{}^$#&-~".contains(c) { vec!['\\', c] } else { vec![c] }).collect()
}

fn next_slot(text: &str) -> Option<(&str, Slot, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| at + from) {
        let close = text[open..].find('}')? + open;
        if let Some(slot) = Slot::named(&text[open + 1..close]) {
            return Some((&text[..open], slot, &text[close + 1..]));
        }
        from = open + 1;
    }
    None
}

impl Slot {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "uuid" => Self::Uuid,
            "time" => Self::Time,
            "id" => Self::Id(8),
            "id5" => Self::Id(5),
            "id6" => Self::Id(6),
            "id10" => Self::Id(10),
            "id12" => Self::Id(12),
            "n1" => Self::Short(1),
            "n2" => Self::Short(2),
            "n3" => Self::Short(3),
            "hex6" => Self::Hex(6),
            "hex8" => Self::Hex(8),
            "hex16" => Self::Hex(16),
            "hex32" => Self::Hex(32),
            "ip" => Self::Ip,
            "email" => Self::Email,
            "url" => Self::Url,
            "path" => Self::Path,
            "product" => Self::Product,
            "host" => Self::Host,
            "ms" => Self::Millis,
            "amount" => Self::Amount,
            "city" => Self::City,
            "user" => Self::User,
            "ref" => Self::Reference,
            _ => return None,
        })
    }

    fn draw(self, s: &mut Stream, at: Instant, user: &str) -> String {
        match self {
            Self::Uuid => {
                format!("{}-{}-4{}-a{}-{}", s.hex(8), s.hex(4), s.hex(3), s.hex(3), s.hex(12))
            }
            Self::Time => {
                let back = s.exponential(20_000_000.0).round();
                let millis = (at.micros() - back as i64) / 1000 * 1000;
                Instant::from_micros(millis).to_string()
            }
            Self::Id(digits) => {
                let low = 10_u64.pow(u32::from(digits) - 1);
                s.whole(low, 10 * low).to_string()
            }
            Self::Short(digits) => format!("{:.0}", 10_f64.powf(f64::from(digits) * s.unit()).floor()),
            Self::Hex(digits) => s.hex(usize::from(digits)),
            Self::Ip => {
                let known = common(s, 400);
                format!("10.{}.{}.{}", 16 + known % 3, known * 7 % 64, 2 + known * 37 % 248)
            }
            Self::Email => {
                let known = common(s, 900);
                let name = |step: usize| words::NAMES[known / step % words::NAMES.len()];
                format!("{}.{}{}@{}", name(1), name(26), known % 7, words::MAILS[known % words::MAILS.len()])
            }
            Self::Url => {
                format!("https://{}/{}/{}", s.pick(words::SITES), s.pick(words::NOUNS), s.whole(1000, 900_000))
            }
            Self::Path => format!("/var/lib/harbor/{}/{}.{}", s.pick(words::NOUNS), s.hex(8), s.pick(words::SUFFIXES)),
            Self::Product => format!("{} {}", s.pick(words::ADJECTIVES), s.pick(words::PRODUCTS)),
            Self::Host => {
                let known = common(s, 40);
                format!("{}-{:05x}", words::NODES[known % words::NODES.len()], (known * 0x9_E377 + 0x1_2345) & 0xF_FFFF)
            }
            Self::Millis => format!("{:.0}0", s.lognormal(90.0, 0.8)),
            Self::Amount => format!("{:.2}", s.lognormal(48.0, 0.7).ceil() - 0.05),
            Self::City => (*s.pick(words::CITIES)).to_owned(),
            Self::User => user.to_owned(),
            Self::Reference => format!("HB-{}{}", s.whole(2, 10), s.hex(6).to_uppercase()),
        }
    }
}

/// An index below `len`; the low ones come more often, as with clients and machines.
fn common(stream: &mut Stream, len: usize) -> usize {
    let unit = stream.unit();
    ((unit * unit * len as f64) as usize).min(len - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_slots_vary_and_unknown_braces_stay() {
        let wording = Wording::new("order {id5} {\"a\": {n1}} by {user}");
        let mut stream = Stream::new(1, "wording");
        let text = wording.fill(&mut stream, Instant::from_micros(1_790_000_000_000_000), "u-7");
        assert!(text.starts_with("order ") && text.contains(" {\"a\": ") && text.ends_with("} by u-7"), "{text}");
        assert!(regex_free_match(&wording.pattern(), &text));
    }

    fn regex_free_match(pattern: &str, text: &str) -> bool {
        text.contains(&pattern.replace('\\', ""))
    }
}
