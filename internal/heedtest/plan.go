package heedtest

import (
	"strings"

	"heed/internal/store"
)

// PlanOf asks the engine how it would answer a query.
func PlanOf(tx *store.Tx, text string, args []any) (string, error) {
	if tx.Engine() == "postgres" {
		lines, err := store.All(tx, func(s *string) []any { return []any{s} }, "explain "+text, args...)
		return strings.Join(lines, "\n"), err
	}
	type step struct {
		id, parent, unused int64
		detail             string
	}
	steps, err := store.All(tx, func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} },
		"explain query plan "+text, args...)
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.detail)
	}
	return strings.Join(lines, "\n"), err
}
