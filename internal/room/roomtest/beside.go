package roomtest

import (
	"strings"
	"sync"
	"time"

	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// beside is something that is written beside a record without moving its head.
type beside struct {
	name, table string
	rec         id.Record
	write       func() error
}

// waitsForBeside: an erasure waits for whoever writes a link, a confirmation or a mark beside
// the record at that moment, and they for it; nothing of what they write outlives the record.
func waitsForBeside(s *suite) {
	s.needs(besideIt)
	for _, erasedFirst := range []bool{false, true} {
		for _, x := range s.besides() {
			s.sameMoment(x, erasedFirst)
		}
	}
}

// besides are those that this room has, each of a record of its own.
func (s *suite) besides() (out []beside) {
	s.t.Helper()
	for _, l := range s.linksHere() {
		one, other := s.begin().Reference, s.begin().Reference
		keeper := s.linker(one)
		out = append(out, beside{"a link", "room_link_v1", s.stands(one).Record, func() error {
			return s.desk.Tie(s.ctx, keeper, s.room, one, room.Tying{Link: l.ID, Other: other})
		}})
	}
	if s.room.Latest().Audience.Given() {
		ref, nurse := s.inForce(), s.w.As("nurse")
		s.ask(ref, process.AskEverybody, "")
		edition := s.edition(ref)
		out = append(out, beside{"a confirmation", "room_confirmed_v1", s.stands(ref).Record, func() error {
			_, err := s.desk.Confirm(s.ctx, nurse, s.room, ref, edition)
			return err
		}})
	}
	if got, _, owner, ok := s.given(); ok {
		note := s.notesOf(owner, got.Reference)[0]
		out = append(out, beside{"a mark", "room_seen", s.stands(got.Reference).Record, func() error {
			return s.desk.Seen(s.ctx, owner, []string{note.ID})
		}})
	}
	return out
}

// sameMoment writes beside a record and erases it at once, each held open where it has written
// all but one row: whichever is second waits for the first, and not for that row.
func (s *suite) sameMoment(x beside, erasedFirst bool) {
	s.t.Helper()
	held, release, out := make(chan bool), make(chan bool), make(chan error, 3)
	table := x.table
	if erasedFirst {
		table = "room_list_v1" // which goes after the record's row
	}
	server := false
	go func() {
		out <- s.w.Store.Do(s.ctx, func(tx *store.Tx) (err error) {
			if server = tx.OneJourney(); server {
				_, err = tx.Exec(`lock table ` + table + ` in exclusive mode`)
			}
			held <- true
			<-release
			return err
		})
	}()
	<-held
	write := func() { _ = x.write(); out <- nil } // it may be refused: the record is gone
	erase := func() { out <- s.wiped(x.rec) }
	if first := write; erasedFirst {
		first = erase
		s.bothWait(server, first, write, x.name)
	} else {
		s.bothWait(server, first, erase, x.name)
	}
	close(release)
	for range 3 {
		s.must(<-out)
	}
	if n := s.count(`select count(*) from `+x.table+` where record = $1`, x.rec); n > 0 {
		s.t.Errorf("%s that was written while its record was erased (%v) is still there", x.name, erasedFirst)
	}
}

// bothWait starts two units, the second once the first waits for a table. Of a server is seen
// for what each waits; SQLite has one writer, who is held by whoever calls.
func (s *suite) bothWait(server bool, first, second func(), what string) {
	s.t.Helper()
	until := func(event string) bool {
		if server {
			return s.waiting(` and wait_event `+event, 1)
		}
		time.Sleep(100 * time.Millisecond)
		return true
	}
	go first()
	if !until(`= 'relation'`) {
		s.t.Errorf("%s: whoever came first does not wait where they are held: nothing was tried", what)
	}
	go second()
	if !until(`<> 'relation'`) {
		s.t.Errorf("%s and an erasure at one moment: the second does not wait for the first", what)
	}
}

// waiting says whether n of a server's connections wait for a lock, once they have had time to.
func (s *suite) waiting(where string, n int) bool {
	s.t.Helper()
	for range 500 {
		if s.count(`select count(*) from pg_stat_activity where datname = current_database() and
			wait_event_type = 'Lock'`+where) >= n {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// madeAgainTooLate has a program read a record to make its rows again while a step on it, which
// has written the record's row, is held up; it writes after the step: the rows stay the step's.
func madeAgainTooLate(s *suite) {
	ref := s.begin().Reference
	newer := *s.room
	newer.Rows++
	d := s.program(&newer)
	var all sync.WaitGroup
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		if !tx.OneJourney() {
			s.t.Skip("SQLite has one writer: nobody reads to write while another does")
		}
		for _, table := range []string{"room_list_v1", "job"} { // a step that moves no place in a list has a next reminder
			if _, err := tx.Exec(`lock table ` + table + ` in exclusive mode`); err != nil {
				return err
			}
		}
		for n, unit := range []func(){func() { s.moveOn(ref) }, func() {
			if _, err := d.CatchUp(s.ctx); err != nil {
				s.t.Error(err)
			}
		}} {
			all.Go(unit)
			if !s.waiting(``, n+1) {
				s.t.Errorf("%d of two do not wait to write: nothing was tried", n+1)
			}
		}
		return nil
	}))
	all.Wait()
	_, err := d.CatchUp(s.ctx)
	s.must(err)
	s.desk = d
	if amiss := s.named(); len(amiss) > 0 {
		s.t.Errorf("after rows were made again by who had read them before a step: %s", strings.Join(amiss, "; "))
	}
}

// erasedWhileMoved has entry n moved into a record by somebody who holds its row meanwhile, for which the erasure
// waits on PostgreSQL when it has read all. It gives what came of that.
func (s *suite) erasedWhileMoved(x life, n int) error {
	both, done := s.both(), make(chan error, 1)
	var once sync.Once
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`update room_record_v1 set version = version where record = $1`, x.rec); err != nil {
			return err
		}
		go once.Do(func() {
			_, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, x.ref, whyErased, both...)
			done <- err
		})
		time.Sleep(300 * time.Millisecond) // it waits by now
		_, err := tx.Exec(`update entry set record = $1 where n = $2`, x.rec, n)
		return err
	}))
	return <-done
}
