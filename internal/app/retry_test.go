package app_test

import (
	"context"
	"crypto/sha256"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/verify"
)

// TestARetryIsAnsweredByItsOwnRowAlone: the same key again does nothing again. What the
// row says is bound to person, key, record and version: one that was changed by SQL is
// refused, and named by heed verify. Without rows each request is judged anew: a step by
// the version that it was decided on, and who raises twice has raised twice.
func TestARetryIsAnsweredByItsOwnRowAlone(t *testing.T) {
	ctx := context.Background()
	each(t, func(h *house) {
		p, err := h.Directory.FindLogin(ctx, "gwen")
		check(h.t, err)
		lead, err := h.Directory.Actor(ctx, p.ID, access.Lead, true)
		check(h.t, err)
		nurse, err := h.Directory.Actor(ctx, p.ID, "", true)
		check(h.t, err)
		for _, c := range []struct {
			table string
			begin func(key string) (id.Reference, error)
			step  func(ref id.Reference, key string) error
		}{
			{"room_retry", func(key string) (id.Reference, error) {
				said := field.Said("about", "patient", "what", "A worry")
				r, err := h.Concerns.Raise(ctx, nurse, room.Beginning{Answers: said, Key: key})
				return r.Reference, err
			}, func(ref id.Reference, key string) error {
				s := room.Said(process.Acknowledge)
				s.Key, s.Version = key, 1
				_, err := h.Concerns.Take(ctx, lead, ref, s)
				return err
			}},
		} {
			first, err := c.begin("one")
			check(h.t, err)
			check(h.t, c.step(first, "step"))
			check(h.t, c.step(first, "step"))
			if again, err := c.begin("one"); err != nil || again != first {
				h.t.Errorf("%s: the same again gives %v, %v", c.table, again, err)
			}
			place{h.t, h.Config}.verifies()
			key := func(k string) []byte { s := sha256.Sum256(append(p.ID.Bytes(), k...)); return s[:] }
			for what, change := range map[string]struct {
				do, undo string
				use      string
			}{
				"under another key": {`update T set key = $2 where key = $1`, `update T set key = $1 where key = $2`, "two"},
				"another version": {`update T set version = version + 1 where key = $1 and key <> $2`,
					`update T set version = version - 1 where key = $1 and key <> $2`, "one"},
			} {
				h.exec(c.table, change.do, key("one"), key("two"))
				if _, err := c.begin(change.use); !fail.Is(err, fail.Tampered) {
					h.t.Errorf("%s, %s: %v", c.table, what, err)
				}
				place{h.t, h.Config}.verifies(verify.Sealed)
				h.exec(c.table, change.undo, key("one"), key("two"))
			}
			_, err = h.sql.Exec(`delete from ` + c.table)
			check(h.t, err)
			if err := c.step(first, "step"); !fail.Is(err, fail.Stale) {
				h.t.Errorf("%s emptied: the same step again: %v", c.table, err)
			}
			if again, err := c.begin("one"); err != nil || again == first {
				h.t.Errorf("%s emptied: raised again gives %v, %v", c.table, again, err)
			}
			place{h.t, h.Config}.verifies()
		}
	})
}

// exec changes a table by SQL, and wants one row changed.
func (h *house) exec(table, text string, args ...any) {
	h.t.Helper()
	r, err := h.sql.Exec(strings.ReplaceAll(text, " T ", " "+table+" "), args...)
	check(h.t, err)
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		h.t.Fatalf("%s changed %d rows: %v", text, n, err)
	}
}
