package roomtest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// saying is one text of a story, of which no other answer has a like.
type saying struct {
	mark string
	by   id.Person
	sees []string // who sees it by the definition
}

// meant plays the room's stories with texts of their own, and holds what the page and the
// operation show to everybody who may open the record to what the definition says of each
// answer; whoever sees all of the work reads every text on both.
func meant(t *testing.T, r *room.Room, made installed) {
	s := &suite{t: t, room: r}
	s.needs(worded)
	_, a := served(t, made)
	m := &matrix{t: t, app: a, room: r, handler: a.Handler()}
	var begin []string // who sees what is for whoever began it
	for _, story := range r.Stories {
		begin = append(begin, story.Steps[0].As)
	}
	people := m.people(begin...)
	hidden, seen := 0, 0
	for n, story := range r.Stories {
		ref, said := m.play(n, story)
		for _, p := range people {
			for _, path := range []string{"/" + r.Many + "/" + string(ref), "/api/v1/" + r.Many + "/" + string(ref)} {
				got := m.send("GET", path, p.cookie, p.token, "", "")
				if got.Code != http.StatusOK {
					continue
				}
				for _, x := range said {
					may := m.mayRead(p, ref, x)
					has := strings.Contains(got.Body.String(), x.mark)
					if has && may == never || !has && may == always {
						t.Errorf("%s, story %d, as %s: %s (seen by %q) is shown: %t", path, n+1, p.name, x.mark, x.sees, has)
					}
					if may == never {
						hidden++
					} else {
						seen++
					}
				}
			}
		}
	}
	if seen == 0 || hidden == 0 && inPart.has(s) {
		t.Errorf("%d texts were hidden and %d seen: nothing was tried", hidden, seen)
	}
}

const (
	never  = iota // not meant for them
	maybe         // meant for them once it is published
	always        // they see all of the work, or said it
)

func (m *matrix) mayRead(s somebody, ref id.Reference, x saying) int {
	v, err := m.app.Rooms.Open(context.Background(), s.actor, m.room, ref)
	m.must(err)
	res := access.Resource{Kind: m.room.Kind, Org: v.Org, Compartment: v.Compartment, Team: v.Team, Raiser: v.By,
		Owner: v.Owner, Stage: string(v.Stage)}
	work := m.app.Rooms.Policy.Decide(s.actor, access.Action(m.room.Name+".view_work"), res, access.Context{}).
		Effect == access.Allow
	switch {
	case work || x.by == s.actor.Person:
		return always
	case slices.Contains(x.sees, process.SeesReader), slices.Contains(x.sees, process.SeesRaiser) &&
		v.By == s.actor.Person:
		return maybe
	}
	return never
}

// play plays a story with a text of its own in each answer that is a text.
func (m *matrix) play(n int, story room.Story) (ref id.Reference, said []saying) {
	ctx, logins := context.Background(), map[string]directory.Person{}
	for _, p := range m.everybody() {
		logins[p.Login] = p
	}
	people := map[string]id.Person{}
	for login, p := range logins {
		people[login] = p.ID
	}
	for i, scene := range story.Steps {
		info, ok := m.room.Latest().Step(scene.Step)
		if !ok {
			m.t.Fatalf("story %d has no step %s", n+1, scene.Step)
		}
		who := logins[scene.As]
		in := maps.Clone(scene.Said(workday.Of(m.app.Now()), people))
		for _, f := range info.Fields {
			if (f.Kind == field.Text || f.Kind == field.Line) && !in[f.ID].Empty() && f.ID != m.room.Latest().Entitled {
				mark := fmt.Sprintf("mark%dof%d%s", n, i, f.ID)
				in.Set(f.ID, mark)
				sees := f.Sees
				if len(sees) == 0 {
					sees = info.Sees
				}
				said = append(said, saying{mark, who.ID, sees})
			}
		}
		done := false
		for _, g := range who.Grants {
			by, err := who.Actor(g.Role, true)
			m.must(err)
			if i == 0 {
				var got room.Receipt
				got, err = m.app.Rooms.Begin(ctx, by, m.room, room.Beginning{Answers: in, Strict: true})
				ref = got.Reference
			} else {
				_, err = m.app.Rooms.Take(ctx, by, m.room, ref, room.Taking{Step: scene.Step, Answers: in, Strict: true,
					Version: int64(i)})
			}
			if done = err == nil; done {
				break
			}
		}
		if !done {
			m.t.Fatalf("story %d, scene %d: %s was not taken", n+1, i+1, scene.Step)
		}
	}
	return ref, said
}

func (m *matrix) everybody() []directory.Person {
	ctx := context.Background()
	orgs, err := m.app.Directory.Organisations(ctx)
	m.must(err)
	all, err := m.app.Directory.Everybody(ctx, orgs[0].ID)
	m.must(err)
	return all
}
