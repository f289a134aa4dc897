package roomtest

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/heedtest"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store/storetest"
)

// pages looks at every page of the room in a browser, without scripts on the
// narrowest window and with scripts on a wide one: each list, the first form, each
// step's form with what is missing said, a record, on the screen and printed.
func pages(t *testing.T, r *room.Room, made installed) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	url, a := served(t, made)
	ref := toldIn(t, a, r)
	read := played(t, a, r)
	chromium := heedtest.Start(t)
	for _, o := range [][]heedtest.Option{{heedtest.Width(heedtest.Small), heedtest.NoScript()},
		{heedtest.Width(heedtest.Desktop)}} {
		beginner := starter(t, a, r)
		v := chromium.Visitor(t, url, o...).As(nameOf(t, a, beginner))
		base := "/" + r.Many
		v.Open("/").Press(strings.ToUpper(r.Many[:1]) + r.Many[1:])
		v.Open(base + "/new").Press(send(r.First().Send, r.First().Label))
		v.See("There is a problem")
		recordPages(v, a, r, beginner, ref)
		if keeper := keeperOf(t, a, r, ref); keeper.Person != beginner.Person {
			v = chromium.Visitor(t, url, o...).As(nameOf(t, a, keeper))
			recordPages(v, a, r, keeper, ref)
		}
		v.Open(base + "/" + string(ref) + "/access")
		readingPages(v, r, read)
		linkPages(t, a, v, r, read)
		if c := r.Latest().Coverage; c.Given() {
			v.Open(base+"/what-is-covered").See(c.Item, c.Missing)
		}
	}
}

// recordPages are what somebody sees of a record: the lists that they may see, the record on
// the screen and printed, and the form of each step that they may take.
func recordPages(v *heedtest.Visitor, a *app.App, r *room.Room, who access.Actor, ref id.Reference) {
	base := "/" + r.Many
	for _, l := range a.Rooms.MayList(who, r) {
		v.Open(base + "?list=" + l.ID)
	}
	v.Open(base + "/" + string(ref)).Print()
	for _, s := range r.Latest().AllSteps[1:] {
		if !slices.Contains(s.Roles, process.Anyone) && !slices.Contains(s.Roles, process.Role(who.Role)) {
			continue
		}
		v.Open(base + "/" + string(ref) + "/" + string(s.ID))
		if len(s.Fields) > 0 && strings.Contains(v.Text(), s.Fields[0].Ask) {
			v.Press(send(s.Send, s.Label))
		}
	}
}

// keeperOf is somebody of the demo who sees who has opened a record, whoever begins them if
// they do: most of it stands before them.
func keeperOf(t *testing.T, a *app.App, r *room.Room, ref id.Reference) access.Actor {
	t.Helper()
	begun := starter(t, a, r)
	if _, err := a.Rooms.Readers(context.Background(), begun, r, ref); err == nil {
		return begun
	}
	people, err := a.Directory.Everybody(context.Background(), begun.Org)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		for _, g := range p.Grants {
			who, err := p.Actor(g.Role, true)
			if err != nil {
				continue
			}
			if _, err := a.Rooms.Readers(context.Background(), who, r, ref); err == nil {
				return who
			}
		}
	}
	t.Fatalf("nobody in the demo sees who has opened a %s", r.One)
	return access.Actor{}
}

// readingPages are those of what many are asked to read: the list of it, a record that asks,
// what is confirmed, and who has.
func readingPages(v *heedtest.Visitor, r *room.Room, refs []id.Reference) {
	if !r.Latest().Audience.Given() {
		return
	}
	base := "/" + r.Many
	v.Open("/work").Open(base + "/to-read").See("For you to read")
	for _, ref := range refs {
		one := base + "/" + string(ref)
		if !strings.Contains(v.Open(one).Text(), "You are asked to read") {
			continue
		}
		v.Open(one + "/who-confirmed").See("Who has not confirmed yet")
		v.Open(one + "/confirm-reading").See(r.Latest().Audience.Words)
		return
	}
}

