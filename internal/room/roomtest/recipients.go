package roomtest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

var sending = &part{"nothing that identifies a person leaves with a step of this room",
	func(s *suite) bool { return len(s.room.Latest().Disclosed.By) > 0 }}

// sends says whether something that identifies a person leaves with a turn.
func sends(d *process.Definition, t turn) bool {
	info, _ := d.Step(t.step)
	o, _ := info.Outcome(t.outcome)
	return discloses(info, o)
}

// discloses says whether something that identifies a person leaves with an outcome.
func discloses(info process.StepInfo, o process.Outcome) bool {
	return info.Sends.Lost || o.Leaves != process.Stays && o.Leaves != process.Deidentified
}

// recipients: whatever leaves is known with its recipient, in lists and on the record; each
// recipient is told what was put right that they may have, and that the record is to be
// erased; before that it is not.
func recipients(s *suite) {
	s.needs(sending)
	def, tried := s.room.Latest(), 0
	for _, info := range def.AllSteps {
		for _, o := range info.Outcomes {
			if discloses(info, o) && s.sentTo(info, o) {
				tried++
			}
		}
	}
	if tried == 0 {
		s.t.Error("nothing was sent: nothing was tried")
	}
}

// sentRecord is a record from which something was sent to two.
type sentRecord struct {
	*suite
	ref id.Reference
	of  []int64 // the steps with which it was
}

// sentTo sends something to two; false: a rule of the room's own lets nobody send it at random.
func (s *suite) sentTo(info process.StepInfo, o process.Outcome) bool {
	s.t.Helper()
	def := s.room.Latest()
	x, later := &sentRecord{suite: s, ref: s.begin().Reference}, &sentRecord{suite: s, ref: s.begin().Reference}
	t := turn{info.ID, o.ID}
	for _, from := range []*sentRecord{x, later, x} {
		v := s.stands(from.ref)
		way := shortest(def, v.Status(), func(way []turn, _ process.Status) bool {
			return len(way) > 0 && way[len(way)-1] == t
		})
		s.goWay(from.ref, way[:len(way)-1])
		s.w.Hand.Move(time.Second)
		if !from.sends(info, o.ID) {
			return false
		}
	}
	x.correctsWhatTheyHave()
	x.outlivesTheEnd()
	s.rebuilt("recipients waited")
	x.erasesLast()
	return true
}

// sends takes the step, when it can be answered, and holds what is kept of it to what was answered.
func (x *sentRecord) sends(info process.StepInfo, outcome string) bool {
	x.t.Helper()
	in, got, err := field.Answers{}, room.Receipt{}, fail.Fields{{}}.Err()
	for n := 0; n < 60 && len(fail.FieldsOf(err)) > 0; n++ {
		if in = x.answersFor(info, outcome); slices.Contains(info.Sends.Inside, in.Get(info.Sends.To[0])) {
			x.inside(info, in)
			continue
		}
		got, _, err = x.take(x.ref, info, in)
	}
	if len(fail.FieldsOf(err)) > 0 {
		return false
	}
	x.must(err)
	x.of = append(x.of, got.Version)
	v := x.stands(x.ref)
	if len(v.Disclosed) != len(x.of) || v.Disclosed[len(x.of)-1].Of != got.Version {
		x.t.Fatalf("after %s it was sent to %+v, want what left with %v", info.ID, v.Disclosed, x.of)
	}
	d := v.Disclosed[len(x.of)-1]
	for _, name := range info.Sends.To {
		if f, _ := field.Find(info.Fields, name); !strings.Contains(d.To, f.Words(in[name], nil)) {
			x.t.Errorf("%s went to %q, and is said to have gone to %q", info.ID, f.Words(in[name], nil), d.To)
		}
	}
	if d.On != in.Get(info.Sends.On) || !d.At.Equal(got.At) {
		x.t.Errorf("%s went on %q, recorded at %s, and is said to have gone on %q, at %s", info.ID, in.Get(info.Sends.On),
			got.At, d.On, d.At)
	}
	x.inRegister(v)
	return true
}

