-- The audit chain (seed 000: audit_trail_entries, compliance_reports, audit_exports).
--
-- Seed columns keep their names and types; what stands behind "-- added" is ours. Entries are written
-- through audit.append_entry alone. What others may do stands in rights.sql, which every `migrate`
-- applies; this file grants nothing, and takes from PUBLIC what PostgreSQL gives it by default.

create schema audit;

-- The chain's name and the hash before its first entry: one row, written by `migrate`, never changed.
create table audit.chain (
    singleton boolean primary key default true check (singleton),
    chain_id  text not null check (octet_length(chain_id) between 1 and 255 and chain_id !~ '[^A-Za-z0-9._/-]'),
    genesis   text not null check (octet_length(genesis) = 64 and genesis !~ '[^0-9a-f]')
);

-- Always empty. Who holds its EXCLUSIVE lock may append: a row that were updated instead would leave a
-- dead version an append, and any snapshot held open elsewhere would make appends ever slower.
create table audit.chain_lock ();

-- Which roles may append which categories.
create table audit.category_roles (
    category text not null,
    role     text not null,
    primary key (category, role)
);
insert into audit.category_roles (category, role) values
    ('finding_triage',          'attestor_analyst'),
    ('vulnerability_dismissed', 'attestor_analyst'),
    ('risk_acceptance',         'attestor_approver'),
    ('override',                'attestor_approver'),
    ('drift',                   'attestor_operator'),
    ('quarantine',              'attestor_operator'),
    ('heal',                    'attestor_operator'),
    ('config_change',           'attestor_operator'),
    ('dependency',              'attestor_operator'),
    ('verification',            'attestor_auditor'),
    ('verification',            'attestor_operator'),
    ('checkpoint',              'attestor_auditor'),
    ('export',                  'attestor_auditor'),
    ('report',                  'attestor_auditor'),
    ('ai_decision',             'attestor_producer'),
    ('review_gate',             'attestor_producer'),
    ('policy_bypass',           'attestor_producer'),
    ('branch_rule',             'attestor_producer'),
    ('auto_merge',              'attestor_producer'),
    ('rollback',                'attestor_producer'),
    ('finding_triage',          'attestor_producer'),
    ('vulnerability_dismissed', 'attestor_producer'),
    ('drift',                   'attestor_producer'),
    ('quarantine',              'attestor_producer'),
    ('heal',                    'attestor_producer'),
    ('config_change',           'attestor_producer'),
    ('dependency',              'attestor_producer');

-- Whether a row could be an entry of a chain; a verifier repeats every line of it. One function, since
-- PostgreSQL prepares a CHECK anew for each statement: ten of them cost as much as the insert itself.
create function audit.is_entry(
    id bigint, seq bigint, occurred_at timestamptz, category text, event_type text, actor text,
    actor_type text, db_user text, repo_full_name text, commit_sha text, framework text[],
    control_id text, chain_id text, payload_alg text, payload_hash text, prev_hash text, entry_hash text)
returns boolean
language plpgsql immutable parallel safe as $$
begin
    return id = seq and seq > 0
       and occurred_at >= '0001-01-01 00:00:00+00' and occurred_at < '10000-01-01 00:00:00+00'
       and octet_length(chain_id) between 1 and 255 and chain_id !~ '[^A-Za-z0-9._/-]'
       and payload_alg = 'pgjsonb'
       and octet_length(payload_hash) = 64 and payload_hash !~ '[^0-9a-f]'
       and octet_length(prev_hash) = 64 and prev_hash !~ '[^0-9a-f]'
       and octet_length(entry_hash) = 64 and entry_hash !~ '[^0-9a-f]'
       -- greatest() passes over NULL.
       and greatest(octet_length(category), octet_length(event_type), octet_length(actor),
                    octet_length(actor_type), octet_length(db_user), octet_length(repo_full_name),
                    octet_length(commit_sha), octet_length(control_id)) <= 1024
       and (framework = '{}' or (array_ndims(framework) = 1 and array_lower(framework, 1) = 1
                                 and array_position(framework, null) is null
                                 and octet_length(array_to_string(framework, ',')) <= 1024));
end $$;

