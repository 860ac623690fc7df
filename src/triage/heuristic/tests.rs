use super::super::fixture::{Fixture, FixtureAlert};
use super::super::{Elsewhere, TrafficChange};
use super::*;
use crate::model::VerdictKind::{Caused, Inconclusive, NotCaused};
use proptest::prelude::*;

fn judge(fixture: &Fixture) -> Verdict {
    fixture.judge(&HeuristicSpec::default().build().unwrap())
}

fn diff(path: &str, header: &str, line: u32, removed: &str, added: &str) -> String {
    format!(
        "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -{line} +{line} @@ {header}\n-{removed}\n+{added}\n"
    )
}

fn rules_of(verdict: &Verdict) -> Vec<&str> {
    verdict.evidence.iter().map(|one| one.rule.as_str()).collect()
}

/// One alert on a change of `shop/cart.py` line 12 in `total`.
fn cart(message: &str, change: impl FnOnce(&mut FixtureAlert)) -> Fixture {
    let mut fixture = Fixture::with_diff(&diff("shop/cart.py", "def total(cart):", 12, "    x = a", "    x = b"));
    fixture.add(message, change);
    fixture
}

#[test]
fn traces_of_every_language_are_placed() {
    for (path, header, trace, rule) in [
        ("shop/cart.py", "def total(c):", "  File \"/srv/shop/cart.py\", line 12, in total", "stack_in_changed_hunk"),
        (
            "shop/cart.py",
            "def total(c):",
            "  File \"/srv/shop/cart.py\", line 30, in total",
            "stack_in_changed_function",
        ),
        ("shop/cart.py", "", "  File \"/srv/shop/cart.py\", line 22, in other", "stack_near_changed_hunk"),
        ("shop/cart.py", "", "  File \"/srv/shop/cart.py\", line 500, in other", "stack_far_from_change"),
        ("shop/cart.py", "", "  File \"/srv/shop/item.py\", line 12, in total", "stack_in_changed_package"),
        ("shop/cart.py", "", "  File \"/srv/billing/tax.py\", line 12, in total", "stack_elsewhere"),
        ("src/main/java/org/shop/Cart.java", "", "\tat org.shop.Cart.total(Cart.java:13)", "stack_in_changed_hunk"),
        ("src/main/java/org/shop/Cart.java", "", "\tat org.shop.Cart.total(Unknown Source)", "stack_in_changed_file"),
        (
            "src/Shop/Cart.cs",
            "",
            "   at Shop.Cart.Total(Int32 id) in C:\\b\\src\\Shop\\Cart.cs:line 12",
            "stack_in_changed_hunk",
        ),
        ("src/Shop/Cart.cs", "", "   at Shop.Cart.Total(Int32 id)", "stack_in_changed_file"),
        ("src/cart.ts", "", "    at Cart.total (webpack:///./src/cart.ts:12:9)", "stack_in_changed_hunk"),
        ("cart/cart.go", "", "shop/cart.Total(...)\n\t/app/cart/cart.go:12 +0x1d", "stack_in_changed_hunk"),
        ("app/models/cart.rb", "", "app/models/cart.rb:11:in `total'", "stack_in_changed_hunk"),
        ("src/cart.rs", "", "thread 'main' panicked at src/cart.rs:12:5:\nboom", "stack_in_changed_hunk"),
        (
            "lib/pandas/core/frame.py",
            "",
            "  File \"/usr/lib/python3/dist-packages/pandas/core/frame.py\", line 12, in f",
            "stack_in_changed_hunk",
        ),
    ] {
        let mut fixture = Fixture::with_diff(&diff(path, header, 12, "a", "b"));
        fixture.add("x", |alert| alert.trace = Some(format!("X: x\n{trace}\n")));
        let verdict = judge(&fixture);
        let places: Vec<&str> = rules_of(&verdict).into_iter().filter(|rule| rule.starts_with("stack_")).collect();
        assert_eq!(places, [rule], "{path} {trace}");
    }
}

#[test]
fn a_trace_through_the_change_is_caused_with_both_ends_cited() {
    let fixture = cart("boom", |alert| alert.trace = Some("  File \"/srv/shop/cart.py\", line 12, in total".into()));
    let verdict = judge(&fixture);
    assert_eq!((verdict.kind, verdict.attributed.as_slice()), (Caused, &["boom".to_owned()][..]));
    assert_eq!(
        verdict.evidence[0].sources,
        [
            Source::Frame { signature: "boom".into(), frame: "total (/srv/shop/cart.py:12)".into() },
            Source::Diff { file: "shop/cart.py".into(), line: Some(12) },
        ]
    );
}

