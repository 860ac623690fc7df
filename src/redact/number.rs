//! Numbers that name an account or a person: payment cards, bank accounts, telephones.

use super::Kind;
use super::find::{Hit, Rule};
use regex::Regex;

pub(super) struct Numbers {
    card: Regex,
    iban: Regex,
    international: Regex,
    american: Regex,
}

impl Numbers {
    pub fn new() -> Result<Self, String> {
        let compile = |pattern: &str| Regex::new(pattern).map_err(|error| error.to_string());
        Ok(Self {
            card: compile("[3-6][0-9]{3}(?:[ -]?[0-9]{1,6}){2,5}|2[2-7][0-9]{2}(?:[ -]?[0-9]{4}){3}")?,
            iban: compile("[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?")?,
            international: compile(r"\+[1-9][0-9]{0,2}(?:[ .-]?\([0-9]{1,4}\))?(?:[ .-]?[0-9]{1,14}){1,6}")?,
            american: compile(r"(?:\([2-9][0-9]{2}\)[ .-]?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}")?,
        })
    }
}

impl Rule for Numbers {
    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        for card in self.card.find_iter(text).filter(|m| is_bounded(text, m.start(), m.end())) {
            if is_card(card.as_str()) {
                hits.push(Hit { kind: Kind::Card, range: card.range() });
            }
        }
        for iban in self.iban.find_iter(text).filter(|m| !joined(text, m.start(), m.end())) {
            // A word in capitals may follow.
            let ends =
                std::iter::successors(Some(iban.as_str()), |shown| shown.rfind([' ', '-']).map(|at| &shown[..at]));
            if let Some(shown) = ends.into_iter().find(|shown| is_iban(shown)) {
                hits.push(Hit { kind: Kind::Iban, range: iban.start()..iban.start() + shown.len() });
            }
        }
        for phone in self.international.find_iter(text).filter(|m| is_bounded(text, m.start(), m.end())) {
            if is_international(text, phone.start(), phone.as_str()) {
                hits.push(Hit { kind: Kind::Phone, range: phone.range() });
            }
        }
        for phone in self.american.find_iter(text).filter(|m| is_bounded(text, m.start(), m.end())) {
            hits.push(Hit { kind: Kind::Phone, range: phone.range() });
        }
    }
}

/// Whether a letter or digit goes on before or after.
fn joined(text: &str, start: usize, end: usize) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    text[..start].ends_with(goes_on) || text[end..].starts_with(goes_on)
}

/// Not part of a longer number, a decimal, a date or a name.
fn is_bounded(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (&text[..start], &text[end..]);
    let mut rest = after.chars();
    let goes_on = match (rest.next(), rest.next()) {
        (Some('.' | '-'), Some(next)) => next.is_ascii_digit(),
        _ => false,
    };
    !joined(text, start, end) && !goes_on && !before.ends_with(['.', '-', '+', '/', '#', '$'])
}

/// Length and first digits of an issuer (ISO/IEC 7812), and Luhn's check digit.
fn is_card(shown: &str) -> bool {
    let digits: Vec<u32> = shown.chars().filter_map(|c| c.to_digit(10)).collect();
    let first = |n: usize| digits[..n].iter().fold(0, |number, digit| number * 10 + digit);
    if digits.len() < 13 || digits.len() > 19 || shown.contains(' ') && shown.contains('-') {
        return false;
    }
    // An id of 18 or 19 digits passes the check one time in ten.
    if digits.len() > 17 && shown.len() == digits.len() {
        return false;
    }
    let issued = match (first(2), digits.len()) {
        (40..=49, length) => matches!(length, 13 | 16 | 19),
        (51..=55 | 60 | 64 | 65 | 35, length) => length == 16,
        (34 | 37, length) => length == 15,
        (30 | 36 | 38 | 39, length) => length == 14,
        (22..=27, length) => length == 16 && (2221..=2720).contains(&first(4)),
        (62 | 50 | 56..=58 | 63 | 67, length) => length >= 16,
        _ => false,
    };
    issued && luhn(&digits)
}

/// ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u32]) -> bool {
    let doubled = |(index, digit): (usize, &u32)| match (index % 2, digit * 2) {
        (0, _) => *digit,
        (_, double) => double / 10 + double % 10,
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// ISO 13616: 15 to 34 characters; the first four moved to the end and letters read as 10 to 35, the remainder by 97 is 1 (ISO/IEC 7064).
fn is_iban(shown: &str) -> bool {
    let characters: Vec<char> = shown.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if !(15..=34).contains(&characters.len()) {
        return false;
    }
    let moved = characters[4..].iter().chain(&characters[..4]);
    let remainder = moved.fold(0, |remainder, c| match c.to_digit(36) {
        Some(value @ 10..) => (remainder * 100 + value) % 97,
        Some(value) => (remainder * 10 + value) % 97,
        None => 0,
    });
    remainder == 1
}

/// E.164 allows 15 digits; fewer than 9 are rather an offset. Where a diff's added line begins, only what is grouped as numbers of
/// telephones are.
fn is_international(text: &str, start: usize, shown: &str) -> bool {
    let digits = shown.bytes().filter(u8::is_ascii_digit).count();
    let line_start = start == 0 || text[..start].ends_with('\n');
    let grouped = shown.contains([' ', '-', '(']);
    let decimal = shown.matches('.').count() == 1;
    (9..=15).contains(&digits) && !decimal && (!line_start || grouped || digits >= 11)
}
