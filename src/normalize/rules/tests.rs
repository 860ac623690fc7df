use super::*;
use crate::normalize::{CustomMask, PathKeep, UrlKeep};
use proptest::prelude::*;
use regex::Regex;

fn published() -> Rules {
    let masks = vec![MaskKind::Uuid {}, MaskKind::Timestamp {}, MaskKind::Number { min_length: 4 }];
    Rules::new(&RulesSpec { masks, truncate: Some(Cut::Plain(200)) }).unwrap()
}

fn order_id(pattern: &str) -> MaskKind {
    MaskKind::Custom(CustomMask { name: "order_id".to_owned(), pattern: pattern.to_owned(), placeholder: None })
}

fn rules(masks: &[MaskKind]) -> Rules {
    Rules::new(&RulesSpec { masks: masks.to_vec(), truncate: None }).unwrap()
}

#[test]
fn the_published_masks_replace_in_order() {
    let cases = [
        ("order 7c9e6679-7425-40de-944b-e07fc1f90ae7 at 2026-05-04T15:59:00Z", "order <uuid> at <timestamp>"),
        ("blk_-7571492020523929240 to 10.250.14.38:50010", "blk_-<number> to 10.250.14.38:<number>"),
        ("code 999, 1000, ab12345cd", "code 999, <number>, ab<number>cd"),
        ("2026-05-04", "<number>-05-04"),
        ("", ""),
    ];
    for (message, template) in cases {
        assert_eq!(published().template(message), template);
    }
}

#[test]
fn truncation_counts_characters_after_masking() {
    let long = format!("{} 12345 {}", "é".repeat(150), "x".repeat(100));
    let template = published().template(&long);
    assert_eq!(template.chars().count(), 200);
    assert!(template.starts_with(&"é".repeat(150)) && template.contains("<number>"));
}

#[test]
fn a_row_of_the_users_own_stands_where_it_is_listed() {
    let number = MaskKind::Number { min_length: 4 };
    assert_eq!(rules(&[order_id("ORD-[0-9]+"), number.clone()]).template("ORD-12345 12345"), "<order_id> <number>");
    assert_eq!(rules(&[number, order_id("ORD-[0-9]+")]).template("ORD-12345 ORD-1"), "ORD-<number> <order_id>");
}

#[test]
fn a_rule_that_would_be_quadratic_is_left_out_counted_and_named() {
    let rules = rules(&[order_id("a*b|a"), MaskKind::Number { min_length: 1 }]);
    assert_eq!(rules.template(&format!("7{}", "a".repeat(1000))), format!("<number>{}", "<order_id>".repeat(1000)));
    assert!(rules.given_up().is_empty());
    let hostile = format!("7{}", "a".repeat(16_000));
    assert_eq!(rules.template(&hostile), format!("<number>{}", &hostile[1..]));
    assert_eq!(rules.given_up(), [GivenUp { rule: "order_id".to_owned(), texts: 1 }]);
    assert!(rules.given_up()[0].to_string().starts_with("rule order_id was given up on 1 text:"));
}

#[test]
fn later_masks_look_at_16_kib_and_the_first_ones_at_all() {
    let filler = "é".repeat(10_000);
    let text = format!("ORD-1 {filler} ORD-2 1234");
    let all = rules(&[order_id("ORD-[0-9]+"), MaskKind::Number { min_length: 4 }]);
    assert_eq!(all.template(&text), format!("<order_id> {filler} ORD-2 <number>"));
}

#[test]
fn openings_that_never_close_are_read_a_bounded_number_of_times() {
    let text = "[{\"".repeat(5_000);
    assert_eq!(rules(&[MaskKind::Body {}]).template(&text), text);
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refused = |toml: &str, what: &str| {
        let error = match toml::from_str::<RulesSpec>(toml) {
            Ok(spec) => Rules::new(&spec).err().unwrap(),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(what), "{error}");
    };
    refused("masks = []\ntruncate = 0", "normalize.truncate is 0");
    refused("masks = []\ntruncate = -1", "truncate is -1");
    refused("masks = []\ntruncate = \"x\"", "a number of characters, or one of");
    refused("masks = []\ntruncate = { head = 10 }", "does not say one thing");
    refused("masks = []\ntruncate = { tokens = 10, head = 1 }", "does not say one thing");
    refused("masks = []\ntruncate = { words = 10 }", "unknown field `words`");
    refused("masks = []\ntruncate = { tokens = 0 }", "normalize.truncate.tokens is 0");
    refused("masks = [{ mask = \"hex\", min_length = 0 }]", "hex has min_length 0");
    refused("masks = [{ mask = \"uuid\" }, { mask = \"uuid\" }]", "names uuid twice");
}

fn any_mask() -> impl Strategy<Value = MaskKind> {
    prop_oneof![
        Just(MaskKind::Uuid {}),
        Just(MaskKind::Timestamp {}),
        Just(MaskKind::Datetime {}),
        Just(MaskKind::Url { keep: UrlKeep::Host }),
        Just(MaskKind::Ipv4 {}),
        Just(MaskKind::Ipv6 {}),
        Just(MaskKind::Path { keep: PathKeep::Nothing }),
        Just(MaskKind::Body {}),
        Just(MaskKind::WithDigit {}),
        (1..9_u8).prop_map(|min_length| MaskKind::Hex { min_length }),
        (1..9_u8).prop_map(|min_length| MaskKind::Number { min_length }),
        Just(order_id("[a-c]+[0-9]")),
    ]
}

proptest! {
    /// The gate by bytes and the borrowed copies change nothing against plain `replace_all`.
    #[test]
    fn equals_sequential_replacement(message in "[a-f0-9:. -]{0,60}|\\PC{0,40}") {
        let mut expected = message.clone();
        for kind in [MaskKind::Uuid {}, MaskKind::Timestamp {}, MaskKind::Number { min_length: 4 }] {
            let regex = Regex::new(&kind.pattern()).unwrap();
            expected = regex.replace_all(&expected, kind.row().placeholder).into_owned();
        }
        let expected: String = expected.chars().take(200).collect();
        prop_assert_eq!(published().template(&message), expected);
    }

    /// What two configurations share can be done once: first rules, then the rest, then the cut.
    #[test]
    fn a_shared_prefix_gives_the_same_templates(
        masks in proptest::collection::vec(any_mask(), 0..6), others in proptest::collection::vec(any_mask(), 0..6),
        message in "([a-f0-9:./ -]|[a-c]|://|[{\\[\"\\]}]|é){0,60}", cut in prop_oneof![Just(None), (1..40_usize).prop_map(|n| Some(Cut::HeadTail { head: n, tail: n / 2 }))],
    ) {
        let first = Rules::new(&RulesSpec { masks, truncate: None });
        let second = Rules::new(&RulesSpec { masks: others, truncate: cut });
        // A mask may be named twice.
        let (Ok(a), Ok(b)) = (first, second) else { return Ok(()) };
        for shared in 0..=a.shared_with(&b) {
            let prefix = a.apply(0..shared, &message);
            let rest = b.apply(shared..b.len(), &prefix).into_owned();
            prop_assert_eq!(b.cut(rest.into()), b.template(&message));
        }
    }
}
