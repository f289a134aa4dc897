package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// foreignPostgres names what could step between a statement and its rows: each in
// words, in Heed's own schema, and not part of an extension.
const foreignPostgres = `
	with mine as (select oid from pg_namespace where nspname = current_schema()),
	extended as (select classid, objid from pg_depend where deptype = 'e')
	select 'trigger ' || t.tgname || ' on ' || c.relname
		from pg_trigger t join pg_class c on c.oid = t.tgrelid
		where c.relnamespace in (select oid from mine) and not t.tgisinternal
	union all select 'a foreign key of ' || c.relname || ' is switched off'
		from pg_trigger t join pg_class c on c.oid = t.tgrelid
		where c.relnamespace in (select oid from mine) and t.tgisinternal and t.tgenabled <> 'O'
	union all select 'rule ' || r.rulename || ' on ' || c.relname
		from pg_rewrite r join pg_class c on c.oid = r.ev_class
		where c.relnamespace in (select oid from mine) and r.rulename <> '_RETURN'
	union all select case c.relkind when 'f' then 'foreign table ' when 'p' then 'partitioned table ' else 'view ' end
		|| c.relname
		from pg_class c where c.relnamespace in (select oid from mine) and c.relkind in ('v', 'm', 'f', 'p')
		and not exists (select from extended where classid = 'pg_class'::regclass and objid = c.oid)
	union all select 'function ' || p.proname from pg_proc p where p.pronamespace in (select oid from mine)
		and not exists (select from extended where classid = 'pg_proc'::regclass and objid = p.oid)
	union all select 'row security on ' || c.relname from pg_class c
		where c.relnamespace in (select oid from mine)
		and (c.relrowsecurity or exists (select from pg_policy where polrelid = c.oid))
	union all select 'table ' || c.relname || ' is unlogged: a crash of the server empties it'
		from pg_class c where c.relkind = 'r' and c.relpersistence <> 'p' and c.relnamespace in (select oid from mine)
	union all select c.relname || ' inherits or is inherited from'
		from pg_inherits i join pg_class c on c.oid in (i.inhrelid, i.inhparent)
		where c.relkind = 'r' and c.relnamespace in (select oid from mine)`

// columnsPostgres, uniquePostgres and countsPostgres describe Heed's tables as twin does.
// A column that sorts or is kept in another way than its type says, and a domain that
// refuses more than its type, are kinds of their own.
const columnsPostgres = `select c.relname::text, a.attname::text, a.attnotnull, a.attgenerated <> '',
		coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
		case when a.attidentity = 'a' and a.atttypid = 'bigint'::regtype then 'serial'
			when t.typtype = 'd' and (t.typbasetype <> 'bytea'::regtype or t.typnotnull or t.typdefault is not null
				or exists (select from pg_constraint k where k.contypid = t.oid)) then 'another ' || t.typname
			when a.attidentity <> '' or a.attcollation <> t.typcollation then 'another ' || t.typname
			else format_type(a.atttypid, a.atttypmod) end
	from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
	join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
	where c.relkind = 'r' and c.relnamespace = (select oid from pg_namespace where nspname = current_schema())`

const uniquePostgres = `select c.relname::text, (select string_agg(coalesce(a.attname, '(…)'), ', ' order by k.at)
		from unnest(i.indkey) with ordinality k (col, at)
		left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.col and k.col > 0
		where k.at <= i.indnkeyatts) || case when i.indpred is null then '' else ' where …' end
	from pg_index i join pg_class c on c.oid = i.indrelid
	where i.indisunique and i.indisvalid and i.indimmediate
	and c.relnamespace = (select oid from pg_namespace where nspname = current_schema())`

const countsPostgres = `select c.relname::text, count(*) filter (where k.contype = 'c' and k.convalidated),
		count(*) filter (where k.contype = 'f' and k.convalidated), count(*) filter (where k.contype = 'x')
	from pg_class c join pg_constraint k on k.conrelid = c.oid
	where c.relnamespace = (select oid from pg_namespace where nspname = current_schema()) group by c.relname`

