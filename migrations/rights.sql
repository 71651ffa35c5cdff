-- Who may do what. `migrate` and `migrate --repair` apply this; it may be applied again at any time.
grant usage on schema audit, triage to
    attestor_viewer, attestor_analyst, attestor_operator, attestor_auditor, attestor_approver, attestor_producer;
grant select on all tables in schema audit, triage to
    attestor_viewer, attestor_analyst, attestor_operator, attestor_auditor, attestor_approver, attestor_producer;
revoke all on audit.chain_lock from public;
grant execute on function audit.append_entry to
    attestor_analyst, attestor_operator, attestor_auditor, attestor_approver, attestor_producer;
grant insert, update on triage.imports, triage.scans, triage.findings, triage.feedbacks, triage.sightings,
    triage.epss_data, triage.pipeline_metrics to attestor_analyst, attestor_producer;
