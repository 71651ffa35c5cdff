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
    payload_hash   text        not null check (octet_length(payload_hash) = 64 and payload_hash !~ '[^0-9a-f]'),
    prev_hash      text        not null check (octet_length(prev_hash) = 64 and prev_hash !~ '[^0-9a-f]'),
    -- added
    occurred_at    timestamptz not null
                   check (occurred_at >= '0001-01-01 00:00:00+00' and occurred_at < '10000-01-01 00:00:00+00'),
    commit_sha     text,
    control_id     text,
    db_user        text        not null,
    chain_id       text        not null check (octet_length(chain_id) between 1 and 255 and chain_id !~ '[^A-Za-z0-9._/-]'),
    payload_alg    text        not null check (payload_alg = 'pgjsonb'),
    entry_hash     text        not null check (octet_length(entry_hash) = 64 and entry_hash !~ '[^0-9a-f]'),
    constraint audit_trail_entries_seq_key unique (seq),
    constraint audit_trail_entries_prev_hash_key unique (prev_hash),
    constraint audit_trail_entries_id_is_seq check (id = seq),
    constraint audit_trail_entries_seq_positive check (seq > 0),
    -- greatest() passes over NULL.
    constraint audit_trail_entries_text_size check (greatest(
        octet_length(category), octet_length(event_type), octet_length(actor), octet_length(actor_type),
        octet_length(db_user), octet_length(repo_full_name), octet_length(commit_sha),
        octet_length(control_id)) <= 1024),
    constraint audit_trail_entries_framework_shape check (
        framework = '{}' or (array_ndims(framework) = 1 and array_lower(framework, 1) = 1
                             and array_position(framework, null) is null
                             and octet_length(array_to_string(framework, ',')) <= 1024))
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

create trigger refuse_change before update or delete on audit.audit_trail_entries
    for each row execute function audit.refuse_change();
create trigger refuse_truncate before truncate on audit.audit_trail_entries
    for each statement execute function audit.refuse_change();
create trigger refuse_change before update or delete on audit.chain
    for each row execute function audit.refuse_change();
create trigger refuse_truncate before truncate on audit.chain
    for each statement execute function audit.refuse_change();
-- ALWAYS: session_replication_role = replica does not switch them off.
alter table audit.audit_trail_entries enable always trigger refuse_change;
alter table audit.audit_trail_entries enable always trigger refuse_truncate;
alter table audit.chain enable always trigger refuse_change;
alter table audit.chain enable always trigger refuse_truncate;

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

-- Raises where a payload can't be entered. Text is made of it only after this: a jsonb of 2 KB can
-- print as 13 MB.
create function audit.check_payload(payload jsonb) returns void
language plpgsql immutable as $$
declare
    printed bigint := 0;
    number  jsonb;
begin
    -- Nothing that prints within 1 MiB takes more than four times that as a jsonb.
    if pg_column_size(payload) > 5 * 1048576 then
        raise exception 'the payload is larger than 1 MiB as text'
            using errcode = 'program_limit_exceeded',
                  hint = 'enter a digest and a count instead of the data itself';
    end if;
    if jsonb_path_exists(payload, 'strict $.**{128} ? (@.type() == "array" || @.type() == "object")') then
        raise exception 'the payload is nested deeper than 128'
            using errcode = 'program_limit_exceeded', hint = 'flatten it; [] counts as 1';
    end if;
    if jsonb_path_exists(payload, 'strict $.** ? (@ > 1e308 || @ < -1e308 || (@ < 1e-308 && @ > -1e-308 && @ != 0))') then
        raise exception 'the payload holds a number beyond 1e308 or within 1e-308 of zero'
            using errcode = 'numeric_value_out_of_range', hint = 'enter such a number as a string';
    end if;
    -- A number takes 12 bytes and can print 16,383 zeros behind its point.
    if pg_column_size(payload) > 2048 then
        for number in select jsonb_path_query(payload, 'strict $.** ? (@.type() == "number")') loop
            printed := printed + octet_length(number::text);
            if printed > 1048576 then
                raise exception 'the payload is larger than 1 MiB as text'
                    using errcode = 'program_limit_exceeded',
                          hint = 'its numbers alone are; enter them with fewer digits';
            end if;
        end loop;
    end if;
