package storetest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"heed/internal/store"
)

// manyRows: rows go in and come out as they were, however many there are and whatever is in
// them; a unit that puts one in twice keeps none, and a loop that is left lets the unit go on.
func manyRows(t *testing.T, s *store.Store) {
	const n = 2500
	columns := []string{"seq", "name", "n", "body"}
	var values []any
	for i := range n {
		body := any([]byte{0, byte(i), '\\', '\t', '\n'})
		switch i % 3 {
		case 1:
			body = nil
		case 2:
			body = []byte{}
		}
		number := int64(math.MinInt64 + i)
		values = append(values, int64(1_000_000+i), fmt.Sprintf("row %05d \\N \t\n\"'ł😀", i), number, body)
	}
	must(t, s.Do(bg, func(tx *store.Tx) error { return tx.PutRows("exercise", columns, values) }))
	const query = `select seq, name, n, body from exercise where seq >= $1 order by seq`
	must(t, s.View(bg, func(tx *store.Tx) error {
		at := 0
		for row, err := range tx.Rows(query, 1_000_000) {
			if err != nil {
				return err
			}
			if want := values[at*4 : at*4+4]; fmt.Sprintf("%#v", row) != fmt.Sprintf("%#v", want) {
				t.Fatalf("row %d came out as %#v, want %#v", at, row, want)
			}
			at++
		}
		if at != n {
			t.Errorf("%d rows came out", at)
		}
		for _, err := range tx.Rows(query, 1_000_000) {
			if err != nil {
				return err
			}
			break
		}
		_, err := number(tx, values[1].(string), "")
		return err
	}))
	again := slices.Concat([]any{int64(2_000_000), "not kept", int64(1), nil}, values[:4])
	err := s.Do(bg, func(tx *store.Tx) error { return tx.PutRows("exercise", columns, again) })
	if !store.IsUnique(err) {
		t.Errorf("a row that is there was put in again: %v", err)
	}
	if got := count(t, s, "not kept"); got != 0 {
		t.Error("half of what was put in stayed")
	}
	for _, bad := range []func(tx *store.Tx) error{
		func(tx *store.Tx) error { return tx.PutRows("exercise; drop table exercise", columns, nil) },
		func(tx *store.Tx) error { return tx.PutRows("exercise", []string{"n) --"}, nil) },
		func(tx *store.Tx) error { return tx.PutRows("exercise", columns, values[:5]) },
	} {
		if err := s.Do(bg, bad); err == nil {
			t.Error("rows were taken that fit no table")
		}
	}
	died := errors.New("died")
	err = s.Do(bg, func(tx *store.Tx) error {
		return errors.Join(tx.PutRows("exercise", columns, []any{int64(3_000_000), "half", int64(1), nil}), died)
	})
	if !errors.Is(err, died) || count(t, s, "half") != 0 {
		t.Errorf("a unit that died kept a row: %v", err)
	}
}
