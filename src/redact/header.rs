//! Credentials and cookies of HTTP headers.

use super::find::{Hit, Rule};
use super::{Kind, base64, value};
use regex::Regex;
use std::ops::Range;

/// Schemes of `Authorization` (IANA's registry, and what services use beside it).
const SCHEMES: [&str; 16] = [
    "basic",
    "bearer",
    "digest",
    "token",
    "apikey",
    "api-key",
    "key",
    "negotiate",
    "ntlm",
    "hawk",
    "signature",
    "oauth",
    "jwt",
    "sso-key",
    "aws4-hmac-sha256",
    "hmac-sha256",
];
/// Schemes whose credentials are a list.
const LISTS: [&str; 6] = ["digest", "hawk", "signature", "oauth", "aws4-hmac-sha256", "hmac-sha256"];

pub(super) struct Headers {
    authorization: Regex,
    cookie: Regex,
    bare: Regex,
    command: Regex,
}

impl Headers {
    pub fn new() -> Result<Self, String> {
        let compile = |pattern: &str| Regex::new(pattern).map_err(|error| error.to_string());
        Ok(Self {
            authorization: compile(r#"(?i)authorization["'\\\]]{0,6}[ \t]{0,4}(?:=>|[:=,])[ \t]{0,4}[\[(]?"#)?,
            cookie: compile(r#"(?i)cookies?2?["'\\\]]{0,6}[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}[\[(]?"#)?,
            bare: compile(r"(?i)\b(bearer|basic)[ \t]{1,4}([a-z0-9._~+/=-]{8,})")?,
            command: compile(r#"(?:^|\s)(?:-u|--user|--proxy-user|-U)[ =]["']?([^\s"':]{1,256}:[^\s"']{1,256})"#)?,
        })
    }
}

impl Rule for Headers {
    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        for (regex, kind) in [(&self.authorization, Kind::Auth), (&self.cookie, Kind::Cookie)] {
            let mut at = 0;
            while let Some(name) = regex.find_at(text, at) {
                let content = content(text, name.range());
                let range = if kind == Kind::Auth { credentials(text, content) } else { cookies(text, content) };
                // A line of nothing but headers is read once, not once for each.
                at = range.as_ref().map_or(name.end(), |range| range.end);
                hits.extend(range.map(|range| Hit { kind, range }));
            }
        }
        for captures in self.bare.captures_iter(text) {
            let (Some(scheme), Some(value)) = (captures.get(1), captures.get(2)) else { continue };
            let shown = value.as_str();
            let is_basic = scheme.as_str().eq_ignore_ascii_case("basic");
            let decoded = || base64::decode(shown.trim_end_matches('=')).is_some_and(|text| text.contains(':'));
            if if is_basic { decoded() } else { looks_issued(shown) } {
                hits.push(Hit { kind: Kind::Auth, range: value.range() });
            }
        }
        let commands = self.command.captures_iter(text).filter_map(|captures| captures.get(1));
        // `docker run -u 1000:1000`.
        let commands = commands.filter(|pair| pair.as_str().bytes().any(|b| b.is_ascii_alphabetic()));
        hits.extend(commands.map(|pair| Hit { kind: Kind::Auth, range: pair.range() }));
    }
}

/// What a header holds: to the quote that closes it, or to the line's end.
fn content(text: &str, name: Range<usize>) -> Range<usize> {
    let start = name.end;
    if let Some(value) = value::read(text, start).filter(|value| value.quoted) {
        return value.range;
    }
    let line = text[start..].find('\n').map_or(text.len(), |end| start + end);
    // `-H 'Cookie: …'`: the quote stands before the name, perhaps after `Proxy-` or `Set-`.
    let before = text[..name.start].trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '-' || c == '_');
    let quote = before.chars().next_back().filter(|c| "\"'`".contains(*c));
    let end = quote.and_then(|quote| text[start..line].find(quote)).map_or(line, |end| start + end);
    start..end
}

/// The credentials in what an `Authorization` header holds, without the scheme.
fn credentials(text: &str, content: Range<usize>) -> Option<Range<usize>> {
    let mut at = content.start;
    let mut scheme = None;
    for _ in 0..3 {
        at += text[at..content.end].len() - text[at..content.end].trim_start().len();
        let rest = &text[at..content.end];
        let word = rest.split(char::is_whitespace).next().filter(|word| !word.is_empty())?;
        if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            scheme = Some(word);
            at += word.len();
            continue;
        }
        if scheme.is_some_and(|scheme| LISTS.iter().any(|list| list.eq_ignore_ascii_case(scheme))) {
            return Some(at..at + rest.trim_end().len());
        }
        let shown = word.trim_end_matches([',', ';', ')', ']', '}', '"', '\'', '`']);
        let code = value::is_placeholder(shown) || value::is_code(shown, &rest[shown.len()..]);
        let likely = !shown.is_empty() && !code && (scheme.is_some() || looks_issued(shown));
        if likely {
            return Some(at..at + shown.len());
        }
        at += word.len();
    }
    None
}

/// All of a cookie header, if there is a cookie in it.
fn cookies(text: &str, content: Range<usize>) -> Option<Range<usize>> {
    let shown = text[content.clone()].trim_end();
    let (name, value) = shown.split_once('=')?;
    let named =
        !name.is_empty() && name.len() <= 128 && !name.contains(|c: char| c.is_whitespace() || "(){}<>".contains(c));
    let code = value.is_empty() || value.starts_with(['=', ' ', '>']) || value::is_placeholder(value);
    (named && !code).then(|| content.start..content.start + shown.len())
}

/// Whether a word looks as if a program made it.
fn looks_issued(word: &str) -> bool {
    word.len() >= 8 && word.bytes().any(|b| b.is_ascii_digit()) || word.len() >= 24
}