create table audit.audit_trail_entries (
    id             bigint      primary key,
    seq            bigint      not null,
    category       text        not null,
    event_type     text        not null,
    actor          text        not null,
    actor_type     text        not null,
    repo_full_name text,
    pr_number      integer,
    payload        jsonb       not null,
    framework      text[]      not null,
    payload_hash   text        not null,
    prev_hash      text        not null,
    -- added
    occurred_at    timestamptz not null,
    commit_sha     text,
    control_id     text,
    db_user        text        not null,
    chain_id       text        not null,
    payload_alg    text        not null,
    entry_hash     text        not null,
    constraint audit_trail_entries_seq_key unique (seq),
    constraint audit_trail_entries_prev_hash_key unique (prev_hash),
    constraint audit_trail_entries_is_entry check (audit.is_entry(
        id, seq, occurred_at, category, event_type, actor, actor_type, db_user, repo_full_name, commit_sha,
        framework, control_id, chain_id, payload_alg, payload_hash, prev_hash, entry_hash))
);
-- A deed that is asked for twice is entered once (added).
create unique index audit_trail_entries_idempotency_key
    on audit.audit_trail_entries ((payload->>'idempotency_key'))
    where payload->>'idempotency_key' is not null;
-- Lists by category and event, newest first (added).
create index audit_trail_entries_category on audit.audit_trail_entries (category, event_type, seq);
-- What was said about a finding (added). An id has at most 19 digits, so 20 characters tell it from
-- any longer text, and no payload can make an index row too large.
create index audit_trail_entries_finding_id
    on audit.audit_trail_entries ((left(payload->>'finding_id', 20)), seq)
    where payload->>'finding_id' is not null;

create table audit.compliance_reports (
    id           bigint generated by default as identity primary key,
    report_type  text,
    period_start timestamptz,
    period_end   timestamptz,
    summary      jsonb,
    controls     jsonb,
    entry_count  integer,
    report_hash  text
);

create table audit.audit_exports (
    id           bigint generated by default as identity primary key,
    export_type  text,
    date_covered date,
    entry_count  integer,
    file_path    text,
    file_hash    text,
    signed       boolean
);

-- What was written stays as it was written.
create function audit.refuse_change() returns trigger
language plpgsql set search_path to pg_catalog, audit, pg_temp as $$
begin
    raise exception '% is refused: %.% is append-only', tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'append a new row that takes the old one back';
end $$;

-- Makes a table append-only, or so again. ALWAYS: session_replication_role does not switch it off.
create procedure audit.make_append_only(target regclass)
language plpgsql set search_path to pg_catalog, audit, pg_temp as $$
declare
    -- Bits of pg_trigger.tgtype: 1 row, 2 before, 8 delete, 16 update, 32 truncate.
    wanted record;
begin
    for wanted in values ('refuse_change', 'update or delete', 'row', 1 + 2 + 8 + 16),
                         ('refuse_truncate', 'truncate', 'statement', 2 + 32) loop
        continue when exists (
            select from pg_trigger t
            where t.tgrelid = target and t.tgname = wanted.column1 and t.tgtype = wanted.column4
              and t.tgfoid = 'audit.refuse_change'::regproc and t.tgenabled = 'A'
              and t.tgqual is null and t.tgattr = ''::int2vector);
        execute format('drop trigger if exists %I on %s', wanted.column1, target);
        execute format('create trigger %I before %s on %s for each %s execute function audit.refuse_change()',
                       wanted.column1, wanted.column2, target, wanted.column3);
        execute format('alter table %s enable always trigger %I', target, wanted.column1);
    end loop;
end $$;
call audit.make_append_only('audit.audit_trail_entries');
call audit.make_append_only('audit.chain');

-- A netstring: the length in bytes, a colon, the bytes, a comma; NULL is "-,".
create function audit.netstring(value text) returns text
language sql immutable parallel safe
return coalesce(octet_length(value)::text || ':' || value || ',', '-,');

-- The netstring of the netstrings of the elements.
create function audit.netstring_of_array(elements text[]) returns text
language plpgsql immutable parallel safe as $$
declare
    inner_text text := '';
    element    text;
