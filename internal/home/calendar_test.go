package home_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/field"
	"heed/internal/room"
)

// A calendar reads on which days something is due, without a word of what; its address
// opens nothing else, and ends when its owner ends it, makes another, or leaves.
func TestCalendar(t *testing.T) {
	ctx := context.Background()
	a := demoApp(t)
	lead, nurse := with(t, a, access.Lead), with(t, a, access.Worker)
	worker, err := nurse.Actor(access.Worker, true)
	must(t, err)
	raised, err := a.Concerns.Raise(ctx, worker,
		room.Beginning{Answers: field.Said("about", "patient", "what", "A worry")})
	must(t, err)
	cookie := cookieOf(t, a, lead, access.Lead)
	first := makeAddress(t, a, cookie)
	w := send(a, "GET", first, "", "")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/calendar") {
		t.Fatalf("%d %s\n%s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	for _, word := range []string{string(raised.Reference), "A worry", "oncern", lead.Name, nurse.Name} {
		if strings.Contains(w.Body.String(), word) {
			t.Errorf("the calendar holds %q:\n%s", word, w.Body)
		}
	}
	c, err := ics.ParseCalendar(strings.NewReader(w.Body.String()))
	must(t, err)
	if n := len(c.Events()); n != 1 {
		t.Fatalf("%d days, want 1:\n%s", n, w.Body)
	}
	if at, err := c.Events()[0].GetAllDayStartAt(); err != nil || at.Before(time.Now().Add(-24*time.Hour)) {
		t.Errorf("it is due on %v, %v", at, err)
	}
	secret := strings.TrimSuffix(strings.TrimPrefix(first, "/days/"), ".ics")
	if _, err := a.Directory.ByToken(ctx, secret); err == nil {
		t.Error("the address of a calendar opens the API")
	}
	second := makeAddress(t, a, cookie)
	gone(t, a, first, "another was made")
	post(t, a, cookie, "end")
	gone(t, a, second, "it was ended")
	gone(t, a, "/days/days_"+strings.Repeat("A", 43)+".ics", "there never was one")
}

func gone(t *testing.T, a *app.App, path, when string) {
	t.Helper()
	if w := send(a, "GET", path, "", ""); w.Code != http.StatusNotFound {
		t.Errorf("%s, and it is answered with %d", when, w.Code)
	}
}

func makeAddress(t *testing.T, a *app.App, cookie string) string {
	t.Helper()
	page := post(t, a, cookie, "new").Body.String()
	found := regexp.MustCompile(`http://[^/]+(/days/[\w-]+\.ics)`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no address is shown:\n%s", page)
	}
	if again := send(a, "GET", "/work/calendar", "", cookie).Body.String(); strings.Contains(again, found[1]) {
		t.Error("the address is shown twice")
	}
	return found[1]
}

func post(t *testing.T, a *app.App, cookie, what string) *httptest.ResponseRecorder {
	t.Helper()
	w := send(a, "POST", "/work/calendar", url.Values{"calendar": {what}}.Encode(), cookie)
	if w.Code >= 400 {
		t.Fatalf("%s: %d\n%s", what, w.Code, w.Body)
	}
	return w
}
