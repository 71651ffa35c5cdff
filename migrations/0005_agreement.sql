-- AI against people: the blind sample, and the pipeline's metrics for each scan (seed 001:
-- pipeline_metrics).

-- What every console agrees on (added): one row.
create table triage.settings (
    singleton   boolean          primary key default true check (singleton),
    blind_share double precision not null default 0 check (blind_share between 0 and 1)
);
insert into triage.settings default values;
comment on table triage.settings is 'added: what holds for every console; one row';
comment on column triage.settings.singleton is 'added: true; there is one row';
comment on column triage.settings.blind_share is
    'added: the share of findings that are decided before the AI''s verdict is shown, 0 to 1';

-- Whether a finding belongs to the blind sample, by its id alone: the same for everyone, for ever, and
-- a larger share only adds findings. src/triage/blind.rs computes the same.
create function triage.in_blind_sample(finding_id bigint, share double precision) returns boolean
language sql immutable parallel safe
return ('x' || left(encode(sha256(convert_to('attestor/blind/' || finding_id, 'UTF8')), 'hex'), 12))::bit(48)::bigint
       < share * 281474976710656;

alter table triage.feedbacks add column blind boolean not null default false;
comment on column triage.feedbacks.blind is
    'added: whether the verdict was given before the AI''s was shown';
create index feedbacks_blind on triage.feedbacks (finding_id, id) where blind;
