-- The roles of attestor. They belong to the whole cluster, so another database may be creating them
-- at this moment.
do $$
declare
    missing text;
begin
    foreach missing in array array['attestor_owner', 'attestor_viewer', 'attestor_analyst', 'attestor_operator',
                                   'attestor_auditor', 'attestor_approver', 'attestor_producer'] loop
        if not exists (select from pg_roles where rolname = missing) then
            begin
                execute format('create role %I nologin', missing);
            exception when duplicate_object or unique_violation then
                null;
            end;
        end if;
    end loop;
end $$;
