-- Exports and compliance reports: what left the database, and what a person looked at in it.

alter table audit.compliance_reports
    add column created_at timestamptz not null default now(),
    add column created_by text        not null default session_user;
alter table audit.audit_exports
    add column chain_id   text,
    add column first_seq  bigint,
    add column last_seq   bigint,
    add column created_at timestamptz not null default now(),
    add column created_by text        not null default session_user;
-- A day is exported once: asked for again, the file must hold the same bytes.
create unique index audit_exports_nightly
    on audit.audit_exports (date_covered) where export_type = 'nightly';

create table audit.inspections (
    report_id    bigint      not null references audit.compliance_reports (id),
    seq          bigint      not null,
    note         text        not null check (octet_length(note) between 1 and 1024),
    inspected_by text        not null default session_user,
    inspected_at timestamptz not null default now(),
    primary key (report_id, seq)
);

-- Waits until every append that has begun is through: what is stamped before a moment that has passed
-- is visible to the snapshot that is taken next.
create function audit.await_appends() returns void
language plpgsql as $$
begin
    lock table audit.chain_lock in exclusive mode;
end $$;

comment on column audit.compliance_reports.created_at is 'added: when it was made';
comment on column audit.compliance_reports.created_by is 'added: the login that made it';
comment on column audit.audit_exports.chain_id is 'added: the chain that was exported';
comment on column audit.audit_exports.first_seq is 'added: the first entry of the file; null for none';
comment on column audit.audit_exports.last_seq is 'added: the last entry of the file; null for none';
comment on column audit.audit_exports.created_at is 'added: when it was made';
comment on column audit.audit_exports.created_by is 'added: the login that made it';
comment on table audit.inspections is 'added: the entries of a report''s sample that a person has looked at';
comment on column audit.inspections.report_id is 'added: the report';
comment on column audit.inspections.seq is 'added: the entry';
comment on column audit.inspections.note is 'added: what was seen';
comment on column audit.inspections.inspected_by is 'added: the login that looked';
comment on column audit.inspections.inspected_at is 'added: when';
comment on function audit.await_appends is 'added: waits until every append that has begun is through';
