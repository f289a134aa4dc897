package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/pressly/goose/v3"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

// Dialect is PostgreSQL's.
var Dialect = engine.Dialect{
	Name:          "postgres",
	Server:        true,
	Goose:         goose.DialectPostgres,
	Serial:        "bigint generated always as identity primary key",
	Whole:         "bigint primary key",
	InTurn:        "select pg_advisory_xact_lock($1)",
	EndWhenSilent: "select set_config('idle_in_transaction_session_timeout', $1, true)",
	Tables:        "select tablename from pg_tables where schemaname=current_schema() order by tablename",
	Columns: `select column_name::text from information_schema.columns
		where table_schema=current_schema() and table_name=$1 order by ordinal_position`,
	Counter: `select column_name::text from information_schema.columns
		where table_schema=current_schema() and table_name=$1 and is_identity='YES'`,
	Move:    "select setval(pg_get_serial_sequence($1, $2), greatest((select coalesce(max(%[1]s), 0) from %[2]s), 1))",
	Objects: objects,
	History: "select count(*) from pg_tables where schemaname=current_schema() and tablename='goose_db_version'",
	Taken: `select c.relname::text from pg_class c
		where c.relnamespace = (select oid from pg_namespace where nspname = current_schema())
		and c.relkind in ('r', 'v', 'm', 'f', 'p')
		and not exists (select from pg_depend where deptype = 'e' and classid = 'pg_class'::regclass and objid = c.oid)
		order by 1`,
	IsThere: isThere,
}

// Dialect is PostgreSQL's own.
func (e *Engine) Dialect() *engine.Dialect { return &Dialect }

