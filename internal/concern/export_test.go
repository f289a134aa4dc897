package concern

import (
	"maps"
	"slices"

	"heed/internal/directory"
	"heed/internal/id"
)

// ListQuery is the question of one page of a list, for the test of its plan.
var ListQuery = listQuery

// From asks for a page that begins after a record.
func From(l List, rec id.Record) Query { return Query{List: l, after: directory.Place{Record: rec}} }

// Lists are all lists.
func Lists() []List { return slices.Sorted(maps.Keys(where)) }
