package home_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// What somebody has been given stands on their page and on nobody else's.
func TestMyWork(t *testing.T) {
	ctx := context.Background()
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	log := slog.New(slog.DiscardHandler)
	if err := demo.People(ctx, c, clock.System{}.Now(), log); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(ctx, c, clock.System{}, log)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close() //nolint:errcheck // a test
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
	raised, err := a.Concerns.Raise(ctx, worker, room.Beginning{Answers: field.Said("about", "patient", "what", "A worry")})
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
	for _, c := range []struct {
		who  directory.Person
		role access.Role
		has  string
		not  []string
	}{
		{keeper, "governance_lead", "Visitors and contractors", []string{string(raised.Reference)}},
		{lead, access.Lead, string(raised.Reference), []string{string(got.Reference), "A worry"}},
		{nurse, access.Worker, "Nothing has been given to you", []string{string(got.Reference), string(raised.Reference)}},
	} {
		page := pageOf(t, a, c.who, c.role)
		if !strings.Contains(page, c.has) {
			t.Errorf("%s: %q is not on their page:\n%s", c.role, c.has, page)
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
	if page := pageOf(t, a, lead, access.Lead); !strings.Contains(page, string(raised.Reference)) || !strings.Contains(page, "Damaged: tell your administrator") {
		t.Errorf("a damaged concern is not said to be damaged:\n%s", page)
	}
}

// with is somebody of the demo who holds a role.
func with(t *testing.T, a *app.App, role access.Role) directory.Person {
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
		if p.Has(role) {
			return p
		}
	}
	t.Fatalf("nobody is %s", role)
	return directory.Person{}
}

func pageOf(t *testing.T, a *app.App, p directory.Person, role access.Role) string {
	t.Helper()
	send := func(method, path, body, cookie string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
		r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"}, "Cookie": {cookie}}
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		return w
	}
	cookies := send("POST", "/demo/people", url.Values{"be": {p.ID.String() + " " + string(role)}}.Encode(), "").Result().Cookies()
	cookie, _, _ := strings.Cut(cookies[len(cookies)-1].String(), ";")
	w := send("GET", "/work", "", cookie)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", role, w.Code)
	}
	return w.Body.String()
}
