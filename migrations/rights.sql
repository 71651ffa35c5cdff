-- Who may do what: the one place. Run as attestor_owner after every change of the schema and by
-- `migrate --repair`; it may be run again at any time. `migrate` finds what differs by running this,
-- looking at what it changed, and rolling back.

-- First everything is taken away: from PUBLIC and from the roles of attestor all of it, from others what
-- goes beyond reading in the audit schema. What an administrator lets others read stays.
do $$
declare
    given record;
begin
    for given in
        with object (kind, target, namespace, owner, acl) as (
            select 'schema', quote_ident(n.nspname), n.oid, n.nspowner, n.nspacl from pg_namespace n
            union all
            select 'table', c.oid::regclass::text, c.relnamespace, c.relowner, c.relacl
            from pg_class c where c.relkind in ('r', 'p', 'v')
            union all
            select 'sequence', c.oid::regclass::text, c.relnamespace, c.relowner, c.relacl
            from pg_class c where c.relkind = 'S'
            union all
            select 'column ' || quote_ident(a.attname), c.oid::regclass::text, c.relnamespace, c.relowner, a.attacl
            from pg_attribute a join pg_class c on c.oid = a.attrelid where a.attacl is not null
            union all
            select 'routine', p.oid::regprocedure::text, p.pronamespace, p.proowner,
                   coalesce(p.proacl, acldefault('f', p.proowner))
            from pg_proc p
        )
        select o.kind, o.target, a.privilege_type,
               case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee
        from object o
        join pg_namespace n on n.oid = o.namespace
                           and n.nspname in ('attestor', 'audit', 'operations', 'triage', 'trust')
        cross join lateral aclexplode(o.acl) a
        where a.grantee <> o.owner
          and (a.grantee = 0
               or a.grantee in (select r.oid from pg_roles r where r.rolname in (
                      'attestor_viewer', 'attestor_analyst', 'attestor_operator', 'attestor_auditor',
                      'attestor_approver', 'attestor_producer'))
               or n.nspname = 'audit' and a.privilege_type not in ('SELECT', 'USAGE'))
    loop
        if given.kind like 'column %' then
            execute format('revoke %s (%s) on %s from %s cascade', given.privilege_type,
                           substr(given.kind, 8), given.target, given.grantee);
        else
            execute format('revoke %s on %s %s from %s cascade', given.privilege_type, given.kind,
                           given.target, given.grantee);
        end if;
    end loop;
end $$;

-- Everyone who works with attestor reads everything, but for the lock's table.
grant usage on schema attestor, audit, operations, triage, trust to attestor_viewer, attestor_analyst,
    attestor_operator, attestor_auditor, attestor_approver, attestor_producer;
grant select on all tables in schema attestor, audit, operations, triage, trust to attestor_viewer,
    attestor_analyst, attestor_operator, attestor_auditor, attestor_approver, attestor_producer;
revoke select on audit.chain_lock from attestor_viewer, attestor_analyst, attestor_operator, attestor_auditor,
    attestor_approver, attestor_producer;
grant execute on all functions in schema triage, trust to attestor_viewer, attestor_analyst,
    attestor_operator, attestor_auditor, attestor_approver, attestor_producer;
-- To recompute a chain takes no more than reading.
grant execute on function audit.genesis, audit.entry_hash, audit.netstring, audit.netstring_of_array
    to attestor_viewer, attestor_analyst, attestor_operator, attestor_auditor, attestor_approver,
    attestor_producer;

-- The chain: append_entry is the only door, and it looks at the category itself.
grant execute on function audit.append_entry to attestor_analyst, attestor_operator, attestor_auditor,
    attestor_approver, attestor_producer;
alter function audit.append_entry security definer;
alter function audit.append_entry reset all;
alter function audit.append_entry set search_path to pg_catalog, audit, pg_temp;
alter function audit.refuse_change reset all;
alter function audit.refuse_change set search_path to pg_catalog, audit, pg_temp;
call audit.make_append_only('audit.audit_trail_entries');
call audit.make_append_only('audit.chain');
call audit.make_append_only('audit.compliance_reports');
call audit.make_append_only('audit.audit_exports');
call audit.make_append_only('audit.inspections');
call audit.make_append_only('audit.checkpoints');
call audit.make_append_only('triage.feedbacks');
call audit.make_append_only('triage.attention');
call audit.make_append_only('operations.acknowledgements');
call audit.make_append_only('trust.flaky_decisions');

-- Auditors export, report and inspect. Waiting for appends takes the lock of the chain, and gives it back.
grant insert on audit.compliance_reports, audit.audit_exports, audit.inspections to attestor_auditor;
grant execute on function audit.await_appends to attestor_auditor;
alter function audit.await_appends security definer;
alter function audit.await_appends reset all;
alter function audit.await_appends set search_path to pg_catalog, audit, pg_temp;
-- Auditors seal the chain, and keep the cache of its tree.
grant insert on audit.checkpoints, audit.merkle_tiles to attestor_auditor;
grant update (hash) on audit.merkle_tiles to attestor_auditor;