begin
    foreach element in array elements loop
        inner_text := inner_text || audit.netstring(element);
    end loop;
    return audit.netstring(inner_text);
end $$;

-- The prev_hash of the first entry.
create function audit.genesis(chain_id text) returns text
language sql immutable parallel safe
return encode(sha256(convert_to(
    audit.netstring('attestor/genesis/v1') || audit.netstring(chain_id), 'UTF8')), 'hex');

-- The hash of an entry, profile attestor/v1. STABLE because to_char is; its format names every field.
create function audit.entry_hash(
    chain_id text, seq bigint, occurred_at timestamptz, category text, event_type text, actor text,
    actor_type text, db_user text, repo_full_name text, pr_number integer, commit_sha text,
    framework text[], control_id text, payload_alg text, payload_hash text, prev_hash text)
returns text
language sql stable parallel safe
return encode(sha256(convert_to(
    audit.netstring('attestor/entry/v1') || audit.netstring(chain_id) || audit.netstring(seq::text)
    || audit.netstring(to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit.netstring(category) || audit.netstring(event_type) || audit.netstring(actor)
    || audit.netstring(actor_type) || audit.netstring(db_user) || audit.netstring(repo_full_name)
    || audit.netstring(pr_number::text) || audit.netstring(commit_sha)
    || audit.netstring_of_array(framework) || audit.netstring(control_id)
    || audit.netstring(payload_alg) || audit.netstring(payload_hash) || audit.netstring(prev_hash),
    'UTF8')), 'hex');

-- The text of a payload, which its hash is over; raises where it can't be entered. What could print as
-- much more than it weighs is found before text is made: a jsonb of 2 KB can print as 13 MB.
create function audit.payload_text(payload jsonb) returns text
language plpgsql immutable parallel safe as $$
declare
    printed text;
    numbers bigint := 0;
    number  jsonb;
begin
    -- A container at level 128 is the 129th of its line; each takes 8 bytes and more.
    if pg_column_size(payload) > 1024 and jsonb_path_exists(
            payload, 'strict $.**{128} ? (@.type() == "array" || @.type() == "object")') then
        raise exception 'the payload is nested deeper than 128'
            using errcode = 'program_limit_exceeded', hint = 'flatten it; [] alone counts as 1';
    end if;
    if jsonb_path_exists(
            payload, 'strict $.** ? (@ > 1e308 || @ < -1e308 || (@ < 1e-308 && @ > -1e-308 && @ != 0))') then
        raise exception 'the payload holds a number beyond 1e308, or nearer to zero than 1e-308'
            using errcode = 'numeric_value_out_of_range', hint = 'enter such a number as a string';
    end if;
    -- A number of 12 bytes can print 16,383 zeros behind its point; so many bytes print 3 MB at most.
    if pg_column_size(payload) > 2048 then
        for number in select jsonb_path_query(payload, 'strict $.** ? (@.type() == "number")') loop
            numbers := numbers + octet_length(number::text);
            exit when numbers > 1048576;
        end loop;
    end if;
    if numbers <= 1048576 then
        printed := payload::text;
    end if;
    if printed is null or octet_length(printed) > 1048576 then
        raise exception 'the payload is larger than 1 MiB as text'
            using errcode = 'program_limit_exceeded',
                  hint = 'enter a digest and a count in place of the data itself';
    end if;
    return printed;
end $$;

-- The one door into the chain. Everything is checked before the lock is asked for; between the lock
-- and the end of the transaction nothing waits. What can be is an assignment and not a query: it is
-- then evaluated without an executor of its own.
create function audit.append_entry(
    category text, event_type text, actor_type text, payload jsonb, actor text default null,
    repo_full_name text default null, pr_number integer default null, commit_sha text default null,
    framework text[] default '{}', control_id text default null)
returns bigint
language plpgsql security definer set search_path to pg_catalog, audit, pg_temp as $$
#variable_conflict use_variable
declare
    db_user      constant text := session_user;
    payload_hash text;
    entry_hash   text;
    prev_hash    text;
    chain_id     text;
    occurred_at  timestamptz;
    seq          bigint;
    limit_set    interval;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'entries are appended in a READ COMMITTED transaction, not in a % one',
                upper(current_setting('transaction_isolation'))
            using errcode = 'invalid_transaction_state', hint = 'begin isolation level read committed';
    end if;
    if category is null or event_type is null or actor_type is null or payload is null or framework is null then
        raise exception 'category, event_type, actor_type, payload and framework must not be NULL'
            using errcode = 'null_value_not_allowed';
    end if;
    -- USAGE: not so a role's creator, who only administers it.
    if not exists (select from audit.category_roles r
                   where r.category = append_entry.category and pg_has_role(db_user, r.role, 'usage')) then
        raise exception 'login "%" may not append entries of category "%"', db_user, left(category, 100)
            using errcode = 'insufficient_privilege',
                  hint = coalesce((select 'members of these roles may: ' || string_agg(r.role, ', ' order by r.role)
                                   from audit.category_roles r where r.category = append_entry.category),
                                  'there is no such category');
    end if;
    actor := coalesce(actor, db_user);
    if actor <> db_user and not pg_has_role(db_user, 'attestor_producer', 'usage') then
        raise exception 'login "%" may not append in the name of "%"', db_user, left(actor, 100)
            using errcode = 'insufficient_privilege',
                  hint = 'leave actor out, or log in as a member of attestor_producer';
    end if;
    if greatest(octet_length(category), octet_length(event_type), octet_length(actor), octet_length(actor_type),
                octet_length(repo_full_name), octet_length(commit_sha), octet_length(control_id),
                octet_length(payload->>'idempotency_key')) > 1024 then
        raise exception 'a text of the entry is larger than 1 KiB'
            using errcode = 'string_data_right_truncation',
                  hint = 'only the payload may be larger: 1 MiB, of which the idempotency_key 1 KiB';
    end if;
    if framework <> '{}' and (array_ndims(framework) <> 1 or array_lower(framework, 1) <> 1
                              or array_position(framework, null) is not null
                              or octet_length(array_to_string(framework, ',')) > 1024) then
        raise exception 'framework must be a list of one dimension from 1, without NULL, of at most 1 KiB'
            using errcode = 'invalid_parameter_value';
    end if;
    -- The whole value in memory: read from disk once, and its size is the real one.
    payload := payload #> '{}';
    payload_hash := encode(sha256(convert_to(audit.payload_text(payload), 'UTF8')), 'hex');

    -- Nobody waits for the chain without end, and nobody who then does nothing keeps it: where the
    -- client has set no limits, or longer ones, these hold until the transaction ends.
    limit_set := current_setting('lock_timeout')::interval;
    if limit_set = interval '0' or limit_set > interval '10 s' then
        perform set_config('lock_timeout', '10s', true);
    end if;
    limit_set := current_setting('idle_in_transaction_session_timeout')::interval;
    if limit_set = interval '0' or limit_set > interval '30 s' then
        perform set_config('idle_in_transaction_session_timeout', '30s', true);
    end if;
    lock table audit.chain_lock in exclusive mode;
    -- A new statement: its snapshot sees what was committed while the lock was waited for.
    select e.seq + 1, e.entry_hash, e.chain_id, e.occurred_at into seq, prev_hash, chain_id, occurred_at
    from audit.audit_trail_entries e order by e.seq desc limit 1;
    if seq is null then
        select 1, c.genesis, c.chain_id into seq, prev_hash, chain_id from audit.chain c;
        if seq is null then
            raise exception 'the chain has no name yet'
                using errcode = 'object_not_in_prerequisite_state', hint = 'attestor migrate';
        end if;
    end if;
    occurred_at := greatest(clock_timestamp(), occurred_at);
    entry_hash := audit.entry_hash(chain_id, seq, occurred_at, category, event_type, actor, actor_type, db_user,
                                   repo_full_name, pr_number, commit_sha, framework, control_id, 'pgjsonb',
                                   payload_hash, prev_hash);
    insert into audit.audit_trail_entries (
        id, seq, category, event_type, actor, actor_type, repo_full_name, pr_number, payload, framework,
        payload_hash, prev_hash, occurred_at, commit_sha, control_id, db_user, chain_id, payload_alg, entry_hash)
    values (
        seq, seq, category, event_type, actor, actor_type, repo_full_name, pr_number, payload, framework,
        payload_hash, prev_hash, occurred_at, commit_sha, control_id, db_user, chain_id, 'pgjsonb', entry_hash);
    -- Heard by consoles when it commits. Commits that notify come one after the other; so do these anyway.
    perform pg_notify('attestor_audit', seq || ' ' || category);
    return seq;
end $$;

revoke execute on all routines in schema audit from public;

comment on schema audit is 'the audit chain, and what is made from it';
comment on table audit.audit_trail_entries is
    'the chain: immutable entries, each hashed over the one before it; audit.append_entry is the only door';
comment on column audit.audit_trail_entries.id is 'identifier; equal to seq';
comment on column audit.audit_trail_entries.seq is 'position in the chain, from 1 without gaps';
comment on column audit.audit_trail_entries.category is 'what it is about; decides who may append it';
comment on column audit.audit_trail_entries.event_type is 'what happened';
comment on column audit.audit_trail_entries.actor is 'who did it';
comment on column audit.audit_trail_entries.actor_type is 'human, bot or system';
comment on column audit.audit_trail_entries.repo_full_name is 'repository that it concerns';
comment on column audit.audit_trail_entries.pr_number is 'pull request that it concerns';
comment on column audit.audit_trail_entries.payload is 'the event itself';
comment on column audit.audit_trail_entries.framework is 'controls that it supports, such as SOC2:CC8.1';
comment on column audit.audit_trail_entries.payload_hash is 'SHA-256 of the payload''s text, in hex';
comment on column audit.audit_trail_entries.prev_hash is
    'entry_hash of the entry before, or the chain''s genesis';
comment on column audit.audit_trail_entries.occurred_at is
    'added: when it was appended; never before the entry before';
comment on column audit.audit_trail_entries.commit_sha is 'added: commit that it concerns';
comment on column audit.audit_trail_entries.control_id is 'added: control that it is evidence for';
comment on column audit.audit_trail_entries.db_user is 'added: login that appended it';
comment on column audit.audit_trail_entries.chain_id is 'added: name of the chain, as in audit.chain';
comment on column audit.audit_trail_entries.payload_alg is
    'added: how payload_hash is taken; pgjsonb is the text that PostgreSQL prints for the jsonb';
comment on column audit.audit_trail_entries.entry_hash is 'added: SHA-256 over all of the above, in hex';
comment on table audit.chain is 'added: the one row that names the chain';
comment on column audit.chain.singleton is 'added: always true, so that there is one row at most';
comment on column audit.chain.chain_id is 'added: name of the chain, such as example.com/audit';
comment on column audit.chain.genesis is 'added: prev_hash of the first entry';
comment on table audit.chain_lock is 'added: always empty; its lock orders the appends';
comment on table audit.category_roles is 'added: which roles may append which categories';
comment on column audit.category_roles.category is 'added: category of an entry';
comment on column audit.category_roles.role is 'added: a role whose members may append it';
comment on table audit.compliance_reports is 'compliance reports that were made from the chain';
comment on column audit.compliance_reports.id is 'identifier';
comment on column audit.compliance_reports.report_type is 'soc2, iso27001 or custom';
comment on column audit.compliance_reports.period_start is 'start of the period';
comment on column audit.compliance_reports.period_end is 'end of the period';
comment on column audit.compliance_reports.summary is 'the report in short';
comment on column audit.compliance_reports.controls is 'evidence by control';
comment on column audit.compliance_reports.entry_count is 'entries of the chain that it covers';
comment on column audit.compliance_reports.report_hash is 'SHA-256 over the whole report, in hex';
comment on table audit.audit_exports is 'files that the chain was exported to';
comment on column audit.audit_exports.id is 'identifier';
comment on column audit.audit_exports.export_type is 'nightly, or another word for what it is';
comment on column audit.audit_exports.date_covered is 'day that it covers, in UTC';
comment on column audit.audit_exports.entry_count is 'entries in the file';
comment on column audit.audit_exports.file_path is 'where the file was written';
comment on column audit.audit_exports.file_hash is 'SHA-256 of the file, in hex';
comment on column audit.audit_exports.signed is
    'whether it was signed; a note, since a check looks at the file itself';
