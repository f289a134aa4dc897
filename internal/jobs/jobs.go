// Package jobs does later what must not be forgotten: reminders of deadlines,
// retries, and mail. A job is put in the same commit as what it is about, so
// there is never one without the other.
//
// What stays true here:
//   - A job's name is its key: asking twice is asking once; asking again moves it.
//   - A handler runs in one unit of work with the deletion of its job: its effects
//     and the job's end are kept together or not at all, however many workers
//     there are and wherever a process dies. It runs once for each time it is due.
//   - Mail is an effect outside: it is sent at least once. A crash between the
//     server's yes and our commit sends it again, under the same Message-ID.
//   - A job that fails is tried again, ever more slowly, and never dropped.
//   - The clock may jump. A lease, a retry and a reminder are never further away
//     than they were from the moment at which they were set (tide.go); a due date
//     in the past fires once. A handler looks at its record, not at the time it
//     was called: it may be called early after a jump.
//
// Trust: whoever can write to the database can put, move and remove jobs, and
// learns from a row which record has one. A row holds no personal word; mail is
// made of fixed sentences; an address is looked up when a message is sent and
// kept nowhere.
package jobs

import (
	"bytes"
	"context"
	"embed"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// Migrations make the table of jobs.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Job is something to be done at a time.
type Job struct {
	Name    string // its key, at most 200 bytes; no personal word
	Kind    string // who handles it
	Org     id.Org
	Record  id.Record
	Due     time.Time
	Payload []byte // at most 1 KiB; no personal word
}

// Handler does one job inside its unit of work. It may be run again, so it has
// no effect outside tx; it may put the same name anew.
type Handler func(ctx context.Context, tx *store.Tx, j Job) error

// Options of a queue.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
	Mail  *Mailer       // nil: no mail server, nothing is sent
	Idle  time.Duration // the longest that Run waits before it looks again, 15 s when 0
}

const (
	leaseLength = 2 * time.Minute
	firstRetry  = 10 * time.Second
	lastRetry   = time.Hour
	never       = int64(math.MaxInt64) // next of what is done and stays as a mark
	batch       = 32                   // jobs claimed at once
	mailBatch   = 200                  // messages claimed at once
)

// Queue is the jobs of one installation. Any number of processes may work one database.
type Queue struct {
	store *store.Store
	clock clock.Clock
	log   *slog.Logger
	mail  *Mailer
	idle  time.Duration
	wake  chan struct{}
	tide  tide

	lastMail atomic.Int64 // when a server last took a notice, in microseconds; 0 for never

	mu       sync.Mutex // guards handlers, which are set while the program is put together
	handlers map[string]Handler
}

// New makes a queue on a store that has the Migrations.
func New(s *store.Store, o Options) *Queue {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Idle == 0 {
		o.Idle = 15 * time.Second
	}
	return &Queue{store: s, clock: o.Clock, log: o.Log, mail: o.Mail, idle: o.Idle,
		wake: make(chan struct{}, 1), handlers: map[string]Handler{}}
}

// Handle says who does the jobs of a kind. Call it before Run; one kind has one handler.
func (q *Queue) Handle(kind string, fn Handler) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, twice := q.handlers[kind]; twice || kind == mailKind || kind == "" {
		panic("jobs: the kind " + kind + " has a handler already") // a mistake in the program's own list of parts
	}
	q.handlers[kind] = fn
}

func (q *Queue) handler(kind string) Handler {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.handlers[kind]
}

// kinds are what this process can do. A job of a newer version waits for a newer process.
func (q *Queue) kinds() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []string
	for k := range q.handlers {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// Put asks for a job in this unit of work. A job of that name that waits already
// is moved to the new time; one that is being done is done again.
func (q *Queue) Put(tx *store.Tx, j Job) error { return q.put(tx, j, 0) }

func (q *Queue) put(tx *store.Tx, j Job, mark int) error {
	if j.Name == "" || len(j.Name) > 200 || j.Kind == "" || len(j.Payload) > 1024 || j.Due.IsZero() {
		return fail.New(fail.Broken, "jobs: a job must have a name, a kind, a due date and a small payload")
	}
	due := clock.Micros(j.Due)
	err := tx.Later(store.OneRow,
		`insert into job (name, kind, org, record, due, next, since, payload, mark) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (name) do update set kind = excluded.kind, org = excluded.org, record = excluded.record, due = excluded.due,
		next = excluded.next, since = excluded.since, payload = excluded.payload, mark = excluded.mark, attempts = 0, lease = null`,
		[]byte(j.Name), j.Kind, j.Org, j.Record, due, due, clock.Micros(tx.Now()), j.Payload, mark)
	if err != nil {
		return err
	}
	if !j.Due.After(tx.Now()) {
		tx.AfterCommit(q.Wake)
	}
	return nil
}

// Cancel takes back every job whose name begins so.
func (q *Queue) Cancel(tx *store.Tx, namePrefix string) error {
	if namePrefix == "" {
		return fail.New(fail.Broken, "jobs: cancel needs the beginning of a name")
	}
	_, err := tx.Exec("delete from job where name >= $1 and name < $2", []byte(namePrefix), after(namePrefix))
	return err
}

// after is the first key behind all keys that begin with prefix.
func after(prefix string) []byte {
	p := []byte(prefix)
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] < 0xff {
			p[i]++
			return p[:i+1]
		}
	}
	return append([]byte(prefix), 0xff) // names are text: no name is all 0xff
}

