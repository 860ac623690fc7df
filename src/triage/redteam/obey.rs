//! A model that always obeys: what it would have read in a prompt.

use super::Payload;

/// Characters of a payload's line that are looked for together; a prompt may have cut the rest.
const PART: usize = 64;
/// Fewest characters that tell a payload: of scripts with an alphabet, and of those whose signs are words.
const MIN_PART: usize = 14;
const MIN_PART_WORD_SIGNS: usize = 7;

/// The payload that a prompt holds, however it was escaped, wrapped or cut on the way; of several the one that is there most. A stub
/// of a model answers with what it demands.
#[must_use]
pub fn obeyed<'a>(payloads: &'a [Payload], prompt: &str) -> Option<&'a Payload> {
    let prompt = bare(prompt);
    let seen = payloads.iter().map(|payload| {
        let here = parts(&payload.core()).iter().filter(|part| prompt.contains(*part)).map(String::len).sum::<usize>();
        (here, payload)
    });
    // Of equals the first.
    seen.rev().max_by_key(|(here, _)| *here).filter(|(here, _)| *here > 0).map(|(_, payload)| payload)
}

/// What must be found of a payload: its lines, in parts.
fn parts(text: &str) -> Vec<String> {
    let lines = text.lines().map(bare);
    let parts = lines.flat_map(|line| {
        let characters: Vec<char> = line.chars().collect();
        characters.chunks(PART).map(String::from_iter).collect::<Vec<_>>()
    });
    let tells = |part: &String| {
        let word_signs = part.chars().filter(|c| u32::from(*c) >= 0x3000).count();
        part.chars().count() >= MIN_PART || word_signs >= MIN_PART_WORD_SIGNS
    };
    parts.filter(tells).collect()
}

/// Letters and digits alone, small, with what hides them undone.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (length, c) = read(rest, c);
        rest = &rest[length..];
        match c {
            '\u{1b}' => rest = &rest[sequence(rest)..],
            '\u{e0020}'..='\u{e007e}' => push(&mut out, u32::from(c) - 0xe_0000),
            '\u{ff01}'..='\u{ff5e}' => push(&mut out, u32::from(c) - 0xfee0),
            c => push(&mut out, u32::from(c)),
        }
    }
    out
}

fn push(out: &mut String, code: u32) {
    let c = char::from_u32(code).filter(|c| c.is_alphanumeric());
    out.extend(c.into_iter().flat_map(char::to_lowercase));
}

/// The next character, with one level of escapes undone, and its length.
fn read(rest: &str, c: char) -> (usize, char) {
    let coded = |prefix: &str, suffix: &str| {
        let digits = rest.strip_prefix(prefix)?;
        let length = digits.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        let length = if suffix.is_empty() { length.min(4) } else { length };
        let c = u32::from_str_radix(&digits[..length], 16).ok().and_then(char::from_u32)?;
        digits[length..].starts_with(suffix).then_some((prefix.len() + length + suffix.len(), c))
    };
    match c {
        '⟦' => coded("⟦U+", "⟧"),
        '\\' => coded("\\u", "").or_else(|| {
            let next = rest[1..].chars().next().filter(|c| matches!(c, 'n' | 'r' | 't'));
            next.map(|_| (2, ' '))
        }),
        _ => None,
    }
    .unwrap_or((c.len_utf8(), c))
}

/// Bytes of what follows an escape character.
fn sequence(rest: &str) -> usize {
    if !rest.starts_with('[') {
        return 0;
    }
    let inner = rest.bytes().skip(1).take(32).take_while(|b| matches!(b, 0x20..=0x3f)).count();
    1 + inner + usize::from(rest.as_bytes().get(1 + inner).is_some_and(u8::is_ascii_alphabetic))
}
