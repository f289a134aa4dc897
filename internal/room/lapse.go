package room

import (
	"strconv"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
)

// lapse writes that a first word counts no more, when nobody gave the second in time.
func (d *Desk) lapse(tx *store.Tx, r *Room, w writing) (bool, error) {
	def, err := d.goesBy(tx, r, &w.was)
	if fail.Is(err, fail.Conflict) { // a newer program's: it sees to it
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, due := range w.was.Due {
		info, ok := def.LapseOf(due.Deadline)
		if !ok || tx.Now().Before(due.At) {
			continue
		}
		return d.byItself(tx, r, w, info.ID, nil, "first-word-lapses", nil)
	}
	return false, nil
}

// goesFurther takes somebody who disagrees to the next level, when nobody answered in time:
// whoever was asked may have left, and so may they.
func (d *Desk) goesFurther(tx *store.Tx, r *Room, w writing) (bool, error) {
	def, err := d.goesBy(tx, r, &w.was)
	if fail.Is(err, fail.Conflict) { // a newer program's: it sees to it
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, c := range w.was.Challenges {
		due, owed := w.was.Owed(c)
		_, more := def.ToAnswer(c.Level + 1)
		if owed && more && due.Deadline == process.AnswerChallenge && !tx.Now().Before(due.At) {
			of := field.Said("of", strconv.FormatInt(c.Of, 10))
			return d.byItself(tx, r, w, process.ChallengeUnanswered, of, "nobody-answered", nil)
		}
	}
	return false, nil
}

// byItself is a step like any other, taken by Heed itself: with an entry, notices and duties;
// and as any other it is not taken on a record whose history is damaged. With adds to it what
// is not asked of anybody.
func (d *Desk) byItself(tx *store.Tx, r *Room, w writing, step process.Step, in field.Answers, rule string,
	with func(*Event)) (bool, error) {
	s := &w.was
	if _, err := d.history(tx, &found{state: *s, key: w.key}); fail.Is(err, fail.Tampered) {
		d.Log.Error("a step of Heed's own was not taken: its record is damaged", "record", s.Record.String(), "room", r.Name,
			"step", string(step))
		return false, nil
	} else if err != nil {
		return false, err
	}
	decider, _, err := d.decider(tx, r, s, id.Person{})
	if err != nil {
		return false, err
	}
	ev, err := decider.Event(*s, access.SystemActor(s.Org), step, in, true)
	if err != nil {
		return false, err
	}
	if with != nil {
		with(&ev)
	}
	info, _ := decider.Process.Step(step)
	_, err = d.write(tx, r, w, ledger.Author{Role: string(access.System), Rule: rule}, ev, info.Kind)
	return true, err
}
