package verify

import (
	"context"
	"sync"
	"testing"
	"time"
)

// TestGentlyRests: a check beside people at work rests after each range of entries and after
// each other part, four times as long as it worked, and does one thing after the other. One
// that somebody waits for does not rest.
func TestGentlyRests(t *testing.T) {
	each(t, func(w *world) {
		const ranges, parts = 3, 9
		w.fill((ranges-1)*chunkSize + 1)
		keys, err := openKeys(w.o.KeyFile, w.o.KeyStore)
		w.must(err)
		for _, gently := range []bool{true, false} {
			o := w.o
			o.Gently = gently
			var at sync.Mutex // held while it rests
			rests := 0
			v := newCheck(w.store, o, keys)
			v.pause = func(_ context.Context, d time.Duration) {
				if !at.TryLock() {
					t.Error("two things are done at once")
					return
				}
				defer at.Unlock()
				if rests++; d <= 0 {
					t.Errorf("it rests for %v", d)
				}
				time.Sleep(time.Millisecond) // whoever works beside it comes to their own rest
			}
			w.must(v.run(w.ctx()))
			switch {
			case gently && rests < ranges+parts:
				t.Errorf("it rests %d times, want after each of %d ranges and %d parts", rests, ranges, parts)
			case !gently && rests > 0:
				t.Errorf("it rests %d times while somebody waits for it", rests)
			}
		}
	})
}
