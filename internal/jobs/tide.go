package jobs

import (
	"context"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/store"
)

// tide notices that the machine's clock has gone back.
type tide struct {
	mu     sync.Mutex
	high   time.Time // the latest moment that this process has seen
	looked bool      // the rows have been looked at since the start
}

// slack is how far back a clock may go before rows are brought back: the
// stepping of a time server and an hour set by hand do no harm, because a job
// is then late by no more than that.
const slack = 2 * time.Hour

// turned says whether rows may stand in what is now the future.
func (t *tide) turned(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	back := !t.looked || t.high.Sub(now) > slack
	if back || now.After(t.high) {
		t.high = now
	}
	t.looked = true
	return back
}

// settle brings back what was set while the clock was ahead: a job is due no
// later than the same distance from now as it was from the moment at which it
// was set. So a clock that ran ten years ahead and was put right loses no
// reminder, no retry and no lease. A job brought back may come early; what was
// asked for (due) stays in the row, and the handler looks at its record. The
// reminders of a record (Remind) stand at dates, not at distances: of them only a
// retry or a lease is brought back, and none is given before its date.
func (q *Queue) settle(ctx context.Context) error {
	if !q.tide.turned(q.clock.Now()) {
		return nil
	}
	return q.store.Do(ctx, func(tx *store.Tx) error {
		now := clock.Micros(tx.Now())
		_, err := tx.Exec("update job set next = next - (since - $1), since = $1 where since > $2 and (mark = 0 or "+
			"attempts > 0)", now, now+slack.Microseconds())
		return err
	})
}
