use super::*;
use crate::model::Instant;

fn detection(k: u64, expected: f64, excess_low: f64) -> Detection {
    Detection {
        signature: "boom".to_owned(),
        k,
        baseline_count: 0,
        expected,
        p_value: None,
        is_new: false,
        first_seen: Instant::from_micros(0),
        excess_low,
        ratio_low: 0.0,
        p_calibrated: None,
    }
}

fn shares(requests: Option<f64>, users: Option<f64>, weight: f64) -> Impact {
    Impact { request_share: requests, user_share: users, weight, harm_usd: None }
}

fn gate(text: &str) -> GateSpec {
    toml::from_str(text).unwrap()
}

/// The same with the harm that the gate reckons.
fn judge(gate: &GateSpec, detection: &Detection, impact: Impact) -> Passage {
    let harm_usd = if let GateSpec::Harm(harm) = gate { harm.usd(detection, &impact) } else { None };
    gate.judge(detection, &Impact { harm_usd, ..impact })
}

#[test]
fn every_kind_on_both_sides_of_its_threshold_and_where_nothing_is_known() {
    let seen = detection(60, 10.0, 30.0);
    let nothing = shares(None, None, 1.0);
    let half = shares(Some(0.02), Some(0.5), 2.0);
    let tiny = shares(Some(0.000_002), None, 1.0);
    let pass = |text: &str| Passage::Pass(text.to_owned());
    let suppress = |text: &str| Passage::Suppress(text.to_owned());
    let rows = [
        ("kind = 'none'", tiny, pass("no gate")),
        ("kind = 'impact'\nmin_impact = 0.9", half, pass("impact 100.0 % ≥ 90.0 %")),
        ("kind = 'impact'\nmin_impact = 0.0002", tiny, suppress("impact 2.0e-4 % < 0.020 %")),
        (
            "kind = 'impact'\nmin_impact = 0.9\nbound = 'lower'",
            half,
            pass("impact 100.0 % (by the lower end of the excess) ≥ 90.0 %"),
        ),
        ("kind = 'impact'\nmin_impact = 0.9", nothing, pass("impact unknown: no traffic data")),
        // 2 × 50 × $3 × .5 = $150.
        (
            "kind = 'harm'\nmin_usd = 150\nusd_per_event = 3",
            half,
            pass("harm $150 ≥ $150 (50 records beyond expectation × $3 × blast radius 50.0 % × weight 2)"),
        ),
        // 2 × 30 × $3 × .5 = $90.
        (
            "kind = 'harm'\nmin_usd = 150\nusd_per_event = 3\nbound = 'lower'",
            half,
            suppress(
                "harm $90 (by the lower end of the excess) < $150 (30 records beyond expectation × $3 × blast radius 50.0 % × weight 2)",
            ),
        ),
        // The blast radius is at least 1 %: 50 × $3 × .01 = $1.50.
        (
            "kind = 'harm'\nmin_usd = 1.6\nusd_per_event = 3",
            tiny,
            suppress("harm $1.50 < $1.60 (50 records beyond expectation × $3 × blast radius 1.0 % × weight 1)"),
        ),
        ("kind = 'harm'\nmin_usd = 1e9\nusd_per_event = 1", nothing, pass("harm unknown: no traffic data")),
        // .02 ÷ .001 = 20, whatever the weight and the users.
        (
            "kind = 'slo_burn'\nobjective = 0.999\nmin_burn = 14.4",
            half,
            pass("burn rate 20.0 ≥ 14.4 (2.0 % of requests beyond expectation, budget 0.100 %)"),
        ),
        (
            "kind = 'slo_burn'\nobjective = 0.99\nmin_burn = 14.4",
            half,
            suppress("burn rate 2.00 < 14.4 (2.0 % of requests beyond expectation, budget 1.0 %)"),
        ),
        (
            "kind = 'slo_burn'\nobjective = 0.999\nmin_burn = 14.4",
            shares(None, Some(0.5), 1.0),
            pass("burn rate unknown: no traffic data"),
        ),
    ];
    for (text, impact, expected) in rows {
        assert_eq!(judge(&gate(text), &seen, impact), expected, "{text}");
    }
}

#[test]
fn what_is_out_of_range_is_named() {
    let rows = [
        ("kind = 'impact'\nmin_impact = 1.5", "gate.min_impact is 1.5: it lies in [0, 1]"),
        ("kind = 'harm'\nmin_usd = -1\nusd_per_event = 1", "gate.min_usd is -1: it lies in 0 to 1e9 US dollars"),
        ("kind = 'harm'\nmin_usd = nan\nusd_per_event = 1", "gate.min_usd is NaN: it lies in 0 to 1e9 US dollars"),
        (
            "kind = 'harm'\nmin_usd = 1\nusd_per_event = 0",
            "gate.usd_per_event is 0: it is above 0, at most 1e9 US dollars",
        ),
        (
            "kind = 'harm'\nmin_usd = 1\nusd_per_event = 1\nweights = { pay = 0 }",
            "gate.weights.pay is 0: a weight is above 0",
        ),
        ("kind = 'slo_burn'\nobjective = 1\nmin_burn = 1", "gate.objective is 1: it lies in (0, 1)"),
        ("kind = 'slo_burn'\nobjective = 0.9\nmin_burn = 0", "gate.min_burn is 0: it is a number above 0"),
        ("kind = 'slo_burn'\nobjective = 0.9\nmin_burn = inf", "gate.min_burn is inf: it is a number above 0"),
    ];
    for (text, expected) in rows {
        assert_eq!(gate(text).check(), Err(expected.to_owned()), "{text}");
    }
    for text in [
        "kind = 'impact'\nmin_impact = 0\nbound = 'upper'",
        "kind = 'slo_burn'\nobjective = 0.9",
        "kind = 'none'\nx = 1",
    ] {
        assert!(toml::from_str::<GateSpec>(text).is_err(), "{text}");
    }
}

/// What was written before `bound` existed is written the same.
#[test]
fn a_default_bound_leaves_no_trace() {
    let text = toml::to_string(&gate("kind = 'impact'\nmin_impact = 0.0002")).unwrap();
    assert_eq!(text, "kind = \"impact\"\nmin_impact = 0.0002\n\n[weights]\n");
}
