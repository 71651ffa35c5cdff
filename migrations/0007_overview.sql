-- The overview: what waits, by severity and day, counted from an index alone however much waits.
--
-- Its condition is that of findings_undecided, word for word; what may wait is told by the column that
-- is included.
create index findings_waiting on triage.findings (severity_rank, first_seen_at) include (hidden_until)
    where upper(btrim(coalesce(triage_decision, ''))) not in ('TP', 'FP') and resolved_at is null;
-- What came back, and what is gone, newest first.
create index findings_regressed on triage.findings (regressed_at) include (state, scan_id)
    where regressed_at is not null;
create index findings_resolved on triage.findings (resolved_at) where resolved_at is not null;
