//! Measures the series around a case: everything lies in the past of its decision.

use crate::dataset::DataSet;
use crate::model::{Alert, Deploy, Instant, Interval, Span, Window};
use crate::series::{Calendar, GroupId, Observed, Series, cells, requests};
use crate::triage::evidence::measured::concurrent::{Candidate, shares};
use crate::triage::evidence::measured::difference::Both;
use crate::triage::evidence::measured::habit::AroundDeploy;
use crate::triage::evidence::measured::onset::{Bins, Timing};
use crate::triage::evidence::measured::versions::OfVersion;
use crate::triage::evidence::measured::{
    ConcurrentDeploy, Difference, Habit, Measured, Onset, Proportion, VersionSplit, ratio,
};
use std::collections::BTreeSet;

/// How long before a deploy a service must have had none of its own to be a control (statistics.md §5).
const QUIET: Span = Span::hours(2);
/// How far back habits are looked for.
const MEMORY: Span = Span::days(28);
/// Earlier deploys of the service that are looked at, the latest ones.
const DEPLOYS: usize = 10;
/// Other deploys come into question from so long before the case began, the latest ones of them.
const CONCURRENT: Span = Span::hours(6);
const CONCURRENT_DEPLOYS: usize = 20;
/// Versions that wrote in so long before the deploy are the old ones.
const OLD: Span = Span::hours(24);
/// Most bins on either side of the deploy; longer windows have bins of more than a minute.
const BINS: i64 = 720;

/// What all alerts of a case share.
pub struct Surroundings<'a> {
    data: &'a DataSet,
    series: &'a Series<'a>,
    window: &'a Window,
    /// Past windows like W on days of its kind, latest day first.
    past: Vec<Interval>,
    /// Services that were not deployed around W, by name.
    controls: BTreeSet<&'a str>,
    /// Their records in W, and in each past window.
    control: (u64, Vec<u64>),
    overlap: Option<Overlap>,
    /// When the service was deployed before, the latest last.
    deploys: Vec<Instant>,
    /// Hours before the deploy, the latest last, and whether the service was deployed in each.
    hours: Vec<(Interval, bool)>,
    /// Days before W, and as long a time at its time of day then.
    days: Vec<(u32, Interval)>,
    /// Of W and of B.
    requests: Option<(f64, f64)>,
}

/// Two versions of the service side by side.
struct Overlap {
    /// From the first record of the new version in W to the last of an old one.
    interval: Interval,
    /// Id in the records' texts.
    new: u32,
    old: BTreeSet<u32>,
    /// Records of either in the interval, whatever their signature.
    of_new: u64,
    of_old: u64,
}

impl<'a> Surroundings<'a> {
    #[must_use]
    pub fn of(data: &'a DataSet, series: &'a Series<'a>, window: &'a Window) -> Self {
        let calendar = Calendar::of(&data.manifest.timezone);
        let like = cells(data, &calendar, &window.service, window.window, &[window.baseline]);
        let past: Vec<Interval> = like.iter().filter(|cell| cell.same_class).map(|cell| cell.interval).collect();
        let controls = controls(data, window);
        let together =
            |interval| controls.iter().map(|service| series.service_count(service, known(window, interval))).sum();
        let control = (together(window.window), past.iter().map(|&interval| together(interval)).collect());
        let overlap = Overlap::of(data, series, window);
        let deploys: Vec<Instant> = earlier(data, window).map(|deploy| deploy.deployed_at).collect();
        let requests =
            requests(data, &window.service, &[window.window]).zip(requests(data, &window.service, &[window.baseline]));
        let (hours, days) = (hours(data, window, &deploys), days(data, &calendar, window));
        Self { data, series, window, past, controls, control, overlap, deploys, hours, days, requests }
    }