// inside takes the step so that nothing leaves the organisation with it.
func (x *sentRecord) inside(info process.StepInfo, in field.Answers) {
	x.t.Helper()
	before := x.stands(x.ref)
	_, _, err := x.take(x.ref, info, in)
	if after := x.stands(x.ref); err == nil && len(after.Disclosed) > len(before.Disclosed) {
		x.t.Errorf("%s was asked of somebody here, and is said to have been sent to %+v", info.ID, after.Disclosed)
	}
}

// inRegister holds the list of what was sent to the record: its newest first, with whom it went to.
func (x *sentRecord) inRegister(v room.View) {
	x.t.Helper()
	listed := false
	for _, a := range x.everybody() {
		if !slices.ContainsFunc(x.desk.MayList(a, x.room), func(l process.List) bool { return l.ID == process.ListSent }) {
			continue
		}
		page, err := x.desk.List(x.ctx, a, x.room, room.Query{List: process.ListSent, Limit: room.MaxPage})
		x.must(err)
		if len(page.Rows) == 0 {
			continue // none of them is theirs
		}
		listed = true
		if first := page.Rows[0]; first.Reference != x.ref || !reflect.DeepEqual(first.Sent, v.Disclosed) {
			x.t.Errorf("what was sent last is listed to %s as %s, %+v, want %s, %+v", a.Role, first.Reference, first.Sent, x.ref,
				v.Disclosed)
		}
	}
	if !listed {
		x.t.Error("nobody is listed what was sent")
	}
}

// owed are the steps whose recipients are still to be told.
func (x *sentRecord) owed() (out []int64) {
	x.t.Helper()
	v := x.stands(x.ref)
	for _, d := range v.Due {
		if d.Of > 0 {
			out = append(out, d.Of)
		}
	}
	slices.Sort(out)
	return out
}

func (x *sentRecord) owes(when string, want ...int64) {
	x.t.Helper()
	if got := x.owed(); !slices.Equal(got, want) {
		x.t.Errorf("%s the recipients of %v are to be told, want of %v", when, got, want)
	}
}

// corrects puts an entry right.
func (x *sentRecord) corrects(of int64) (room.Receipt, string) {
	x.t.Helper()
	for _, info := range x.room.Latest().AllSteps {
		f := slices.IndexFunc(info.Fields, func(f field.Field) bool { return f.Kind == field.Entry })
		if f < 0 || process.Alike(info.ID) {
			continue
		}
		in := x.inTime(info)
		in.Set(info.Fields[f].ID, fmt.Sprint(of))
		got, _, err := x.take(x.ref, info, in)
		x.must(err)
		for _, f := range info.Fields {
			if f.Kind == field.Text {
				return got, in.Get(f.ID)
			}
		}
		return got, ""
	}
	x.t.Fatal("nothing can be put right in this room")
	return room.Receipt{}, ""
}

// says records what a recipient was told today.
func (x *sentRecord) says(of int64, result string) error {
	x.t.Helper()
	return x.saysOn(of, result, x.x.today().String())
}

func (x *sentRecord) saysOn(of int64, result, day string) error {
	x.t.Helper()
	info, _ := x.room.Latest().Step(process.RecipientTold)
	in := x.answersFor(info, result)
	in.Set("of", fmt.Sprint(of))
	if !in["day"].Empty() {
		in.Set("day", day)
	}
	_, _, err := x.take(x.ref, info, in)
	return err
}

func (x *sentRecord) correctsWhatTheyHave() {
	x.t.Helper()
	x.owes("before anything was put right")
	if err := x.says(x.of[0], process.Told); err == nil {
		x.t.Error("a recipient was told, and nothing had changed")
	}
	_, words := x.corrects(1)
	x.owes("after what they have was put right", x.of...)
	letters := x.stands(x.ref).Letters()
	if len(letters) != 2 || letters[0].Of != x.of[0] || letters[0].Erased ||
		letters[0].What == "" || !slices.Equal(letters[0].Right, []string{words}) {
		x.t.Errorf("the letters are %+v, want two that say %q is right", letters, words)
	}
	if err := x.says(1, process.Told); fail.FieldsOf(err).For("of") == "" {
		x.t.Errorf("the recipient of what was not sent was told: %v", err)
	}
	if err := x.saysOn(x.of[0], process.Told, "2000-01-01"); fail.FieldsOf(err).For("day") == "" {
		x.t.Errorf("a recipient was told before anything was sent: %v", err)
	}
	x.must(x.says(x.of[0], process.Told))
	x.owes("after one recipient was told", x.of[1])
	told := x.stands(x.ref).Version
	x.corrects(told)
	x.owes("after it was put right what a recipient was told", x.of[1])
	late, first := x.corrects(told - 1)
	x.owes("after a correction that they were told of was put right", x.of...)
	x.must(x.says(x.of[0], process.CannotBeTold))
	x.corrects(late.Version)
	x.owes("after a correction that they were not told of was put right", x.of[1])
	_, second := x.corrects(1)
	x.rights("who could not be told hears of both", first, second)
	x.must(x.says(x.of[0], process.NotAmongIt))
	_, third := x.corrects(1)
	x.rights("who did not have it hears of what came since", third)
	x.must(x.says(x.of[0], process.Told))
	since, _ := x.corrects(x.stands(x.ref).Version)
	x.corrects(since.Version)
	x.owes("after what was written since was put right", x.of[1])
}

