//! Files that are no code: settings, locks, documents, workflows, prompts.

use super::{Content, Site, Tree};
use crate::simulate::domain::{Area, Domain};
use crate::simulate::scenario::Language;
use crate::simulate::stream::Stream;
use crate::simulate::words::LIBRARIES;
use std::fmt::Write as _;

impl Site {
    /// Writes the files of the first revision that are no code.
    pub(super) fn texts(&self, tree: &mut Tree, stream: &mut Stream) {
        let service = &self.layout.service;
        let mut put = |path: String, lines: Vec<String>| tree.put(&path, Content::Text(lines));
        put(self.layout.config(), self.settings(stream));
        put(self.layout.lock(), lock_lines(self.language(), stream));
        put(self.layout.workflow(), workflow(service));
        put(self.layout.file("README.md"), readme(service, self.domain));
        put(self.layout.file("docs/runbook.md"), runbook(service, self.domain));
        put(self.layout.file("deploy/values.yaml"), values(service, stream));
        put(self.layout.file("migrations/0001_init.sql"), migration(self.domain));
        let area = &self.domain.areas[0];
        put(self.layout.prompt(area.operations[1].name), prompt(area));
    }

    fn settings(&self, stream: &mut Stream) -> Vec<String> {
        let assign = if self.language() == Language::Python { " = " } else { ": " };
        let quote = |text: &str| format!("\"{text}\"");
        let mut lines = vec![format!("# Settings of {}; see docs/runbook.md", self.layout.service)];
        let mut set = |key: String, value: String| lines.push(format!("{key}{assign}{value}"));
        set("log_level".into(), quote("info"));
        set("page_size".into(), stream.whole(20, 60).to_string());
        set("worker_threads".into(), stream.whole(4, 33).to_string());
        for (peer, host) in &self.peers {
            set(format!("{peer}_url"), quote(&format!("https://{host}")));
            set(format!("{peer}_timeout_ms"), (stream.whole(4, 13) * 500).to_string());
            set(format!("{peer}_retries"), stream.whole(1, 4).to_string());
            set(format!("{peer}_token_ttl_s"), "3600".to_owned());
        }
        for area in &self.domain.areas {
            set(format!("{}_cache_seconds", area.name), (stream.whole(1, 20) * 30).to_string());
            set(format!("{}_batch", area.name), stream.whole(20, 400).to_string());
            set(format!("{}_enabled", area.operations[2].name), "true".to_owned());
        }
        lines
    }
}

fn lock_lines(language: Language, stream: &mut Stream) -> Vec<String> {
    LIBRARIES
        .iter()
        .map(|(name, version)| lock_line(language, name, &format!("{version}.{}", stream.whole(0, 20))))
        .collect()
}

/// One library in a lock file.
pub fn lock_line(language: Language, name: &str, version: &str) -> String {
    match language {
        Language::Python => format!("{name}=={version}"),
        Language::TypeScript => {
            format!("  {name}@{version}: {{ resolution: {{ integrity: sha512-{} }} }}", super::blob(version))
        }
        Language::Java => format!("io.{name}:{name}:{version}=runtimeClasspath"),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn workflow(service: &str) -> Vec<String> {
    lines(&format!(
        "name: {service}\non:\n  push:\n    paths: [\"services/{service}/**\"]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    \
         timeout-minutes: 20\n    steps:\n      - uses: actions/checkout@v4\n      - run: make -C services/{service} lint\n      \
         - run: make -C services/{service} test\n  image:\n    needs: test\n    runs-on: ubuntu-24.04\n    steps:\n      \
         - uses: actions/checkout@v4\n      - run: make -C services/{service} image push"
    ))
}

fn readme(service: &str, domain: &Domain) -> Vec<String> {
    let mut text = format!("# {service}\n\nPart of Harbor, the shop and berth booking.\n\n## Requests\n\n");
    for operation in domain.areas.iter().flat_map(|area| &area.operations) {
        let _ = writeln!(text, "- `{}` → `{}`", operation.route, operation.name);
    }
    lines(&(text + "\n## Run it\n\n    make run\n    make test\n\nQuestions: #team-harbor."))
}

fn runbook(service: &str, domain: &Domain) -> Vec<String> {
    let mut text = format!(
        "# Runbook of {service}\n\n1. Look at the dashboard.\n2. Look at the last deploy.\n3. Call the owner.\n"
    );
    for host in domain.hosts {
        let _ = write!(
            text,
            "\n## {host} is down\n\nWait; their status page is https://status.{host}. Do not roll back.\n"
        );
    }
    lines(&text)
}

fn values(service: &str, stream: &mut Stream) -> Vec<String> {
    lines(&format!(
        "image: registry.harbor.example/{service}\nreplicas: {}\nresources:\n  limits:\n    cpu: \"2\"\n    memory: {}Mi\nprobes:\n  \
         path: /healthz\n  periodSeconds: 10\nenv:\n  TZ: Europe/Amsterdam",
        stream.whole(3, 9),
        stream.whole(4, 17) * 256
    ))
}

fn migration(domain: &Domain) -> Vec<String> {
    let table = |area: &Area| {
        let columns = area.fields.join(" text,\n  ");
        format!(
            "create table {} (\n  id bigint primary key,\n  {columns} text,\n  version int not null default 0\n);\n",
            area.name
        )
    };
    lines(&domain.areas.iter().map(table).collect::<String>())
}

fn prompt(area: &Area) -> Vec<String> {
    lines(&format!(
        "You write for customers of Harbor.\n\nGiven one {} as JSON, answer with one JSON object and nothing else.\nIts keys are `title` \
         (at most 60 characters), `body` (at most 3 sentences) and `tone`.\n\nRules:\n- Never invent a {} or a price.\n- Use the \
         customer's language.\n- Leave out what you do not know.\n",
        area.entity, area.fields[0]
    ))
}
