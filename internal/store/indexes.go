package store

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"heed/internal/clock"
)

// Astray is a way in which an index does not hold the rows of its table.
type Astray struct {
	Index  string
	Record string // the id in hexadecimal of the record whose row it is; "" when that is not known
	What   string // in words
}

// Indexes holds every index to its table: whoever can write to the database can have an
// index miss a row, and what is read through it then does not have that row. Each table,
// or index, is one view; rest is called after each with what it took.
func (s *Store) Indexes(ctx context.Context, rest func(worked time.Duration)) (found []Astray, err error) {
	var looks []func(tx *Tx) ([]Astray, error)
	err = s.View(ctx, func(tx *Tx) (err error) {
		if tx.engine == enginePostgres {
			looks, err = looksPostgres(tx)
		} else {
			looks, err = looksSQLite(tx)
		}
		return err
	})
	for _, look := range looks {
		if err != nil {
			break
		}
		worked := clock.Stopwatch()
		err = s.View(ctx, func(tx *Tx) error {
			more, err := look(tx)
			found = append(found, more...)
			return err
		})
		rest(worked())
	}
	if err != nil {
		return found, fmt.Errorf("compare indexes with their tables: %w", err)
	}
	return found, nil
}

// mostAstray is how many rows are named of one index.
const mostAstray = 20

// looksSQLite has SQLite compare each table with its indexes.
func looksSQLite(tx *Tx) (looks []func(*Tx) ([]Astray, error), err error) {
	tables, err := All(tx, oneString, `select name from sqlite_master
		where type = 'table' and name not like 'sqlite\_%' escape '\'`)
	for _, table := range tables {
		looks = append(looks, func(tx *Tx) ([]Astray, error) {
			said, err := All(tx, oneString, "pragma integrity_check("+quoted(table)+")")
			if err != nil {
				return nil, err
			}
			var found []Astray
			for _, line := range said[:min(len(said), mostAstray)] {
				if line == "ok" {
					continue
				}
				a, err := astraySQLite(tx, table, line)
				if err != nil {
					return nil, err
				}
				found = append(found, a)
			}
			return found, nil
		})
	}
	return looks, err
}

var rowOfIndex = regexp.MustCompile(`^row (\d+) .* index (\S+)$`)

// astraySQLite names the record of a row that SQLite knows by its place.
func astraySQLite(tx *Tx, table, line string) (Astray, error) {
	m := rowOfIndex.FindStringSubmatch(line)
	if m == nil {
		return Astray{Index: table, What: "does not hold together: " + line}, nil
	}
	a := Astray{Index: m[2], What: "does not hold a row that " + table + " has"}
	columns, err := tx.Columns(table)
	if err == nil && slices.Contains(columns, "record") {
		a.Record, err = One(tx, oneString, `select lower(hex(record)) from `+quoted(table)+` where rowid = $1`, m[1])
	}
	return a, err
}

// indexPostgres is an index as PostgreSQL knows it.
type indexPostgres struct {
	name, table, columns, where string
	on, record                  bool // it is in use; its table has records
}

const indexesPostgres = `select i.relname::text, t.relname::text, x.indisvalid and x.indisready and x.indislive,
	(select string_agg(pg_get_indexdef(i.oid, k, true), ', ' order by k) from generate_series(1, x.indnkeyatts) k),
	coalesce(pg_get_expr(x.indpred, t.oid), 'true'),
	exists (select from pg_attribute where attrelid = t.oid and attname = 'record' and not attisdropped)
	from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
	join pg_am m on m.oid = i.relam
	where t.relnamespace = (select oid from pg_namespace where nspname = current_schema())
	and t.relkind = 'r' and m.amname = 'btree' and x.indexprs is null order by 1`

func looksPostgres(tx *Tx) (looks []func(*Tx) ([]Astray, error), err error) {
	all, err := All(tx, func(i *indexPostgres) []any {
		return []any{&i.name, &i.table, &i.on, &i.columns, &i.where, &i.record}
	}, indexesPostgres)
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

func (i indexPostgres) byTable() way { return way{on: "seqscan"} }
func (i indexPostgres) byIndex() way {
	return way{on: "indexscan indexonlyscan", order: " order by " + i.columns + " offset 0"}
}

func (i indexPostgres) look(tx *Tx) ([]Astray, error) {
	if !i.on {
		return []Astray{{Index: i.name, What: "is switched off"}}, nil
	}
	const sum = `select count(*) || ' ' || coalesce(sum(h::numeric), 0) from (%s) rows`
	has, err := i.read(tx, i.byTable(), sum, "''")
	if err != nil {
		return nil, err
	}
	holds, err := i.read(tx, i.byIndex(), sum, "''")
	if err != nil || slices.Equal(has, holds) {
		return nil, err
	}
	return i.named(tx)
}

// named finds which rows they are.
func (i indexPostgres) named(tx *Tx) ([]Astray, error) {
	const each = `select h || ' ' || of from (%s) rows`
	record := "''"
	if i.record {
		record = "encode(record, 'hex')"
	}
	has, err := i.read(tx, i.byTable(), each, record)
	if err != nil {
		return nil, err
	}
	holds, err := i.read(tx, i.byIndex(), each, "''")
	if err != nil {
		return nil, err
	}
	held := map[string]int{}
	for _, row := range holds {
		held[strings.TrimSpace(row)]++
	}
	var found []Astray
	for _, row := range has {
		hash, record, _ := strings.Cut(row, " ")
		if held[hash]--; held[hash] < 0 && len(found) < mostAstray {
			found = append(found, Astray{i.name, record, "does not hold a row that " + i.table + " has"})
		}
	}
	if len(found) == 0 {
		found = append(found, Astray{Index: i.name, What: "holds rows that " + i.table + " does not have"})
	}
	return found, nil
}

// read asks a question of the rows of the index, read in one way. A hash of a row is of
// the columns that the index has.
func (i indexPostgres) read(tx *Tx, w way, question, record string) ([]string, error) {
	_, err := All(tx, oneString, `select set_config('enable_' || f,
		case when f = any(string_to_array($1, ' ')) then 'on' else 'off' end, true)
		from unnest(string_to_array($2, ' ')) f`, w.on, planner)
	if err != nil {
		return nil, err
	}
	query := fmt.Sprintf(question, fmt.Sprintf(
		`select hash_record_extended(row(%s), 0) as h, %s as of from %s where %s%s`, i.columns, record, quoted(i.table),
		i.where, w.order))
	if w.order != "" {
		plan, err := All(tx, oneString, "explain (costs off) "+query)
		if err != nil {
			return nil, err
		}
		if !strings.Contains(strings.Join(plan, "\n"), "Index Only Scan using "+i.name+" on") {
			return nil, fmt.Errorf("store: the index %s cannot be read by itself: %s", i.name, strings.Join(plan, " / "))
		}
	}
	return All(tx, oneString, query)
}