    /// What the counts say around one alert.
    #[must_use]
    pub fn measure(&self, alert: &Alert) -> Measured {
        let Some(group) = self.series.find(&self.window.service, &alert.detection.signature) else {
            return Measured::default();
        };
        let past: Vec<u64> = self.past.iter().map(|&interval| self.count(group, interval)).collect();
        let phi = ratio::phi(&past);
        Measured {
            onset: self.onset(group, &past),
            versions: self.overlap.as_ref().and_then(|overlap| self.versions(group, overlap, phi)),
            difference: difference(alert, &past, self.control.0, &self.control.1),
            elsewhere: self.elsewhere(alert, group, &past),
            proportion: self.proportion(alert, phi),
            habit: self.habit(alert, group),
        }
    }

    fn deployed_at(&self) -> Instant {
        self.window.baseline.end
    }

    fn count(&self, group: GroupId, interval: Interval) -> u64 {
        self.series.count(group, known(self.window, interval))
    }

    /// Counts in bins from a window's length before the deploy, as far as there are data, to the end of W.
    fn onset(&self, group: GroupId, past: &[u64]) -> Option<Onset> {
        let span = self.window.window.span().micros();
        let bin = Span::minutes(1).micros().max((span + BINS - 1) / BINS);
        let known_before = (self.deployed_at() - self.data.span.start).micros().max(0);
        let before = span.min(known_before) / bin;
        let after = (self.window.window.end - self.deployed_at()).micros() / bin;
        let at = |index: i64| self.deployed_at() + Span::from_micros(index * bin);
        let counts: Vec<u64> =
            (-before..after).map(|index| self.count(group, Interval::new(at(index), at(index + 1)))).collect();
        Onset::find(&Bins {
            counts: &counts,
            minutes: Span::from_micros(bin).as_minutes(),
            before: before as usize,
            past,
            window: span as f64 / bin as f64,
        })
    }

    fn versions(&self, group: GroupId, overlap: &Overlap, phi: f64) -> Option<VersionSplit> {
        let records = self.series.records;
        let (mut new, mut old) = (0, 0);
        for row in self.series.rows(group, known(self.window, overlap.interval)) {
            let count = u64::from(records.count[row]);
            if records.version[row] == overlap.new {
                new += count;
            } else if overlap.old.contains(&records.version[row]) {
                old += count;
            }
        }
        let arm = |signature, all: u64| OfVersion { signature, others: all - signature };
        VersionSplit::of(arm(new, overlap.of_new), arm(old, overlap.of_old), overlap.interval.span().as_minutes(), phi)
    }

    /// Against the same signature in services that were not deployed.
    fn elsewhere(&self, alert: &Alert, group: GroupId, past: &[u64]) -> Option<Difference> {
        let alike = self.series.same_signature(group).iter();
        let others: Vec<GroupId> =
            alike.copied().filter(|&other| self.controls.contains(self.series.service(other))).collect();
        let together = |interval| others.iter().map(|&other| self.count(other, interval)).sum::<u64>();
        let then: Vec<u64> = self.past.iter().map(|&interval| together(interval)).collect();
        difference(alert, past, together(self.window.window), &then)
    }

    fn proportion(&self, alert: &Alert, phi: f64) -> Option<Proportion> {
        let (now, then) = self.requests?;
        let minutes = (self.window.window.span().as_minutes(), self.window.baseline.span().as_minutes());
        Proportion::of((alert.detection.k, now), (alert.detection.baseline_count, then), minutes, phi)
    }

    fn habit(&self, alert: &Alert, group: GroupId) -> Habit {
        let (Some(first), Some(last)) = (self.hours.first(), self.hours.last()) else { return Habit::default() };
        let memory = Interval::new(first.0.start, last.0.end);
        let all = self.count(group, memory);
        if all == 0 {
            return Habit::default();
        }
        let span = self.window.window.span();
        let settle = self.window.window.start - self.deployed_at();
        let around = |&at: &Instant| AroundDeploy {
            before: self.count(group, Interval::new(at - span, at)),
            after: self.count(group, Interval::new(at + settle, at + settle + span)),
        };
        let whole = |at: &&Instant| **at - span >= self.data.span.start && **at + settle + span <= self.deployed_at();
        let deploys: Vec<AroundDeploy> = self.deploys.iter().rev().filter(whole).take(DEPLOYS).map(around).collect();
        let hours: Vec<u64> = self.hours.iter().map(|(hour, _)| self.count(group, *hour)).collect();
        let deployed: Vec<bool> = self.hours.iter().map(|(_, deployed)| *deployed).collect();
        let days: Vec<(u32, u64)> =
            self.days.iter().map(|&(before, interval)| (before, self.count(group, interval))).collect();
        let usual = all as f64 * span.as_minutes() / memory.span().as_minutes();
        Habit::of(&deploys, &hours, &deployed, &days, (alert.detection.k, usual))
    }