// rights holds what the letter to the first recipient says is right.
func (x *sentRecord) rights(when string, want ...string) {
	x.t.Helper()
	letters := x.stands(x.ref).Letters()
	if len(letters) != 2 || !slices.Equal(letters[0].Right, want) {
		x.t.Errorf("%s: the letters are %+v, want that %q is right", when, letters, want)
	}
}

// outlivesTheEnd: a recipient is to be told though the record has ended.
func (x *sentRecord) outlivesTheEnd() {
	x.t.Helper()
	d := x.room.Latest()
	before := x.stands(x.ref)
	x.goWay(x.ref, shortest(d, before.Status(), func(_ []turn, at process.Status) bool { return d.Ended(at) }))
	v := x.stands(x.ref)
	if !v.Ended() || !v.Open() || len(v.Due) != 1 {
		x.t.Errorf("it has ended (%v), is open (%v), and due is %+v, want what is owed to a recipient", v.Ended(), v.Open(),
			v.Due)
	}
	x.owes("after the end", x.of[1])
}

// erasesLast: it is erased once each recipient was told that it is to be.
func (x *sentRecord) erasesLast() {
	x.t.Helper()
	refused := func(when string) {
		x.t.Helper()
		_, err := x.desk.Erase(x.ctx, x.room, x.w.Org.ID, x.ref, whyErased, x.both()...)
		if !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "told") {
			x.t.Fatalf("%s it was to be erased: %v", when, err)
		}
	}
	refused("while a recipient is to be told")
	x.must(x.says(x.of[1], process.CannotBeTold))
	refused("before anybody said that it is to be erased")
	info, _ := x.room.Latest().Step(process.ErasureAhead)
	_, _, err := x.take(x.ref, info, x.inTime(info))
	x.must(err)
	x.owes("after it was said that it is to be erased", x.of...)
	if letters := x.stands(x.ref).Letters(); len(letters) != 2 || !letters[0].Erased {
		x.t.Errorf("the letters are %+v, want two that say that all is erased", letters)
	}
	if err := x.says(x.of[0], process.NotAmongIt); fail.FieldsOf(err).For("result") == "" {
		x.t.Errorf("what is erased was not among what was sent: %v", err)
	}
	x.must(x.says(x.of[0], process.Told))
	refused("with one recipient told")
	x.must(x.says(x.of[1], process.CannotBeTold))
	if _, _, err := x.take(x.ref, info, x.inTime(info)); !fail.Is(err, fail.Conflict) {
		x.t.Errorf("it was said twice that it is to be erased: %v", err)
	}
	x.corrects(1)
	refused("while they are to be told what was put right since")
	for _, of := range x.of {
		if x.says(of, process.Told) != nil { // who could not be told of the erasure is told of nothing more
			x.owes("after all were told", x.of...)
		}
	}
	if _, err := x.desk.Erase(x.ctx, x.room, x.w.Org.ID, x.ref, whyErased, x.both()...); err != nil {
		x.t.Errorf("each recipient was told, and it is not erased: %v", err)
	}
	for _, a := range x.everybody() {
		if access.Role(a.Role) == access.CaldicottGuardian && slices.Contains(x.inList(a, process.ListSent), x.ref) {
			x.t.Error("what was sent from it is listed after it was erased")
		}
	}
}
