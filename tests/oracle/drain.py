"""Which cluster the Python package drain3 gives each line of the loghub files.

Online, every record in order, as `shakedown`'s `Drain::add` works. Prints JSON: per case its parameters, the number of clusters and the
SHA-256 of the lines' clusters (numbers from 0 in the order of opening, one a line); with `--lines FOLDER` also writes the clusters
themselves, to look at where they differ.
"""

import argparse
import csv
import hashlib
import json
import pathlib
import re
import sys

from drain3.drain import Drain

# The masks of presets/langchain-2026.toml, in order.
PUBLISHED = [
    (r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "<uuid>"),
    (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
        "<timestamp>",
    ),
    (r"[0-9]{4,}", "<number>"),
]
SYSTEMS = ["Apache", "HDFS", "Hadoop", "OpenSSH", "Zookeeper"]
CASES = [
    {"masks": True},
    {"masks": False},
    {"masks": False, "parametrize_numeric_tokens": False, "max_children": 4},
    {"masks": True, "depth": 3, "sim_th": 0.7},
    {"masks": True, "depth": 6, "sim_th": 0.5, "extra_delimiters": [":", "="]},
]


def masked(line):
    for pattern, placeholder in PUBLISHED:
        line = re.sub(pattern, placeholder, line)
    return line


def clusters(lines, masks, **parameters):
    drain = Drain(**parameters)
    return [drain.add_log_message(masked(line) if masks else line)[0].cluster_id - 1 for line in lines]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("loghub", type=pathlib.Path)
    parser.add_argument("--lines", type=pathlib.Path)
    arguments = parser.parse_args()
    results = []
    for system in SYSTEMS:
        path = arguments.loghub / system / f"{system}_2k.log_structured_corrected.csv"
        with open(path, encoding="utf-8", newline="") as file:
            lines = [row["Content"] for row in csv.DictReader(file)]
        for number, case in enumerate(CASES):
            got = clusters(lines, **case)
            text = "".join(f"{cluster}\n" for cluster in got)
            if arguments.lines:
                (arguments.lines / f"{system}-{number}.txt").write_text(text)
            digest = hashlib.sha256(text.encode()).hexdigest()
            results.append({"system": system, **case, "clusters": len(set(got)), "sha256": digest})
    json.dump(results, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
