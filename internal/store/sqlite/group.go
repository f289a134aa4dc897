package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

const (
	maxGroup = 128              // units committed together at most
	slowUnit = 10 * time.Second // a unit that holds the writer longer is logged
)

// writer is the one SQLite connection that writes. Its goroutine collects waiting
// units, gives each its turn under a savepoint of one transaction, commits once and
// only then answers. A unit's function runs on its caller's goroutine, so that a
// panic or a runtime.Goexit there is the caller's own.
//
// No statement here runs on a caller's context: a caller that goes away leaves the
// queue, but cannot undo the others of its group.
type writer struct {
	e       *Engine
	reserve *reserve
	health  health
	conn    *cached // owned by the goroutine of loop
	queue   chan *unit
	errands chan func()
	stopped chan struct{}
	once    sync.Once
	done    sync.WaitGroup
}

// unit is one unit of work on its way through the writer.
type unit struct {
	work    engine.Work
	reading bool
	state   atomic.Int32       // waiting, then taken or left
	turn    chan engine.Runner // the writer gives the turn
	ran     chan struct{}
	done    chan error

	// Written by the caller's goroutine before ran, read by the writer after it,
	// and by the caller again after done.
	err   error // what its work came to
	fault error // the first statement that failed
	gone  bool  // its caller's goroutine has ended inside it
}

const (
	waiting = iota
	taken
	left
)

func newWriter(e *Engine, r *reserve) *writer {
	w := &writer{
		e: e, reserve: r, queue: make(chan *unit, maxGroup), errands: make(chan func()), stopped: make(chan struct{}),
	}
	w.health.uptime = e.uptime
	if !r.whole() {
		w.health.set(fail.New(fail.Full, engine.WordsFull))
	}
	return w
}

// connect takes the only write connection, or a new one in its place.
func (w *writer) connect() error {
	if w.conn != nil {
		w.conn.discard()
		w.conn = nil
		w.e.wal.closed()
	}
	conn, err := w.e.writeDB.Conn(context.Background())
	if err != nil {
		return fmt.Errorf("open writer: %w", err)
	}
	if err := w.e.wal.opened(context.Background(), conn, w.e.dir); err != nil {
		return errors.Join(err, conn.Close())
	}
	w.conn = newCached(conn)
	return nil
}

func (w *writer) start() {
	w.done.Go(w.loop)
	w.done.Go(w.watch)
}

// stop lets the groups that have begun finish.
func (w *writer) stop() {
	w.once.Do(func() { close(w.stopped) })
	w.done.Wait()
}

var errClosed = errors.New("store: closed")

// do is the caller's side: wait for the turn, run, wait for the answer.
func (w *writer) do(ctx context.Context, work engine.Work, reading bool) error {
	if err := w.health.refuses(reading); err != nil {
		return err
	}
	u := &unit{work: work, reading: reading, turn: make(chan engine.Runner), ran: make(chan struct{}, 1),
		done: make(chan error, 1)}
	select {
	case <-w.stopped:
		return errClosed
	default:
	}
	gone := ctx.Done()
	select {
	case w.queue <- u:
	case <-gone:
		return ctx.Err()
	case <-w.stopped:
		return errClosed
	}
	stopped := w.stopped
	for {
		select {
		case on := <-u.turn:
			u.run(on)
		case err := <-u.done:
			return err
		case <-gone:
			if u.state.CompareAndSwap(waiting, left) {
				return ctx.Err()
			}
			gone = nil // it has begun: the answer is near
		case <-stopped:
			if u.state.CompareAndSwap(waiting, left) {
				return errClosed
			}
			stopped = nil
		}
	}
}

// run runs the unit's work on the caller's goroutine and gives the turn back, whatever happens.
func (u *unit) run(on engine.Runner) {
	finished := false
	defer func() {
		if !finished {
			u.gone, u.fault = true, nil
			u.err = errors.New("store: a unit of work ended its goroutine")
		}
		u.ran <- struct{}{}
	}()
	u.fault, u.err = u.work(context.Background(), on)
	finished = true
}

// take claims a unit; false when its caller has left.
func (u *unit) take() bool {
	return u.state.CompareAndSwap(waiting, taken) || u.state.Load() == taken
}

func (w *writer) loop() {
	defer func() {
		if w.conn != nil {
			w.conn.close()
		}
	}()
	for {
		select {
		case u := <-w.queue:
			w.commit(w.gather(u))
		case fn := <-w.errands:
			fn()
		case <-w.stopped:
			return
		}
	}
}

// gather is the first unit with all that are waiting behind it.
func (w *writer) gather(first *unit) []*unit {
	group := append(make([]*unit, 0, maxGroup), first)
	runtime.Gosched() // callers that were just answered come back
	for len(group) < maxGroup {
		select {
		case u := <-w.queue:
			group = append(group, u)
		default:
			return group
		}
	}
	return group
}