    /// Other deploys of the hours before the case began, latest first, each with its share of the blame. It began where its first alert
    /// did: where the counts show when, then, else with its first record.
    #[must_use]
    pub fn concurrent(&self, alerts: &[(&Alert, &Measured)]) -> Vec<ConcurrentDeploy> {
        let began = |(alert, measured): &(&Alert, &Measured)| match &measured.onset {
            Some(onset) if !matches!(onset.timing(), Timing::Unclear | Timing::Before) => {
                self.deployed_at() + Span::from_micros((onset.minutes * 60e6) as i64)
            }
            _ => alert.detection.first_seen,
        };
        let Some(onset) = alerts.iter().map(began).min() else { return Vec::new() };
        let candidate = |deploy: &Deploy| Candidate {
            minutes_before_onset: (onset - deploy.deployed_at).as_minutes(),
            same_service: deploy.services.contains(&self.window.service),
            link: None,
        };
        let from = onset - CONCURRENT;
        let own = self.window.deploy;
        let others = self.data.deploys.iter().enumerate().filter(|(index, deploy)| {
            *index != own
                && self.data.is_of_environment(deploy)
                && from <= deploy.deployed_at
                && deploy.deployed_at <= onset
        });
        let others: Vec<&Deploy> = others.map(|(_, deploy)| deploy).collect();
        let others: Vec<&Deploy> = others.into_iter().rev().take(CONCURRENT_DEPLOYS).collect();
        let candidates: Vec<Candidate> =
            others.iter().copied().chain([&self.data.deploys[own]]).map(candidate).collect();
        let told = others.iter().zip(&candidates).zip(shares(&candidates));
        told.map(|((deploy, candidate), share)| ConcurrentDeploy {
            id: deploy.id.clone(),
            services: deploy.services.clone(),
            same_service: candidate.same_service,
            minutes_before_onset: candidate.minutes_before_onset,
            link: candidate.link,
            share,
        })
        .collect()
    }
}

impl Overlap {
    /// `None`: no two versions wrote in W, or which of them is new is not known.
    fn of(data: &DataSet, series: &Series, window: &Window) -> Option<Self> {
        let records = series.records;
        let versions = |interval| -> BTreeSet<u32> {
            let rows = series.service_rows(&window.service, known(window, interval));
            rows.map(|row| records.version[row]).filter(|&version| version != 0).collect()
        };
        let now = versions(window.window);
        if now.len() < 2 {
            return None;
        }
        let deployed_at = window.baseline.end;
        let before = versions(Interval::new(deployed_at - OLD, deployed_at));
        let new = new_version(&data.deploys[window.deploy], &now, &before, |version| records.texts.get(version))?;
        let old: BTreeSet<u32> = now.intersection(&before).copied().filter(|&version| version != new).collect();
        let rows: Vec<usize> = series.service_rows(&window.service, known(window, window.window)).collect();
        let first = *rows.iter().find(|&&row| records.version[row] == new)?;
        let last = *rows.iter().rev().find(|&&row| old.contains(&records.version[row]))?;
        let (start, end) = (records.timestamp[first], records.timestamp[last] + Span::from_micros(1));
        let interval = Interval::new(start, end);
        let count = |is: &dyn Fn(u32) -> bool| {
            let within =
                rows.iter().filter(|&&row| interval.contains(records.timestamp[row]) && is(records.version[row]));
            within.map(|&row| u64::from(records.count[row])).sum()
        };
        let (of_new, of_old) = (count(&|version| version == new), count(&|version| old.contains(&version)));
        (!interval.is_empty()).then_some(Self { interval, new, old, of_new, of_old })
    }
}

