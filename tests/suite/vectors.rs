//! Golden vectors: quantities that independent libraries computed (`shared/vectors/README.md` has the rules).
//!
//! The folder comes from `SHAKEDOWN_VECTORS`, so that other vectors of the same form can be run too. A case passes when every
//! expected quantity does; functions the project does not have are listed by name and count.

mod counts;
mod decisions;
mod labels;

use serde_json::{Map, Value, json};
use shakedown::stats::{
    Bounds, Calibration, Correction, Gamma, NegativeBinomial, RatePair, agresti_coull, break_even_precision,
    clopper_pearson, clopper_pearson_lower, false_positive_cost_at, garwood, garwood_upper, jeffreys, jeffreys_lower,
    jeffreys_rate, poisson_ln_pmf, poisson_lower, poisson_mid_upper, poisson_upper, simes, storey_pi0, storey_q,
    two_level, wilson, wilson_lower,
};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Cases in the public folder, and how many of them must pass.
const PUBLIC_CASES: usize = 838;
const FLOOR: usize = 836;

/// Quantities whose expected value is wrong: case, field, and the value by 60-digit arithmetic. Such a case is counted apart,
/// and still fails when the field is not this value or another field is wrong.
///
/// `combine_pvalues-pub-0005`: Fisher's χ² with 4 degrees of freedom has the tail e^(−x/2) (1 + x/2), which is far from 0 as a
/// logarithm; the file took the logarithm of an underflow.
/// `poisson_tail-pub-0036`: `ln(P(X > k) + ½ P(X = k))` at k = 10⁹ and mean 1, where P(X > k) is 10⁻⁹ of P(X = k), is `ln_pmf`
/// − ln 2; the file repeats `ln_pmf`.
const DISPUTED: [(&str, &str, f64); 2] = [
    ("combine_pvalues-pub-0005", "ln_p_fisher", -1_144.243_037_741_394),
    ("poisson_tail-pub-0036", "ln_midp_upper", -19_723_265_849.920_13),
];

/// Floats without any tolerance must agree but for the order of operations.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// `p_*` twins of logarithms are skipped below this: they may underflow.
const UNDERFLOW: f64 = 1e-290;

#[test]
fn vectors() {
    let given = std::env::var_os("SHAKEDOWN_VECTORS").map(PathBuf::from);
    let folder = given.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"));
    if !folder.is_dir() {
        say(&format!("vectors: folder {} is absent: skipped", folder.display()));
        return;
    }
    let mut total = Tally::default();
    for path in files(&folder) {
        let tally = walk(&path);
        println!("{:<28} {tally}", path.file_stem().unwrap_or_default().to_string_lossy());
        total.add(tally);
    }
    for (function, count) in &total.missing {
        println!("not implemented: {function} ({count})");
    }
    for line in total.disputed.iter().chain(&total.failures) {
        say(line);
    }
    say(&format!("vectors: {total}"));
    assert!(total.failures.is_empty(), "{} vectors failed", total.failures.len());
    if given.is_none() && total.cases() == PUBLIC_CASES {
        assert!(total.passed >= FLOOR, "{} of the public vectors passed; it was {FLOOR}", total.passed);
    }
}

/// A line that shows even where the harness captures output.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the entry can be read").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    files
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failures: Vec<String>,
    disputed: Vec<String>,
    missing: BTreeMap<String, usize>,
}

