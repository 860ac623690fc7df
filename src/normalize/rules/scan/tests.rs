use super::*;
use crate::normalize::rules::{Rules, RulesSpec, in_sequence};
use proptest::prelude::*;
use std::borrow::Cow;

fn rules(masks: &[MaskKind]) -> Rules {
    Rules::new(&RulesSpec { masks: masks.to_vec(), truncate: None }).unwrap()
}

/// The nine, in the order of the table.
fn nine(hex: u8, number: u8) -> Vec<MaskKind> {
    vec![
        MaskKind::Uuid {},
        MaskKind::Timestamp {},
        MaskKind::Url { keep: UrlKeep::Nothing },
        MaskKind::Email {},
        MaskKind::Ipv4 {},
        MaskKind::Ipv6 {},
        MaskKind::Path { keep: PathKeep::Nothing },
        MaskKind::Hex { min_length: hex },
        MaskKind::Number { min_length: number },
    ]
}

/// In one pass, and as it is defined.
fn both(rules: &Rules, text: &str) -> (String, String) {
    let sequential = in_sequence(&rules.rules, Cow::Borrowed(text)).into_owned();
    let scanned = match apply(&rules.rules, text) {
        Scanned::Unchanged => text.to_owned(),
        Scanned::Changed(changed) => changed,
        Scanned::Refused => {
            assert!(!text.is_ascii());
            sequential.clone()
        }
    };
    (scanned, sequential)
}

/// Pieces that masks begin with, end with, look at, or are.
const PIECES: [&str; 64] = [
    "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "7c9e6679-7425-40de-944b-e07fc1f90ae",
    "2026-05-04T15:59:00.123Z",
    "2026-05-04 15:59",
    ":00,5+02:00",
    "+0200",
    "https://",
    "a.b-c+d://",
    "api.example.com/v1/orders/17?x=1",
    "ann.b+c@mail.example.com",
    "@",
    "x@y.z",
    ".-",
    "10.251.197.226",
    ":50010",
    "999.1.1.1",
    "1.2.3",
    "2001:db8::8a2e:370:7334",
    "::1",
    "fe80::",
    "::ffff:10.0.0.1",
    ":",
    "::",
    "/var/tmp/x-17/part.0",
    "C:\\tmp\\a.txt",
    "~/x/y",
    "\\\\srv\\share\\x",
    "/",
    "\\",
    "~",
    "deadbeef01",
    "deadbeef",
    "0x7f",
    "0X",
    "0xyz",
    "12345",
    "1234",
    "123",
    "7",
    "0",
    "a",
    "f",
    "g",
    "_",
    "-",
    ".",
    ",",
    " ",
    " ",
    "\t",
    "\n",
    "'",
    "\"",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "=",
    "%",
    "<uuid>",
    "connection to ",
    " failed: ",
];

/// A text of up to `most` pieces; now and then one is replaced by a byte from anywhere.
fn text_of(random: &mut impl FnMut(usize) -> usize, most: usize) -> String {
    let count = 1 + random(most);
    let mut text = String::new();
    for _ in 0..count {
        if random(8) == 0 {
            text.push(char::from(random(127) as u8));
        } else {
            text.push_str(PIECES[random(PIECES.len())]);
        }
    }
    text
}

/// Steele, Lea & Flood, “Fast splittable pseudorandom number generators”, 2014 (`SplitMix64`).
fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}

/// Texts for each of four sets of rules; `SHAKEDOWN_SCAN_TEXTS` for more.
fn texts() -> usize {
    std::env::var("SHAKEDOWN_SCAN_TEXTS").ok().and_then(|n| n.parse().ok()).unwrap_or(60_000)
}

#[test]
fn one_pass_equals_sequence_on_a_quarter_of_a_million_texts() {
    let sets = [nine(8, 4), nine(6, 1), nine(8, 4).into_iter().rev().collect(), nine(2, 2).split_off(4)];
    let mut random = random(1);
    let mut changed = 0;
    for masks in sets {
        let rules = rules(&masks);
        for _ in 0..texts() {
            let text = text_of(&mut random, 12);
            let (scanned, sequential) = both(&rules, &text);
            assert_eq!(scanned, sequential, "{text:?} under {masks:?}");
            changed += usize::from(scanned != text);
        }
    }
    assert!(changed > texts(), "most texts hold something: {changed}");
}

#[test]
fn each_mask_alone_equals_its_definition() {
    let mut random = random(2);
    for mask in nine(3, 3) {
        let rules = rules(&[mask]);
        for _ in 0..texts() / 10 {
            let text = text_of(&mut random, 6);
            let (scanned, sequential) = both(&rules, &text);
            assert_eq!(scanned, sequential, "{text:?}");
        }
    }
}

#[test]
fn long_texts_are_linear() {
    let rules = rules(&nine(8, 4));
    for piece in ["/", "a/", "/a/b ", "1.", ":a", "::", "a@", "a@b.", "a://", "12345 ", "-", "0x", "~/", "\\", "f", "9"]
    {
        let text = piece.repeat(100_000);
        let scanned = rules.apply(0..rules.len(), &text);
        assert!(scanned.len() <= 10 * text.len());
    }
}

#[test]
fn real_messages_are_masked_alike() {
    let folder = std::env::var_os("SHAKEDOWN_LOGHUB").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/loghub"),
        std::path::PathBuf::from,
    );
    if !folder.is_dir() {
        eprintln!("real messages: folder {} is absent: skipped", folder.display());
        return;
    }
    let rules = [rules(&nine(8, 4)), rules(&nine(6, 1))];
    let mut lines = 0;
    for system in std::fs::read_dir(folder).unwrap().filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(system.path()).unwrap().filter_map(Result::ok) {
            for line in String::from_utf8_lossy(&std::fs::read(file.path()).unwrap()).lines() {
                lines += 1;
                for rules in &rules {
                    let (scanned, sequential) = both(rules, line);
                    assert_eq!(scanned, sequential);
                }
            }
        }
    }
    assert!(lines > 1_000, "{lines} lines");
}

proptest! {
    /// Placeholders in the text as it came, or left by rules before, are text like any other.
    #[test]
    fn any_subset_in_any_order(order in Just(nine(8, 4)).prop_shuffle(), count in 1..9_usize, seed in any::<u64>()) {
        let rules = rules(&order[..count]);
        let mut random = random(seed);
        for _ in 0..20 {
            let text = text_of(&mut random, 30);
            let (scanned, sequential) = both(&rules, &text);
            prop_assert_eq!(scanned, sequential, "{:?}", text);
        }
    }
}