/// The deploy's revision, where a record names it (one may be an abbreviation of the other); else the only version that did not write
/// before.
fn new_version<'t>(
    deploy: &Deploy,
    now: &BTreeSet<u32>,
    before: &BTreeSet<u32>,
    text: impl Fn(u32) -> &'t str,
) -> Option<u32> {
    const ABBREVIATED: usize = 7;
    let is = |version: &str, revision: &str| {
        let shorter = version.len().min(revision.len());
        version == revision
            || (shorter >= ABBREVIATED && (version.starts_with(revision) || revision.starts_with(version)))
    };
    let named =
        deploy.revision.as_deref().and_then(|revision| now.iter().find(|&&version| is(text(version), revision)));
    let mut unseen = now.difference(before);
    named.or_else(|| unseen.next().filter(|_| unseen.next().is_none())).copied()
}

/// A signature against a control: records of the control now and in each of the past windows.
fn difference(alert: &Alert, past: &[u64], now: u64, then: &[u64]) -> Option<Difference> {
    let both = |(&treated, &control): (&u64, &u64)| Both { treated, control };
    let past: Vec<Both> = past.iter().zip(then).map(both).collect();
    Difference::of(Both { treated: alert.detection.k, control: now }, &past)
}

/// What may be known of an interval at the decision.
fn known(window: &Window, interval: Interval) -> Observed {
    Observed { interval, by: window.decided_at }
}

/// Services without a deploy from two hours before this one until the decision.
fn controls<'a>(data: &'a DataSet, window: &Window) -> BTreeSet<&'a str> {
    let from = window.baseline.end - QUIET;
    let near = data.deploys.iter().filter(|d| from <= d.deployed_at && d.deployed_at <= window.decided_at);
    let changed: BTreeSet<&str> =
        near.filter(|d| data.is_of_environment(d)).flat_map(|d| &d.services).map(String::as_str).collect();
    data.records.services.iter().filter(|service| *service != window.service && !changed.contains(service)).collect()
}

/// Deploys of the window's service before this one.
fn earlier<'a>(data: &'a DataSet, window: &'a Window) -> impl Iterator<Item = &'a Deploy> {
    let before = data.deploys.iter().filter(|d| d.deployed_at < window.baseline.end && data.is_of_environment(d));
    before.filter(|d| d.services.contains(&window.service))
}

/// Whole hours before the deploy, as far back as is remembered, and whether the service was deployed in each.
fn hours(data: &DataSet, window: &Window, deploys: &[Instant]) -> Vec<(Interval, bool)> {
    let (deployed_at, hour) = (window.baseline.end, Span::hours(1));
    let memory = (deployed_at - data.span.start).min(MEMORY).micros() / hour.micros();
    let at = |back: i64| deployed_at - Span::from_micros(hour.micros() * back);
    let hours = (1..=memory).rev().map(|back| Interval::new(at(back), at(back - 1)));
    let deployed = |hour: Interval| {
        let next = deploys.partition_point(|&at| at < hour.start);
        deploys.get(next).is_some_and(|&at| at < hour.end)
    };
    hours.map(|hour| (hour, deployed(hour))).collect()
}

/// As long a time as W at its time of day, on each day that is remembered and was over at the deploy.
fn days(data: &DataSet, calendar: &Calendar, window: &Window) -> Vec<(u32, Interval)> {
    let span = window.window.span();
    let most = (MEMORY.micros() / Span::days(1).micros()) as u32;
    let of_day = (1..=most).filter_map(|days| {
        let start = calendar.days_before(window.window.start, days)?;
        let interval = Interval::new(start, start + span);
        (start >= data.span.start && interval.end <= window.baseline.end).then_some((days, interval))
    });
    of_day.collect()
}

#[cfg(test)]
mod tests;
