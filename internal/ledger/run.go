package ledger

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// Run numbers entries about every second, publishes a checkpoint at the start and
// then on the fixed beat, and brings checkpoints to the witnesses. It returns
// only when ctx ends. When the log has stopped (Trouble), Run waits for that: the
// program and the care that it serves go on, and a person must look.
func (l *Log) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { l.runWitnesses(ctx) })
	wg.Go(func() { l.runWaiting(ctx) })
	defer wg.Wait()
	beat := l.o.Clock.After(l.o.Beat)
	err := l.safely(func() error { l.greet(ctx); return l.publishBeat(ctx) })
	owed := err != nil // a beat that could not be kept is made up for
	for said := ""; ; {
		said = l.say(said, err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat:
			beat, owed = l.o.Clock.After(l.o.Beat), true
		case <-l.o.Clock.After(l.o.Tick):
		}
		if owed {
			err = l.safely(func() error { return l.publishDue(ctx) })
			owed = err != nil
		} else {
			err = l.safely(func() error { _, err := l.Sequence(ctx); return err })
		}
	}
}

// publishDue publishes unless another process has done so within this beat: then the
// tree has grown since this one's last beat. The time in the row alone says nothing, since
// whoever can write to the database could hold up every beat by it; and a checkpoint from
// the future (the clock was set back) does not count.
func (l *Log) publishDue(ctx context.Context) error {
	size, ago, err := l.lastBeat(ctx) // what does not hold there, publishing meets as well, and stops
	if err == nil && size > l.beaten && ago >= 0 && ago < l.o.Beat/2 {
		l.beaten = size
		return nil
	}
	return l.publishBeat(ctx)
}

func (l *Log) publishBeat(ctx context.Context) error {
	err := l.publishOnce(ctx)
	if err == nil {
		l.beaten, _, err = l.lastBeat(ctx)
	}
	return err
}

// lastBeat is the published size as it was signed, 0 before the first, and how long ago
// its row says it was published.
func (l *Log) lastBeat(ctx context.Context) (size int64, ago time.Duration, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		c, err := l.lastPublic(tx)
		if err != nil || c.Size == 0 {
			return err
		}
		p, err := readPublished(tx)
		size, ago = c.Size, tx.Now().Sub(clock.FromMicros(p.at))
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("read last beat: %w", err)
	}
	return size, ago, nil
}

// runWaiting looks after entries that wait for too long, beside the sequencer, which
// may be what hangs.
func (l *Log) runWaiting(ctx context.Context) {
	for said := ""; ; {
		select {
		case <-ctx.Done():
			return
		case <-l.o.Clock.After(l.o.Tick):
		}
		said = l.say(said, l.safely(func() error { return l.watchWaiting(ctx) }))
	}
}

// safely makes a panic a failure like any other: the next turn tries again. What was
// thrown may hold words of a record and is not shown.
func (l *Log) safely(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			l.o.Log.Error("the log panicked", "what", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = fail.New(fail.Broken, "A fault of the program")
		}
	}()
	return fn()
}

// runWitnesses brings each new checkpoint to the witnesses, and tries again half a
// beat later for those who were away.
func (l *Log) runWitnesses(ctx context.Context) {
	if len(l.o.Witnesses) == 0 {
		return
	}
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.push:
		case <-l.o.Clock.After(l.o.Beat / 2):
		}
		said = l.say(said, l.safely(func() error { return l.Witnessing(ctx) }))
	}
}

// say logs a failure once, not every second while it lasts, and gives what was said.
func (l *Log) say(before string, err error) string {
	if err == nil || l.Trouble() != nil { // stop has said why
		return ""
	}
	kind := fail.KindOf(err).String()
	if kind != before {
		l.o.Log.Warn("entries could not be numbered; trying again", "kind", kind, "why", err)
	}
	return kind
}