impl Tally {
    fn cases(&self) -> usize {
        self.passed + self.failures.len() + self.disputed.len() + self.missing.values().sum::<usize>()
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failures.extend(other.failures);
        self.disputed.extend(other.disputed);
        for (function, count) in other.missing {
            *self.missing.entry(function).or_default() += count;
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let missing: usize = self.missing.values().sum();
        write!(f, "{} passed, {} failed, {missing} not implemented", self.passed, self.failures.len())
    }
}

fn walk(path: &Path) -> Tally {
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let file: Value = serde_json::from_str(&text).expect("the file is JSON");
    let mut tally = Tally::default();
    for case in file["cases"].as_array().expect("cases") {
        let function = case["fn"].as_str().expect("fn");
        let Some(got) = compute(function, &Inputs(&case["inputs"])) else {
            *tally.missing.entry(function.to_owned()).or_default() += 1;
            continue;
        };
        let id = case["id"].as_str().unwrap_or_default();
        let (expected, disputed) = corrected(id, &case["expected"]);
        let wrong = Check { tolerance: &case["tolerance"], root: &expected }.compare("", &expected, &got);
        match disputed {
            _ if !wrong.is_empty() => tally.failures.push(format!("{id}: {}", wrong.join("; "))),
            Some(disputed) => tally.disputed.push(disputed),
            None => tally.passed += 1,
        }
    }
    tally
}

/// What is expected of a case, and a line about what was put right in it.
fn corrected(id: &str, expected: &Value) -> (Value, Option<String>) {
    let mut expected = expected.clone();
    let Some((_, field, right)) = DISPUTED.iter().find(|disputed| disputed.0 == id) else { return (expected, None) };
    let line = format!("disputed, counted neither way: {id} {field}: the file says {}, it is {right}", expected[field]);
    expected[field] = json!(right);
    (expected, Some(line))
}

/// The tolerances of one case.
struct Check<'a> {
    tolerance: &'a Value,
    root: &'a Value,
}

impl Check<'_> {
    /// What differs between `expected` and `got`, each with its place; `name` is the path joined with underscores.
    fn compare(&self, name: &str, expected: &Value, got: &Value) -> Vec<String> {
        match (expected, got) {
            (Value::Object(fields), _) => fields
                .iter()
                .flat_map(|(key, value)| {
                    self.compare(&join(name, key), value, got.get(key).unwrap_or(&json!("absent")))
                })
                .collect(),
            (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
                expected.iter().zip(got).flat_map(|(expected, got)| self.compare(name, expected, got)).collect()
            }
            _ if self.holds(name, expected, got) => Vec::new(),
            _ => vec![format!("{name}: expected {expected}, got {got}")],
        }
    }

    fn holds(&self, name: &str, expected: &Value, got: &Value) -> bool {
        let twin = self.twin(name).is_some();
        match (expected.is_f64(), expected.as_f64(), got.as_f64()) {
            (true, Some(expected), _) if twin && expected < UNDERFLOW => true,
            (true, Some(expected), Some(got)) => (got - expected).abs() <= self.allowed(name, expected),
            _ => expected == got,
        }
    }

    fn allowed(&self, name: &str, expected: f64) -> f64 {
        if name.starts_with("ln_")
            && let Some(absolute) = self.number("ln_abs")
        {
            return absolute + self.relative_to_log(name, expected);
        }
        if let Some(ln) = self.twin(name)
            && let Some(absolute) = self.number("ln_abs")
        {
            return (absolute + self.relative_to_log(name, ln)) * expected.abs();
        }
        match (self.field(name, "abs"), self.field(name, "rel")) {
            // A case with a tolerance on logarithms only grants it to their exponentials too.
            (None, None) => self.number("ln_abs").unwrap_or(0.0).max(ROUNDING) * expected.abs(),
            (absolute, relative) => absolute.unwrap_or(0.0) + relative.unwrap_or(0.0) * expected.abs(),
        }
    }

    /// The part of a logarithm's tolerance that grows with it.
    fn relative_to_log(&self, name: &str, ln: f64) -> f64 {
        let loose = ["p_le", "p_less", "pmf"].iter().any(|end| name.ends_with(end));
        let relative = self.number("ln_rel").unwrap_or(if loose { 1e-11 } else { 0.0 });
        relative * ln.abs()
    }

    /// The expected logarithm of which `p_x` is the exponential, if there is one.
    fn twin(&self, name: &str) -> Option<f64> {
        let ln = if name.starts_with("p_") { self.root.get(format!("ln_{name}")) } else { None };
        ln.and_then(Value::as_f64)
    }

    /// The tolerance of a field: its own, its group's, or the case's.
    fn field(&self, name: &str, kind: &str) -> Option<f64> {
        let tolerance = self.tolerance.as_object()?;
        let own = tolerance.iter().filter_map(|(key, value)| Some((key.strip_suffix(&format!("_{kind}"))?, value)));
        let own = own.filter(|(group, _)| *group != "ln" && belongs(name, group));
        own.max_by_key(|(group, _)| group.len()).map_or_else(|| self.number(kind), |(_, value)| value.as_f64())
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.tolerance.get(key).and_then(Value::as_f64)
    }
}

