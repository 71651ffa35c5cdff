-- Gives everything in the schemas of attestor to its owner role. Run as the login of the migrator,
-- who must own what is given away or be a superuser; where all is in order, it changes nothing.
do $$
declare
    stray record;
begin
    for stray in
        select format('schema %I', n.nspname) as target
        from pg_namespace n
        where n.nspname in ('attestor', 'audit', 'operations', 'triage', 'trust')
          and n.nspowner <> 'attestor_owner'::regrole
        union all
        select format('%s %s', case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end,
                      c.oid::regclass)
        from pg_class c
        where c.relnamespace in (select n.oid from pg_namespace n
                                 where n.nspname in ('attestor', 'audit', 'operations', 'triage', 'trust'))
          and c.relkind in ('r', 'p', 'v', 'S') and c.relowner <> 'attestor_owner'::regrole
          -- The sequence of an identity column follows its table.
          and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')
        union all
        select format('routine %s', p.oid::regprocedure)
        from pg_proc p
        where p.pronamespace in (select n.oid from pg_namespace n
                                 where n.nspname in ('attestor', 'audit', 'operations', 'triage', 'trust'))
          and p.proowner <> 'attestor_owner'::regrole
    loop
        execute format('alter %s owner to attestor_owner', stray.target);
    end loop;
end $$;
