//! Addresses: e-mail, of machines, and those that carry a password.

use super::Kind;
use super::find::{Hit, Rule};
use regex::Regex;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// What follows the last dot where an `@` belongs to a file's name or a package's version.
const NOT_DOMAINS: [&str; 12] = ["png", "jpg", "jpeg", "gif", "svg", "webp", "tgz", "jar", "js", "ts", "css", "gz"];
/// Longest local part and domain, in characters (RFC 5321, 4.5.3.1).
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;
/// Words before a dotted quad that is a version.
const VERSION_WORDS: [&str; 8] = ["version", "versions", "ver", "release", "build", "revision", "section", "rfc"];

pub(super) struct Addresses {
    user_info: Regex,
    v4: Regex,
    v6: Regex,
}

impl Addresses {
    pub fn new() -> Result<Self, String> {
        let compile = |pattern: &str| Regex::new(pattern).map_err(|error| error.to_string());
        Ok(Self {
            user_info: compile(
                r#"[A-Za-z][A-Za-z0-9+.-]{1,20}:/{2}(?:([^\s/?#"'<>`]{1,512})@|([^\s:/?#@"'<>`]{1,128}:[^\s"'<>`]{1,256})@)"#,
            )?,
            v4: compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")?,
            v6: compile(
                r"(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:[0-9]{0,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})?",
            )?,
        })
    }
}

impl Rule for Addresses {
    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        for captures in self.user_info.captures_iter(text) {
            let Some(info) = captures.get(1).or_else(|| captures.get(2)).filter(|info| is_user_info(info.as_str()))
            else {
                continue;
            };
            hits.push(Hit { kind: Kind::UrlCredentials, range: info.range() });
        }
        let emails = text.match_indices('@').filter_map(|(at, _)| email(text, at));
        hits.extend(emails.map(|range| Hit { kind: Kind::Email, range }));
        let v4 = self.v4.find_iter(text).filter(|quad| is_v4(text, quad.start(), quad.end()));
        hits.extend(v4.map(|quad| Hit { kind: Kind::Ip, range: quad.range() }));
        let v6 = self.v6.find_iter(text).filter(|address| is_v6(text, address.start(), address.end()));
        hits.extend(v6.map(|address| Hit { kind: Kind::Ip, range: address.range() }));
    }
}

/// `ssh://git@host` names no person, and in `http://host:8080/users/a@b` the `@` is of the path.
fn is_user_info(info: &str) -> bool {
    let port = info.split_once(':').and_then(|(_, rest)| rest.split_once('/')).map(|(port, _)| port);
    let is_port = port.is_some_and(|port| port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()));
    info != "git"
        && !is_port
        && !super::value::is_placeholder(info.split_once(':').map_or(info, |(_, password)| password))
}

/// The e-mail address around the `@` at `at`.
fn email(text: &str, at: usize) -> Option<Range<usize>> {
    let is_local = |c: &char| c.is_alphanumeric() || "._%+-".contains(*c);
    let local: usize = text[..at].chars().rev().take(MAX_LOCAL).take_while(is_local).map(char::len_utf8).sum();
    let start = at - local;
    let domain = domain(&text[at + 1..])?;
    let local = text[start..at].trim_start_matches('.');
    let named = local.chars().next_back().is_some_and(|c| c != '.');
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_file = NOT_DOMAINS.iter().any(|known| known.eq_ignore_ascii_case(last));
    let is_version = domain.split('.').take(2).all(|label| label.bytes().all(|b| b.is_ascii_digit()));
    let is_email = named && local != "git" && !is_file && !is_version && !in_user_info(&text[..at]);
    is_email.then(|| at - local.len()..at + 1 + domain.len())
}

/// The domain that `rest` begins with: labels with dots between them, the last of letters.
fn domain(rest: &str) -> Option<&str> {
    let length: usize = rest
        .chars()
        .take(MAX_DOMAIN)
        .take_while(|c| c.is_alphanumeric() || ".-".contains(*c))
        .map(char::len_utf8)
        .sum();
    let shown = rest[..length].trim_end_matches(['.', '-']);
    let (front, last) = shown.rsplit_once('.')?;
    let letters: usize = last.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
    let ends = last[letters..].is_empty() || last[letters..].starts_with('-');
    let labels = front.split('.').all(|label| !label.is_empty());
    (letters >= 2 && ends && labels).then(|| &rest[..front.len() + 1 + letters])
}

/// Whether what stands before an `@` is the user of an address, `https://user@host`: the host is to stay.
fn in_user_info(before: &str) -> bool {
    let near = &before[before.floor_char_boundary(before.len().saturating_sub(512))..];
    let word = near.rsplit(char::is_whitespace).next().unwrap_or_default();
    word.rsplit_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?', '#', '"', '\'']))
}

fn is_v4(text: &str, start: usize, end: usize) -> bool {
    let Ok(address) = text[start..end].parse::<Ipv4Addr>() else { return false };
    let (before, after) = (&text[..start], &text[end..]);
    let joined = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
    let begins = !before.ends_with(joined) || before.ends_with("ip-") || before.ends_with("..");
    let mut rest = after.chars();
    let ends = match (rest.next(), rest.next()) {
        (Some('.' | '-'), Some(next)) => !next.is_ascii_alphanumeric(),
        (Some(next), _) => !next.is_ascii_alphanumeric() && next != '_' && next != '+',
        _ => true,
    };
    let plain = address.is_loopback() || address.is_unspecified() || address.is_broadcast();
    begins && ends && !plain && !is_version(before)
}

/// Whether what stands before a dotted quad makes it a version: `version 1.2.3.4`, `==1.2.3.4`.
fn is_version(before: &str) -> bool {
    let shortest = before.floor_char_boundary(before.len().saturating_sub(32));
    let near = &before[shortest..];
    if near.ends_with("==") || near.ends_with(">=") || near.ends_with("<=") || near.ends_with("~=") {
        return true;
    }
    let word = near.trim_end_matches([' ', ':', '=', '"', '\'', '<', '>', '~', '^']);
    let lower = word.to_ascii_lowercase();
    VERSION_WORDS.iter().any(|known| lower.ends_with(known))
}

/// Groups of hexadecimal digits are an address if there are enough of them: `a::b` is also a path of a program.
fn is_v6(text: &str, start: usize, end: usize) -> bool {
    let shown = &text[start..end];
    let joined = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    if text[..start].ends_with(joined) || text[end..].starts_with(joined) {
        return false;
    }
    let Ok(address) = shown.parse::<Ipv6Addr>() else { return false };
    let digits = shown.bytes().filter(u8::is_ascii_hexdigit).count();
    let numeral = shown.bytes().any(|b| b.is_ascii_digit());
    let long_group = shown.split(':').next().is_some_and(|group| group.len() == 4);
    let enough = shown.matches(':').count() >= 3 || long_group || shown.contains('.');
    !address.is_loopback() && !address.is_unspecified() && numeral && digits >= 4 && enough
}