#[test]
fn what_cannot_run_is_not_the_cause() {
    for (path, kind) in
        [("docs/cart.md", NotCaused), ("tests/test_cart.py", NotCaused), (".github/workflows/x.yml", NotCaused)]
    {
        let mut fixture = Fixture::with_diff(&diff(path, "", 12, "a", "b"));
        fixture.add("boom", |alert| alert.is_new = true);
        let verdict = judge(&fixture);
        assert_eq!((verdict.kind, rules_of(&verdict)[0]), (kind, "nothing_that_runs_changed"));
        assert!(verdict.confidence > 0.95);
        fixture.diff = None;
        assert_eq!(judge(&fixture).kind, kind, "the list of files alone says it too");
    }
    let mut unknown = Fixture::new();
    unknown.add("boom", |_| ());
    assert_eq!(judge(&unknown).kind, Inconclusive, "nothing known of the change");
}

#[test]
fn a_logging_change_breaks_nothing() {
    let text = diff(
        "shop/cart.py",
        "",
        12,
        "    log.debug('cart total is odd today')",
        "    log.error('cart total is odd today')",
    );
    let mut fixture = Fixture::with_diff(&text);
    fixture.add("cart total is odd today", |alert| alert.is_new = true);
    let verdict = judge(&fixture);
    assert_eq!(verdict.kind, NotCaused);
    assert!(rules_of(&verdict).contains(&"only_logging_changed"));
}

#[test]
fn a_new_log_line_is_no_new_failure_unless_an_exception_comes_with_it() {
    let text = diff("shop/cart.py", "", 12, "    pass", "    log.error('cart without a total, default used')");
    for (exception, rule) in [(None, "message_is_new_log_line"), (Some("ValueError"), "message_in_changed_lines")] {
        let mut fixture = Fixture::with_diff(&text);
        fixture.add("cart without a total, default used (id 7)", |alert| {
            alert.is_new = true;
            alert.exception = exception.map(str::to_owned);
        });
        assert!(rules_of(&judge(&fixture)).contains(&rule), "{exception:?}");
    }
}

#[test]
fn messages_are_held_against_changed_lines() {
    for (message, added, rule) in [
        (
            "Cart total must not be negative: -3",
            "    raise ValueError(f\"Cart total must not be negative: {x}\")",
            Some("message_in_changed_lines"),
        ),
        ("computeTotals went wrong", "    y = computeTotals(x)", Some("identifier_in_changed_lines")),
        ("negative discount", "    discount = -1", Some("words_in_changed_lines")),
        ("kernel watchdog bluetooth firmware", "    x = b", Some("message_unrelated")),
        ("error failed null", "    error = failed", None),
    ] {
        let mut fixture = Fixture::with_diff(&diff("shop/cart.py", "", 12, "    x = a", added));
        fixture.add(message, |_| ());
        let verdict = judge(&fixture);
        let found: Vec<&str> = rules_of(&verdict).into_iter().filter(|rule| *rule != "prior").collect();
        assert_eq!(found, rule.into_iter().collect::<Vec<_>>(), "{message}");
    }
}

#[test]
fn failures_of_others_count_against_unless_the_client_was_touched() {
    let message = "POST tax.example.com: connection refused";
    let verdict = judge(&cart(message, |_| ()));
    assert!(rules_of(&verdict).contains(&"upstream_failure") && verdict.kind == NotCaused);
    let mut touched = Fixture::with_diff(&diff("shop/tax.py", "", 12, "timeout = 30", "timeout = 1"));
    touched.add(message, |_| ());
    assert!(!rules_of(&judge(&touched)).contains(&"upstream_failure"));
}

/// (what it shows, the alert, traffic, rule that must be there)
type Measured = (&'static str, fn(&mut FixtureAlert), Option<(f64, f64)>, Option<&'static str>);

#[test]
fn counts_speak_for_and_against() {
    let elsewhere = |k, expected| vec![Elsewhere { service: "tax".into(), k, baseline_count: 9, expected }];
    let table: [Measured; 9] = [
        ("new", |alert| alert.is_new = true, None, Some("new_signature")),
        (
            "rare and at once",
            |alert| (alert.expected, alert.before, alert.first_minute) = (0.1, 0, 2),
            None,
            Some("onset_after_deploy"),
        ),
        ("frequent and at once", |alert| (alert.expected, alert.first_minute) = (5.0, 0), None, None),
        ("high before", |alert| alert.before = 40, None, Some("onset_before_deploy")),
        ("little before", |alert| alert.before = 9, None, None),
        ("traffic explains", |alert| alert.k = 10, Some((2_000.0, 1_000.0)), Some("traffic_in_proportion")),
        ("traffic is not enough", |alert| alert.k = 50, Some((2_000.0, 1_000.0)), None),
        ("no usual traffic", |alert| alert.k = 10, Some((2_000.0, 0.0)), None),
        ("by chance", |alert| alert.p_value = 0.02, None, Some("weak_signal")),
    ];
    for (shows, change, traffic, rule) in table {
        let mut fixture = Fixture::new();
        fixture.add("x", change);
        fixture.traffic = traffic.map(|(requests, expected)| TrafficChange { requests, expected });
        let verdict = judge(&fixture);
        let found: Vec<&str> = rules_of(&verdict).into_iter().filter(|found| *found != "prior").collect();
        assert_eq!(found, rule.into_iter().collect::<Vec<_>>(), "{shows}");
    }
    for (k, expected, rose) in [(30, 2.0, true), (3, 2.0, false), (2, 0.0, false)] {
        let mut fixture = Fixture::new();
        fixture.add("x", |alert| alert.elsewhere = elsewhere(k, expected));
        assert_eq!(rules_of(&judge(&fixture)).contains(&"undeployed_services_rose"), rose, "{k} {expected}");
    }
}

