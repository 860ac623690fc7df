//! Golden vectors of sequential tests, combination, novelty, go/no-go, audits, costs.

use super::{Inputs, floats, number, numbers, sure};
use serde_json::{Value, json};
use shakedown::stats::{
    AlarmCosts, Beta, CostPoint, Gamma, GoodTuring, RollbackStakes, ScoredCase, Spending, Stratum, acceptance_number,
    audit_recall, binomial_e_value, bonferroni, brown_kost, cauchy, chapman, cheapest, cost_curve, fisher,
    ln_harmonic_mean_p, novel_rate_test, poisson_binomial_upper, poisson_e_value, poisson_group_sequential,
    poisson_ln_likelihood_ratio, sample_size, simes, stouffer, tippett, zero_failure_n,
};

pub fn compute(function: &str, inputs: &Inputs) -> Option<Value> {
    Some(match function {
        "e_poisson_gamma_mixture" => poisson_mixture(inputs),
        "e_binomial_beta_mixture" => binomial_mixture(inputs),
        "alpha_spending" => alpha_spending(inputs),
        "poisson_group_sequential" => group_sequential(inputs),
        "combine_pvalues" => combine(inputs),
        "brown_kost" => brown(inputs),
        "poisson_binomial_tail" => poisson_binomial(inputs),
        "good_turing" => good_turing(inputs),
        "novel_rate_test" => novel_rate(inputs),
        "acceptance_number" => acceptance(inputs),
        "sample_size_proportion" => sample_sizes(inputs),
        "zero_failure_n" => json!({"n": zero_failure_n(inputs.float("p0"), inputs.float("alpha"))}),
        "audit_recall" => audit(inputs),
        "chapman" => recapture(inputs),
        "cost_curve" => costs(inputs),
        "rollback_decision" => rollback(inputs),
        _ => return None,
    })
}

fn poisson_mixture(inputs: &Inputs) -> Value {
    let (count, expected) = (inputs.count("count"), inputs.float("expected"));
    let prior = Gamma { shape: inputs.float("prior_shape"), rate: inputs.float("prior_rate") };
    let Some(e) = poisson_e_value(count, expected, 1.0, prior) else { return json!("failed") };
    json!({
        "ln_e_two_sided": number(e.ln_two_sided), "ln_e_one_sided": number(e.ln_greater),
        "anytime_p_one_sided": number(e.ln_anytime_p().exp()),
        "sprt_llr": sure(poisson_ln_likelihood_ratio(count, expected, inputs.float("sprt_ratio"))),
    })
}

fn binomial_mixture(inputs: &Inputs) -> Value {
    let prior = Beta { a: inputs.float("a"), b: inputs.float("b") };
    let e = binomial_e_value(inputs.count("successes"), inputs.count("n"), inputs.float("p0"), prior);
    json!({"ln_e_two_sided": sure(e.map(|e| e.ln_two_sided)), "ln_e_greater": sure(e.map(|e| e.ln_greater))})
}

fn spending(name: &Value) -> Spending {
    match name.as_str() {
        Some("obf") => Spending::OBrienFleming,
        Some("pocock") => Spending::Pocock,
        Some("linear") => Spending::Linear,
        _ => panic!("{name} is a spending function"),
    }
}

fn alpha_spending(inputs: &Inputs) -> Value {
    let (kind, alpha) = (spending(&inputs.0["kind"]), inputs.float("alpha"));
    json!({"cumulative": inputs.floats("t").iter().map(|t| sure(kind.cumulative(alpha, *t))).collect::<Value>()})
}

fn group_sequential(inputs: &Inputs) -> Value {
    let (looks, kind) = (inputs.floats("cumulative_expected"), spending(&inputs.0["spending"]));
    let Some(plan) = poisson_group_sequential(&looks, inputs.float("alpha"), kind) else { return json!("failed") };
    json!({"boundaries": plan.boundaries, "cumulative_alpha_used": numbers(&plan.alpha_used)})
}

fn combine(inputs: &Inputs) -> Value {
    let p = inputs.floats("p");
    let ln_p: Vec<f64> = p.iter().map(|p| p.ln()).collect();
    let (fisher, stouffer) = (fisher(&ln_p), stouffer(&ln_p, &inputs.floats("weights")));
    let exp = |ln_p: Option<f64>| sure(ln_p.map(f64::exp));
    json!({
        "fisher_stat": sure(fisher.map(|found| found.statistic)), "ln_p_fisher": sure(fisher.map(|found| found.ln_p)),
        "stouffer_weighted_z": sure(stouffer.map(|found| found.statistic)),
        "ln_p_stouffer_weighted": sure(stouffer.map(|found| found.ln_p)),
        "p_simes": simes(&p), "p_tippett": exp(tippett(&ln_p)), "p_bonferroni": exp(bonferroni(&ln_p)),
        "p_cauchy": exp(cauchy(&ln_p, 1.0)), "hmp_raw": exp(ln_harmonic_mean_p(&ln_p)),
    })
}

fn brown(inputs: &Inputs) -> Value {
    let ln_p: Vec<f64> = inputs.floats("p").iter().map(|p| p.ln()).collect();
    let rho: Vec<Vec<f64>> = inputs.0["rho"].as_array().expect("rho").iter().map(floats).collect();
    let Some(found) = brown_kost(&ln_p, &rho) else { return json!("failed") };
    json!({
        "stat": number(found.statistic), "df": number(found.degrees_of_freedom), "scale": number(found.scale),
        "ln_p": number(found.ln_p),
    })
}

