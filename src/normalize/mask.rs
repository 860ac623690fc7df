//! The table of masks: what each one replaces, why, what it must match and what it must not.

use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// One mask as a configuration names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "mask", rename_all = "snake_case", deny_unknown_fields)]
pub enum MaskKind {
    Uuid {},
    Timestamp {},
    Url {},
    Email {},
    Ipv4 {},
    Ipv6 {},
    Path {},
    Quoted {},
    /// Runs of hexadecimal digits of at least this length that hold a digit, or `0x…`.
    Hex {
        min_length: u8,
    },
    /// Runs of ASCII digits of at least this length.
    Number {
        min_length: u8,
    },
}

/// A row of the table.
pub struct Mask {
    pub name: &'static str,
    pub placeholder: &'static str,
    pub why: &'static str,
    pub must_match: &'static [&'static str],
    pub must_not_match: &'static [&'static str],
}

impl MaskKind {
    /// The row that describes this mask.
    #[must_use]
    pub fn row(self) -> &'static Mask {
        let index = match self {
            Self::Uuid {} => 0,
            Self::Timestamp {} => 1,
            Self::Url {} => 2,
            Self::Email {} => 3,
            Self::Ipv4 {} => 4,
            Self::Ipv6 {} => 5,
            Self::Path {} => 6,
            Self::Quoted {} => 7,
            Self::Hex { .. } => 8,
            Self::Number { .. } => 9,
        };
        &MASKS[index]
    }

    /// The regular expression. `uuid`, `timestamp` and `number` are the contract's (semantics.md §3), unanchored and without
    /// word boundaries.
    #[must_use]
    pub fn pattern(self) -> String {
        match self {
            Self::Uuid {} => "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}".to_owned(),
            Self::Timestamp {} => {
                r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
                    .to_owned()
            }
            Self::Url {} => r#"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'"<>)\]]+"#.to_owned(),
            Self::Email {} => r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\b".to_owned(),
            Self::Ipv4 {} => r"\b[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]{1,5})?\b".to_owned(),
            Self::Ipv6 {} => r"[0-9a-fA-F:]*:[0-9a-fA-F]+(\.[0-9]{1,3}){0,3}".to_owned(),
            Self::Path {} => r"(^|[\s='(\[,:])([A-Za-z]:\\|~?/)[A-Za-z0-9_.@%+-]+([/\\][A-Za-z0-9_.@%+-]*)+".to_owned(),
            Self::Quoted {} => r#""[^"]*"|'[^']*'|`[^`]*`"#.to_owned(),
            Self::Hex { min_length } => format!(r"\b(0[xX][0-9a-fA-F]+|[0-9a-fA-F]{{{},}})\b", min_length.max(1)),
            Self::Number { min_length } => format!("[0-9]{{{},}}", min_length.max(1)),
        }
    }

    /// Whether what the pattern found in `text` is really meant; the `regex` crate has no look-around to say it in the pattern.
    #[must_use]
    pub fn accepts(self, text: &str, found: Range<usize>) -> bool {
        let part = &text[found.clone()];
        match self {
            Self::Hex { .. } => part.bytes().any(|b| b.is_ascii_digit()),
            Self::Ipv4 {} => part.split(':').next().is_some_and(|host| host.parse::<Ipv4Addr>().is_ok()),
            // `Foo::Bar` and `12:30:45` look the same to the pattern.
            Self::Ipv6 {} => {
                stands_alone(text, found) && part.matches(':').count() >= 2 && part.parse::<Ipv6Addr>().is_ok()
            }
            _ => true,
        }
    }

    /// A cheap necessary condition: where it is false, the pattern finds nothing, and most messages need no search.
    #[must_use]
    pub fn may_match(self, text: &[u8]) -> bool {
        let around =
            |needle: u8, fits: fn(&[u8], usize) -> bool| memchr::memchr_iter(needle, text).any(|at| fits(text, at));
        let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
        match self {
            Self::Uuid {} => around(b'-', |text, at| {
                at >= 8 && text[at - 8..at].iter().all(u8::is_ascii_hexdigit) && text.get(at + 5) == Some(&b'-')
            }),
            Self::Timestamp {} => around(b'-', |text, at| {
                at >= 4 && text[at - 4..at].iter().all(u8::is_ascii_digit) && text.get(at + 3) == Some(&b'-')
            }),
            Self::Url {} => around(b':', |text, at| text[at + 1..].starts_with(b"//")),
            Self::Email {} => memchr::memchr(b'@', text).is_some(),
            Self::Ipv4 {} => memchr::memchr_iter(b'.', text).any(|at| at > 0 && digit(at - 1) && digit(at + 1)),
            Self::Ipv6 {} => memchr::memchr_iter(b':', text).nth(1).is_some(),
            Self::Path {} => memchr::memchr2(b'/', b'\\', text).is_some(),
            Self::Quoted {} => memchr::memchr3(b'"', b'\'', b'`', text).is_some(),
            Self::Hex { min_length } => {
                has_run(text, min_length, u8::is_ascii_hexdigit)
                    || memchr::memchr2(b'x', b'X', text).is_some_and(|_| has_0x(text))
            }
            Self::Number { min_length } => has_run(text, min_length, u8::is_ascii_digit),
        }
    }
}

/// Whether `length` bytes in a row are of a kind.
fn has_run(text: &[u8], length: u8, is_kind: fn(&u8) -> bool) -> bool {
    let mut run = 0;
    text.iter().any(|byte| {
        run = if is_kind(byte) { run + 1 } else { 0 };
        run >= u32::from(length.max(1))
    })
}