// commit runs a group in one transaction. When anything happens to the transaction
// itself (SQLite rolls all of it back on a full disk), the verdicts of all its
// members were given on a state that never came to be: they run again, singly.
func (w *writer) commit(group []*unit) {
	if len(group) == 1 || w.health.fault() != nil || w.conn == nil {
		w.singly(group)
		return
	}
	if err := w.conn.say("begin immediate"); err != nil {
		w.rollback()
		w.singly(group)
		return
	}
	for _, u := range group {
		if u.take() && !w.member(u) {
			w.rollback()
			w.singly(group)
			return
		}
	}
	err := w.conn.say("commit")
	if err != nil {
		w.rollback()
		if notCommitted(err) {
			w.singly(group)
			return
		}
		unknown := w.lost(err)
		for _, u := range group {
			if u.state.Load() == taken {
				u.done <- unknown
			}
		}
		return
	}
	w.health.committed()
	for _, u := range group {
		if u.state.Load() == taken {
			u.done <- translate(u.err)
		}
	}
}

// member runs a unit under its own savepoint; false means that the whole group is in doubt.
func (w *writer) member(u *unit) bool {
	if w.conn.say("savepoint unit") != nil {
		return false
	}
	w.hand(u)
	if u.err == nil {
		return w.conn.say("release unit") == nil
	}
	if spoilt(u.fault) || spoilt(u.err) {
		return false
	}
	return w.conn.say("rollback to unit") == nil && w.conn.say("release unit") == nil
}

// hand gives the unit its turn and waits until it has run.
func (w *writer) hand(u *unit) {
	u.turn <- w.conn
	slow := time.AfterFunc(slowUnit, func() {
		w.e.log.Warn("a unit of work holds the writer; does it call Do inside Do?", "for", slowUnit)
	})
	<-u.ran
	slow.Stop()
}

func (w *writer) singly(group []*unit) {
	for _, u := range group {
		if u.take() {
			u.done <- translate(w.single(u))
		}
	}
}

// single runs a unit in a transaction of its own. A reading on a full disk first
// has SQLite's log used again from its start, then takes from the reserve.
func (w *writer) single(u *unit) error {
	for emptied := false; ; {
		if err := w.health.refuses(u.reading); err != nil {
			return err
		}
		err := w.attempt(u)
		var known *fail.Error
		if err == nil || (!spoilt(err) && !spoilt(u.fault)) || (errors.As(err, &known) && known.Kind == fail.Unknown) {
			return err
		}
		if spoilt(u.fault) {
			err = u.fault
		}
		err = translate(diagnose(w.e.dir, err))
		if !ofDisk(err) {
			return err
		}
		w.fell(err)
		if !fail.Is(err, fail.Full) || !u.reading {
			return err
		}
		if !emptied && w.checkpoint("restart") {
			emptied = true
			continue
		}
		if !w.reserve.release() {
			return err
		}
		// The piece goes to the file first, so that the log can begin anew instead of growing into it.
		emptied = w.checkpoint("restart")
	}
}

// attempt is begin, run, commit. Its error is nil only after a durable commit.
func (w *writer) attempt(u *unit) error {
	if u.gone {
		return u.err
	}
	if w.conn == nil {
		return fail.New(fail.Broken, "The database is closed after a fault")
	}
	if err := w.conn.say("begin immediate"); err != nil {
		w.rollback()
		u.fault = err
		return err
	}
	w.hand(u)
	if u.err != nil {
		w.rollback()
		return u.err
	}
	if err := w.conn.say("commit"); err != nil {
		w.rollback()
		if !notCommitted(err) {
			return w.lost(err)
		}
		u.fault = err
		return err
	}
	w.health.committed()
	return nil
}

// rollback ends the transaction if SQLite has not done so by itself.
func (w *writer) rollback() {
	_ = w.conn.say("rollback") // fails when there is none: as wanted
}

// lost is the answer to a commit that failed while it was made durable (a failed
// fsync): the pages may or may not be found after a restart. Nothing is
// acknowledged, and the connection is not trusted again.
func (w *writer) lost(err error) error {
	w.e.log.Error("a commit failed on its way to the disk", "error", err)
	w.health.set(fail.Wrap(fail.ReadOnly, err, engine.WordsReadOnly))
	return fail.Wrap(fail.Unknown, err, engine.WordsUnknown)
}

// fell notes a fault of the disk, so that others are refused before they try.
func (w *writer) fell(err error) {
	if w.health.fault() == nil {
		w.e.log.Error("writing is refused", "error", err)
	}
	w.health.set(err)
}

// spoilt says that err is the database's or the disk's fault, not the unit's: it
// may have ended the whole transaction.
func spoilt(err error) bool {
	switch codeOf(err) & 0xff {
	case 0, 1 /* error */, codeConstraint, 20 /* mismatch */, 25 /* range */, 18 /* too big */, 21 /* misuse */ :
		return false
	}
	return true
}

// ofDisk says that err will meet the next unit as well.
func ofDisk(err error) bool {
	switch codeOf(err) & 0xff {
	case codeFull, codeReadOnly, codeIO, codeCantOpen:
		return true
	}
	return false
}

// notCommitted says that a failed commit left nothing behind: in the log the mark
// of a commit is written last, and is not yet there when a write fails.
func notCommitted(err error) bool {
	switch code := codeOf(err); code & 0xff {
	case codeFull, codeBusy, codeReadOnly, codeConstraint:
		return true
	default:
		return code == codeIOWrite
	}
}