// Reminder is one date of a record.
type Reminder struct {
	Name    string // unique within the record: "first_word:20260402T203000"
	Due     time.Time
	Payload []byte
}

// Remind makes the reminders of a record exactly these: those that are new are
// put, those that have moved are moved, those that are gone are taken back. A
// reminder is given once: what has been done stays as a mark until it is wanted
// no more, so that a caller may name all that are running after every change.
func (q *Queue) Remind(tx *store.Tx, kind string, org id.Org, rec id.Record, wanted ...Reminder) error {
	prefix := kind + ":" + rec.String() + ":"
	type row struct {
		name []byte
		due  int64
	}
	have, err := store.All(tx, func(r *row) []any { return []any{&r.name, &r.due} },
		"select name, due from job where name >= $1 and name < $2", []byte(prefix), after(prefix))
	if err != nil {
		return err
	}
	standing := map[string]int64{}
	for _, h := range have {
		standing[string(h.name)] = h.due
	}
	for _, w := range wanted {
		j := Job{Name: prefix + w.Name, Kind: kind, Org: org, Record: rec, Due: w.Due, Payload: w.Payload}
		due, there := standing[j.Name]
		delete(standing, j.Name)
		if there && due == clock.Micros(w.Due) {
			continue // given already, or being tried
		}
		if err := q.put(tx, j, 1); err != nil {
			return err
		}
	}
	for name := range standing {
		if _, err := tx.Exec("delete from job where name = $1", []byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// Wake has Run look now.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Standing is how the queue is doing. It names nothing.
type Standing struct {
	Waiting  int64     // not due yet
	Failing  int64     // tried five times or more
	Oldest   time.Time // since when the oldest that should be done by now has waited; zero when none
	Unmailed int64     // notices for which this process has no mail server
	LastMail time.Time // when a mail server last took a notice from this process; zero when none did
}

// Standing counts. A notice counts as waiting too long only where there is a mail
// server: without one what waits stands in Heed alone. A job of a kind that nobody here
// can do counts always: a newer version put it, and somebody has to do it.
func (q *Queue) Standing(tx *store.Tx) (Standing, error) {
	now := clock.Micros(tx.Now())
	unmailable := mailKind
	if q.mail != nil {
		unmailable = ""
	}
	var oldest *int64
	s, err := store.One(tx, func(s *Standing) []any { return []any{&s.Waiting, &s.Failing, &oldest, &s.Unmailed} },
		`select count(*) filter (where next > $1 and attempts = 0), count(*) filter (where attempts >= 5),
		min(next) filter (where next <= $1 and kind <> $2), count(*) filter (where kind = $2)
		from job where next < $3`, now, unmailable, never)
	if oldest != nil {
		s.Oldest = clock.FromMicros(*oldest)
	}
	if at := q.lastMail.Load(); at != 0 {
		s.LastMail = clock.FromMicros(at)
	}
	return s, err
}

// lateness is how much later than its time a duty may stand: after it was done it is
// due again a day later, and the clock may have been set back a little.
const lateness = 24*time.Hour + slack

// Amiss says what is wrong with a duty, a job that the history of a record asks for;
// "" for nothing. One that comes early does no harm: its handler looks at the history.
func Amiss(tx *store.Tx, want Job) (string, error) {
	type row struct {
		kind     string
		org, rec []byte
		next     int64
	}
	r, err := store.One(tx, func(r *row) []any { return []any{&r.kind, &r.org, &r.rec, &r.next} },
		"select kind, org, record, next from job where name = $1", []byte(want.Name))
	latest := want.Due
	if again := tx.Now().Add(lateness); again.After(latest) {
		latest = again
	}
	switch {
	case fail.Is(err, fail.Missing):
		return "has a deadline and nobody will be reminded of it: its duty was taken away", nil
	case err != nil:
		return "", err
	case r.kind != want.Kind || !bytes.Equal(r.org, want.Org.Bytes()) || !bytes.Equal(r.rec, want.Record.Bytes()):
		return "has a duty that was changed", nil
	case r.next > clock.Micros(latest):
		return "has a duty that was put off", nil
	}
	return "", nil
}
