package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"heed/internal/store/engine"
)

// index is an index as PostgreSQL knows it.
type index struct {
	name, table, columns, where string
	inUse, record               bool // record: its table has records
}

const indexes = `select i.relname::text, t.relname::text, x.indisvalid and x.indisready and x.indislive,
	(select string_agg(pg_get_indexdef(i.oid, k, true), ', ' order by k) from generate_series(1, x.indnkeyatts) k),
	coalesce(pg_get_expr(x.indpred, t.oid), 'true'),
	exists (select from pg_attribute where attrelid = t.oid and attname = 'record' and not attisdropped)
	from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
	join pg_am m on m.oid = i.relam
	where t.relnamespace = (select oid from pg_namespace where nspname = current_schema())
	and t.relkind = 'r' and m.amname = 'btree' and x.indexprs is null order by 1`

// Looks compares each index with its table: the server has no word for that.
func (e *Engine) Looks(ctx context.Context, on engine.Runner) (
	looks []func(context.Context, engine.Runner) ([]engine.Astray, error), err error) {
	all, err := engine.All(ctx, on, func(i *index) []any {
		return []any{&i.name, &i.table, &i.inUse, &i.columns, &i.where, &i.record}
	}, indexes)
	for _, i := range all {
		looks = append(looks, i.look)
	}
	return looks, err
}

// way is how rows are read: the features that the planner is left, and the order. What is
// read through the index alone is what the index holds.
type way struct{ on, order string }

// planner are its features that are switched here.
const planner = "seqscan indexscan indexonlyscan bitmapscan sort incremental_sort"

func (i index) byTable() way { return way{on: "seqscan"} }
func (i index) byIndex() way {
	return way{on: "indexscan indexonlyscan", order: " order by " + i.columns + " offset 0"}
}

func (i index) look(ctx context.Context, on engine.Runner) ([]engine.Astray, error) {
	if !i.inUse {
		return []engine.Astray{{Index: i.name, What: "is switched off"}}, nil
	}
	const sum = `select count(*) || ' ' || coalesce(sum(h::numeric), 0) from (%s) rows`
	has, err := i.read(ctx, on, i.byTable(), sum, "''")
	if err != nil {
		return nil, err
	}
	holds, err := i.read(ctx, on, i.byIndex(), sum, "''")
	if err != nil || slices.Equal(has, holds) {
		return nil, err
	}
	return i.named(ctx, on)
}

// named finds which rows they are.
func (i index) named(ctx context.Context, on engine.Runner) ([]engine.Astray, error) {
	const each = `select h || ' ' || of from (%s) rows`
	record := "''"
	if i.record {
		record = "encode(record, 'hex')"
	}
	has, err := i.read(ctx, on, i.byTable(), each, record)
	if err != nil {
		return nil, err
	}
	holds, err := i.read(ctx, on, i.byIndex(), each, "''")
	if err != nil {
		return nil, err
	}
	held := map[string]int{}
	for _, row := range holds {
		held[strings.TrimSpace(row)]++
	}
	var found []engine.Astray
	for _, row := range has {
		hash, record, _ := strings.Cut(row, " ")
		if held[hash]--; held[hash] < 0 && len(found) < engine.MostAstray {
			found = append(found, engine.Astray{Index: i.name, Record: record,
				What: "does not hold a row that " + i.table + " has"})
		}
	}
	if len(found) == 0 {
		found = append(found, engine.Astray{Index: i.name, What: "holds rows that " + i.table + " does not have"})
	}
	return found, nil
}

// read asks a question of the rows of the index, read in one way. A hash of a row is of
// the columns that the index has.
func (i index) read(ctx context.Context, on engine.Runner, w way, question, record string) ([]string, error) {
	_, err := engine.Texts(ctx, on, `select set_config('enable_' || f,
		case when f = any(string_to_array($1, ' ')) then 'on' else 'off' end, true)
		from unnest(string_to_array($2, ' ')) f`, w.on, planner)
	if err != nil {
		return nil, err
	}
	query := fmt.Sprintf(question, fmt.Sprintf(
		`select hash_record_extended(row(%s), 0) as h, %s as of from %s where %s%s`, i.columns, record,
		engine.Quoted(i.table), i.where, w.order))
	if w.order != "" {
		plan, err := engine.Texts(ctx, on, "explain (costs off) "+query)
		if err != nil {
			return nil, err
		}
		if !strings.Contains(strings.Join(plan, "\n"), "Index Only Scan using "+i.name+" on") {
			return nil, fmt.Errorf("store: the index %s cannot be read by itself: %s", i.name, strings.Join(plan, " / "))
		}
	}
	return engine.Texts(ctx, on, query)
}
