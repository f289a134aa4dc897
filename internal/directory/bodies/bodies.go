// Package bodies knows the organisations around one's own: trusts, integrated care boards,
// regions, and those without a code, such as charities and private providers.
//
// It keeps true: an organisation is what the latest imported file says, and since when; one
// that closed stays, with its days and what came in its place, so that what was counted for
// it keeps its name; its kind is never worked out from its code (the Organisation Data
// Service says so since April 2020). Which of them are there is proved as all rows are
// (package bulk).
//
// Trusted with: what anybody may know. Nothing here is about a person.
package bodies

import (
	"context"
	"embed"
	"slices"
	"strings"
	"time"

	"heed/internal/bulk"
	"heed/internal/id"
	"heed/internal/imports"
	"heed/internal/store"
)

// Migrations are the table of organisations.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Feed are their rows.
var Feed = bulk.Feed{Name: "organisations", Table: "directory_body", Columns: names(),
	Whole: []string{"opened", "closed"}}

// Body is an organisation.
type Body struct {
	List, Code, Name, Kind, Nation, Region, ICB, Postcode string
	Opened, Closed                                        time.Time // zero: not known, and open
	Successor                                             string    // code
}

// At says whether it is there on a day.
func (b Body) At(day time.Time) bool {
	return !b.Opened.After(day) && (b.Closed.IsZero() || !b.Closed.Before(day))
}

// Desk is how others ask about organisations.
type Desk struct {
	imports.Desk
}

// New makes a desk.
func New(rows *bulk.Desk) *Desk { return &Desk{imports.Desk{Kind: kind, Bulk: rows}} }

// All are the organisations that one knows, in the order of their names.
func (d *Desk) All(ctx context.Context, org id.Org) (all []Body, err error) {
	state, err := d.Bulk.State(ctx, org, Feed.Name)
	if err != nil {
		return nil, err
	}
	err = d.Bulk.Store.View(ctx, func(tx *store.Tx) error {
		for row, err := range d.Bulk.Rows(tx, state, Feed.Name) {
			if err != nil {
				return err
			}
			all = append(all, bodyOf(row.Values))
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Body) int { return strings.Compare(a.Name+a.Code, b.Name+b.Code) })
	return all, err
}

func bodyOf(row []any) Body {
	text := func(column string) string { return row[at[column]].(string) }
	day := func(column string) time.Time { return dayOf(row[at[column]].(int64)) }
	return Body{List: text("list"), Code: text("code"), Name: text("name"), Kind: text("kind"), Nation: text("nation"),
		Region: text("region"), ICB: text("icb"), Postcode: text("postcode"), Opened: day("opened"), Closed: day("closed"),
		Successor: text("successor")}
}

// dayOf is the day of a number such as 20260708.
func dayOf(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Date(int(n/10000), time.Month(n/100%100), int(n%100), 0, 0, 0, 0, time.UTC)
}
