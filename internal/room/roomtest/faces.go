package roomtest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// wordPages: the page of a word of two shows what it is about, and a word that names no
// version is refused, by page and API.
func wordPages(t *testing.T, r *room.Room, made installed) {
	(&suite{t: t, room: r}).needs(twos)
	_, a := served(t, made)
	m := &matrix{t: t, app: a, room: r, handler: a.Handler(),
		x: drawn(7, a.Now, "example")}
	people, tried := m.people(), 0
	for _, ref := range played(t, a, r) {
		for _, s := range people {
			v, err := a.Rooms.Open(context.Background(), s.actor, r, ref)
			for _, two := range r.Latest().Twos {
				for _, info := range v.May {
					if err == nil && (info.ID == two.First || info.ID == two.Second) {
						m.wordPage(s, v, two, info)
						tried++
					}
				}
			}
		}
	}
	if tried == 0 {
		t.Error("in no story does a word of two wait: nothing was tried")
	}
}

// emptiedPages: what a step leaves empty, so that an earlier answer counts no more, is said on
// the page of the record.
func emptiedPages(t *testing.T, r *room.Room, made installed) {
	(&suite{t: t, room: r}).needs(emptied)
	_, a := served(t, made)
	m := &matrix{t: t, app: a, room: r, handler: a.Handler(), x: drawn(9, a.Now, "example")}
	people := m.people()
	for _, ref := range played(t, a, r) {
		for _, s := range people {
			v, err := a.Rooms.Open(context.Background(), s.actor, r, ref)
			for _, info := range v.May {
				i := slices.IndexFunc(info.Fields, func(f field.Field) bool { return f.Keep && !f.Needed && len(f.ShownWhen) == 0 })
				if err != nil || i < 0 {
					continue
				}
				none := func() int {
					return strings.Count(m.send("GET", "/"+r.Many+"/"+string(ref), s.cookie, "", "", "").Body.String(), "None")
				}
				in, before := m.x.Answers(info.Fields), none()
				delete(in, info.Fields[i].ID)
				_, err := a.Rooms.Take(context.Background(), s.actor, r, ref, room.Taking{Step: info.ID, Answers: in})
				m.must(err)
				if none() != before+1 {
					t.Errorf("%s left empty %s, and its page does not say so", info.ID, info.Fields[i].What)
				}
				return
			}
		}
	}
	t.Error("in no story does a step leave empty what is kept: nothing was tried")
}

func (m *matrix) wordPage(s somebody, v room.View, two process.Two, info process.StepInfo) {
	path := "/" + m.room.Many + "/" + string(v.Reference) + "/" + string(info.ID)
	page := m.send("GET", path, s.cookie, "", "", "").Body.String()
	i := slices.IndexFunc(v.Taken, func(t room.Taken) bool { return t.Step == two.About })
	about, _ := v.Process.Step(two.About)
	for _, f := range about.Fields {
		said := v.Taken[i].Answers.Get(f.ID)
		if (f.Kind == field.Line || f.Kind == field.Text) && said != "" && !strings.Contains(page, said) {
			m.t.Errorf("%s as %s does not show %s: %q", path, s.name, f.What, said)
		}
	}
	in := m.x.Answers(info.Fields)
	body, err := json.Marshal(in)
	m.must(err)
	for _, w := range []int{
		m.send("POST", path, s.cookie, "", "application/x-www-form-urlencoded", form(info.Fields, in).Encode()).Code,
		m.send("POST", "/api/v1"+path, "", s.token, "application/json", string(body)).Code,
	} {
		if w != http.StatusUnprocessableEntity {
			m.t.Errorf("%s as %s names no version and is answered with %d", path, s.name, w)
		}
	}
}

// damagedBeside: the row of a record that was changed outside the program breaks neither
// page nor operation in which it stands among others.
func damagedBeside(t *testing.T, r *room.Room, made installed) {
	_, a := served(t, made)
	m := &matrix{t: t, app: a, room: r, handler: a.Handler()}
	people := slices.DeleteFunc(m.people(), func(s somebody) bool { return s.token == "" })
	var refs []id.Reference
	for range 2 { // the second time as the others of the first
		refs = append(refs, played(t, a, r)...)
	}
	whole := refs[len(refs)/2:]
	err := a.Store.Do(context.Background(), func(tx *store.Tx) error {
		for _, ref := range refs[:len(refs)/2] {
			if _, err := tx.Exec(`update room_record_v1 set state = record where reference = $1`, string(ref)); err != nil {
				return err
			}
		}
		return nil
	})
	m.must(err)
	seen := 0
	for _, s := range people {
		paths := []string{"/work"}
		for _, l := range a.Rooms.MayList(s.actor, r) {
			paths = append(paths, "/"+r.Many+"?list="+l.ID)
		}
		if r.Latest().Audience.Given() {
			paths = append(paths, "/"+r.Many+"/to-read")
		}
		for _, path := range paths {
			for _, got := range []string{m.opened(s, path), m.opened(s, "/api/v1"+path)} {
				if slices.ContainsFunc(whole, func(ref id.Reference) bool { return strings.Contains(got, string(ref)) }) {
					seen++
				}
			}
		}
	}
	if seen == 0 {
		t.Error("nobody saw another record beside a damaged one: nothing was tried")
	}
}

// opened is a page or an operation that somebody opens.
func (m *matrix) opened(s somebody, path string) string {
	cookie, token := s.cookie, ""
	if strings.HasPrefix(path, "/api/") {
		cookie, token = "", s.token
	}
	got := m.send("GET", path, cookie, token, "", "")
	if got.Code != http.StatusOK {
		m.t.Errorf("beside a damaged record, %s as %s is answered with %d", path, s.name, got.Code)
	}
	return got.Body.String()
}
