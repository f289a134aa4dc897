package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/record"
)

// TestAWitnessThatIsAwayShows: to who answers for the records and who looks after
// the machine, at /readyz when it lasts, and in the log; and to nobody else.
func TestAWitnessThatIsAwayShows(t *testing.T) {
	ctx, hand, log := context.Background(), clock.NewHand(clock.System{}.Now()), &lines{}
	key, err := record.NewCosigner("neighbour.test/w1")
	check(t, err)
	c := app.Config{Data: t.TempDir(), Plain: true}
	check(t, app.Init(ctx, c, hand, slog.New(slog.DiscardHandler), founding,
		func(directory.Organisation, []directory.Enrolment) error { return nil }))
	away := httptest.NewServer(http.NotFoundHandler())
	away.Close()
	c.Witnesses = []string{away.URL + " " + key.Verifier().String(), "1 of 1"}
	a, err := app.Open(ctx, c, hand, slog.New(slog.NewTextHandler(log, nil)))
	check(t, err)
	defer a.Close()
	shows := func(r access.Role) string { return strings.Join(a.Notice(ctx, r), "\n") }
	if got := shows(access.Administrator); got != "" {
		t.Errorf("before anything is public: %q", got)
	}
	check(t, a.Ledger.Publish(ctx))
	check(t, a.Ledger.Witnessing(ctx))
	time.Sleep(2 * time.Second) // what is shown is asked for at most every other second
	for _, r := range []access.Role{access.CaldicottGuardian, access.Administrator} {
		if !strings.Contains(shows(r), "The witness neighbour.test/w1 could not be reached") {
			t.Errorf("%s is shown %q", r, shows(r))
		}
	}
	for _, r := range []access.Role{access.Worker, access.Lead} {
		if got := shows(r); got != "" {
			t.Errorf("%s is shown %q", r, got)
		}
	}
	if strings.Count(log.String(), "a witness has not signed") != 1 {
		t.Errorf("the log says %s", log)
	}
	hand.Move(11 * time.Minute)
	var words string
	for _, p := range a.Standing(ctx) {
		if p.Name == "witnesses" {
			words = fail.Words(p.Err)
		}
	}
	if !strings.Contains(words, "waited for 11m0s for the signatures of 1 of 1") {
		t.Errorf("/readyz says %q", words)
	}
}

func TestAPolicyOfWitnesses(t *testing.T) {
	for text, ok := range map[string]bool{"1 of 1": true, "2 of 1": false, "0 of 1": false, "1 of 2": false,
		"two of 3": false} {
		key, err := record.NewCosigner("w.test/1")
		check(t, err)
		c := app.Config{Data: t.TempDir(), Plain: true}
		check(t, app.Init(t.Context(), c, clock.System{}, slog.New(slog.DiscardHandler), founding,
			func(directory.Organisation, []directory.Enrolment) error { return nil }))
		c.Witnesses = []string{"http://127.0.0.1:9 " + key.Verifier().String(), text}
		a, err := app.Open(t.Context(), c, clock.System{}, slog.New(slog.DiscardHandler))
		if (err == nil) != ok || err != nil && !fail.Is(err, fail.Bad) {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil {
			check(t, a.Close())
		}
	}
}
