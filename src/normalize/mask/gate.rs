//! Cheap necessary conditions, by bytes.

use super::MaskKind;
use memchr::{memchr, memchr_iter, memchr2, memchr3};

impl MaskKind {
    /// Where this is false, the pattern finds nothing: most messages need no search.
    #[must_use]
    pub fn may_match(&self, text: &[u8]) -> bool {
        let around = |needle: u8, fits: fn(&[u8], usize) -> bool| memchr_iter(needle, text).any(|at| fits(text, at));
        let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
        match self {
            Self::Ansi {} => memchr(0x1b, text).is_some(),
            Self::Uuid {} => around(b'-', |text, at| {
                at >= 8 && text[at - 8..at].iter().all(u8::is_ascii_hexdigit) && text.get(at + 5) == Some(&b'-')
            }),
            Self::Timestamp {} => around(b'-', |text, at| {
                at >= 4 && text[at - 4..at].iter().all(u8::is_ascii_digit) && text.get(at + 3) == Some(&b'-')
            }),
            Self::Datetime {} => {
                has_run(text, 8, u8::is_ascii_digit) || memchr2(b':', b'.', text).is_some() && has_digit(text)
            }
            Self::Date {} => has_run(text, 2, u8::is_ascii_digit),
            Self::Time {} => memchr_iter(b':', text).any(|at| at > 0 && digit(at - 1) && digit(at + 1)),
            Self::Epoch {} => has_run(text, 10, u8::is_ascii_digit),
            Self::Duration {} | Self::Port {} | Self::WithDigit {} | Self::Quantity { .. } => has_digit(text),
            Self::Url { .. } => around(b':', |text, at| text[at + 1..].starts_with(b"//")),
            Self::Email {} => memchr(b'@', text).is_some(),
            Self::Mac {} => memchr3(b':', b'-', b'.', text).is_some(),
            Self::Ipv4 {} => memchr_iter(b'.', text).any(|at| at > 0 && digit(at - 1) && digit(at + 1)),
            Self::Ipv6 {} => memchr_iter(b':', text).nth(1).is_some(),
            Self::Host {} => memchr2(b'.', b':', text).is_some(),
            Self::Pod {} => memchr_iter(b'-', text).any(|at| text.get(at + 9..).is_some_and(|rest| rest.len() > 5)),
            Self::Path { .. } => memchr2(b'/', b'\\', text).is_some(),
            Self::Body {} => memchr2(b'{', b'[', text).is_some(),
            Self::Quoted {} => memchr3(b'"', b'\'', b'`', text).is_some(),
            Self::KeyValue {} => memchr(b'=', text).is_some(),
            Self::Base64 { min_length } => has_run(text, *min_length, is_base64) || memchr(b'.', text).is_some(),
            Self::Digest {} => has_run(text, 32, u8::is_ascii_hexdigit),
            Self::Hex { min_length } => {
                has_run(text, *min_length, u8::is_ascii_hexdigit)
                    || memchr2(b'x', b'X', text).is_some_and(|_| has_0x(text))
            }
            Self::Number { min_length } => has_run(text, *min_length, u8::is_ascii_digit),
            Self::Custom(_) => true,
        }
    }
}

fn has_digit(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_digit)
}

#[allow(clippy::trivially_copy_pass_by_ref)] // has_run's signature
fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/_-".contains(byte)
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
