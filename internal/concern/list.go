package concern

import (
	"strconv"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/process"
	"heed/internal/store"
)

// where is each list's condition; the order is part of it, so that an index
// carries both. Texts are constants: nothing typed is ever put into SQL.
var where = map[List]struct{ cond, order string }{
	ListAll:     {`org = $1 and team = $2`, `record desc`},
	ListNew:     {`org = $1 and team = $2 and open = 1 and state = '` + string(process.Received) + `'`, `due, record`},
	ListDue:     {`org = $1 and team = $2 and open = 1`, `due, record`},
	ListWaiting: {`org = $1 and team = $2 and open = 1 and waiting = 1`, `due, record`},
	ListToday:   {`org = $1 and team = $2 and open = 1 and due > 0 and due <= $3`, `due, record`},
	ListClosed:  {`org = $1 and team = $2 and open = 0`, `record desc`},
	ListOwn:     {`org = $1 and raiser = $2`, `record desc`},
	listLate:    {`org = $1 and team = $2 and open = 1 and due > 0 and due <= $3`, `due, record`},
	ListMine:    {`org = $1 and owner = $2 and open = 1`, `due, record`},
}

// arguments are the values of a list's condition.
func arguments(tx *store.Tx, a access.Actor, list List) []any {
	args := []any{a.Org, a.Team}
	if list == ListOwn || list == ListMine {
		args[1] = a.Person
	}
	switch list {
	case ListToday:
		args = append(args, clock.Micros(workday.Of(tx.Now()).End()))
	case listLate:
		args = append(args, clock.Micros(tx.Now().Add(-lateAfter)))
	}
	return args
}

func selectRows(tx *store.Tx, a access.Actor, q Query, limit int) ([]Row, error) {
	text, args := listQuery(tx, a, q, limit)
	return store.All(tx, (*Row).fields, text, args...)
}

// listQuery is the question of one page. Each list's condition and order lie in one
// index, so that a page costs the same however long the list is; a test holds the
// plans of both engines to that.
func listQuery(tx *store.Tx, a access.Actor, q Query, limit int) (text string, args []any) {
	w, ok := where[q.List]
	if !ok {
		w = where[ListAll]
	}
	args = arguments(tx, a, q.List)
	next := func(v any) string { args = append(args, v); return "$" + strconv.Itoa(len(args)) }
	text = `select ` + columns + ` from concern_v1 where ` + w.cond
	if at := q.after; !at.Record.IsZero() && w.order == `record desc` {
		text += ` and record < ` + next(at.Record)
	} else if !at.Record.IsZero() {
		text += ` and (due, record) > (` + next(at.Sort) + `, ` + next(at.Record) + `)`
	}
	text += ` order by ` + w.order + ` limit ` + next(limit)
	if q.Offset > 0 {
		text += ` offset ` + next(q.Offset)
	}
	return text, args
}
