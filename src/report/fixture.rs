//! A data set of a few records whose every text is hostile, for the tests of this room.

use crate::dataset::{DataSet, Manifest, Records};
use crate::evaluate::{Assessment, Costs, GivenPipeline, evaluate, study};
use crate::model::{Cause, Deploy, Incident, IncidentSeverity, Instant, Record, Severity, Silent, Span};
use crate::pipeline::{Diffs, PipelineSpec, Preset, Watched, run_on};
use crate::series::Fits;
use crate::triage::TriagerSpec;
use std::collections::BTreeMap;

/// An escape, a script, a bidirectional override, a table cell, a link and a code fence.
pub const HOSTILE: &str = "\u{1b}[2Jx <script>alert(1)</script> \u{202e}| ``` [a](http://evil.example) &amp;";

pub struct World<'a> {
    pub data: &'a DataSet,
    pub fits: &'a Fits<'a>,
    pub spec: &'a PipelineSpec,
    pub assessment: &'a Assessment<'a>,
}

fn at(hours: i64, minutes: i64) -> Instant {
    Instant::from_micros(1_777_852_800_000_000) + Span::minutes(hours * 60 + minutes)
}

fn deploy(id: &str, hour: i64, service: &str) -> Deploy {
    Deploy {
        id: id.to_owned(),
        deployed_at: at(hour, 0),
        services: vec![service.to_owned()],
        environment: None,
        revision: Some(format!("r-{HOSTILE}")),
        previous_revision: None,
        changed_files: Some(vec![format!("src/{HOSTILE}.rs"), "README.md".to_owned()]),
        rolls_back: None,
        fixes: Vec::new(),
    }
}

fn incident(id: &str, hour: i64, service: &str, guilty: &str) -> Incident {
    Incident {
        id: id.to_owned(),
        title: HOSTILE.to_owned(),
        started_at: at(hour, 5),
        resolved_at: Some(at(hour + 2, 0)),
        services: vec![service.to_owned()],
        severity: IncidentSeverity::Sev2,
        cause: Cause::Deploy,
        deploy_id: Some(guilty.to_owned()),
        signatures: Vec::new(),
        affected_requests: None,
        mitigated_at: None,
        declared_at: None,
        resolution: None,
        fix_revision: None,
        url: None,
    }
}

fn record(hour: i64, minute: i64, service: &str, message: &str) -> Record {
    Record {
        timestamp: at(hour, minute),
        observed_at: None,
        service: service.to_owned(),
        severity: Severity::Error,
        message: message.to_owned(),
        exception_type: None,
        stack_trace: None,
        version: None,
        trace_id: None,
        user_id: None,
        count: 1,
    }
}

/// `d1` caused `i1` and is caught; `d/2` is innocent and blamed; `d3` caused `i3`, of which nothing shows; `d0` is too early.
fn data() -> DataSet {
    let manifest: Manifest =
        toml::from_str("name = \"hostile\"\nincidents = \"complete\"\nstart = \"2026-05-04T00:00:00Z\"\nend = \"2026-05-08T00:00:00Z\"").unwrap();
    let mut records: Vec<Record> = (0..90).map(|hour| record(hour, 30, "a<b>", "steady | error")).collect();
    records.extend((0..9).map(|minute| record(30, 6 + minute, "a<b>", HOSTILE)));
    records.extend((0..5).map(|minute| record(50, 6 + minute, "c", "innocent")));
    records.push(record(70, 10, "c", "lonely"));
    let records: Records = records.iter().collect();
    let deploys = vec![deploy("d0", 1, "c"), deploy("d1", 30, "a<b>"), deploy("d/2", 50, "c"), deploy("d3", 70, "c")];
    let incidents = vec![incident("i1", 30, "a<b>", "d1"), incident("i3", 70, "c", "d3")];
    DataSet::assemble(manifest, records, deploys, Some(incidents), None, BTreeMap::new())
}

/// Runs a test on the assessed world, under the published rule with every case believed.
pub fn with(test: impl FnOnce(&World)) {
    let data = data();
    let costs = Costs::shipped().unwrap();
    let mut spec = Preset::find("langchain-2026").unwrap().spec().unwrap();
    spec.triage = TriagerSpec::AcceptAll {};
    let fits = spec.fits(&data).unwrap();
    let watched = Watched::of(&data, &fits, &spec, true, &Silent);
    let replay = run_on(&watched, &Diffs::new(&data), &spec, &costs.charges).unwrap();
    let given = GivenPipeline { given: "langchain-2026", spec: &spec };
    let mut assessment = evaluate(&data, &fits, &given, &replay, &costs);
    study(&watched, &replay, &costs, &mut assessment).unwrap();
    test(&World { data: &data, fits: &fits, spec: &spec, assessment: &assessment });
}
