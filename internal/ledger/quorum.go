package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// quorum is how many witnesses must sign.
func (l *Log) quorum() int { return cmp.Or(l.o.Quorum, len(l.o.Witnesses)) }

// Witnessed is nil, or why what is public is not witnessed as it should be: too few
// witnesses have signed for more than two beats, or one of them shows another history.
func (l *Log) Witnessed(ctx context.Context) error {
	if len(l.o.Witnesses) == 0 {
		return nil
	}
	states, err := l.WitnessState(ctx)
	if err != nil {
		return err
	}
	sizes := make([]int64, len(states))
	for i, s := range states {
		sizes[i] = s.Size
		if s.Trouble == TroubleConflict {
			return fail.New(fail.Tampered, "%s", s.Words())
		}
	}
	slices.Sort(sizes)
	var since int64
	err = l.store.View(ctx, func(tx *store.Tx) (err error) {
		since, err = store.One(tx, scanInt, `select coalesce(min(at), 0) from log_checkpoint where size > $1`,
			sizes[len(sizes)-l.quorum()])
		return err
	})
	if err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	waited := l.o.Clock.Now().Sub(clock.FromMicros(since))
	if since == 0 || waited <= 2*l.o.Beat+witnessTimeout {
		return nil
	}
	return fail.New(fail.Busy, "The public checkpoint has waited for %s for the signatures of %d of %d witnesses",
		waited.Round(time.Second), l.quorum(), len(states))
}

// Words say how a witness stands, to whoever looks after the installation; empty when it has signed.
func (s WitnessState) Words() string {
	last := "It has signed nothing yet"
	if !s.At.IsZero() {
		last = "It last signed on " + s.At.UTC().Format("2 January 2006 at 15:04 UTC")
	}
	switch s.Trouble {
	case TroubleUnreachable:
		return fmt.Sprintf("The witness %s could not be reached. %s", s.Name, last)
	case TroubleRefuses:
		return fmt.Sprintf("The witness %s does not sign, and what it signed before agrees with this log or could not be "+
			"had. %s. Ask whoever runs it", s.Name, last)
	case TroubleConflict:
		return fmt.Sprintf("The witness %s has signed another history of this log: an older copy was put back, or there "+
			"are two. Nothing is signed until somebody has found out why", s.Name)
	}
	return ""
}