/// Whether a field is of a group: its name starts with the group's, or a part of it does (`rate_ratio_ci95_lower`). The ends
/// of one-sided intervals are of the group `ci` too.
fn belongs(name: &str, group: &str) -> bool {
    let starts = name.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    let part =
        name.split('_').any(|part| part.strip_prefix(group).is_some_and(|n| n.chars().all(|c| c.is_ascii_digit())));
    starts || part && group != "p" || group == "ci" && name.contains("onesided")
}

fn join(name: &str, key: &str) -> String {
    if name.is_empty() { key.to_owned() } else { format!("{name}_{key}") }
}

/// A number as the vectors write it: infinities are strings; what is not a number never equals anything expected.
fn number(x: impl Into<Option<f64>>) -> Value {
    match x.into() {
        None => Value::Null,
        Some(x) if x.is_nan() => json!("nan"),
        Some(x) if x.is_infinite() => json!(if x > 0.0 { "inf" } else { "-inf" }),
        Some(x) => json!(x),
    }
}

fn numbers(values: &[f64]) -> Value {
    values.iter().map(|x| number(*x)).collect()
}

/// A number that must exist: a failed computation must not pass for an undefined quantity.
fn sure(x: Option<f64>) -> Value {
    x.map_or_else(|| json!("failed"), number)
}

struct Inputs<'a>(&'a Value);

impl Inputs<'_> {
    fn float(&self, key: &str) -> f64 {
        self.0[key].as_f64().unwrap_or_else(|| panic!("{key} is a number"))
    }

    fn count(&self, key: &str) -> u64 {
        self.0[key].as_u64().unwrap_or_else(|| panic!("{key} is a count"))
    }

    fn floats(&self, key: &str) -> Vec<f64> {
        floats(&self.0[key])
    }
}

