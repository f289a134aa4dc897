package room

import (
	"context"
	"fmt"
	"maps"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
)

// Recounted is an edition beside what the history gives now.
type Recounted struct {
	Closing
	Unlike  string      // why it is not compared; "": it was
	Since   int64       // records that were erased since it was closed
	Differs []Different // cells that are not what was closed
	Late    int64       // events that the next closing adds
	Err     error       // fail.Tampered when no erasure explains it
}

// Different is a cell of an edition and what is counted now.
type Different struct {
	Cell
	Now int64
}

// Recount counts all that was closed of a room again from the history, in one pass.
func (d *Desk) Recount(ctx context.Context, org id.Org, r *Room,
	rest func(context.Context, time.Duration)) (out []Recounted, err error) {
	o, err := d.Directory.Organisation(ctx, org)
	if err != nil {
		return nil, err
	}
	had, err := editions(o, r)
	if err != nil {
		return nil, err
	}
	again, since := map[int]*ask{}, map[int]*ask{}
	var asks []*ask
	for i, e := range had {
		by, err := r.Definition(e.Definition)
		if err != nil || e.unlike(had) != "" {
			continue
		}
		again[i] = &ask{period: e.Period, by: by, figures: figuresOf(by, e.Period),
			until: e.AsOf, stands: countedAt(e.Period)}
		asks = append(asks, again[i])
		if last, _ := latest(had, e.Period); last.Edition == e.Edition {
			since[i] = &ask{period: e.Period, by: by, figures: again[i].figures, after: e.AsOf, until: d.Clock.Now(),
				stands: countedAt(e.Period)}
			asks = append(asks, since[i])
		}
	}
	there, err := d.Ledger.Heads(ctx, r.Number, org)
	if err != nil {
		return nil, err
	}
	n, err := d.countRecords(ctx, org, r, asks, rest)
	if err != nil {
		return nil, err
	}
	for i, e := range had {
		x := Recounted{Closing: e, Unlike: e.unlike(had)}
		switch {
		case x.Unlike != "":
		case again[i] == nil:
			x.Unlike = fmt.Sprintf("It was counted by %s, which this version of Heed does not know: recount it with that "+
				"version", e.Definition)
		default:
			x.against(again[i], since[i], n < there)
		}
		out = append(out, x)
	}
	return out, nil
}

// unlike says why an edition is not compared with the history: what was not counted as this
// program counts, or was withdrawn, must differ from it. "": it is compared.
func (e Closing) unlike(had []Closing) string {
	switch last, _ := latest(had, e.Period); {
	case e.Withdrawn:
		return "It was closed too soon, by a clock that was ahead, and is withdrawn: the period is closed anew when its " +
			"time has come"
	case e.Form > form:
		return fmt.Sprintf("A newer version of Heed counted it otherwise (form %d): recount it with that version", e.Form)
	case e.Form < form && last.Form == form:
		return fmt.Sprintf("An older version of Heed counted it otherwise (form %d): edition %d was counted anew",
			e.Form, last.Edition)
	case e.Form < form:
		return fmt.Sprintf("An older version of Heed counted it otherwise (form %d). It is counted anew when the next "+
			"period closes; once a record was erased it stays as it is, since what differs would tell what that "+
			"record held", e.Form)
	}
	return ""
}

// against holds an edition to what is counted now; hidden says that records cannot be found.
func (x *Recounted) against(now, since *ask, hidden bool) {
	x.Since = now.erased - x.Erased
	gone := x.Records - now.records
	more := hidden || gone < 0 || gone > x.Since // also one that was erased since it was added late
	left := maps.Clone(now.cells)
	for _, c := range x.Cells {
		n := left[cellName{c.Figure, c.Column}]
		delete(left, cellName{c.Figure, c.Column})
		if n != c.N {
			x.Differs = append(x.Differs, Different{c, n})
		}
		more = more || n > c.N || n < c.N && x.Since == 0
	}
	if since != nil {
		for _, n := range since.cells {
			x.Late += n
		}
	}
	if more || len(left) > 0 {
		x.Err = fail.New(fail.Tampered, "The figures of %s that were closed are not those of the history, and no erasure "+
			"explains it", x.Period.Words())
	}
}