fn poisson_binomial(inputs: &Inputs) -> Value {
    let ln_p = poisson_binomial_upper(inputs.count("k"), &inputs.floats("probs"));
    json!({"ln_p_ge": sure(ln_p), "p_ge": sure(ln_p.map(f64::exp))})
}

fn counts(array: &Value) -> Vec<u64> {
    array.as_array().expect("an array").iter().map(|count| count.as_u64().expect("a count")).collect()
}

fn good_turing(inputs: &Inputs) -> Value {
    let seen = GoodTuring::of(&counts(&inputs.0["counts"]));
    json!({
        "n": seen.events(), "n1": seen.seen(1), "n2": seen.seen(2), "missing_mass": number(seen.missing_mass()),
        "missing_mass_upper_ms": number(seen.missing_mass_upper(inputs.float("delta"))),
        "chao1_bc": number(seen.chao1()), "good_toulmin_new_at_t": number(seen.new_signatures(inputs.float("t"))),
    })
}

fn novel_rate(inputs: &Inputs) -> Value {
    let past = counts(&inputs.0["novel_per_past_window"]);
    let (observed, exposure) = (inputs.count("observed_novel"), inputs.float("observed_exposure"));
    let Some(found) = novel_rate_test(&past, inputs.float("window_exposure"), observed, exposure) else {
        return json!("failed");
    };
    json!({
        "shape": number(found.posterior.shape), "rate": number(found.posterior.rate), "ln_p_ge": number(found.ln_p),
        "p_ge": number(found.ln_p.exp()),
    })
}

fn acceptance(inputs: &Inputs) -> Value {
    let found = acceptance_number(inputs.count("n"), inputs.float("p0"), inputs.float("alpha"));
    json!({
        "k_min": found.map(|found| found.min_successes), "max_failures": found.map(|found| found.max_failures),
        "exact_size": number(found.map(|found| found.size)),
    })
}

fn sample_sizes(inputs: &Inputs) -> Value {
    let [p0, p_true, alpha, power] = ["p0", "p_true", "alpha", "power"].map(|key| inputs.float(key));
    let found = sample_size(p0, p_true, alpha, power);
    json!({"n_first": found.map(|found| found.first), "n_stable": found.map(|found| found.stable)})
}

fn audit(inputs: &Inputs) -> Value {
    let stratum = |value: &Value| {
        let [windows, audited, misses] = ["N", "n", "misses"].map(|key| value[key].as_u64().expect("a count"));
        Stratum { windows, audited, misses }
    };
    let strata: Vec<Stratum> = inputs.0["strata"].as_array().expect("strata").iter().map(stratum).collect();
    let Some(found) = audit_recall(inputs.count("tp"), &strata, inputs.float("alpha")) else { return json!("failed") };
    json!({
        "fn_hat": number(found.missed), "fn_var": number(found.missed_variance),
        "fn_upper_onesided95": number(found.missed_upper), "recall_hat": number(found.recall),
        "recall_lower_onesided95": number(found.recall_lower), "recall_se_delta": number(found.recall_standard_error),
    })
}

fn recapture(inputs: &Inputs) -> Value {
    let Some(found) = chapman(inputs.count("n1"), inputs.count("n2"), inputs.count("both")) else {
        return json!("failed");
    };
    json!({"n_hat": number(found.size), "var": number(found.variance), "recall1_hat": number(found.recall1)})
}

fn costs(inputs: &Inputs) -> Value {
    let (labels, damages) = (inputs.floats("labels"), inputs.floats("damage_if_missed"));
    let outcomes = labels.iter().zip(damages).map(|(label, damage)| (*label > 0.5).then_some(damage));
    let cases: Vec<ScoredCase> = (inputs.floats("scores").into_iter().zip(outcomes))
        .map(|(score, damage_if_missed)| ScoredCase { score, damage_if_missed })
        .collect();
    let prices = ["cost_fp", "cost_tp", "cost_tokens_per_alarm"].map(|key| inputs.float(key));
    let prices = AlarmCosts { false_positive: prices[0], true_positive: prices[1], alarm: prices[2] };
    let Some(curve) = cost_curve(&cases, &prices) else { return json!("failed") };
    let shown = |point: &CostPoint| {
        json!({
            "threshold": number(point.threshold), "alarms": point.alarms, "tp": point.true_positives,
            "fp": point.false_positives, "missed_damage": number(point.missed_damage), "cost": number(point.cost),
        })
    };
    let best = cheapest(&curve);
    json!({
        "curve": curve.iter().map(shown).collect::<Value>(), "best_index": best,
        "best_threshold": number(best.map(|best| curve[best].threshold)),
        "best_cost": number(best.map(|best| curve[best].cost)),
    })
}

fn rollback(inputs: &Inputs) -> Value {
    let stakes = RollbackStakes {
        damage_per_minute: inputs.float("damage_per_minute"),
        minutes_auto: inputs.float("minutes_auto"),
        minutes_human: inputs.float("minutes_human"),
        cost_wrong_rollback: inputs.float("cost_wrong_rollback"),
        cost_action: inputs.float("cost_action"),
    };
    let decision = stakes.decide(inputs.float("p_caused_by_deploy"));
    json!({
        "benefit_if_right": number(decision.benefit_if_right), "threshold": number(decision.threshold),
        "expected_gain": number(decision.expected_gain), "act": decision.act,
    })
}
