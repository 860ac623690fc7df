//! Golden vectors of tests and statistics of counts.

use super::{Inputs, number, numbers, sure};
use serde_json::{Value, json};
use shakedown::stats::{
    Change, Cusum, DifferenceInDifferences, Dispersion, EStatistic, Ears, EarsMethod, Farrington, FarringtonBound,
    FarringtonError, Moments, PrefixScan, RatePair, ScanStatistic, ScanWindow, cusum_arl, ln_normal_upper,
};

pub fn compute(function: &str, inputs: &Inputs) -> Option<Value> {
    Some(match function {
        "etest" => etest(inputs),
        "dispersion" => dispersion(inputs),
        "did_rate_ratio" => did_rate_ratio(inputs),
        "farrington" => farrington(inputs),
        "ears" => ears(inputs),
        "cusum_llr" => cusum_llr(inputs),
        "cusum_arl" => cusum_arl_case(inputs),
        "prefix_scan" => prefix_scan(inputs),
        "window_scan" => window_scan(inputs),
        _ => return None,
    })
}

fn failed() -> Value {
    json!("failed")
}

fn counts(inputs: &Inputs, key: &str) -> Vec<u64> {
    inputs.0[key].as_array().expect("an array").iter().map(|x| x.as_u64().expect("a count")).collect()
}

fn size(inputs: &Inputs, key: &str) -> usize {
    usize::try_from(inputs.count(key)).expect("a small number")
}

fn flag(inputs: &Inputs, key: &str) -> bool {
    inputs.0[key].as_bool().expect("true or false")
}

fn etest(inputs: &Inputs) -> Value {
    let ratio = inputs.float("ratio_null");
    let pair = RatePair::new(
        inputs.count("count1"),
        inputs.float("exposure1"),
        inputs.count("count0"),
        inputs.float("exposure0"),
    );
    let Some(pair) = pair else { return failed() };
    let (score, wald) = (pair.z_score(ratio), pair.z_wald(ratio));
    let (square_root, log) = (pair.z_square_root(ratio), pair.z_log(ratio));
    let exact = |statistic| sure(pair.ln_p_etest(statistic, ratio).map(f64::exp));
    let normal = |z: Option<f64>| number(z.map(|z| ln_normal_upper(z).exp()));
    json!({
        "z_score": sure(score), "p_etest_score_larger": exact(EStatistic::Score),
        "z_wald": sure(wald), "p_etest_wald_larger": exact(EStatistic::Wald),
        "stat_score": sure(score), "p_score_larger": normal(score),
        "stat_sqrt": sure(square_root), "p_sqrt_larger": normal(square_root),
        "stat_wald-log": number(log), "p_wald-log_larger": normal(log),
    })
}

fn dispersion(inputs: &Inputs) -> Value {
    let (counts, exposures) = (counts(inputs, "counts"), inputs.floats("exposure"));
    let Some(found) = Dispersion::of(&counts, &exposures) else { return failed() };
    let values: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    let moments = Moments::of(&values);
    let fit = found.maximum_likelihood();
    let from_moments =
        moments.map(|moments| ((moments.variance - moments.mean) / (moments.mean * moments.mean)).max(0.0));
    json!({
        "rate": found.rate(), "pearson_chi2": found.pearson_chi2(), "phi_pearson": found.phi(),
        "phi_floor1": found.phi().max(1.0), "ln_p_overdispersion": sure(found.ln_p()),
        "alpha_moment_raw": found.alpha_moment_raw(), "alpha_moment": found.alpha_moment(),
        "alpha_breslow": sure(found.alpha_breslow()), "alpha_mle": sure(fit.map(|fit| fit.alpha)),
        "rate_mle": sure(fit.map(|fit| fit.rate)), "loglik_mle": sure(fit.map(|fit| fit.ln_likelihood)),
        "mean": sure(moments.map(|moments| moments.mean)), "var": sure(moments.map(|moments| moments.variance)),
        "alpha_moment_s2": sure(from_moments),
    })
}

fn did_rate_ratio(inputs: &Inputs) -> Value {
    let arm = |name: &str| Change {
        post: inputs.count(&format!("{name}_post")),
        post_exposure: inputs.float(&format!("t_{name}_post")),
        pre: inputs.count(&format!("{name}_pre")),
        pre_exposure: inputs.float(&format!("t_{name}_pre")),
    };
    let (add, phi) = (inputs.float("haldane"), inputs.float("phi"));
    let Some(did) = DifferenceInDifferences::new(arm("treated"), arm("control")) else { return failed() };
    let (Some(poisson), Some(quasi)) = (did.estimate(add, 1.0), did.estimate(add, phi)) else { return failed() };
    let mle = did.estimate(0.0, 1.0);
    json!({
        "log_rrr_haldane": quasi.ln_ratio, "se": poisson.se, "se_quasi": quasi.se, "z": quasi.z(),
        "ln_p_greater": quasi.ln_p_greater(), "rrr": quasi.ln_ratio.exp(),
        "rrr_lower95_onesided": number(quasi.lower(0.05)),
        "log_rrr_mle": number(mle.map(|mle| mle.ln_ratio)), "se_mle": number(mle.map(|mle| mle.se)),
        "p_exact_cond_greater": sure(did.ln_p_exact(1.0).map(f64::exp)),
    })
}