// Taken names what is in the schema of a PostgreSQL database, extensions apart: a
// database that somebody uses. An SQLite file is told by its being there.
func (s *Store) Taken(ctx context.Context) (names []string, err error) {
	if s.Engine() != enginePostgres {
		return nil, nil
	}
	err = s.View(ctx, func(tx *Tx) error {
		names, err = All(tx, oneString, `select c.relname::text from pg_class c
			where c.relnamespace = (select oid from pg_namespace where nspname = current_schema())
			and c.relkind in ('r', 'v', 'm', 'f', 'p')
			and not exists (select from pg_depend where deptype = 'e' and classid = 'pg_class'::regclass and objid = c.oid)
			order by 1`)
		return err
	})
	return names, err
}

// postgres compares what the catalogue says with the twin.
func (w *twin) postgres(tx *Tx) ([]string, error) {
	found, err := All(tx, oneString, foreignPostgres)
	if err != nil {
		return nil, err
	}
	have, odd, err := tablesPostgres(tx)
	if err != nil {
		return nil, err
	}
	found = append(found, odd...)
	for name, want := range w.tables {
		found = append(found, differences(name, want, have[name])...)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

func tablesPostgres(tx *Tx) (have map[string]table, odd []string, err error) {
	type col struct {
		table, name string
		generated   bool
		column
	}
	columns, err := All(tx, func(c *col) []any {
		return []any{&c.table, &c.name, &c.required, &c.generated, &c.given, &c.kind}
	}, columnsPostgres)
	if err != nil {
		return nil, nil, err
	}
	have = map[string]table{}
	for _, c := range columns {
		t, ok := have[c.table]
		if !ok {
			t.columns = map[string]column{}
		}
		t.columns[c.name] = c.column
		have[c.table] = t
		if c.generated {
			odd = append(odd, "column "+c.table+"."+c.name+" is generated")
		}
	}
	type index struct{ table, columns string }
	unique, err := All(tx, func(i *index) []any { return []any{&i.table, &i.columns} }, uniquePostgres)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range unique {
		t := have[i.table]
		t.unique = append(t.unique, i.columns)
		have[i.table] = t
	}
	type counts struct {
		table                    string
		checks, foreign, exclude int
	}
	all, err := All(tx, func(c *counts) []any {
		return []any{&c.table, &c.checks, &c.foreign, &c.exclude}
	}, countsPostgres)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all {
		t := have[c.table]
		t.checks, t.foreign = c.checks+c.exclude, c.foreign
		have[c.table] = t
	}
	return have, odd, nil
}

// differences names how a table is not as it was made.
func differences(name string, want, have table) (found []string) {
	if have.columns == nil {
		return []string{"table " + name + " is gone"}
	}
	slices.Sort(have.unique)
	for _, u := range want.unique {
		if !slices.Contains(have.unique, u) {
			found = append(found, "the unique index of "+name+" ("+u+") is gone")
		}
	}
	for _, u := range have.unique {
		if !slices.Contains(want.unique, u) {
			found = append(found, "a unique index on "+name+" ("+u+")")
		}
	}
	if have.checks != want.checks {
		found = append(found, fmt.Sprintf("table %s has %d checks and should have %d", name, have.checks, want.checks))
	}
	if have.foreign != want.foreign {
		found = append(found,
			fmt.Sprintf("table %s has %d foreign keys and should have %d", name, have.foreign, want.foreign))
	}
	for _, c := range slices.Sorted(maps.Keys(want.columns)) {
		if is, there := have.columns[c]; !there {
			found = append(found, "column "+name+"."+c+" is gone")
		} else if is != want.columns[c] {
			found = append(found, "column "+name+"."+c+" is not as Heed made it")
		}
	}
	for _, c := range slices.Sorted(maps.Keys(have.columns)) {
		if _, known := want.columns[c]; !known {
			found = append(found, "column "+name+"."+c)
		}
	}
	return found
}
