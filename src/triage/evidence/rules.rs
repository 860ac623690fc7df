//! The table of reasons. Weights are natural-log odds, so they add: +0.7 doubles the odds that the deploy did it, +3 multiplies them by 20.
//!
//! What ties an error to a diff is weighed by a fit to labelled cases (`heuristic/weights-2026-11.toml`); the weights here are what
//! holds where the labels have too little of a rule, and their signs bound the fitted ones. They are round on purpose: estimates of an
//! order of magnitude. What is measured on the series no labelled pair can teach, so those weights stay as they are here.

use crate::model::{Direction, Evidence, Source};

/// One kind of reason.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    pub id: &'static str,
    /// Log-odds at full strength; a case may earn a part of it.
    pub weight: f64,
    pub why: &'static str,
}

impl Rule {
    /// The reason, at `strength` (1: full) of its weight.
    pub(in crate::triage) fn evidence(self, strength: f64, summary: String, sources: Vec<Source>) -> Evidence {
        let weight = self.weight * strength;
        let direction = if weight > 0.0 { Direction::For } else { Direction::Against };
        Evidence { rule: self.id.to_owned(), direction, weight, summary, sources }
    }
}

// Where the stack trace points: exactly one of the first seven speaks for an alert.
pub const IN_HUNK: Rule = Rule {
    id: "stack_in_changed_hunk",
    weight: 3.0,
    why: "the trace runs through lines that the deploy changed (within 2 lines): seldom chance",
};
pub const IN_CHANGED_FUNCTION: Rule = Rule {
    id: "stack_in_changed_function",
    weight: 1.2,
    why: "the trace runs through a function that the diff names as the one it changed, at other lines of it",
};
pub const NEAR_HUNK: Rule =
    Rule { id: "stack_near_changed_hunk", weight: 0.5, why: "within 15 lines of a change: usually the same function" };
pub const IN_FILE: Rule = Rule {
    id: "stack_in_changed_file",
    weight: 0.4,
    why: "a changed file, but the lines of the change or of the frame are not known",
};
pub const FAR_IN_FILE: Rule = Rule {
    id: "stack_far_from_change",
    weight: -0.2,
    why: "a changed file, but other lines: files that change often also fail often, and the change itself is not in the trace",
};
pub const IN_PACKAGE: Rule = Rule {
    id: "stack_in_changed_package",
    weight: -0.7,
    why: "the trace names no changed file but the folder of one: a neighbour could be to blame, more often is not",
};
pub const STACK_ELSEWHERE: Rule = Rule {
    id: "stack_elsewhere",
    weight: -1.5,
    why: "the application's own frames touch neither a changed file nor its folder",
};
pub const CALLED_BY_CHANGE: Rule = Rule {
    id: "changed_lines_name_frame",
    weight: 1.0,
    why: "changed lines of another file name the function or class that failed: they may call it differently now",
};
pub const DEPENDENCY_IN_STACK: Rule = Rule {
    id: "stack_in_changed_dependency",
    weight: 2.0,
    why: "the trace runs through a library whose version the deploy changed",
};

pub const DEEP: Rule = Rule {
    id: "stack_hit_is_deep",
    weight: -0.5,
    why: "only calls far above the place where it broke are in changed files: they are in every trace of the service",
};
pub const DEFINES_FRAME: Rule = Rule {
    id: "function_of_trace_redefined",
    weight: 1.0,
    why: "a changed line defines, renames or takes away a function that the trace calls",
};
pub const CALLS_NAMED: Rule = Rule {
    id: "words_of_calls_in_changed_lines",
    weight: 0.8,
    why: "words of the functions that were called, the test's among them, stand in changed lines: half of the weight each, two at most",
};
pub const TEST_OF_FILE: Rule = Rule {
    id: "test_of_changed_file",
    weight: 1.0,
    why: "the trace begins in the test of a changed file: that is what was tried",
};