fn farrington(inputs: &Inputs) -> Value {
    let bound = match inputs.0["threshold_method"].as_str() {
        Some("nbPlugin") => FarringtonBound::NbPlugin,
        Some("muan") => FarringtonBound::Muan,
        Some("delta") => FarringtonBound::Delta,
        _ => return failed(),
    };
    let detector = Farrington {
        period: size(inputs, "freq"),
        back: size(inputs, "b"),
        half_width: size(inputs, "w"),
        gap: size(inputs, "past_not_included"),
        alpha: inputs.float("alpha"),
        reweight_above: flag(inputs, "reweight").then(|| inputs.float("weights_threshold")),
        bound,
        error: FarringtonError::Surveillance,
        trend: flag(inputs, "trend"),
        ..Farrington::default()
    };
    let exposures = (!inputs.0["exposure"].is_null()).then(|| inputs.floats("exposure"));
    let Some(got) = detector.at(&counts(inputs, "counts"), exposures.as_deref(), size(inputs, "index")) else {
        return failed();
    };
    json!({
        "upper": number(got.upper), "expected": number(got.expected), "phi": number(got.phi),
        "p_value": number(got.ln_p.exp()), "alarm": got.alarm, "trend_used": got.trend_used,
        "n_reference": got.references, "se_log_mu_textbook": number(got.se_textbook),
        "se_log_mu_surveillance": number(got.se_surveillance),
    })
}

fn ears(inputs: &Inputs) -> Value {
    let method = match inputs.0["method"].as_str() {
        Some("C1") => EarsMethod::C1,
        Some("C2") => EarsMethod::C2,
        Some("C3") => EarsMethod::C3,
        _ => return failed(),
    };
    let (baseline, values) = (size(inputs, "baseline"), inputs.floats("counts"));
    let Some(ears) = Ears::new(method, baseline, inputs.float("min_sigma"), inputs.float("alpha")) else {
        return failed();
    };
    let scores = || (ears.first()..values.len()).filter_map(|index| Some((values[index], ears.at(&values, index)?)));
    let upper: Vec<f64> = scores().map(|(_, score)| score.upper).collect();
    let statistic: Vec<f64> = scores().map(|(_, score)| score.statistic).collect();
    json!({
        "first_index": ears.first(), "upper": numbers(&upper), "statistic": numbers(&statistic),
        "alarm": scores().map(|(value, score)| value > score.upper).collect::<Vec<bool>>(),
        "alarm_cdc": scores().map(|(_, score)| score.alarm).collect::<Vec<bool>>(),
    })
}

fn cusum_llr(inputs: &Inputs) -> Value {
    let (counts, means, h) = (counts(inputs, "counts"), inputs.floats("expected"), inputs.float("h"));
    let chart = |alpha| Cusum::new(inputs.float("ratio"), alpha);
    let (Some(poisson), Some(nb)) = (chart(0.0), chart(inputs.float("nb_alpha"))) else { return failed() };
    json!({
        "poisson_path": numbers(&poisson.path(&counts, &means).collect::<Vec<f64>>()),
        "poisson_first_alarm": poisson.first_alarm(&counts, &means, h),
        "nb_path": numbers(&nb.path(&counts, &means).collect::<Vec<f64>>()),
        "nb_first_alarm": nb.first_alarm(&counts, &means, h),
    })
}

fn cusum_arl_case(inputs: &Inputs) -> Value {
    let grid = u32::try_from(inputs.count("grid")).expect("a small number");
    let arl = |mean: &str| cusum_arl(inputs.float(mean), inputs.float("k_reference"), inputs.float("h"), grid);
    json!({"arl0": sure(arl("mu0")), "arl1": sure(arl("mu1"))})
}

fn prefix_scan(inputs: &Inputs) -> Value {
    let expected = inputs.floats("expected");
    let Some(scan) = PrefixScan::of(&counts(inputs, "counts"), &expected) else { return failed() };
    let ln_p = scan.ln_p(&expected);
    json!({
        "max_llr": number(scan.llr), "argmax_prefix": scan.last, "ln_p_exact": sure(ln_p),
        "p_exact": sure(ln_p.map(f64::exp)),
    })
}

fn window_scan(inputs: &Inputs) -> Value {
    let (counts, expected, widest) = (counts(inputs, "counts"), inputs.floats("expected"), size(inputs, "max_width"));
    let best = |statistic| ScanWindow::best(&counts, &expected, 1..=widest, statistic);
    let window = |found: Option<ScanWindow>| found.map(|found| [found.start, found.end]);
    let (expectation, kulldorff) = (best(ScanStatistic::Expectation), best(ScanStatistic::Kulldorff));
    json!({
        "ebp_llr": number(expectation.map_or(0.0, |found| found.llr)), "ebp_window": window(expectation),
        "kulldorff_llr": number(kulldorff.map_or(0.0, |found| found.llr)), "kulldorff_window": window(kulldorff),
    })
}
