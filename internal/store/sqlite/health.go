package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

const (
	watchEvery = time.Second
	lowWater   = 128 << 10 // less room than this is full
	headroom   = 1 << 20   // room beside a whole reserve before writing begins again
	scratch    = 64 << 10
)

// health is what the writer knows of its disk. A fault stands until watch has seen
// writing succeed again.
type health struct {
	uptime func() time.Duration

	mu   sync.Mutex
	err  error
	last time.Duration // of the last commit; valid when any
	any  bool
}

func (h *health) fault() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

// refuses is the answer to a unit that should not even try.
func (h *health) refuses(reading bool) error {
	err := h.fault()
	if err == nil || (reading && fail.Is(err, fail.Full)) {
		return nil
	}
	return err
}

func (h *health) standing() (recent bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.any && h.uptime()-h.last < time.Second, h.err
}

func (h *health) set(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = err
}

func (h *health) committed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.any = h.uptime(), true
}

// watch looks after the disk: it notices that room is short before a unit does, and
// ends a fault once writing works again.
func (w *writer) watch() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.stopped:
			return
		case <-tick.C:
			if w.health.fault() != nil {
				w.errand(w.heal)
				continue
			}
			if err := w.e.inPlace(); err != nil {
				w.fell(err)
				w.errand(w.heal)
				continue
			}
			room, known := roomIn(w.e.dir)
			if (known && room < lowWater) || !w.reserve.whole() {
				w.fell(fail.New(fail.Full, engine.WordsFull))
			}
		}
	}
}

// errand runs fn on the writer's goroutine, between groups.
func (w *writer) errand(fn func()) {
	done := make(chan struct{})
	select {
	case w.errands <- func() { defer close(done); fn() }:
		<-done
	case <-w.stopped:
	}
}

// heal tries to end a fault: what the file has free given back, the log emptied, the reserve whole, a new connection
// after anything but a full disk, then a true write.
func (w *writer) heal() {
	was := w.health.fault()
	if was == nil {
		return
	}
	if err := w.e.inPlace(); err != nil {
		if errors.Is(err, errWalGone) { // nobody else can read what was acknowledged: into the file with it
			w.checkpoint("full")
		}
		w.health.set(err)
		return
	}
	if fail.Is(was, fail.Full) {
		w.giveBack()
		if room, known := roomIn(w.e.dir); known && room < w.reserve.missing()+headroom {
			return
		}
		w.checkpoint("truncate")
		if w.reserve.refill() != nil {
			return
		}
	} else if err := w.connect(); err != nil {
		w.health.set(translate(diagnose(w.e.dir, err)))
		return
	}
	if err := w.probe(); err != nil {
		w.health.set(translate(diagnose(w.e.dir, err)))
		return
	}
	if room, known := roomIn(w.e.dir); known && room < lowWater {
		w.health.set(fail.New(fail.Full, engine.WordsFull))
		return
	}
	if !fail.Is(was, fail.Full) { // a disk that was repaired is mounted anew
		w.e.readers.renew()
	}
	w.health.set(nil)
	w.e.log.Info("writing works again")
}

// probe writes for good: a file of its own (SQLite's log may have room that the disk has not) and a row.
func (w *writer) probe() error {
	if err := tryWriting(w.e.dir); err != nil {
		return err
	}
	if w.conn == nil {
		if err := w.connect(); err != nil {
			return err
		}
	}
	for _, text := range []string{"begin immediate", "update store_probe set at=at+1 where id=1", "commit"} {
		if err := w.conn.say(text); err != nil {
			w.rollback()
			return fmt.Errorf("probe: %w", err)
		}
	}
	w.health.committed()
	return nil
}

// checkpoint moves the log into the file, without waiting long for readers; false when it could not all be moved.
func (w *writer) checkpoint(mode string) bool {
	if w.conn == nil || w.conn.say("pragma busy_timeout=200") != nil {
		return false
	}
	defer w.conn.say("pragma busy_timeout=10000")
	var busy, pages, moved int
	err := w.conn.conn.QueryRowContext(context.Background(), "pragma wal_checkpoint("+mode+")").Scan(&busy, &pages, &moved)
	return err == nil && busy == 0
}

// scrub empties the log, so that no deleted value stays in it.
func (w *writer) scrub(ctx context.Context) error {
	done := make(chan bool, 1)
	select {
	case w.errands <- func() { done <- w.checkpoint("truncate") }:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
		return errClosed
	}
	if !<-done {
		return fail.New(fail.Busy, engine.WordsBusy)
	}
	return nil
}

// tryWriting writes and removes a small file.
func tryWriting(dir string) (err error) {
	path := filepath.Join(dir, "scratch")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(path)) }()
	return fill(f, scratch)
}

// diagnose finds the true cause behind SQLite's "I/O error" or "cannot open" by
// writing beside the file, and gives it its kind.
func diagnose(dir string, err error) error {
	if err == nil {
		return nil
	}
	var known *fail.Error
	if errors.As(err, &known) {
		return err
	}
	cause := err
	if code := codeOf(err) & 0xff; code == codeIO || code == codeCantOpen {
		if tried := tryWriting(dir); tried != nil {
			cause = tried
		}
	}
	switch {
	case errors.Is(cause, syscall.ENOSPC), isQuota(cause):
		return fail.Wrap(fail.Full, err, engine.WordsFull)
	case errors.Is(cause, syscall.EROFS), errors.Is(cause, os.ErrPermission):
		return fail.Wrap(fail.ReadOnly, err, engine.WordsReadOnly)
	}
	return err
}
