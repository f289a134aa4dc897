package engine

import (
	"context"
	"fmt"
	"strings"
)

// All reads every row of a query about the database itself; scan names the places of the columns.
func All[T any](ctx context.Context, on Runner, scan func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := on.Query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		all = append(all, *new(T))
		if err := rows.Scan(scan(&all[len(all)-1])...); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
	}
	return all, rows.Err()
}

// Texts is All of one column of text.
func Texts(ctx context.Context, on Runner, query string, args ...any) ([]string, error) {
	return All(ctx, on, func(s *string) []any { return []any{s} }, query, args...)
}

// Quoted is an identifier as SQL takes it, whatever it holds.
func Quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
