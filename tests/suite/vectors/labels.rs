//! Golden vectors of agreement, clustering, matching, curves, scores of time series.

use super::{Inputs, number};
use serde_json::{Map, Value, json};
use shakedown::stats::{
    Affiliation, Agreement, Alarm, AlarmMatching, Bounds, Cardinality, Clustering, Grouping, IncidentSpan,
    MatchTolerance, NabProfile, NabScore, PositionalBias, PrCurve, RangeReward, fleiss_kappa, nab_normalised,
    nab_probation, range_precision, range_recall,
};
use std::ops::Range;

pub fn compute(function: &str, inputs: &Inputs) -> Option<Value> {
    Some(match function {
        "match_alarms" => match_alarms(inputs),
        "pr_curve" => pr_curve(inputs),
        "nab_score" => nab_score(inputs),
        "range_pr" => range_pr(inputs),
        "affiliation" => affiliation(inputs),
        "agreement_two_raters" => agreement(inputs),
        "fleiss_kappa" => fleiss(inputs),
        "clustering" => clustering(inputs),
        "grouping_accuracy" => grouping(inputs),
        _ => return None,
    })
}

fn integer(value: &Value) -> i64 {
    value.as_i64().expect("an integer")
}

fn integers(inputs: &Inputs, key: &str) -> Vec<i64> {
    inputs.0[key].as_array().expect("an array").iter().map(integer).collect()
}

fn indices(inputs: &Inputs, key: &str) -> Vec<usize> {
    integers(inputs, key).into_iter().map(|i| usize::try_from(i).expect("an index")).collect()
}

/// A list of `[a, b]`.
fn couples(value: &Value) -> Vec<(f64, f64)> {
    value.as_array().expect("an array").iter().map(super::floats).map(|ends| (ends[0], ends[1])).collect()
}

fn rows(value: &Value) -> Vec<(usize, usize)> {
    couples(value).into_iter().map(|(a, b)| (a as usize, b as usize)).collect()
}

fn match_alarms(inputs: &Inputs) -> Value {
    let list = |key: &str| inputs.0[key].as_array().expect("an array");
    let service = |value: &Value| value["service"].as_str().expect("a service").to_owned();
    let alarms: Vec<_> =
        list("alarms").iter().map(|alarm| Alarm { service: service(alarm), time: integer(&alarm["t"]) }).collect();
    let incident = |value: &Value| IncidentSpan {
        service: service(value),
        start: integer(&value["start"]),
        end: integer(&value["end"]),
    };
    let incidents: Vec<_> = list("incidents").iter().map(incident).collect();
    let tolerance =
        MatchTolerance { before: integer(&inputs.0["tolerance_before"]), after: integer(&inputs.0["tolerance_after"]) };
    let got = AlarmMatching::of(&alarms, &incidents, tolerance);
    json!({
        "n_edges": got.edges, "max_matching": got.pairs.len(),
        "min_total_abs_delay_at_max": u64::try_from(got.total_delay()).expect("short delays"),
        "greedy_earliest": got.greedy,
        "precision_one_to_one": number(got.precision()), "recall_one_to_one": number(got.recall()),
        "precision_any": number(got.precision_any()), "recall_any": number(got.recall_any()),
        "duplicate_alarms": got.duplicates(), "false_alarms": got.false_alarms(), "missed_incidents": got.missed(),
        "ttd_first_alarm": got.first_delays,
    })
}

fn pr_curve(inputs: &Inputs) -> Value {
    let labels: Vec<bool> = integers(inputs, "labels").into_iter().map(|label| label != 0).collect();
    let Some(curve) = PrCurve::of(&inputs.floats("scores"), &labels) else { return json!("failed") };
    let best = |beta: f64| {
        curve.best_f(beta).map_or(Value::Null, |best| json!({"f": best.f, "threshold": number(best.threshold)}))
    };
    json!({
        "thresholds": curve.points().iter().map(|point| number(point.threshold)).collect::<Value>(),
        "precision": curve.points().iter().map(|point| number(point.precision())).collect::<Value>(),
        "recall": curve.points().iter().map(|point| number(curve.recall(point))).collect::<Value>(),
        "average_precision": number(curve.average_precision()), "trapezoid_pr_auc": number(curve.trapezoid()),
        "prevalence": curve.prevalence(), "roc_auc": number(curve.roc_auc()),
        "best_f": {"beta_0.5": best(0.5), "beta_1.0": best(1.0), "beta_2.0": best(2.0)},
    })
}

fn nab_score(inputs: &Inputs) -> Value {
    let threshold = inputs.float("threshold");
    let flags: Vec<bool> = inputs.floats("scores").iter().map(|score| *score >= threshold).collect();
    let profile = NabProfile {
        detection: inputs.float("tp_weight"),
        false_alarm: inputs.float("fp_weight"),
        miss: inputs.float("fn_weight"),
    };
    let probation = nab_probation(flags.len(), inputs.float("probation_fraction"));
    let Some(got) = NabScore::of(&flags, &rows(&inputs.0["windows"]), probation, profile) else {
        return json!("failed");
    };
    json!({
        "raw": got.raw, "normalised_100": number(nab_normalised(&[got], profile)),
        "tp": got.true_positives, "fp": got.false_positives, "fn": got.false_negatives, "tn": got.true_negatives,
    })
}

