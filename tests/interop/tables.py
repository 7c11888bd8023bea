# SPDX-License-Identifier: Apache-2.0
"""tables.py SWEEP - the tables of a sweep as pandas takes them; prints "ok NAME" or "FAILED NAME: WHY" a check."""
import json
import re
import sys

import numpy as np
import pandas as pd


def check(name, good, why=""):
    print(f"ok {name}" if good else f"FAILED {name}: {why}")


def undominated(values, more):
    """Rows that no other row equals or beats in all columns and beats in one."""
    signed = np.where(more, -values, values)
    kept = []
    for row in signed:
        beats = (signed <= row).all(axis=1) & (signed < row).any(axis=1)
        kept.append(not beats.any())
    return np.array(kept)


folder = sys.argv[1]
points = pd.read_csv(f"{folder}/points.csv", dtype={"id": str})
record = json.load(open(f"{folder}/sweep.json", encoding="utf-8"))
lines = pd.read_json(f"{folder}/points.jsonl", lines=True)
meaning = {}
for line in open(f"{folder}/columns.md", encoding="utf-8"):
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    if len(cells) == 5 and cells[0] not in ("column", "---"):
        meaning[cells[0]] = cells

good = points[points.status == "ok"]
texts = {"id", "status", "error", "ends_first", *record["axes"]}
numbers = [name for name in points if name not in texts]

check("as many rows as planned", len(points) == record["points"]["planned"], len(points))
check("as many lines of JSON", len(lines) == len(points), len(lines))
check("every column is explained", list(meaning) == list(points.columns), set(meaning) ^ set(points.columns))
for name in numbers:
    if name == "fits":
        check("fits is true or false", set(good[name].astype(str)) <= {"True", "False"}, good[name].unique())
    else:
        check(f"{name} is a number", pd.api.types.is_numeric_dtype(points[name]) and good[name].notna().all(),
              points[name].dtype)
check("ids are texts", good.id.str.fullmatch("[0-9a-f]{8}").all(), good.id.head())
check("failed rows say why", points[points.status == "failed"].error.notna().all())
check("other rows have no error", points[points.status != "failed"].error.isna().all())

goals = [goal["column"] for goal in record["pareto"]]
more = np.array([goal["better"] == "more" for goal in record["pareto"]])
kept = undominated(good[goals].to_numpy(dtype=float), more)
rows = open(f"{folder}/points.csv", encoding="utf-8").read().splitlines()[1:]
wanted = {rows[n] for n in good.index[kept]}
found = open(f"{folder}/pareto.csv", encoding="utf-8").read().splitlines()[1:]
check("the front is the front", sorted(wanted) == sorted(found), wanted ^ set(found))

for name in ("cycles", "dsp", "us_per_frame"):
    source = meaning[name][3].removeprefix("report.json: ").strip("`").split(".")
    for row, line in zip(points.itertuples(), lines.itertuples()):
        value = line.report
        for member in source if value is not None else ():
            value = value[member]
        if row.status == "ok" and getattr(row, name) != value:
            check(f"{name}: row and line", False, (row, value))
            break
    else:
        check(f"{name}: rows and lines are the same", True)
