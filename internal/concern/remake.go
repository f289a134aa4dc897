package concern

import (
	"context"
	"fmt"
	"slices"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/store"
)

// What stands here compares the rows that are made from the history (the list, and
// each concern's duty) with the history, and makes duties anew. The history is
// believed; a row never is.

// CheckLists compares the table of lists, and the duties, with the history of every
// concern and tells each difference: a row that was changed, one that is not there,
// one that belongs to no record, a duty that was put off. It writes nothing, may run
// beside writers, and gives the number of concerns. Between pieces of the work it calls rest.
func (d *Desk) CheckLists(ctx context.Context, rest func(context.Context, time.Duration), found func(rec id.Record, what string)) (concerns int, err error) {
	err = d.Ledger.Begun(ctx, ledger.Concern, rest, func(tx *store.Tx, e ledger.Entry) error {
		concerns++
		c, err := d.loadEntry(tx, e)
		if fail.Is(err, fail.Tampered) {
			found(e.Record, "does not match its history")
			return nil
		}
		if err != nil {
			return err
		}
		what, err := d.checkRow(tx, c)
		if err != nil {
			return err
		}
		if what != "" {
			found(e.Record, what)
		}
		if what, err = dutyAmiss(tx, c); what != "" {
			found(e.Record, what)
		}
		if err != nil {
			return err
		}
		return d.checkDocuments(tx, e, c, found)
	})
	if err != nil {
		return concerns, fmt.Errorf("compare the list of concerns: %w", err)
	}
	return concerns, d.strangers(ctx, found)
}

// RemakeDuties makes the duty of every concern whose history asks for one, and has
// none or one that was put off; it tells of each. A row in jobs decides nothing: that
// somebody is reminded follows from the history.
func (d *Desk) RemakeDuties(ctx context.Context, rest func(context.Context, time.Duration), found func(rec id.Record, what string)) error {
	var lost []ledger.Entry
	err := d.Ledger.Begun(ctx, ledger.Concern, rest, func(tx *store.Tx, e ledger.Entry) error {
		c, err := d.loadEntry(tx, e)
		if fail.Is(err, fail.Tampered) {
			return nil // it cannot be read by anybody; verify names it
		}
		if err != nil {
			return err
		}
		what, err := dutyAmiss(tx, c)
		if what != "" {
			lost = append(lost, e)
			found(e.Record, what)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("compare duties with the history: %w", err)
	}
	for _, e := range lost {
		err := d.Store.Do(ctx, func(tx *store.Tx) error {
			c, _, err := d.load(tx, e.Org, e.Record)
			if fail.Is(err, fail.Gone) {
				return nil
			}
			if err != nil {
				return err
			}
			return d.remind(tx, c)
		})
		if err != nil {
			return fmt.Errorf("make a duty anew: %w", err)
		}
	}
	return nil
}

func (d *Desk) loadEntry(tx *store.Tx, e ledger.Entry) (*Concern, error) {
	c, _, err := d.load(tx, e.Org, e.Record)
	return c, err
}

// checkRow says what is wrong with the row of a concern; "" for nothing.
func (d *Desk) checkRow(tx *store.Tx, c *Concern) (string, error) {
	r, err := store.One(tx, (*Row).fields, `select `+columns+` from concern_v1 where record = $1`, c.Record)
	if fail.Is(err, fail.Missing) {
		return "is not in the list of concerns", nil
	}
	if err != nil {
		return "", err
	}
	made := rowOf(c)
	if column := r.differs(made); column != "" {
		return "stands in the list of concerns with another " + column, nil
	}
	key, err := d.Vault.Key(tx, c.Org, c.Record)
	if err != nil {
		return "", err
	}
	if seen, err := r.opened(key); err != nil || seen.differs(made) != "" || !slices.EqualFunc(seen.Bars, made.Bars, Bar.same) {
		return "stands in the list of concerns with another picture", nil
	}
	return "", nil
}

// dutyAmiss says what is wrong with the duty of a concern; "" for nothing.
func dutyAmiss(tx *store.Tx, c *Concern) (string, error) {
	if want, ok := c.duty(); ok {
		return jobs.Amiss(tx, want)
	}
	return "", nil
}

// strangers names rows of the list that belong to no concern, page by page.
func (d *Desk) strangers(ctx context.Context, found func(id.Record, string)) error {
	for after, n := []byte{}, pageOfRows; n == pageOfRows; {
		err := d.Store.View(ctx, func(tx *store.Tx) error {
			rows, err := store.All(tx, (*Row).fields, `select `+columns+` from concern_v1 where record > $1 order by record limit $2`, after, pageOfRows)
			if err != nil {
				return err
			}
			for _, r := range rows {
				after = r.Record.Bytes()
				began, err := d.Ledger.Begins(tx, r.Record, ledger.Concern)
				if err != nil {
					return err
				}
				if !began {
					found(r.Record, "is in the list of concerns and has no history")
				}
			}
			n = len(rows)
			return nil
		})
		if err != nil {
			return fmt.Errorf("read the list of concerns: %w", err)
		}
	}
	return nil
}

const pageOfRows = 512