// What the message says.
pub const TEXT_IN_CHANGE: Rule = Rule {
    id: "message_in_changed_lines",
    weight: 2.0,
    why: "the message's own text stands in a changed line: the deploy wrote, moved or guarded this very error",
};
pub const LOGGED_BY_CHANGE: Rule = Rule {
    id: "message_is_new_log_line",
    weight: -1.0,
    why: "a log call that the deploy added prints it, without an exception: what is new is the message; that anything broke is not shown",
};
pub const IDENTIFIER_IN_CHANGE: Rule = Rule {
    id: "identifier_in_changed_lines",
    weight: 1.0,
    why: "a specific name of the message or its exception stands in changed lines",
};
pub const WORDS_IN_CHANGE: Rule = Rule {
    id: "words_in_changed_lines",
    weight: 0.8,
    why: "ordinary words of the message stand in changed lines: 0.2 each, four at most",
};
pub const NAMES_FILE: Rule = Rule {
    id: "message_names_changed_file",
    weight: 1.5,
    why: "the message names the class or module that a changed file holds",
};
pub const RAISED_BY_CHANGE: Rule =
    Rule { id: "exception_raised_by_added_line", weight: 1.5, why: "an added line raises this very exception" };
pub const HANDLER_CHANGED: Rule = Rule {
    id: "handler_of_exception_changed",
    weight: 1.0,
    why: "a changed line catches this kind of exception: it may no longer, or only now get out",
};
pub const NAME_CHANGED: Rule = Rule {
    id: "named_thing_in_changed_lines",
    weight: 2.0,
    why: "a setting, host, address or table that the message names stands in changed lines",
};
pub const GUARD_CHANGED: Rule = Rule {
    id: "guard_changed",
    weight: 0.6,
    why: "the diff changed the kind of check whose absence raises this kind of exception",
};
pub const UNRELATED: Rule = Rule {
    id: "message_unrelated",
    weight: -1.0,
    why: "the message has words enough, none of which the changed lines or paths know, and no trace speaks for it",
};
pub const UPSTREAM: Rule = Rule {
    id: "upstream_failure",
    weight: -2.0,
    why: "timeouts, refused connections and rate limits come from others, unless client code was touched",
};

// What was measured.
pub const NEW_SIGNATURE: Rule = Rule {
    id: "new_signature",
    weight: 0.7,
    why: "never seen before: new code makes new errors (but so do rare errors of old code)",
};
pub const ONSET: Rule = Rule {
    id: "onset_after_deploy",
    weight: 1.4,
    why: "a rare error that began within 10 minutes: chance alone does that to one in six of a 60-minute window's, a bad deploy to most of its own",
};
pub const LATE_ONSET: Rule = Rule {
    id: "onset_late",
    weight: -0.5,
    why: "a rare error that began after more than 10 minutes: as chance would have it, though some faults need a trigger",
};
pub const ONSET_BEFORE: Rule = Rule {
    id: "onset_before_deploy",
    weight: -2.5,
    why: "as high before the deploy as after it: causes do not follow their effects",
};
pub const ROSE_ELSEWHERE: Rule = Rule {
    id: "undeployed_services_rose",
    weight: -2.0,
    why: "the same error rose where nothing was deployed: a shared cause",
};
pub const TRAFFIC: Rule = Rule {
    id: "traffic_in_proportion",
    weight: -2.5,
    why: "requests rose as much as errors did: the error rate is what it was",
};
pub const WEAK_SIGNAL: Rule = Rule {
    id: "weak_signal",
    weight: -1.0,
    why: "p ≥ 0.001: of the hundreds of signatures tested after a deploy, some look like this by chance",
};
pub const NEW_VERSION: Rule = Rule {
    id: "new_version_writes_it",
    weight: 1.6,
    why: "while both versions ran, the new one wrote it more often: all else was the same for both",
};
pub const OLD_VERSION_TOO: Rule = Rule {
    id: "old_version_writes_it_too",
    weight: -2.0,
    why: "the old version, still running beside the new one, wrote it about as often",
};
pub const ROSE_WITH_OTHERS: Rule = Rule {
    id: "rose_with_others",
    weight: -1.0,
    why: "errors of services that were not deployed rose too, and this one's no more than theirs: perhaps a shared cause",
};
pub const RISES_AFTER_DEPLOYS: Rule = Rule {
    id: "rises_after_deploys",
    weight: -0.7,
    why: "it rises after other deploys of the service as well: restarting does it, not what was changed",
};
pub const RECOVERS: Rule =
    Rule { id: "ends_by_itself", weight: -0.5, why: "earlier episodes of it came and went without a deploy" };
