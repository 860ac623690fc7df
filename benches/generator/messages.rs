//! Messages like a large company's: 2,000 templates with unique ids in most of them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::fmt::Display;

/// A message of `template` at the instant `at`.
pub fn message(rng: &mut ChaCha8Rng, at: impl Display, template: usize) -> String {
    match template % 5 {
        0 => format!(
            "order {} failed in step {template}: upstream answered 502 after {} ms",
            uuid(rng),
            rng.random_range(10..99_999)
        ),
        1 => format!(
            "could not connect to db-{template} at 10.{}.{}.{}:5432",
            rng.random::<u8>(),
            rng.random::<u8>(),
            rng.random::<u8>()
        ),
        2 => format!(
            "user {} has no permission p{template} for /v1/items/{}",
            rng.random_range(10_000..9_999_999),
            rng.random_range(1..999_999)
        ),
        3 => format!("deadline of job j{template} passed at {at}, attempt {}", rng.random_range(1..9)),
        _ => format!("configuration key k{template} is not set"),
    }
}

fn uuid(rng: &mut ChaCha8Rng) -> String {
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        rng.random::<u32>(),
        rng.random::<u16>(),
        rng.random::<u16>(),
        rng.random::<u16>(),
        rng.random::<u64>() >> 16
    )
}