// linkPages are those on which a record is linked to another and the link ended.
func linkPages(t *testing.T, a *app.App, v *heedtest.Visitor, r *room.Room, refs []id.Reference) {
	links := r.Latest().Links
	if len(links) == 0 || links[0].To != r.Name || len(refs) < 2 {
		return
	}
	one, tie := "/"+r.Many+"/"+string(refs[0]), room.Tying{Link: links[0].ID, Other: refs[1]}
	v.Open(one + "/link-to").Press("Link them").See("There is a problem")
	if err := a.Rooms.Tie(context.Background(), starter(t, a, r), r, refs[0], tie); err != nil {
		t.Fatal(err)
	}
	v.Open(one).See(links[0].Label)
	v.Open(one + "/end-link").Press("End this link").See("There is a problem")
}

// played are the room's stories, as records of the demo.
func played(t *testing.T, a *app.App, r *room.Room) (out []id.Reference) {
	t.Helper()
	ctx, day := context.Background(), workday.Of(a.Now())
	who := starter(t, a, r)
	people, err := a.Directory.Everybody(ctx, who.Org)
	if err != nil {
		t.Fatal(err)
	}
	logins, actors := map[string]id.Person{}, map[string]access.Actor{}
	for _, p := range people {
		logins[p.Login] = p.ID
		if actors[p.Login], err = p.Actor("", true); err != nil {
			t.Fatal(err)
		}
	}
	for _, story := range r.Stories {
		var ref id.Reference
		for i, s := range story.Steps {
			if said := s.Said(day, logins); ref == "" {
				got, begun := a.Rooms.Begin(ctx, actors[s.As], r, room.Beginning{Answers: said, Strict: true})
				ref, err = got.Reference, begun
			} else {
				_, err = a.Rooms.Take(ctx, actors[s.As], r, ref, room.Taking{Step: s.Step, Answers: said, Strict: true,
					Version: int64(i)})
			}
			if err != nil {
				t.Fatal(s.Step, err)
			}
		}
		out = append(out, ref)
	}
	return out
}

func send(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// installed gives the folder of a demo installation that was made once.
type installed func() string

// demoIn makes the people of the demo when they are first asked for.
func demoIn(t *testing.T) installed {
	return sync.OnceValue(func() string {
		data := filepath.Join(t.TempDir(), "demo")
		if err := demo.People(context.Background(), demo.Config(data), clock.System{}.Now(),
			slog.New(slog.DiscardHandler)); err != nil {
			t.Error(err)
		}
		return data
	})
}

// served is a copy of a demo installation, which answers on this machine.
func served(t *testing.T, made installed) (string, *app.App) {
	t.Helper()
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	storetest.CopyFolder(t, c.Data, made())
	a, err := app.Open(context.Background(), c, clock.System{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		srv.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return srv.URL, a
}

// starter is somebody of the demo who may begin a record of the room.
func starter(t *testing.T, a *app.App, r *room.Room) access.Actor {
	t.Helper()
	orgs, err := a.Directory.Organisations(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	people, err := a.Directory.Everybody(context.Background(), orgs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(people, func(x, y directory.Person) int { return strings.Compare(x.Login, y.Login) })
	for _, p := range people {
		for _, g := range p.Grants {
			if who, err := p.Actor(g.Role, true); err == nil && a.Rooms.MayBegin(who, r) {
				return who
			}
		}
	}
	t.Fatalf("nobody in the demo may begin a %s", r.One)
	return access.Actor{}
}

func nameOf(t *testing.T, a *app.App, who access.Actor) string {
	t.Helper()
	p, err := a.Directory.Person(context.Background(), who.Person)
	if err != nil {
		t.Fatal(err)
	}
	return p.Name
}

// toldIn begins a record in the demo.
func toldIn(t *testing.T, a *app.App, r *room.Room) id.Reference {
	t.Helper()
	who := starter(t, a, r)
	x := drawn(3, a.Now, "example")
	x.team, x.person = who.Team, func(field.Field) id.Person { return who.Person }
	got, err := a.Rooms.Begin(context.Background(), who, r, room.Beginning{Answers: x.Answers(r.First().Fields),
		Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	return got.Reference
}
