-- Deciding blind without a number that tells what is hidden, and indexes that take texts of any length.

-- Whether the AI's verdict on a finding is hidden for now, as src/triage/store/blind.rs asks it: nobody has
-- ever decided on it.
create function triage.is_blind(finding_id bigint, ai_verdict text, triage_decision text) returns boolean
language sql stable as $$
    select coalesce(
        s.blind_share > 0
        and upper(btrim(ai_verdict)) in ('TP', 'FP')
        and upper(btrim(coalesce(triage_decision, ''))) not in ('TP', 'FP')
        and triage.in_blind_sample(is_blind.finding_id, s.blind_share)
        and not exists (select from triage.feedbacks v
                        where v.finding_id = is_blind.finding_id and v.kind = 'verdict'), false)
    from triage.settings s
$$;

-- The risk that a finding has for everyone: while the AI's verdict is hidden it counts as unknown. One
-- number stands in the row, so that no order, no filter, no group and no count can tell the other one.
create function triage.risk_for_all(finding triage.findings) returns double precision
language sql stable as $$
    select case when triage.is_blind(finding.id, finding.ai_verdict, finding.triage_decision)
                then triage.risk(finding.severity_rank, finding.cve_ids, finding.red_team_success, null, null)
                else triage.risk(finding.severity_rank, finding.cve_ids, finding.red_team_success,
                                 finding.ai_verdict, finding.ai_confidence) end
$$;

create or replace function triage.complete_finding() returns trigger
language plpgsql as $$
begin
    if new.project_name is null then
        select s.project_name into new.project_name from triage.scans s where s.id = new.scan_id;
    end if;
    if new.first_scan_id is null then
        new.first_scan_id := new.scan_id;
    end if;
    new.severity_rank := triage.severity_rank(new.severity);
    new.risk := triage.risk_for_all(new);
    return new;
end $$;

-- A decision ends the hiding, whoever writes it. Where nothing was hidden, the risk is what it was.
create function triage.unveil_finding() returns trigger
language plpgsql as $$
begin
    if (select triage.in_blind_sample(new.id, s.blind_share) from triage.settings s) then
        new.risk := triage.risk_for_all(new);
    end if;
    return new;
end $$;
create trigger unveil_finding before update of triage_decision on triage.findings
    for each row when (new.ai_verdict is not null and new.triage_decision is distinct from old.triage_decision)
    execute function triage.unveil_finding();

-- Sets the share of findings that are decided blind, with the risks that follow; gives the share before.
-- Run with the rights of the owner, since a lock on the table takes those: writers that are under way
-- saw the old share, and are waited for; those that come after see the new one.
create function triage.set_blind_share(share double precision) returns double precision
language plpgsql as $$
declare
    before double precision;
begin
    if not pg_has_role(session_user, 'attestor_operator', 'usage') then
        raise exception 'login "%" may not set the share of findings that are decided blind', session_user
            using errcode = 'insufficient_privilege', hint = 'this takes the role attestor_operator';
    end if;
    select s.blind_share into before from triage.settings s for update;
    if before = share then
        return before;
    end if;
    -- Not a weaker one: whoever is about to lock rows must not hold them while this waits.
    lock table triage.findings in exclusive mode;
    update triage.settings set blind_share = share;
    update triage.findings f set risk = triage.risk_for_all(f)
    where upper(btrim(f.ai_verdict)) in ('TP', 'FP')
      and upper(btrim(coalesce(f.triage_decision, ''))) not in ('TP', 'FP')
      and triage.in_blind_sample(f.id, greatest(before, share))
      and not triage.in_blind_sample(f.id, least(before, share))
      and f.risk is distinct from triage.risk_for_all(f);
    return before;
end $$;

-- What is hidden already counts as unknown from now on.
update triage.findings f set risk = triage.risk_for_all(f)
where (select s.blind_share > 0 from triage.settings s)
  and triage.is_blind(f.id, f.ai_verdict, f.triage_decision);

-- A row of a B-tree has room for a third of a page; what others write may be longer. A hash index keeps
-- four bytes of a text, however long it is.
drop index triage.scans_series;
create index scans_series on triage.scans using hash (project_name);
drop index triage.scans_reference_id;
create index scans_reference_id on triage.scans using hash (reference_id);
-- Not hash here: a fingerprint may be shared by very many findings, and their entries would form one chain.
-- Those of attestor are short; a longer one is kept as its own hash, which tells it apart as well.
drop index triage.findings_identity;
create function triage.shorten_fingerprint() returns trigger
language plpgsql as $$
begin
    new.fingerprint := 'sha256:' || encode(sha256(convert_to(new.fingerprint, 'UTF8')), 'hex');
    return new;
end $$;
create trigger shorten_fingerprint before insert or update of fingerprint on triage.findings
    for each row when (length(new.fingerprint) > 200) execute function triage.shorten_fingerprint();
update triage.findings set fingerprint = fingerprint where length(fingerprint) > 200;
create index findings_identity on triage.findings (fingerprint);
-- The same bytes for the same repository and commit are taken once, whatever these are called.
alter table triage.imports drop constraint imports_file_sha256_project_name_commit_sha_key;
create function triage.import_target(project_name text, commit_sha text) returns bytea
language sql immutable parallel safe
return sha256(convert_to(project_name || chr(31) || commit_sha, 'UTF8'));
create unique index imports_once on triage.imports (file_sha256, triage.import_target(project_name, commit_sha));
