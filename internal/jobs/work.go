package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// claimed is a job that this worker has, with the lease that proves it.
type claimed struct {
	Job
	attempts int64
	mark     int
	lease    []byte
}

// Run works until the context ends, and returns early when it could not work: who
// runs it begins again. It looks when it is woken, when something falls due, and at
// least every Idle, so that a job put by another process and a clock that has jumped
// are seen. well is told after each look that did what was due.
func (q *Queue) Run(ctx context.Context, well func()) error {
	for ctx.Err() == nil {
		n, err := q.Work(ctx)
		var next *time.Duration
		if err == nil {
			next, err = q.nextDue(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		well()
		pause := q.idle
		switch {
		case next == nil:
		case *next > 0:
			pause = min(pause, *next)
		case n == 0: // due, and somebody else has it: its lease, or its row
			pause = min(pause, time.Second)
		default:
			continue
		}
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-q.clock.After(pause):
		}
	}
	return nil
}

// nextDue is how long it is until something falls due that this process can do;
// nil when nothing will. What it cannot do must not keep it awake.
func (q *Queue) nextDue(ctx context.Context) (*time.Duration, error) {
	kinds := q.canDo()
	if len(kinds) == 0 {
		return nil, nil //nolint:nilnil // nothing to wait for
	}
	var next *int64
	err := q.store.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("select min(next) from job where kind in ("+places(1, len(kinds))+")", anys(kinds)...).Scan(&next)
	})
	if err != nil || next == nil {
		return nil, err
	}
	in := clock.FromMicros(*next).Sub(q.clock.Now())
	return &in, nil
}

// canDo are the kinds that this process ends: those with a handler, and mail when there is a server.
func (q *Queue) canDo() []string {
	kinds := q.kinds()
	if q.mail != nil {
		kinds = append(kinds, mailKind)
	}
	return kinds
}

// Work does everything that is due now and says how many jobs came to an end.
// A job that fails is put off and does not stop the others.
func (q *Queue) Work(ctx context.Context) (n int, err error) {
	if err := q.settle(ctx); err != nil {
		return 0, err
	}
	for {
		mine, err := q.claim(ctx, q.kinds(), batch)
		if err != nil {
			return n, err
		}
		for _, c := range mine {
			done, err := q.do(ctx, c)
			if err != nil {
				return n, err
			}
			n += done
		}
		if len(mine) < batch {
			break
		}
	}
	sent, err := q.sendMail(ctx)
	return n + sent, err
}

// claim takes a lease on up to limit due jobs of these kinds. It writes only when
// something is due.
func (q *Queue) claim(ctx context.Context, kinds []string, limit int) ([]claimed, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	due := false
	err := q.store.View(ctx, func(tx *store.Tx) error {
		rows, err := store.All(tx, func(one *int) []any { return []any{one} },
			"select 1 from job where next <= $1 and kind in ("+places(2, len(kinds))+") limit 1",
			append([]any{clock.Micros(tx.Now())}, anys(kinds)...)...)
		due = len(rows) > 0
		return err
	})
	if err != nil || !due {
		return nil, err
	}
	lease := make([]byte, 16)
	rand.Read(lease)
	var mine []claimed
	err = q.store.Do(ctx, func(tx *store.Tx) error {
		now := tx.Now()
		args := append([]any{lease, clock.Micros(now.Add(leaseLength)), clock.Micros(now)}, anys(kinds)...)
		mine, err = store.All(tx, func(c *claimed) []any { return c.columns() },
			`update job set lease = $1, next = $2, since = $3, attempts = attempts + 1 where name in (
				select name from job where next <= $3 and kind in (`+places(4, len(kinds))+`)
				order by next limit `+fmt.Sprint(limit)+tx.SkipLocked()+`)
			returning name, kind, org, record, due, payload, attempts, mark, lease`, args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(mine, func(a, b claimed) int { return a.Due.Compare(b.Due) })
	return mine, nil
}

// do runs one job: its end and its effects in one unit.
func (q *Queue) do(ctx context.Context, c claimed) (done int, err error) {
	err = q.store.Do(ctx, func(tx *store.Tx) error {
		if c.mark == 1 && tx.Now().Before(c.Due) { // the clock was ahead and has been put right
			_, err := tx.Exec("update job set next = due, attempts = 0, lease = null where name = $1 and lease = $2",
				[]byte(c.Name), c.lease)
			return err
		}
		if done, err = finish(tx, c); err != nil || done == 0 {
			return err
		}
		return q.handle(ctx, tx, c.Job)
	})
	switch {
	case err == nil:
		return done, nil
	case ctx.Err() != nil, fail.Is(err, fail.Unknown), fail.Is(err, fail.Full), fail.Is(err, fail.ReadOnly):
		return 0, err // not the job's fault: its lease runs out
	}
	q.log.Warn("jobs: a job failed and is tried again", "job", c.Kind, "attempt", c.attempts, "kind",
		fail.KindOf(err).String())
	return 0, q.putOff(ctx, c)
}

// finish ends a job that this worker still has; 0 when it has been moved, taken
// back, or is somebody else's by now.
func finish(tx *store.Tx, c claimed) (int, error) {
	text, args := "delete from job where name = $1 and lease = $2", []any{[]byte(c.Name), c.lease}
	if c.mark == 1 {
		text = "update job set next = $3, since = 0, attempts = 0, lease = null where name = $1 and lease = $2"
		args = append(args, never)
	}
	rows, err := tx.Exec(text, args...)
	return int(rows), err
}

// handle calls the handler. One that panics has failed: it must not take the
// program down with it again at every start.
func (q *Queue) handle(ctx context.Context, tx *store.Tx, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fail.New(fail.Broken, "jobs: the handler of %s panicked", j.Kind)
		}
	}()
	return q.handler(j.Kind)(ctx, tx, j)
}

// putOff gives a job back for a later try.
func (q *Queue) putOff(ctx context.Context, all ...claimed) error {
	if len(all) == 0 {
		return nil
	}
	return q.store.Do(ctx, func(tx *store.Tx) error {
		for _, c := range all {
			if _, err := tx.Exec("update job set lease = null, next = $1, since = $2 where name = $3 and lease = $4",
				clock.Micros(tx.Now().Add(backoff(c.attempts))), clock.Micros(tx.Now()), []byte(c.Name), c.lease); err != nil {
				return err
			}
		}
		return nil
	})
}

// backoff doubles from ten seconds to an hour.
func backoff(attempts int64) time.Duration {
	wait := firstRetry
	for range min(attempts-1, 20) {
		wait = min(2*wait, lastRetry)
	}
	return wait
}

func (c *claimed) columns() []any {
	return []any{(*text)(&c.Name), &c.Kind, &c.Org, &c.Record, (*instant)(&c.Due), &c.Payload, &c.attempts,
		&c.mark, &c.lease}
}

// text reads a blob as a string, instant a number of microseconds as a time.
type (
	text    string
	instant time.Time
)

var errColumn = errors.New("jobs: a column is not what it should be")

// Scan reads the name.
func (t *text) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok {
		return errColumn
	}
	*t = text(b)
	return nil
}

// Scan reads the time.
func (i *instant) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return errColumn
	}
	*i = instant(clock.FromMicros(us))
	return nil
}

// places is "$2,$3,$4" for three values from the second on.
func places(from, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(all, ",")
}

func anys(all []string) []any {
	out := make([]any, len(all))
	for i, s := range all {
		out[i] = s
	}
	return out
}
