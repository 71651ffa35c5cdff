//! What the chain's table stands on, by the server's catalogs.

use crate::audit::verify::ground::Ground;
use crate::db::snapshot::Snapshot;
use crate::error::{Error, Kind, Result};

/// Looks at what the chain stands on. Needs no right on the table itself.
pub async fn ground(snapshot: &mut Snapshot) -> Result<Ground> {
    let found = sqlx::query_as(
        "with chain as (
             select c.* from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'audit' and c.relname = 'audit_trail_entries'
         )
         select c.relkind::text as kind,
                c.relowner::regrole::text as owner,
                c.relrowsecurity as row_security,
                c.relhassubclass and exists (select from pg_inherits i where i.inhparent = c.oid) as has_children,
                exists (select from pg_inherits i where i.inhrelid = c.oid) as has_parent,
                array(select r.rulename::text from pg_rewrite r
                      where r.ev_class = c.oid order by 1) as rules,
                array(select p.polname::text from pg_policy p where p.polrelid = c.oid order by 1) as policies,
                -- A column is named with the type that it has; 0 where it is missing.
                array(select w.name from (values
                          ('id', 20), ('seq', 20), ('occurred_at', 1184), ('category', 25), ('event_type', 25),
                          ('actor', 25), ('actor_type', 25), ('db_user', 25), ('repo_full_name', 25),
                          ('pr_number', 23), ('commit_sha', 25), ('framework', 1009), ('control_id', 25),
                          ('chain_id', 25), ('payload_alg', 25), ('payload_hash', 25), ('prev_hash', 25),
                          ('entry_hash', 25), ('payload', 3802)) w (name, type)
                      where not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = w.name
                                        and a.atttypid = w.type::oid and not a.attisdropped
                                          and a.attgenerated = '')) as other_columns,
                c.relpersistence <> 'p' as is_unlogged,
                exists (select from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attname = 'seq'
                        join pg_class k on k.oid = i.indexrelid join pg_am m on m.oid = k.relam
                        where i.indrelid = c.oid and i.indisvalid and i.indisready and m.amname = 'btree'
                          and i.indkey[0] = a.attnum and i.indpred is null
                          -- One that was made while older transactions ran may wait for their end.
                          and (not i.indcheckxmin
                               or age(i.xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid)))
                    as seq_is_indexed,
                array(select w.name from (values ('refuse_change', 27), ('refuse_truncate', 34)) w (name, type)
                      where not exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                                        join pg_namespace s on s.oid = p.pronamespace
                                        where t.tgrelid = c.oid and t.tgname = w.name and t.tgtype = w.type
                                          and t.tgenabled = 'A' and t.tgqual is null and t.tgattr = ''::int2vector
                                          and s.nspname = 'audit' and p.proname = 'refuse_change'
                                          -- Of its own name it could do nothing: it begins with refusing.
                                          and p.prosrc ~ '^[[:space:]]*begin[[:space:]]+raise exception '
                                          and p.prosrc !~* 'exception[[:space:]]+when')
                      order by 1) as triggers_off,
                array(select t.tgname::text from pg_trigger t
                      where t.tgrelid = c.oid and not t.tgisinternal
                        and t.tgname not in ('refuse_change', 'refuse_truncate') order by 1) as other_triggers,
                array(select w.name from (values
                          ('audit_trail_entries_pkey', 'p'), ('audit_trail_entries_seq_key', 'u'),
                          ('audit_trail_entries_prev_hash_key', 'u'), ('audit_trail_entries_is_entry', 'c'))
                          w (name, type)
                      where not exists (select from pg_constraint k where k.conrelid = c.oid and k.conname = w.name
                                        and k.contype::text = w.type and k.convalidated) order by 1)
                || array(select 'not null of ' || a.attname from pg_attribute a
                         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and not a.attnotnull
                           and a.attname not in ('repo_full_name', 'pr_number', 'commit_sha', 'control_id')
                         order by 1) as constraints_off,
                array(select distinct case when g.grantee = 0 then 'PUBLIC' else g.grantee::regrole::text end
                                      || ' may ' || g.privilege_type
                      from (select c.relacl as acl
                            union all
                            select a.attacl from pg_attribute a where a.attrelid = c.oid) given
                      cross join lateral aclexplode(given.acl) g
                      where g.grantee <> c.relowner and g.privilege_type <> 'SELECT' order by 1) as writers,
                exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                        cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
                        where n.nspname = 'audit' and p.proname = 'append_entry' and g.grantee = 0)
                    as door_is_open,
                current_setting('server_encoding') as encoding,
                coalesce((select has_schema_privilege(n.oid, 'usage')
                                 and has_table_privilege(k.oid, 'select')
                          from pg_class k join pg_namespace n on n.oid = k.relnamespace
                          where n.nspname = 'audit' and k.relname = 'chain' and k.relkind = 'r'), false)
                    as has_name,
                not exists (select from pg_class k join pg_namespace n on n.oid = k.relnamespace
                            where n.nspname = 'audit' and k.relname = 'chain' and k.relkind = 'r') as name_is_moved
         from chain c",
    )
    .fetch_optional(snapshot.connection())
    .await?;
    found.ok_or_else(not_migrated)
}

fn not_migrated() -> Error {
    Error::new(Kind::Configuration, "the database is not migrated: there is no audit.audit_trail_entries")
        .hint("attestor migrate")
}

/// Whether the chain's name can be read; the ground says the same of it.
pub async fn has_name(snapshot: &mut Snapshot) -> Result<bool> {
    let found: Option<bool> = sqlx::query_scalar(
        "select coalesce((select has_schema_privilege(n.oid, 'usage') and has_table_privilege(k.oid, 'select')
                          from pg_class k join pg_namespace n on n.oid = k.relnamespace
                          where n.nspname = 'audit' and k.relname = 'chain' and k.relkind = 'r'), false)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'audit' and c.relname = 'audit_trail_entries'",
    )
    .fetch_optional(snapshot.connection())
    .await?;
    found.ok_or_else(not_migrated)
}

/// The chain's name and the hash before its first entry, as the database tells them.
pub async fn name(snapshot: &mut Snapshot) -> Result<Option<(String, String)>> {
    Ok(sqlx::query_as("select chain_id, genesis from only audit.chain")
        .fetch_optional(snapshot.connection())
        .await?)
}
