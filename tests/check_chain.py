#!/usr/bin/env python3
"""Recomputes an audit chain from its specification alone, with Python's standard library.

    check_chain.py URL          reads through psql
    check_chain.py - < FILE     reads what the query below gives as CSV with a header

Exit status 0 where the chain is whole (or empty), 3 where it is broken.
"""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys

# A value that may be NULL is led by =, and NULL is -: CSV alone tells it from nothing only by quotes.
QUERY = r"""
    select id, seq,
           to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as occurred_at,
           category, event_type, actor, actor_type, db_user,
           coalesce('=' || repo_full_name, '-') as repo_full_name, coalesce('=' || pr_number, '-') as pr_number,
           coalesce('=' || commit_sha, '-') as commit_sha, coalesce('=' || control_id, '-') as control_id,
           array_to_json(framework) as framework, chain_id, payload_alg, payload::text as payload,
           payload_hash, prev_hash, entry_hash
    from audit.audit_trail_entries order by seq
"""


def ns(value):
    if value is None:
        return b"-,"
    data = value if isinstance(value, bytes) else value.encode()
    return b"%d:%s," % (len(data), data)


def optional(cell):
    return None if cell == "-" else cell[1:]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def breaks(rows):
    before, chain_id = None, None
    for row in rows:
        seq = int(row["seq"])
        expected_seq = 1 if before is None else int(before["seq"]) + 1
        if int(row["id"]) != seq:
            yield seq, "METADATA_MISMATCH id"
        if seq > expected_seq:
            yield expected_seq, "GAP"
        if seq < expected_seq:
            yield seq, "DUPLICATE"
        if not re.fullmatch(r"[A-Za-z0-9._/-]{1,255}", row["chain_id"]) or row["payload_alg"] != "pgjsonb":
            yield seq, "METADATA_MISMATCH chain_id or payload_alg"
        if chain_id is not None and row["chain_id"] != chain_id:
            yield seq, "CHAIN_ID_MISMATCH"
        chain_id = row["chain_id"] if chain_id is None else chain_id
        if row["payload_hash"] != sha256(row["payload"].encode()):
            yield seq, "PAYLOAD_MISMATCH"
        preimage = b"".join(
            [ns("attestor/entry/v1"), ns(row["chain_id"]), ns(row["seq"]), ns(row["occurred_at"])]
            + [ns(row[name]) for name in ("category", "event_type", "actor", "actor_type", "db_user")]
            + [ns(optional(row[name])) for name in ("repo_full_name", "pr_number", "commit_sha")]
            + [ns(b"".join(ns(element) for element in json.loads(row["framework"])))]
            + [ns(optional(row["control_id"])), ns(row["payload_alg"]), ns(row["payload_hash"])]
            + [ns(row["prev_hash"])]
        )
        if row["entry_hash"] != sha256(preimage):
            yield seq, "METADATA_MISMATCH entry_hash"
        if before is None:
            link = sha256(ns("attestor/genesis/v1") + ns(row["chain_id"]))
        else:
            link = before["entry_hash"]
            if row["occurred_at"] < before["occurred_at"]:
                yield seq, "TIME_REGRESSION"
        if row["prev_hash"] != link:
            yield seq, "LINK_MISMATCH"
        before = row


def read(source):
    csv.field_size_limit(16 * 1024 * 1024)
    if source == "-":
        sys.stdin.reconfigure(encoding="utf-8", newline="")
        return list(csv.DictReader(sys.stdin))
    psql = ["psql", "-X", "--no-password", "-d", source, "-c", f"copy ({QUERY}) to stdout (format csv, header)"]
    done = subprocess.run(psql, check=True, stdout=subprocess.PIPE)
    return list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows = read(sys.argv[1])
    found = list(breaks(rows))
    for seq, kind in found:
        print(f"{seq} {kind}")
    if not found:
        print(f"VERIFIED {len(rows)} {rows[-1]['entry_hash']}" if rows else "EMPTY")
    sys.exit(3 if found else 0)


if __name__ == "__main__":
    main()
