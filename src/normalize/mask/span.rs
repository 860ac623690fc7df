//! What a mask takes of what its pattern found; the `regex` crate has no look-around to say it in the pattern.

use super::{MaskKind, body, host};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

impl MaskKind {
    /// The part of `found` to be replaced; `None` when it is not what is meant. `reads` bounds what is read beyond the match, over
    /// all matches of a text.
    #[must_use]
    pub fn span(&self, text: &str, found: Range<usize>, reads: &mut usize) -> Option<Range<usize>> {
        let part = &text[found.clone()];
        match self {
            Self::Body {} => body_at(text, found.start, reads),
            // A path's match begins with the character before it, which stays.
            Self::Path { .. } => Some(found.start + before_path(part)..found.end),
            Self::KeyValue {} => part.find('=').map(|equals| found.start + equals + 1..found.end),
            Self::Port {} => Some(found.end - trailing_digits(part)..found.end),
            Self::Pod {} => pod_suffix(part).map(|suffix| found.end - suffix..found.end),
            Self::Quantity { .. } => Some(found.start + stray_sign(text, &found)..found.end),
            Self::WithDigit {} => {
                let token = part.trim_end_matches(['.', ':', '!', '?']);
                token.bytes().any(|b| b.is_ascii_digit()).then_some(found.start..found.start + token.len())
            }
            _ => self.accepts(text, found.clone()).then_some(found),
        }
    }

    /// Whether all of what the pattern found in `text` is meant.
    fn accepts(&self, text: &str, found: Range<usize>) -> bool {
        let part = &text[found.clone()];
        match self {
            Self::Hex { .. } | Self::Digest {} => part.bytes().any(|b| b.is_ascii_digit()),
            Self::Ipv4 {} => part.split(':').next().is_some_and(|host| host.parse::<Ipv4Addr>().is_ok()),
            // `Foo::Bar` and `12:30:45` look the same to the pattern.
            Self::Ipv6 {} => {
                stands_alone(text, found) && part.matches(':').count() >= 2 && part.parse::<Ipv6Addr>().is_ok()
            }
            // Part of an address, a version or a place in a file.
            Self::Time {} => {
                !text[..found.start].ends_with([':', '.'])
                    && !text[found.end..].starts_with(':')
                    && !text[found.end..].strip_prefix('.').is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()))
            }
            Self::Host {} => host::is_host(part),
            Self::Base64 { .. } => part.starts_with("eyJ") || is_random(part),
            _ => true,
        }
    }
}

/// The body that begins at `start`, within what may still be read.
fn body_at(text: &str, start: usize, reads: &mut usize) -> Option<Range<usize>> {
    let length = body::length(&text.as_bytes()[start..], *reads);
    *reads = reads.saturating_sub(length.unwrap_or(text.len() - start));
    length.map(|length| start..start + length)
}

/// Bytes of the character before a path, if its match begins with one: it is neither a letter nor `/`, `~` or `\`.
fn before_path(found: &str) -> usize {
    match found.chars().next() {
        Some(first) if !first.is_ascii_alphabetic() && !['/', '~', '\\'].contains(&first) => first.len_utf8(),
        _ => 0,
    }
}

fn trailing_digits(part: &str) -> usize {
    part.bytes().rev().take_while(u8::is_ascii_digit).count()
}

/// 1 when the match begins with a sign that joins it to the word before (`3-5`): that is a hyphen.
fn stray_sign(text: &str, found: &Range<usize>) -> usize {
    let signed = text[found.clone()].starts_with(['+', '-']);
    usize::from(signed && text[..found.start].chars().next_back().is_some_and(is_word))
}

/// Bytes of `7d9f8b6c5-x2k4q`: the hash of a replica set and the suffix of one of its pods. Kubernetes writes both in an alphabet
/// without vowels and without 0, 1 and 3 (`SafeEncodeString` in its package `rand`), so that they make no words.
fn pod_suffix(name: &str) -> Option<usize> {
    let mut parts = name.rsplitn(3, '-');
    let (pod, set) = (parts.next()?, parts.next()?);
    let safe = |part: &str| part.bytes().all(|b| b"bcdfghjklmnpqrstvwxz2456789".contains(&b));
    let digit = |part: &str| part.bytes().any(|b| b.is_ascii_digit());
    (safe(pod) && digit(set) && (safe(set) || set.bytes().all(|b| b.is_ascii_hexdigit())))
        .then_some(set.len() + 1 + pod.len())
}

/// Whether digits, capital and small letters all occur and take turns as in random text: in base64 two neighbours differ in kind in
/// 3 of 5 places; in names made of words, in 1 of 3 or fewer.
fn is_random(part: &str) -> bool {
    let kind = |b: u8| match b {
        b'0'..=b'9' => 0_u8,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let all = (0..3).all(|wanted| part.bytes().any(|b| kind(b) == wanted));
    let turns = part.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    all && turns * 5 >= part.len() * 2
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether no letter, digit or underscore touches the part.
fn stands_alone(text: &str, part: Range<usize>) -> bool {
    !text[..part.start].chars().next_back().is_some_and(is_word)
        && !text[part.end..].chars().next().is_some_and(is_word)
}