pub const HABIT: Rule = Rule {
    id: "time_of_day_habit",
    weight: -1.0,
    why: "it is as high at this time of other days or weeks: a job, or its users' hours",
};
pub const OTHER_DEPLOY: Rule = Rule {
    id: "other_deploy_nearer",
    weight: -1.0,
    why: "another deploy is the better candidate by when it came and what it touched",
};

// What kind of change it was.
pub const NOTHING_RUNS: Rule = Rule {
    id: "nothing_that_runs_changed",
    weight: -4.0,
    why: "only documentation, tests or CI changed: nothing in production did",
};
pub const ONLY_LOGGING: Rule = Rule {
    id: "only_logging_changed",
    weight: -4.0,
    why: "only comments and log calls changed: more is said, no more breaks",
};

/// Where a trace can be in relation to the change, from nowhere near to the very lines. Of one alert the last that holds counts, and a
/// later one never weighs less than an earlier one.
pub const PLACES: [Rule; 7] =
    [STACK_ELSEWHERE, IN_PACKAGE, FAR_IN_FILE, IN_FILE, NEAR_HUNK, IN_CHANGED_FUNCTION, IN_HUNK];

/// What ties an error to a diff: weighed by a fit to labelled cases where these hold enough of a rule, else as set here.
pub const LINKS: [Rule; 23] = [
    IN_HUNK,
    IN_CHANGED_FUNCTION,
    NEAR_HUNK,
    IN_FILE,
    FAR_IN_FILE,
    IN_PACKAGE,
    STACK_ELSEWHERE,
    DEEP,
    TEST_OF_FILE,
    DEFINES_FRAME,
    CALLS_NAMED,
    CALLED_BY_CHANGE,
    DEPENDENCY_IN_STACK,
    TEXT_IN_CHANGE,
    LOGGED_BY_CHANGE,
    IDENTIFIER_IN_CHANGE,
    NAMES_FILE,
    RAISED_BY_CHANGE,
    HANDLER_CHANGED,
    NAME_CHANGED,
    WORDS_IN_CHANGE,
    GUARD_CHANGED,
    UNRELATED,
];

/// What no labelled pair can teach: measured on the series, or of a change that links to nothing. As set here.
pub const SET: [Rule; 17] = [
    UPSTREAM,
    NEW_SIGNATURE,
    ONSET,
    LATE_ONSET,
    ONSET_BEFORE,
    ROSE_ELSEWHERE,
    TRAFFIC,
    WEAK_SIGNAL,
    NEW_VERSION,
    OLD_VERSION_TOO,
    ROSE_WITH_OTHERS,
    RISES_AFTER_DEPLOYS,
    RECOVERS,
    HABIT,
    OTHER_DEPLOY,
    NOTHING_RUNS,
    ONLY_LOGGING,
];

#[cfg(test)]
mod tests {
    use super::{LINKS, PLACES, Rule, SET};

    #[test]
    fn every_rule_is_named_once_weighed_and_explained() {
        let all: Vec<Rule> = LINKS.into_iter().chain(SET).collect();
        let names: std::collections::BTreeSet<_> = all.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|rule| rule.weight != 0.0 && rule.weight.abs() <= 4.0 && !rule.why.is_empty()));
        assert!(PLACES.windows(2).all(|pair| pair[0].weight <= pair[1].weight));
    }
}
