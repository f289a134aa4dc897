package ledger

import (
	"context"
	"sync"
	"time"
)

// The turns that processes on one database take.
const (
	turnNumber  = "ledger"
	turnWitness = "ledger-witness"
)

// patience is how long a turn that somebody else has is waited for.
type patience struct {
	limit time.Duration

	mu    sync.Mutex
	since time.Duration // uptime of the first try of those in vain; 0 when the last was not
	told  bool
}

// over notes a try in vain and says whether it was one too many; tell, that it is the first such.
func (p *patience) over(now time.Duration) (over, tell bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.since == 0 {
		p.since = max(now, 1)
	}
	over = now-p.since >= p.limit
	tell = over && !p.told
	p.told = p.told || over
	return over, tell
}

func (p *patience) restored() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since, p.told = 0, false
}

// inTurn runs fn when nobody else runs under this name. The lock behind it saves
// work and no more: who hangs, or only has the database, can hold it for as long as
// they like. So after a few seconds fn runs without it. Two at once do no harm: a
// step is written only on the size that it was worked out from (lock), so that who
// wakes up late writes nothing, and a witness is told the same twice.
func (l *Log) inTurn(ctx context.Context, name string, fn func(context.Context) error) (ran bool, err error) {
	p := l.patience[name]
	ran, err = l.store.Exclusive(ctx, name, fn)
	if ran {
		p.restored()
	}
	if ran || ctx.Err() != nil {
		return ran, err
	}
	over, tell := p.over(l.fresh.uptime())
	if !over {
		return false, err
	}
	if tell {
		words := "somebody else holds a turn and does not let it go; it is taken over"
		if err != nil {
			words = "a turn cannot be asked for; the work goes on without it"
		}
		l.o.Log.Warn(words, "turn", name, "for", p.limit, "why", err)
	}
	return true, fn(ctx)
}