fn has_0x(text: &[u8]) -> bool {
    text.windows(2).any(|pair| pair[0] == b'0' && pair[1].eq_ignore_ascii_case(&b'x'))
}

/// Whether no letter, digit or underscore touches the part.
fn stands_alone(text: &str, part: Range<usize>) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    !text[..part.start].chars().next_back().is_some_and(word) && !text[part.end..].chars().next().is_some_and(word)
}

/// All masks, in the order in which [`MaskKind::row`] numbers them.
pub const MASKS: [Mask; 10] = [
    Mask {
        name: "uuid",
        placeholder: "<uuid>",
        why: "request, order and trace ids are unique to a record",
        must_match: &["7c9e6679-7425-40de-944b-e07fc1f90ae7", "x7C9E6679-7425-40DE-944B-E07FC1F90AE7y"],
        must_not_match: &["7c9e6679-7425-40de-944b", "7c9e667974254 0de"],
    },
    Mask {
        name: "timestamp",
        placeholder: "<timestamp>",
        why: "an instant inside a message says when, not what",
        must_match: &[
            "2026-05-04T15:59:00Z",
            "2026-05-04 15:59",
            "2026-05-04 15:59:00,123",
            "2026-05-04T15:59:00.5+02:00",
        ],
        must_not_match: &["2026-05-04", "15:59:00", "04/05/2026 15:59"],
    },
    Mask {
        name: "url",
        placeholder: "<url>",
        why: "paths and queries of URLs carry ids",
        must_match: &["https://api.example.com/v1/orders/17?x=1", "amqp://mq:5672", "jdbc://db/x"],
        must_not_match: &["example.com/orders", "//comment"],
    },
    Mask {
        name: "email",
        placeholder: "<email>",
        why: "one user's address splits an error by user, and is personal",
        must_match: &["ann.b+c@mail.example.com"],
        must_not_match: &["user@host", "@decorator", "a @ b.c"],
    },
    Mask {
        name: "ipv4",
        placeholder: "<ip>",
        why: "client and instance addresses, with or without a port",
        must_match: &["10.251.197.226", "10.251.197.226:50010"],
        must_not_match: &["1.2.3", "999.1.1.1", "v1.2.3"],
    },
    Mask {
        name: "ipv6",
        placeholder: "<ip>",
        why: "as ipv4",
        must_match: &["2001:db8::8a2e:370:7334", "::1", "fe80::1"],
        must_not_match: &["12:30:45", "std::vec", "a::b::c", "Foo::Bar"],
    },
    Mask {
        name: "path",
        placeholder: "<path>",
        why: "temporary files and request paths carry ids",
        must_match: &["/var/tmp/x-17/part.0", "open C:\\tmp\\a.txt", "~/x/y"],
        must_not_match: &["and/or", "1/2", "/", "text/html"],
    },
    Mask {
        name: "quoted",
        placeholder: "<quoted>",
        why: "names and values in quotes vary (but so may error codes: see the README's limits)",
        must_match: &["\"anything at all\"", "'x'", "``"],
        must_not_match: &["don't", "5\""],
    },
    Mask {
        name: "hex",
        placeholder: "<hex>",
        why: "digests, object ids and addresses",
        must_match: &["deadbeef01", "0x7f", "34ed93485090001a"],
        must_not_match: &["deadbeef", "defaced", "0xyz", "beefcafezz01"],
    },
    Mask {
        name: "number",
        placeholder: "<number>",
        why: "ids and amounts; short ones (status codes) may be what tells errors apart, hence the length",
        must_match: &["12345678", "x12345678y"],
        must_not_match: &["1234567", "12 34", "٠١٢٣٤٥٦٧٨٩"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;
    use std::sync::LazyLock;

    const ALL: [MaskKind; 10] = [
        MaskKind::Uuid {},
        MaskKind::Timestamp {},
        MaskKind::Url {},
        MaskKind::Email {},
        MaskKind::Ipv4 {},
        MaskKind::Ipv6 {},
        MaskKind::Path {},
        MaskKind::Quoted {},
        MaskKind::Hex { min_length: 8 },
        MaskKind::Number { min_length: 8 },
    ];

    static REGEXES: LazyLock<Vec<Regex>> =
        LazyLock::new(|| ALL.iter().map(|k| Regex::new(&k.pattern()).unwrap()).collect());

    fn finds(kind: MaskKind, text: &str) -> bool {
        let index = ALL.iter().position(|k| *k == kind).unwrap();
        REGEXES[index].find_iter(text).any(|found| kind.accepts(text, found.range()))
    }

    #[test]
    fn every_row_matches_what_it_must_and_nothing_that_it_must_not() {
        for kind in ALL {
            let row = kind.row();
            for text in row.must_match {
                assert!(finds(kind, text), "{} must match {text:?}", row.name);
            }
            for text in row.must_not_match {
                assert!(!finds(kind, text), "{} must not match {text:?}", row.name);
            }
            let tag = serde_json::to_value(kind).unwrap()["mask"].clone();
            assert_eq!(tag, row.name, "the table's order");
        }
    }

    proptest! {
        /// The cheap condition never hides a match.
        #[test]
        fn what_matches_may_match(text in "([0-9a-fA-Fx:./@T -]|[a-z'\"`/\\\\=~%]|://|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}|é){0,24}") {
            for kind in ALL {
                prop_assert!(!finds(kind, &text) || kind.may_match(text.as_bytes()), "{} in {:?}", kind.row().name, text);
            }
            for text in ALL.iter().flat_map(|kind| kind.row().must_match) {
                for kind in ALL {
                    prop_assert!(!finds(kind, text) || kind.may_match(text.as_bytes()));
                }
            }
        }
    }
}