// objects describes everything in Heed's own schema as the catalogue does, extensions
// apart. What a switch in the catalogue can keep from working is a piece of its own:
// whoever administers the server can turn each off without a trace in the definition.
const objects = `
	with mine as (select oid from pg_namespace where nspname = current_schema()),
	extended as (select classid, objid from pg_depend where deptype = 'e'),
	rel as (select c.* from pg_class c where c.relnamespace in (select oid from mine)
		and not exists (select from extended where classid = 'pg_class'::regclass and objid = c.oid))
	select case c.relkind when 'r' then 'table' else 'view' end, c.relname::text, c.relname::text, concat_ws(' | ',
			'kind ' || c.relkind::text, 'kept as ' || am.amname,
			case when c.relpersistence = 'u' then 'unlogged: a crash of the server empties it' end,
			case when c.relrowsecurity or c.relforcerowsecurity then 'row security' end,
			case when c.relispartition or exists (select from pg_inherits where c.oid in (inhrelid, inhparent))
				then 'inherits or is inherited from' end,
			case when not c.relhasindex and exists (select from pg_index where indrelid = c.oid)
				then 'indexes switched off' end,
			case when not c.relhastriggers and exists (select from pg_trigger where tgrelid = c.oid)
				then 'triggers switched off' end,
			'checks ' || c.relchecks)
		from rel c left join pg_am am on am.oid = c.relam where c.relkind in ('r', 'v', 'm', 'f', 'p')
	union all select 'column', c.relname || '.' || a.attname, c.relname, concat_ws(' | ',
			format_type(a.atttypid, a.atttypmod),
			case when a.attcollation <> 0 then 'collate ' || a.attcollation::regcollation end,
			case when a.attnotnull then 'not null' end,
			'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''),
			'default ' || pg_get_expr(d.adbin, d.adrelid))
		from rel c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relkind in ('r', 'p')
	union all select 'constraint', c.relname || '.' || k.conname, c.relname, concat_ws(' | ',
			pg_get_constraintdef(k.oid, true),
			(select string_agg(t.tgfoid::regproc::text || ' ' || t.tgenabled::text, ', ' order by t.tgfoid::regproc::text, t.tgenabled::text)
				from pg_trigger t where t.tgconstraint = k.oid))
		from rel c join pg_constraint k on k.conrelid = c.oid
	union all select 'index', i.relname, c.relname, concat_ws(' | ',
			regexp_replace(pg_get_indexdef(i.oid, 0, true), ' WITH \(.*?\)', ''),
			case when not x.indisvalid then 'not valid' end, case when not x.indisready then 'not ready' end,
			case when not x.indislive then 'not live' end, case when not x.indimmediate then 'not immediate' end,
			case when x.indisunique then 'unique' end, case when x.indisprimary then 'primary' end,
			(select string_agg(n.nspname || '.' || o.opcname, ', ' order by k.at)
				from unnest(x.indclass) with ordinality k (class, at)
				join pg_opclass o on o.oid = k.class join pg_namespace n on n.oid = o.opcnamespace))
		from rel c join pg_index x on x.indrelid = c.oid join pg_class i on i.oid = x.indexrelid
	union all select 'sequence', c.relname, coalesce((select min(t.relname)
			from pg_depend d join pg_class t on t.oid = d.refobjid
			where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = d.classid and d.deptype in ('a', 'i')), ''),
			concat_ws(' | ', s.seqtypid::regtype, 'start ' || s.seqstart, 'by ' || s.seqincrement, 'least ' || s.seqmin,
			'most ' || s.seqmax, 'cache ' || s.seqcache, case when s.seqcycle then 'cycles' end)
		from rel c join pg_sequence s on s.seqrelid = c.oid
	union all select 'domain', t.typname, t.typname, concat_ws(' | ', format_type(t.typbasetype, t.typtypmod),
			case when t.typcollation <> 0 then 'collate ' || t.typcollation::regcollation end,
			case when t.typnotnull then 'not null' end, 'default ' || t.typdefault,
			(select string_agg(pg_get_constraintdef(k.oid, true), ', ' order by k.conname) from pg_constraint k where k.contypid = t.oid))
		from pg_type t where t.typtype = 'd' and t.typnamespace in (select oid from mine)
	union all select 'trigger', t.tgname, c.relname, '' from pg_trigger t join rel c on c.oid = t.tgrelid where not t.tgisinternal
	union all select 'rule', r.rulename, c.relname, '' from pg_rewrite r join rel c on c.oid = r.ev_class where r.rulename <> '_RETURN'
	union all select 'policy', p.polname, c.relname, '' from pg_policy p join rel c on c.oid = p.polrelid
	union all select 'function', p.proname, p.pronamespace::regnamespace::text, '' from pg_proc p
		where p.pronamespace in (select oid from mine)
		and not exists (select from extended where classid = 'pg_proc'::regclass and objid = p.oid)
	union all select 'operator', o.oprname, o.oprnamespace::regnamespace::text, '' from pg_operator o
		where o.oprnamespace in (select oid from mine)
		and not exists (select from extended where classid = 'pg_operator'::regclass and objid = o.oid)
	union all select 'operator class', o.opcname, o.opcnamespace::regnamespace::text, '' from pg_opclass o
		where o.opcnamespace in (select oid from mine)
		and not exists (select from extended where classid = 'pg_opclass'::regclass and objid = o.oid)`

// Version is the server's: what it calls things may change with it.
func (e *Engine) Version(ctx context.Context) (version string, err error) {
	err = e.Look(ctx, func(ctx context.Context, on engine.Runner) (_, err error) {
		return nil, on.QueryRow(ctx, `select 'postgres ' || current_setting('server_version_num')`, nil).Scan(&version)
	})
	return version, err
}

// Twin is made beside the tables by the same server, for one connection only, and is
// gone with the transaction that made it.
func (e *Engine) Twin(ctx context.Context, want engine.Schema,
	look func(ctx context.Context, on engine.Runner) error) error {
	conn, err := connection(ctx, e.readDB)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer func() {
		if _, undone := conn.ExecContext(context.WithoutCancel(ctx), "rollback"); undone != nil {
			discard(conn)
		}
	}()
	on := plain{conn}
	for _, text := range slices.Concat([]string{"begin read write",
		"set local search_path = pg_temp; create domain blob as bytea"}, want.Changes, want.Lists) {
		if err := on.Script(ctx, text); err != nil {
			return noTwin(err)
		}
	}
	return look(ctx, on)
}

// noTwin says what keeps the server from making tables to compare with.
func noTwin(err error) error {
	switch codeOf(err) {
	case "42501": // not permitted
		return fail.Wrap(fail.Refused, err, wordsNoTwin)
	case "0A000", "25006": // in recovery
		return fail.Wrap(fail.ReadOnly, err, wordsStandby)
	}
	return fmt.Errorf("make tables to compare with: %w", err)
}