fn range_pr(inputs: &Inputs) -> Value {
    let length = inputs.count("length") as usize;
    let ranges = |key: &str| -> Vec<Range<usize>> {
        rows(&inputs.0[key]).into_iter().map(|(start, end)| start..end.min(length)).collect()
    };
    let (truth, predicted) = (ranges("truth"), ranges("pred"));
    let biases = [
        ("flat", PositionalBias::Flat),
        ("front", PositionalBias::Front),
        ("middle", PositionalBias::Middle),
        ("back", PositionalBias::Back),
    ];
    let mut fields = Map::new();
    for (word, cardinality) in [("one", Cardinality::One), ("reciprocal", Cardinality::Reciprocal)] {
        for (name, bias) in biases {
            for existence in [0.0, 0.5] {
                let recall = range_recall(&truth, &predicted, RangeReward { existence, cardinality, bias });
                fields.insert(format!("recall_a{existence:.1}_{word}_{name}"), number(recall));
            }
            let precision = range_precision(&truth, &predicted, cardinality, bias);
            fields.insert(format!("precision_{word}_{name}"), number(precision));
        }
    }
    Value::Object(fields)
}

fn affiliation(inputs: &Inputs) -> Value {
    let events = |key: &str| -> Vec<Bounds> {
        couples(&inputs.0[key]).into_iter().map(|(low, high)| Bounds { low, high }).collect()
    };
    let range = inputs.floats("range");
    let Some(got) = Affiliation::of(&events("pred"), &events("truth"), Bounds { low: range[0], high: range[1] }) else {
        return json!("failed");
    };
    // The file has the integer 0 for the recall of a zone without predictions.
    let recall = got.zones.iter().map(|zone| zone.precision.map_or(json!(0), |_| json!(zone.recall)));
    json!({
        "precision": number(got.precision()), "recall": got.recall(), "f1": number(got.f1()),
        "individual_precision": got.zones.iter().map(|zone| number(zone.precision)).collect::<Value>(),
        "individual_recall": recall.collect::<Value>(),
    })
}

fn agreement(inputs: &Inputs) -> Value {
    let categories = inputs.count("categories") as usize;
    let Some(got) = Agreement::of(&indices(inputs, "a"), &indices(inputs, "b"), categories) else {
        return json!("failed");
    };
    json!({
        "percent_agreement": number(got.percent), "cohen_kappa": number(got.cohen_kappa),
        "kappa_linear": number(got.kappa_linear), "kappa_quadratic": number(got.kappa_quadratic),
        "gwet_ac1": number(got.gwet_ac1), "pabak": number(got.pabak),
        "positive_agreement": number(got.positive), "negative_agreement": number(got.negative),
        "krippendorff_alpha_nominal": number(got.krippendorff_alpha),
    })
}

fn fleiss(inputs: &Inputs) -> Value {
    let row = |row: &Value| row.as_array().expect("a row").iter().map(|n| n.as_u64().expect("a count")).collect();
    let table: Vec<Vec<u64>> = inputs.0["table"].as_array().expect("a table").iter().map(row).collect();
    json!({"fleiss_kappa": number(fleiss_kappa(&table))})
}

fn clustering(inputs: &Inputs) -> Value {
    let Some(got) = Clustering::of(&integers(inputs, "truth"), &integers(inputs, "pred")) else {
        return json!("failed");
    };
    let pairs = got.pairs;
    json!({
        "pairs": {
            "tp": pairs.true_positives, "fp": pairs.false_positives,
            "fn": pairs.false_negatives, "tn": pairs.true_negatives,
        },
        "pairwise_precision": number(pairs.precision()), "pairwise_recall": number(pairs.recall()),
        "pairwise_f1": number(pairs.f1()), "ari": pairs.adjusted_rand(), "rand": pairs.rand(),
        "homogeneity": got.homogeneity, "completeness": got.completeness,
        "v_measure": got.v_measure, "nmi_arithmetic": got.v_measure,
        "ami_arithmetic": got.adjusted_mutual_information, "fmi": pairs.fowlkes_mallows(),
    })
}

fn grouping(inputs: &Inputs) -> Value {
    let Some(got) = Grouping::of(&integers(inputs, "truth"), &integers(inputs, "pred")) else {
        return json!("failed");
    };
    json!({
        "ga": number(got.accuracy()), "pga": number(got.precision()), "rga": number(got.recall()),
        "fga": number(got.f1()), "split_rate": number(got.split_rate()), "merge_rate": number(got.merge_rate()),
        "n_true_groups": got.true_groups, "n_pred_groups": got.predicted_groups,
    })
}
