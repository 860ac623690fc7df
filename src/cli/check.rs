//! `shakedown check`: what a data set holds and what is missing.

use super::args::CheckArgs;
use super::failure::Failure;
use super::input::{data_set, require_records};
use super::output::print;
use super::progress::Terminal;
use crate::dataset::{DataSet, Intake, Labels, steps_in};
use crate::model::figure::percent;
use crate::model::{Cause, Interval, UserError, visible};
use crate::pipeline::{NotEvaluated, ReplaySpec, Schedule};
use crate::report;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Validates and describes a data set.
pub fn run(args: &CheckArgs, terminal: &Terminal) -> Result<(), Failure> {
    let (data, intake) = data_set(&args.data, terminal);
    if let Some(path) = &args.rejects {
        let lines = report::json_lines(&intake.rejects)?;
        std::fs::write(path, lines).map_err(|e| {
            UserError::new(
                path.display().to_string(),
                format!("cannot be written: {e}"),
                "--rejects names a file to write",
            )
        })?;
    }
    let data = data?;
    print(&describe(&data, &intake))?;
    require_records(&data, &intake)
}

fn describe(data: &DataSet, intake: &Intake) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key:<12}{}", visible(value));
    };
    let days = data.span.span().as_minutes() / 1440.0;
    let about = match data.manifest.description.as_str() {
        "" => String::new(),
        description => format!(" ({description})"),
    };
    line("data set", &format!("{}{about}", data.manifest.name));
    line("span", &format!("{} to {} UTC, {days:.1} days", data.span.start.minute(), data.span.end.minute()));
    for (key, value) in files(intake) {
        line(&key, &value);
    }
    line("records", &records(data));
    line("deploys", &deploys(data));
    line("incidents", &incidents(data));
    line("traffic", &traffic(data));
    line("diffs", &format!("{} of {} deploys have one", data.diffs.len(), data.deploys.len()));
    text.push_str(&services(data));
    for missing in gaps(data) {
        let _ = writeln!(text, "missing     {}", visible(&missing));
    }
    text
}

fn files(intake: &Intake) -> Vec<(String, String)> {
    let rejected = |file: &str| intake.rejects.iter().find(|r| r.file == file);
    let row = |tally: &crate::dataset::Tally| {
        let first =
            rejected(&tally.file).map_or_else(String::new, |r| format!("; the first: line {}: {}", r.line, r.reason));
        ("file".to_owned(), format!("{}: {} rows, {} rejected{first}", tally.file, tally.read, tally.rejected))
    };
    intake.tallies.iter().map(row).collect()
}

fn records(data: &DataSet) -> String {
    let records = &data.records;
    let total: u64 = records.count.iter().map(|&c| u64::from(c)).sum();
    let with = |column: &[u32]| share(column.iter().filter(|&&id| id != 0).count(), records.len());
    let late = (0..records.len()).filter(|&row| records.observed_at[row] > records.timestamp[row]).count();
    format!(
        "{} rows for {total} records, {} distinct messages; exception type on {}, stack trace on {}, user on {}; {} arrive later than they happen",
        records.len(),
        records.messages.len(),
        with(&records.exception_type),
        with(&records.stack_trace),
        with(&records.user_id),
        share(late, records.len()),
    )
}

fn share(part: usize, whole: usize) -> String {
    percent(part as f64 / whole.max(1) as f64)
}

fn deploys(data: &DataSet) -> String {
    let of_environment = data.deploys.iter().filter(|d| data.is_of_environment(d)).count();
    let schedule = Schedule::plan(data, &ReplaySpec::default());
    let not = |reason| schedule.not_evaluated.iter().filter(|(_, r)| *r == reason).count();
    format!(
        "{} in {}; by default {} can be evaluated ({} have under 24 h of history, {} end after the data)",
        data.deploys.len(),
        if of_environment == data.deploys.len() {
            data.manifest.environment.clone()
        } else {
            format!("all environments, {of_environment} in {}", data.manifest.environment)
        },
        schedule.deploys.len(),
        not(NotEvaluated::ShortHistory),
        not(NotEvaluated::AfterEnd),
    )
}

