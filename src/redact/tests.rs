use super::canaries::{Encoding, canaries};
use super::*;
use proptest::prelude::*;
use std::time::Instant;

fn redacted(text: &str) -> String {
    let redactor = Redactor::new(&RedactionSpec::default()).unwrap();
    redactor.session().redact(text).unwrap()
}

#[test]
fn no_canary_survives_in_any_encoding() {
    let redactor = Redactor::new(&RedactionSpec::default()).unwrap();
    let mut leaks = Vec::new();
    for (place, canary) in canaries(5, 360).into_iter().enumerate() {
        for encoding in Encoding::ALL {
            let text = canary.planted(encoding, place);
            assert!(canary.leak(encoding, &text).is_some(), "the search finds what was planted: {text}");
            let out = redactor.session().redact(&text).unwrap();
            if let Some(form) = canary.leak(encoding, &out) {
                leaks.push(format!("{:?} {encoding:?} {}: {form} in {out}", canary.kind, canary.text));
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn the_same_value_has_the_same_token_and_the_text_around_stays() {
    assert_eq!(
        redacted("a@x.com wrote to b@x.com, password=hunter22, then a@x.com; https://u:pw1@h.io/p from 10.1.2.3"),
        "<EMAIL:1> wrote to <EMAIL:2>, password=<SECRET:1>, then <EMAIL:1>; https://<URL_CREDENTIALS:1>@h.io/p from <IP:1>"
    );
}

proptest! {
    #[test]
    fn redacting_again_changes_nothing(text in hostile()) {
        let once = redacted(&text);
        prop_assert_eq!(redacted(&once), once);
    }
}

/// Pieces of what rules look for, in any order.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("password="),
        Just("\""),
        Just("'"),
        Just("\\\""),
        Just("\\u0040"),
        Just("%40"),
        Just("&quot;"),
        Just("\u{1b}[31m"),
        Just("\u{200b}"),
        Just("a@b.com"),
        Just("<EMAIL:3>"),
        Just("<SECRET:1>"),
        Just("<"),
        Just(">"),
        Just(":"),
        Just("Cookie: "),
        Just("Authorization: Bearer "),
        Just("x1y2z3w4"),
        Just("://"),
        Just("@"),
        Just("."),
        Just("10.1.2.3"),
        Just("\n"),
        Just(" "),
        Just("="),
        Just(";"),
        Just(","),
        Just("cGFzc3dvcmQ9aHVudGVyMjI="),
        Just("4111111111111111"),
        Just("+49 151 12345678"),
        Just("-----BEGIN PRIVATE KEY-----"),
        Just("-----END PRIVATE KEY-----"),
        Just("2001:db8::1"),
        Just("⟦U+200B⟧"),
        Just("é"),
        Just("token"),
        Just("/"),
        Just("--password "),
        Just("\\n"),
        Just("\\"),
        Just("%"),
        Just("&"),
        Just("1"),
        Just("$"),
    ];
    prop_oneof![
        4 => prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

#[test]
fn time_is_bounded_on_long_hostile_lines() {
    for seed in [
        "a",
        "password=",
        "a@",
        "://a:",
        "1.",
        "%25",
        "\\\\",
        "\u{1b}[",
        "-----BEGIN PRIVATE KEY-----",
        "QUJD",
        "Cookie: a=",
        "4 ",
        "\"",
        "::1",
    ] {
        let text = seed.repeat((1 << 18) / seed.len());
        let began = Instant::now();
        let _ = redacted(&text);
        println!("{seed:?}: {:?}", began.elapsed());
    }
}

/// How much of real diffs and traces is replaced that gives nothing away.
#[test]
fn real_diffs_and_traces() {
    let root =
        std::env::var_os("SHAKEDOWN_SHARED").map_or_else(|| std::path::PathBuf::from("/work/shared"), Into::into);
    let Ok(text) = std::fs::read_to_string(root.join("data/d4j_triage/triples.jsonl")) else { return };
    let redactor = Redactor::new(&RedactionSpec::default()).unwrap();
    let mut total = std::collections::BTreeMap::<String, u64>::new();
    let mut seen = std::collections::BTreeSet::new();
    let (mut bytes, began) = (0, Instant::now());
    let mut lines = std::collections::BTreeSet::new();
    let mut texts: Vec<String> = Vec::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in ["trace", "diff"] {
            texts.push(row[key].as_str().unwrap().to_owned());
        }
    }
    for folder in ["/tmp/n3/datasets/harbor-month/diffs", "/work/shared/data/composed-month/diffs"] {
        for entry in std::fs::read_dir(folder).unwrap() {
            texts.push(std::fs::read_to_string(entry.unwrap().path()).unwrap());
        }
    }
    for folder in std::fs::read_dir("/work/shared/data/loghub").unwrap() {
        for entry in std::fs::read_dir(folder.unwrap().path()).into_iter().flatten() {
            texts.extend(std::fs::read_to_string(entry.unwrap().path()));
        }
    }
    for text in texts {
        if !seen.insert(text.clone()) || text.len() > 4 << 20 {
            continue;
        }
        bytes += text.len();
        let mut session = redactor.session();
        let out = session.redact(&text).unwrap();
        for (kind, n) in session.counts() {
            *total.entry(kind).or_default() += n;
        }
        for (a, b) in text.lines().zip(out.lines()) {
            if a != b {
                lines.insert(format!("{b}\n      {a}"));
            }
        }
    }
    println!("{} texts, {bytes} bytes, {:?}: {total:?}", seen.len(), began.elapsed());
    std::fs::write("/tmp/n3s/false.txt", lines.into_iter().collect::<Vec<_>>().join("\n")).unwrap();
}