end $$;

-- The one door into the chain. Everything is checked before the lock is asked for; between the lock
-- and the end of the transaction nothing waits.
create function audit.append_entry(
    category text, event_type text, actor_type text, payload jsonb, actor text default null,
    repo_full_name text default null, pr_number integer default null, commit_sha text default null,
    framework text[] default '{}', control_id text default null)
returns bigint
language plpgsql security definer set search_path to pg_catalog, audit, pg_temp as $$
#variable_conflict use_variable
declare
    db_user      constant text := session_user;
    payload_text text;
    payload_hash text;
    chain_id     text;
    prev_hash    text;
    last_at      timestamptz;
    occurred_at  timestamptz;
    seq          bigint;
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
    if not exists (select from audit.category_roles r
                   where r.category = append_entry.category and pg_has_role(db_user, r.role, 'usage')) then
        raise exception 'login "%" may not append entries of category "%"', db_user, left(category, 100)
            using errcode = 'insufficient_privilege',
                  hint = coalesce((select 'these roles may: ' || string_agg(r.role, ', ' order by r.role)
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
                  hint = 'only the payload may be larger (1 MiB; its idempotency_key 1 KiB)';
    end if;
    if framework <> '{}' and (array_ndims(framework) <> 1 or array_lower(framework, 1) <> 1
                              or array_position(framework, null) is not null
                              or octet_length(array_to_string(framework, ',')) > 1024) then
        raise exception 'framework must be a list from 1 without NULL, of at most 1 KiB'
            using errcode = 'invalid_parameter_value';
    end if;
    -- The whole value in memory: its size is then the real one, and it is read from disk once.
    payload := payload #> '{}';
    perform audit.check_payload(payload);
    payload_text := payload::text;
    if octet_length(payload_text) > 1048576 then
        raise exception 'the payload is larger than 1 MiB as text'
            using errcode = 'program_limit_exceeded',
                  hint = 'enter a digest and a count instead of the data itself';
    end if;
    payload_hash := encode(sha256(convert_to(payload_text, 'UTF8')), 'hex');

    lock table audit.chain_lock in exclusive mode;
    -- A new statement: its snapshot sees what was committed while the lock was waited for.
    select c.chain_id, coalesce(e.entry_hash, c.genesis), coalesce(e.seq, 0) + 1, e.occurred_at
    into strict chain_id, prev_hash, seq, last_at
    from audit.chain c
    left join lateral (select l.entry_hash, l.seq, l.occurred_at
                       from audit.audit_trail_entries l order by l.seq desc limit 1) e on true;
    occurred_at := greatest(clock_timestamp(), last_at);
    insert into audit.audit_trail_entries (
        id, seq, category, event_type, actor, actor_type, repo_full_name, pr_number, payload, framework,
        payload_hash, prev_hash, occurred_at, commit_sha, control_id, db_user, chain_id, payload_alg, entry_hash)
    values (
        seq, seq, category, event_type, actor, actor_type, repo_full_name, pr_number, payload, framework,
        payload_hash, prev_hash, occurred_at, commit_sha, control_id, db_user, chain_id, 'pgjsonb',
        audit.entry_hash(chain_id, seq, occurred_at, category, event_type, actor, actor_type, db_user,
                         repo_full_name, pr_number, commit_sha, framework, control_id, 'pgjsonb',
                         payload_hash, prev_hash));
    perform pg_notify('attestor_audit', seq || ' ' || category);
    return seq;
end $$;

revoke execute on all functions in schema audit from public;
