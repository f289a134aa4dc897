// Package clock is the only place in Heed that asks what time it is.
//
// Everything that needs the time holds a Clock. archtest forbids time.Now
// elsewhere, so that deadlines, sessions and drafts can be tested by moving a
// hand and so that a jump of the machine's clock can be simulated.
//
// Invariant: every instant that Heed stores is UTC in whole microseconds.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time and waits.
type Clock interface {
	// Now is UTC, whole microseconds.
	Now() time.Time
	// After sends the time once d has passed.
	After(d time.Duration) <-chan time.Time
}

// System is the machine's clock.
type System struct{}

// Now is the machine's time.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// After waits on the machine's monotonic clock.
func (System) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Stopwatch measures elapsed real time by the monotonic clock, for bench figures and logs only.
func Stopwatch() func() time.Duration {
	t := time.Now()
	return func() time.Duration { return time.Since(t) }
}

// Micros is the stored form of an instant.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// FromMicros is the instant of a stored form.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// Hand is a clock that stands still until it is moved. Safe for concurrent use.
type Hand struct {
	mu      sync.Mutex
	now     time.Time
	waiters []waiter
}

type waiter struct {
	at time.Time
	ch chan time.Time
}

// NewHand is a clock that stands at t.
func NewHand(t time.Time) *Hand { return &Hand{now: t.UTC().Truncate(time.Microsecond)} }

// Now is where the hand stands.
func (h *Hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// After fires when the hand has been moved d or more ahead.
func (h *Hand) After(d time.Duration) <-chan time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	ch := make(chan time.Time, 1)
	h.waiters = append(h.waiters, waiter{h.now.Add(d), ch})
	h.fire()
	return ch
}

// Move turns the hand by d, which may be negative.
func (h *Hand) Move(d time.Duration) { h.Set(h.Now().Add(d)) }

// Set puts the hand at t.
func (h *Hand) Set(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = t.UTC().Truncate(time.Microsecond)
	h.fire()
}

func (h *Hand) fire() {
	keep := h.waiters[:0]
	for _, w := range h.waiters {
		if w.at.After(h.now) {
			keep = append(keep, w)
			continue
		}
		w.ch <- h.now
	}
	h.waiters = keep
}
