package room

import (
	"sync"
	"time"

	"heed/internal/id"
)

// Pace counts, for each person, the different references of the last hour. It is
// this process's memory and nobody's record: a reference that does not exist counts
// like one that does.
type Pace struct {
	mu   sync.Mutex
	seen map[id.Person]map[id.Reference]time.Time // guarded by mu
}

// Spent says whether one more reference would be more than so many an hour.
func (p *Pace) Spent(who id.Person, ref id.Reference, most int, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := p.recent(who, now)
	_, again := seen[ref]
	return !again && len(seen) >= most
}

// Note counts a reference.
func (p *Pace) Note(who id.Person, ref id.Reference, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[id.Person]map[id.Reference]time.Time{}
	}
	seen := p.recent(who, now)
	if seen == nil {
		seen = map[id.Reference]time.Time{}
		p.seen[who] = seen
	}
	seen[ref] = now
}

// OneMore counts one more thing that somebody did; false when it would be more than so many
// an hour.
func (p *Pace) OneMore(who id.Person, most int, now time.Time) bool {
	one := id.NewReference()
	if p.Spent(who, one, most, now) {
		return false
	}
	p.Note(who, one, now)
	return true
}

// recent forgets what is older than an hour, and what the clock put ahead of now.
func (p *Pace) recent(who id.Person, now time.Time) map[id.Reference]time.Time {
	seen := p.seen[who]
	for ref, at := range seen {
		if now.Sub(at) >= time.Hour || at.After(now) {
			delete(seen, ref)
		}
	}
	if len(seen) == 0 {
		delete(p.seen, who)
		return nil
	}
	return seen
}
