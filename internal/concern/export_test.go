package concern

import (
	"maps"
	"slices"
)

// ListQuery is the question of one page of a list, for the test of its plan.
var ListQuery = listQuery

// Lists are all lists.
func Lists() []List { return slices.Sorted(maps.Keys(where)) }