-- Runs are recorded by whoever may write something.
grant insert on operations.operation_runs to attestor_analyst, attestor_operator, attestor_auditor,
    attestor_approver, attestor_producer;
grant update (status, outcome, summary_counts, failure_summary, context, started_at, completed_at, updated_at,
              lease_until)
    on operations.operation_runs to attestor_analyst, attestor_operator, attestor_auditor, attestor_approver,
    attestor_producer;

-- A check is acknowledged by whoever may run its flow; the chain looks at the category itself.
grant insert on operations.acknowledgements to attestor_analyst, attestor_operator, attestor_auditor,
    attestor_approver;

-- Analysts take files in and decide. What an AI or a red team said is not theirs to change.
grant insert on triage.imports, triage.scans, triage.findings, triage.sightings, triage.feedbacks
    to attestor_analyst;
grant update (counts, deviations) on triage.imports to attestor_analyst;
grant update (inserted, unchanged, moved, absent, suppressed) on triage.scans to attestor_analyst;
grant update (
    -- intake: where it is seen now, and what its scanner says now
    scan_id, rule_id, file, line, severity, message, snippet, snippet_line, end_line, kind, help_uri, cve_ids,
    tags, suppressed, suppression, occurrence, state, last_seen_at, resolved_at, regressed_at,
    -- decisions
    triage_decision, version, decided_by,
    -- who looks at it, and what may wait
    claimed_by, claimed_until, snoozed_until)
    on triage.findings to attestor_analyst;
-- They take in what is known of CVEs and of builds. A catalogue of KEV is replaced whole, and the risks
-- of findings follow.
grant insert, update on triage.epss_data, triage.pipeline_metrics to attestor_analyst;
grant update (risk) on triage.findings to attestor_analyst;
grant insert, update, delete on triage.kev to attestor_analyst, attestor_producer;
grant insert on triage.threat_editions to attestor_analyst, attestor_producer;
grant update (risk) on triage.findings to attestor_producer;

-- What holds for every console is set through a function that looks at the login itself, since the risks of
-- findings follow from it.
alter function triage.set_blind_share security definer;
alter function triage.set_blind_share reset all;
alter function triage.set_blind_share set search_path to pg_catalog, triage, pg_temp;
grant insert on triage.attention to attestor_analyst;

-- Approvers accept risks.
grant insert on triage.attention to attestor_approver;
grant update (accepted_until) on triage.findings to attestor_approver;

-- Producers write what the seed's columns hold.
grant insert, update on triage.scans, triage.findings, triage.epss_data, triage.pipeline_metrics
    to attestor_producer;
grant insert on triage.feedbacks to attestor_producer;
-- They take scanners' files in too, as a job of a pipeline does.
grant insert on triage.imports, triage.sightings to attestor_producer;
grant update (counts, deviations) on triage.imports to attestor_producer;

-- Operators and producers take in what tests said. What was said never changes; the counts of a run follow
-- its files.
grant insert on trust.repositories, trust.ci_runs, trust.test_imports, trust.test_results
    to attestor_operator, attestor_producer;
grant update (branch, workflow_name, started_at, tests, failed, outage) on trust.ci_runs
    to attestor_operator, attestor_producer;
grant update (counts, deviations) on trust.test_imports to attestor_operator, attestor_producer;

-- Operators score tests and quarantine them; what they decided is never changed. Producers write what the
-- seed's columns hold.
grant insert, update on trust.flaky_tests to attestor_operator;
grant insert (id, repo_id, test_id, test_suite, test_name, run_count, pass_count, fail_count, flakiness_score,
              quarantined, graduated_at, environment),
      update (test_suite, test_name, run_count, pass_count, fail_count, flakiness_score, quarantined, graduated_at)
    on trust.flaky_tests to attestor_producer;
grant insert on trust.flaky_decisions to attestor_operator;
grant update on trust.flaky_settings to attestor_operator;
grant insert, update on trust.test_scorings to attestor_operator;

-- Operators hold repositories against policy.
grant insert on trust.policy_repo_configs, trust.reconciliation_runs to attestor_operator, attestor_producer;
grant insert on trust.reconciliation_results, trust.drift_history, trust.desired_values, trust.drift_ignores
    to attestor_operator;
grant insert, update, delete on trust.drift_policies to attestor_operator;
grant delete on trust.desired_values to attestor_operator;
grant update on trust.policy_repo_configs, trust.reconciliation_runs to attestor_operator, attestor_producer;
grant update on trust.reconciliation_results, trust.drift_history, trust.desired_values, trust.drift_ignores
    to attestor_operator;
-- The reconciler: plans and what was done of them are added to, never changed; the cache comes and goes.
grant insert on trust.drift_plans, trust.drift_applications to attestor_operator;
grant insert, update, delete on trust.github_answers to attestor_operator;
