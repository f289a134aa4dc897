package home_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// What somebody has been given stands on their page and on nobody else's.
func TestMyWork(t *testing.T) {
	ctx := context.Background()
	a := demoApp(t)
	keeper, lead, nurse := with(t, a, "governance_lead"), with(t, a, access.Lead), with(t, a, access.Worker)
	said := field.Said("title", "Visitors and contractors", "kind", "policy", "owner", keeper.ID.String())
	who, err := keeper.Actor("governance_lead", true)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Rooms.Begin(ctx, who, policy.Room(), room.Beginning{Answers: said})
	if err != nil {
		t.Fatal(err)
	}
	worker, err := nurse.Actor(access.Worker, true)
	if err != nil {
		t.Fatal(err)
	}
	raised, err := a.Concerns.Raise(ctx, worker,
		room.Beginning{Answers: field.Said("about", "patient", "what", "A worry")})
	if err != nil {
		t.Fatal(err)
	}
	boss, err := lead.Actor(access.Lead, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Concerns.Take(ctx, boss, raised.Reference, room.Said(process.Acknowledge)); err != nil {
		t.Fatal(err)
	}
	other := func(p directory.Person) bool { return p.ID != lead.ID }
	for _, c := range []struct {
		who  directory.Person
		role access.Role
		has  []string
		not  []string
	}{
		{keeper, "governance_lead", []string{"Visitors and contractors", "Send it for approval"},
			[]string{string(raised.Reference)}},
		{lead, access.Lead, []string{string(raised.Reference), "First word to the person who raised it"},
			[]string{string(got.Reference), "A worry"}},
		{withOther(t, a, access.Lead, other), access.Lead, nil, []string{string(raised.Reference)}},
		{nurse, access.Worker, []string{"There is something new to read on this concern", "/mine/" +
			string(raised.Reference)},
			[]string{string(got.Reference), "A worry", "Decide what happens next"}},
	} {
		page := pageOf(t, a, c.who, c.role)
		for _, has := range c.has {
			if !strings.Contains(page, has) {
				t.Errorf("%s: %q is not on their page:\n%s", c.role, has, page)
			}
		}
		for _, not := range c.not {
			if strings.Contains(page, not) {
				t.Errorf("%s: %q is on their page", c.role, not)
			}
		}
	}
	err = a.Store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`update room_record_v1 set state = record where reference = $1`, string(raised.Reference))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if page := pageOf(t, a, lead, access.Lead); !strings.Contains(page, string(raised.Reference)) ||
		!strings.Contains(page, "Damaged: tell your administrator") {
		t.Errorf("a damaged concern is not said to be damaged:\n%s", page)
	}
}

// What happens with a concern stands in notices before whomever it is for, in Heed
// itself: before those who lead its team until one takes it up, before the one who raised
// it when there is something to read, and before the Guardian when somebody gave a reason
// to open it. What is over is withdrawn; what was marked as seen is not shown again.
func TestNoticesOfAConcern(t *testing.T) {
	ctx := context.Background()
	world.Each(t, func(w *world.World) {
		note := func(login string) (out []room.NoticeKind) {
			mine, err := w.Rooms.Work(ctx, w.As(login), room.Query{Limit: 50})
			must(t, err)
			for _, n := range mine.Notices {
				out = append(out, n.What)
			}
			return out
		}
		want := func(when, login string, want ...room.NoticeKind) {
			t.Helper()
			if got := note(login); !slices.Equal(got, want) {
				t.Errorf("%s: the notices of %s are %v, want %v", when, login, got, want)
			}
		}
		duties := func(login string) (out []string) {
			mine, err := w.Rooms.Work(ctx, w.As(login), room.Query{Limit: 50})
			must(t, err)
			for _, r := range mine.Rows {
				out = append(out, r.Due.Label)
			}
			return out
		}
		c, err := w.Concerns.Raise(ctx, w.As("nurse"),
			room.Beginning{Answers: field.Said("about", "patient", "what", "A worry")})
		must(t, err)
		want("raised", "lead", room.NoticeGiven)
		want("raised", "second")
		want("raised", "nurse")
		for _, login := range []string{"lead", "second"} {
			if got := duties(login); !slices.Equal(got, []string{"Take up the concern"}) {
				t.Errorf("before %s, who leads the team, stands %v", login, got)
			}
		}
		_, err = w.Concerns.Take(ctx, w.As("second"), c.Reference, room.Said(process.Acknowledge, "words", "I will ring you"))
		must(t, err)
		want("taken up by another", "lead")
		want("taken up", "nurse", room.NoticeAnswer)
		if got := duties("lead"); len(got) > 0 {
			t.Errorf("what somebody else has taken up stands before lead: %v", got)
		}
		w.Hand.Move(time.Minute)
		must(t, w.Concerns.GiveReason(ctx, w.As("lead"), c.Reference, "To see whether it was taken up"))
		want("a reason was given", "guardian", room.NoticeTold)
		want("a reason was given", "executive")
		mine, err := w.Rooms.Work(ctx, w.As("guardian"), room.Query{Limit: 50})
		must(t, err)
		must(t, w.Rooms.Seen(ctx, w.As("guardian"), []string{mine.Notices[0].ID}))
		want("marked as seen", "guardian")
		w.Hand.Move(10 * 24 * time.Hour)
		want("overdue for days", "second", room.NoticeOverdue)
		want("overdue for days", "lead", room.NoticeOverdue)
		want("overdue for days", "guardian", room.NoticeOverdue)
		want("overdue for days", "nurse", room.NoticeAnswer)
		_, err = w.Concerns.AddToOwn(ctx, w.As("nurse"), c.Reference, field.Said("words", "He was here again"), "")
		must(t, err)
		want("the one who raised it was there", "nurse")
		want("something was added", "second", room.NoticeNews, room.NoticeOverdue)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// with is somebody of the demo who holds a role.
func with(t *testing.T, a *app.App, role access.Role) directory.Person {
	t.Helper()
	return withOther(t, a, role, func(directory.Person) bool { return true })
}

func withOther(t *testing.T, a *app.App, role access.Role, is func(directory.Person) bool) directory.Person {
	t.Helper()
	orgs, err := a.Directory.Organisations(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.Directory.Everybody(context.Background(), orgs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Has(role) && is(p) {
			return p
		}
	}
	t.Fatalf("nobody is %s", role)
	return directory.Person{}
}

func pageOf(t *testing.T, a *app.App, p directory.Person, role access.Role) string {
	t.Helper()
	w := send(a, "GET", "/work", "", cookieOf(t, a, p, role))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", role, w.Code)
	}
	return w.Body.String()
}

// demoApp is Heed with the people of the demo.
func demoApp(t *testing.T) *app.App {
	t.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	must(t, demo.People(ctx, c, clock.System{}.Now(), log))
	a, err := app.Open(ctx, c, clock.System{}, log)
	must(t, err)
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // a test
	return a
}

func send(a *app.App, method, path, body, cookie string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"},
		"Cookie": {cookie}}
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w
}

// cookieOf logs somebody of the demo in.
func cookieOf(t *testing.T, a *app.App, p directory.Person, role access.Role) string {
	t.Helper()
	cookies := send(a, "POST", "/demo/people", url.Values{"be": {p.ID.String() + " " + string(role)}}.Encode(), "").
		Result().Cookies()
	cookie, _, _ := strings.Cut(cookies[len(cookies)-1].String(), ";")
	return cookie
}