#[test]
fn forty_fragments_weigh_as_one_and_only_open_alerts_count() {
    let trace = "  File \"/srv/shop/cart.py\", line 21, in other";
    let one = cart("boom 0", |alert| alert.trace = Some(trace.into()));
    let mut forty = one.clone();
    for index in 1..40 {
        forty.add(&format!("boom {index}"), |alert| alert.trace = Some(trace.into()));
    }
    assert_eq!(judge(&one).confidence.to_bits(), judge(&forty).confidence.to_bits());

    let mut gated = cart("innocent", |_| ());
    gated.add("guilty", |alert| {
        alert.gated = true;
        alert.trace = Some("  File \"/srv/shop/cart.py\", line 12, in total".into());
    });
    assert_ne!(judge(&gated).kind, Caused);
}

#[test]
fn only_signatures_with_their_own_evidence_are_attributed() {
    let mut fixture =
        cart("guilty", |alert| alert.trace = Some("  File \"/srv/shop/cart.py\", line 12, in total".into()));
    fixture.add("bystander", |_| ());
    assert_eq!(judge(&fixture).attributed, ["guilty"]);
}

#[test]
fn a_changed_dependency_in_the_trace_counts() {
    let mut fixture = Fixture::with_diff(&diff("requirements.txt", "", 1, "requests==2.30", "requests==2.31"));
    let trace = "  File \"/srv/app.py\", line 1, in f\n  File \"/venv/lib/python3.11/site-packages/requests/api.py\", line 9, in get";
    fixture.add("x", |alert| alert.trace = Some(trace.into()));
    let verdict = judge(&fixture);
    let told = verdict.evidence.iter().find(|one| one.rule == "stack_in_changed_dependency").unwrap();
    assert!(told.summary.ends_with("requests 2.30 → 2.31 at requirements.txt:1."), "{}", told.summary);
    assert_eq!(verdict.citations.dropped, 0);
}

#[test]
fn the_users_file_classes_come_before_the_table() {
    let text = "[[file_classes]]\nglob = \"shop/**\"\nclass = \"docs\"";
    let spec: HeuristicSpec = toml::from_str(text).unwrap();
    assert_eq!(toml::from_str::<HeuristicSpec>(&toml::to_string(&spec).unwrap()).unwrap(), spec);
    let fixture = cart("boom", |alert| alert.trace = Some("  File \"/srv/shop/cart.py\", line 12, in total".into()));
    assert_eq!(judge(&fixture).kind, Caused);
    assert_eq!(fixture.judge(&spec.build().unwrap()).kind, NotCaused);
    let bad: HeuristicSpec = toml::from_str(&text.replace("docs", "doc")).unwrap();
    assert!(bad.build().unwrap_err().starts_with("file_classes[0].class is \"doc\""));
}

proptest! {
    #[test]
    fn verdicts_hold_their_promises_on_hostile_data(
        message in "(?s).{0,200}",
        added in "(?s)[^\\n]{0,200}",
        trace in prop_oneof!["(?s).{0,100}", Just("  File \"/srv/shop/cart.py\", line 12, in total".to_owned())],
        k in 0_u64..100, expected in 0.0_f64..50.0, before in 0_u64..100, is_new: bool,
    ) {
        let mut fixture = Fixture::with_diff(&diff("shop/cart.py", &message.replace('\n', " "), 12, "x", &added));
        fixture.add(&message, |alert| {
            (alert.k, alert.expected, alert.before, alert.is_new) = (k, expected, before, is_new);
            alert.trace = Some(trace);
        });
        let verdict = judge(&fixture);
        prop_assert!((0.0..=1.0).contains(&verdict.confidence));
        // The reasons add up to the verdict, and come in order.
        let p = probability(&verdict.evidence);
        let told = match verdict.kind { Caused => p, NotCaused => 1.0 - p, Inconclusive => p.max(1.0 - p) };
        prop_assert_eq!(verdict.confidence.to_bits(), told.to_bits());
        prop_assert!(verdict.evidence.windows(2).all(|pair| pair[0].weight.abs() >= pair[1].weight.abs()));
        prop_assert_eq!(verdict.kind == Caused, !verdict.attributed.is_empty());
        for evidence in &verdict.evidence {
            prop_assert!(!evidence.sources.is_empty(), "{} cites nothing", evidence.rule);
            for source in &evidence.sources {
                if let Source::Message { excerpt, .. } = source {
                    prop_assert!(excerpt.chars().count() <= 200);
                }
            }
        }
        prop_assert_eq!(judge(&fixture), verdict);
    }
}