fn incidents(data: &DataSet) -> String {
    let Some(incidents) = &data.incidents else {
        return "no incidents.jsonl: nothing can be scored, only counted".to_owned();
    };
    let mut causes: BTreeMap<Cause, u64> = BTreeMap::new();
    for incident in incidents {
        *causes.entry(incident.cause).or_default() += 1;
    }
    let name = |cause| serde_json::to_value(cause).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let causes: Vec<String> = causes.into_iter().map(|(cause, count)| format!("{count} {}", name(cause))).collect();
    let labels = match data.manifest.incidents {
        Labels::Complete => "the log is complete: what hits nothing is false",
        Labels::Partial => "the log is partial: what hits nothing is unlabelled",
    };
    let signatures = incidents.iter().filter(|i| !i.signatures.is_empty()).count();
    format!("{} ({}); {signatures} name signatures; {labels}", incidents.len(), causes.join(", "))
}

fn traffic(data: &DataSet) -> String {
    let Some(traffic) = &data.traffic else {
        return "none: impact is unknown, exposure is time".to_owned();
    };
    let expected = steps_in(data.span, data.manifest.traffic_step) * traffic.services.len() as u64;
    let present: u64 = traffic.services.values().map(|steps| steps.requests(data.span).1).sum();
    format!(
        "{} services, {} of the {} steps",
        traffic.services.len(),
        share(usize::try_from(present).unwrap_or(usize::MAX), usize::try_from(expected).unwrap_or(usize::MAX)),
        data.manifest.traffic_step
    )
}

/// How many services, and days without a record, are listed.
const SERVICES_LISTED: usize = 50;
const DAYS_LISTED: usize = 10;

fn services(data: &DataSet) -> String {
    let mut rows: BTreeMap<&str, (u64, usize, usize)> = data.services().into_iter().map(|s| (s, (0, 0, 0))).collect();
    let mut of_service = vec![0_u64; data.records.services.len()];
    for (&service, &count) in data.records.service.iter().zip(&data.records.count) {
        of_service[service as usize] += u64::from(count);
    }
    for (service, count) in data.records.services.iter().zip(of_service) {
        if let Some(entry) = rows.get_mut(service) {
            entry.0 = count;
        }
    }
    for service in data.deploys.iter().flat_map(|d| &d.services) {
        if let Some(entry) = rows.get_mut(service.as_str()) {
            entry.1 += 1;
        }
    }
    for service in data.incidents.iter().flatten().flat_map(|i| &i.services) {
        if let Some(entry) = rows.get_mut(service.as_str()) {
            entry.2 += 1;
        }
    }
    let mut text = format!("\n{:<24}{:>12}{:>10}{:>11}\n", "service", "records", "deploys", "incidents");
    let more = rows.len().saturating_sub(SERVICES_LISTED);
    let mut rows: Vec<_> = rows.into_iter().collect();
    if more > 0 {
        rows.sort_by_key(|(_, counts)| std::cmp::Reverse(*counts));
        rows.truncate(SERVICES_LISTED);
    }
    for (service, (records, deploys, incidents)) in rows {
        let _ = writeln!(text, "{:<24}{records:>12}{deploys:>10}{incidents:>11}", crate::model::excerpt(service, 23));
    }
    if more > 0 {
        let _ = writeln!(text, "… and {more} more with fewer records (is each host or request a service of its own?)");
    }
    text + "\n"
}

/// What a fuller data set would have, one sentence each.
fn gaps(data: &DataSet) -> Vec<String> {
    let mut gaps = Vec::new();
    let mut silent = Vec::new();
    let mut day = data.span.start;
    while day < data.span.end {
        let next = day + crate::model::Span::days(1);
        let of_day = Interval::new(day, next.min(data.span.end));
        let first = data.records.timestamp.partition_point(|&t| t < of_day.start);
        if data.records.timestamp.get(first).is_none_or(|&t| t >= of_day.end) {
            silent.push(day.minute()[..10].to_owned());
        }
        day = next;
    }
    if !silent.is_empty() {
        let more = match silent.len().saturating_sub(DAYS_LISTED) {
            0 => String::new(),
            more => format!(" and {more} more days"),
        };
        silent.truncate(DAYS_LISTED);
        gaps.push(format!("no record at all on {}{more}", silent.join(", ")));
    }
    let without: Vec<&str> = data
        .deploys
        .iter()
        .flat_map(|d| &d.services)
        .map(String::as_str)
        .filter(|s| data.records.services.find(s).is_none())
        .collect();
    if let Some(service) = without.first() {
        gaps.push(format!("service {service} is deployed but has no records (is it named differently in the logs?)"));
    }
    if data.deploys.iter().all(|d| !data.diffs.contains_key(&d.id) && d.changed_files.is_none()) {
        gaps.push("no deploy has a diff or changed_files: triage cannot tell code from documentation".to_owned());
    }
    gaps
}
