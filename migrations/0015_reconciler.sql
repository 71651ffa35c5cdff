-- The reconciler: plans as they were reviewed, what was done of them, and what GitHub said before.

-- A plan by its hash. Only a plan that stands here is applied: what was reviewed is what is done (added).
create table trust.drift_plans (
    hash     text        primary key check (hash ~ '^[0-9a-f]{64}$'),
    -- The canonical text that the hash is over: not jsonb, which would write it anew.
    body     text        not null check (octet_length(body) <= 67108864),
    repos    integer     not null,
    fields   integer     not null,
    made_at  timestamptz not null default now(),
    made_by  text        not null default session_user,
    deed_key uuid        not null unique
);
create index drift_plans_newest on trust.drift_plans (made_at desc, hash);

-- What a plan came to in a repository: once, and for good (added).
create table trust.drift_applications (
    plan_hash  text        not null references trust.drift_plans,
    repo_id    bigint      not null references trust.repositories,
    run_id     bigint      not null references trust.reconciliation_runs,
    -- Fields that this run changed, and fields that it found as planned.
    changed    text[]      not null default '{}',
    found_done text[]      not null default '{}',
    applied_at timestamptz not null default clock_timestamp(),
    applied_by text        not null default session_user,
    deed_key   uuid        not null unique,
    primary key (plan_hash, repo_id)
);
create index drift_applications_run_id on trust.drift_applications (run_id);

-- Only one run of a plan is open: the one that a killed process left is gone on with.
create unique index reconciliation_runs_open_plan on trust.reconciliation_runs (plan_hash)
    where plan_hash is not null and finished_at is null;

-- What GitHub said before, with the name that it gave that state: asked again, it says only whether that
-- still holds. A cache, which may be emptied at any time (added).
create table trust.github_answers (
    repo_id bigint not null references trust.repositories,
    address text   not null check (octet_length(address) between 1 and 4096),
    etag    text   not null check (octet_length(etag) between 1 and 200),
    body    jsonb  not null,
    kept_at timestamptz not null default clock_timestamp(),
    primary key (repo_id, address)
);

comment on table trust.drift_plans is 'added: plans of corrections, as they were reviewed';
comment on column trust.drift_plans.hash is 'added: SHA-256 of body';
comment on column trust.drift_plans.body is 'added: canonical JSON of the plan';
comment on column trust.drift_plans.repos is 'added: how many repositories it corrects';
comment on column trust.drift_plans.fields is 'added: how many fields it corrects';
comment on column trust.drift_plans.made_at is 'added: when it was made';
comment on column trust.drift_plans.made_by is 'added: login that made it';
comment on column trust.drift_plans.deed_key is 'added: key of the deed; its entry carries it as idempotency_key';
comment on table trust.drift_applications is 'added: what a plan came to in a repository, once';
comment on column trust.drift_applications.plan_hash is 'added: plan';
comment on column trust.drift_applications.repo_id is 'added: repository';
comment on column trust.drift_applications.run_id is 'added: run that did it';
comment on column trust.drift_applications.changed is 'added: fields that were changed';
comment on column trust.drift_applications.found_done is 'added: fields that were as planned already';
comment on column trust.drift_applications.applied_at is 'added: when';
comment on column trust.drift_applications.applied_by is 'added: login that did it';
comment on column trust.drift_applications.deed_key is 'added: key of the deed; its entry carries it as idempotency_key';
comment on table trust.github_answers is 'added: what GitHub said before, a cache';
comment on column trust.github_answers.repo_id is 'added: repository';
comment on column trust.github_answers.address is 'added: address that was asked';
comment on column trust.github_answers.etag is 'added: what GitHub calls that state';
comment on column trust.github_answers.body is 'added: what is compared of the answer';
comment on column trust.github_answers.kept_at is 'added: when it was kept';