fn floats(array: &Value) -> Vec<f64> {
    array.as_array().expect("an array").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// The project's answer; `None`: it has no such function.
fn compute(function: &str, inputs: &Inputs) -> Option<Value> {
    Some(match function {
        "poisson_tail" => poisson_tail(inputs),
        "nb2_tail" => negative_binomial(NegativeBinomial::nb2(inputs.float("mu"), inputs.float("alpha")), inputs),
        "nb1_tail" => negative_binomial(NegativeBinomial::nb1(inputs.float("mu"), inputs.float("phi")), inputs),
        "gamma_poisson_predictive" => gamma_poisson(inputs),
        "conditional_binomial" => conditional_binomial(inputs),
        "proportion_interval" => proportion_interval(inputs),
        "poisson_rate_interval" => poisson_rate_interval(inputs),
        "adjust_pvalues" => adjust_pvalues(inputs),
        "hierarchical_bh" => hierarchical_bh(inputs),
        "calibration" => calibration(inputs),
        "break_even" => break_even(inputs),
        _ => {
            return counts::compute(function, inputs)
                .or_else(|| decisions::compute(function, inputs))
                .or_else(|| labels::compute(function, inputs));
        }
    })
}

fn poisson_tail(inputs: &Inputs) -> Value {
    let (k, mean) = (inputs.count("k"), inputs.float("lambda"));
    let (ge, gt, le) = (poisson_upper(k, mean), poisson_upper(k + 1, mean), poisson_lower(k, mean));
    json!({
        "ln_pmf": number(poisson_ln_pmf(k, mean)), "ln_midp_upper": number(poisson_mid_upper(k, mean)),
        "ln_p_ge": number(ge), "ln_p_gt": number(gt), "ln_p_le": number(le),
        "p_ge": ge.exp(), "p_gt": gt.exp(), "p_le": le.exp(),
    })
}

fn negative_binomial(distribution: Option<NegativeBinomial>, inputs: &Inputs) -> Value {
    let Some(nb) = distribution else { return json!("failed") };
    let k = inputs.count("k");
    let (ge, gt, le) = (nb.upper(k), nb.upper(k + 1), nb.lower(k));
    json!({
        "ln_pmf": number(nb.ln_pmf(k)), "ln_p_ge": sure(ge), "ln_p_gt": sure(gt), "ln_p_le": sure(le),
        "p_ge": sure(ge.map(f64::exp)), "p_gt": sure(gt.map(f64::exp)), "p_le": sure(le.map(f64::exp)),
    })
}

fn gamma_poisson(inputs: &Inputs) -> Value {
    let prior = Gamma { shape: inputs.float("prior_shape"), rate: inputs.float("prior_rate") };
    let posterior = prior.after(inputs.count("baseline_count"), inputs.float("baseline_exposure"));
    let Some(nb) = posterior.predict(inputs.float("window_exposure")) else { return json!("failed") };
    let (k, ge) = (inputs.count("k"), nb.upper(inputs.count("k")));
    json!({
        "post_shape": posterior.shape, "post_rate": posterior.rate, "pred_mean": nb.mean(), "pred_var": nb.variance(),
        "ln_pmf": number(nb.ln_pmf(k)), "ln_p_ge": sure(ge), "p_ge": sure(ge.map(f64::exp)),
    })
}

fn conditional_binomial(inputs: &Inputs) -> Value {
    let (count1, count0) = (inputs.count("count1"), inputs.count("count0"));
    let (null, alpha) = (inputs.float("ratio_null"), inputs.float("alpha"));
    let Some(pair) = RatePair::new(count1, inputs.float("exposure1"), count0, inputs.float("exposure0")) else {
        return json!("failed");
    };
    let (greater, less, interval) = (pair.ln_p_greater(null), pair.ln_p_less(null), pair.ratio_interval(alpha));
    json!({
        "ln_p_greater": sure(greater), "p_greater": sure(greater.map(f64::exp)),
        "ln_p_less": sure(less), "p_less": sure(less.map(f64::exp)),
        "ln_midp_greater": sure(pair.ln_mid_p_greater(null)),
        "p_two_sided_central": sure(pair.p_two_sided(null)),
        "p_two_sided_minlike": sure(pair.p_two_sided_minlike(null)),
        "rate_ratio": number(pair.ratio()),
        "rate_ratio_ci95_lower": sure(interval.map(|bounds| bounds.low)),
        "rate_ratio_ci95_upper": sure(interval.map(|bounds| bounds.high)),
        "rate_ratio_onesided95_lower": sure(pair.ratio_lower(alpha)),
    })
}

fn proportion_interval(inputs: &Inputs) -> Value {
    let (k, n, alpha) = (inputs.count("successes"), inputs.count("n"), inputs.float("alpha"));
    let both =
        |bounds: Option<Bounds>| json!({"lower": sure(bounds.map(|b| b.low)), "upper": sure(bounds.map(|b| b.high))});
    json!({
        "clopper_pearson": both(clopper_pearson(k, n, alpha)), "wilson": both(wilson(k, n, alpha)),
        "jeffreys": both(jeffreys(k, n, alpha)), "agresti_coull": both(agresti_coull(k, n, alpha)),
        "clopper_pearson_onesided_lower": sure(clopper_pearson_lower(k, n, alpha)),
        "wilson_onesided_lower": sure(wilson_lower(k, n, alpha)),
        "jeffreys_onesided_lower": sure(jeffreys_lower(k, n, alpha)),
    })
}

fn poisson_rate_interval(inputs: &Inputs) -> Value {
    let (count, exposure, alpha) = (inputs.count("count"), inputs.float("exposure"), inputs.float("alpha"));
    let (exact, posterior) = (garwood(count, exposure, alpha), jeffreys_rate(count, exposure, alpha));
    json!({
        "garwood_lower": sure(exact.map(|b| b.low)), "garwood_upper": sure(exact.map(|b| b.high)),
        "jeffreys_lower": sure(posterior.map(|b| b.low)), "jeffreys_upper": sure(posterior.map(|b| b.high)),
        "garwood_onesided_upper": sure(garwood_upper(count, exposure, alpha)),
    })
}

fn adjust_pvalues(inputs: &Inputs) -> Value {
    let (p, lambda) = (inputs.floats("p"), inputs.float("storey_lambda"));
    let adjust = |correction: Correction| correction.adjust(&p, p.len());
    let rejected = |correction| adjust(correction).iter().filter(|adjusted| **adjusted <= 0.05).count();
    json!({
        "bonferroni": numbers(&adjust(Correction::Bonferroni)), "holm": numbers(&adjust(Correction::Holm)),
        "hochberg": numbers(&adjust(Correction::Hochberg)), "bh": numbers(&adjust(Correction::BenjaminiHochberg)),
        "by": numbers(&adjust(Correction::BenjaminiYekutieli)), "simes": simes(&p),
        "storey_pi0_2002": number(storey_pi0(&p, lambda, false)), "storey_pi0_sts04": number(storey_pi0(&p, lambda, true)),
        "storey_q_sts04": storey_q(&p, lambda).map_or(Value::Null, |q| numbers(&q)),
        "n_reject_bh_05": rejected(Correction::BenjaminiHochberg), "n_reject_holm_05": rejected(Correction::Holm),
    })
}

fn hierarchical_bh(inputs: &Inputs) -> Value {
    let groups: Vec<Vec<f64>> = inputs.0["groups"].as_array().expect("groups").iter().map(floats).collect();
    let found = two_level(&groups, inputs.float("q"));
    json!({
        "simes": numbers(&found.simes), "selected_groups": found.selected, "within_level": found.within_level,
        "rejected": found.rejected,
    })
}

fn calibration(inputs: &Inputs) -> Value {
    let outcomes: Vec<bool> = inputs.floats("y").iter().map(|y| *y > 0.5).collect();
    let bins = usize::try_from(inputs.count("bins")).expect("few bins");
    let Some(got) = Calibration::of(&inputs.floats("p"), &outcomes, bins) else { return json!("failed") };
    let shown =
        got.bins_equal_width.iter().map(|bin| json!({"n": bin.count, "conf": bin.confidence, "acc": bin.accuracy}));
    let fields: Map<String, Value> = [
        ("brier", number(got.brier)),
        ("log_loss", number(got.log_loss)),
        ("base_rate", number(got.base_rate)),
        ("mean_conf", number(got.mean_confidence)),
        ("ece_equal_width", number(got.ece_equal_width)),
        ("ece_equal_mass", number(got.ece_equal_mass)),
        ("mce_equal_width", number(got.mce_equal_width)),
        ("reliability", number(got.reliability)),
        ("resolution", number(got.resolution)),
        ("uncertainty", number(got.uncertainty)),
        ("spiegelhalter_z", number(got.spiegelhalter_z)),
        ("bins_equal_width", shown.collect()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    Value::Object(fields)
}

fn break_even(inputs: &Inputs) -> Value {
    let (value_tp, cost_attempt) = (inputs.float("value_tp"), inputs.float("cost_attempt"));
    json!({
        "break_even_precision": number(break_even_precision(value_tp, inputs.float("cost_fp"), cost_attempt)),
        "cost_ratio_for_precision_80": number(false_positive_cost_at(0.8, value_tp, cost_attempt)),
    })
}
