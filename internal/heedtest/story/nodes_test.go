package story_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/store/storetest"
)

// TestTwoMachinesOnOneDatabase: several programs serve one PostgreSQL; jobs and
// sequencer take turns, and what one wrote the other shows.
func TestTwoMachinesOnOneDatabase(t *testing.T) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	c.DB = storetest.Postgres(t)
	if err := demo.People(ctx, c, clock.System{}.Now(), log); err != nil {
		t.Fatal(err)
	}
	var nodes [2]served
	work, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	for i := range nodes {
		a, err := app.Open(ctx, c, clock.System{}, log)
		if err != nil {
			t.Fatal(err)
		}
		srv := httptest.NewServer(a.Handler())
		nodes[i] = served{a, srv.URL, c, clock.System{}}
		background.Go(func() { a.Run(work) })
		t.Cleanup(func() {
			srv.Close()
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() { stop(); background.Wait() }) // before the stores are closed
	nurse, lead := nodes[0].caller(t, "nurse"), nodes[1].caller(t, "lead")
	var all sync.WaitGroup
	var mu sync.Mutex
	refs := map[string]bool{}
	for i := range 40 {
		all.Add(1)
		go func() {
			defer all.Done()
			who := nurse
			who.url = nodes[i%2].url
			status, out, _ := who.ask("POST", "/concerns", "", "", obj{"about": "unsure", "what": "Something"})
			if status != http.StatusCreated {
				t.Errorf("%d %v", status, out)
				return
			}
			mu.Lock()
			refs[out["reference"].(string)] = true
			mu.Unlock()
		}()
	}
	all.Wait()
	if len(refs) != 40 {
		t.Fatalf("%d references", len(refs))
	}
	for ref := range refs { // taken up at the one, seen at the other
		if status, out, _ := lead.ask("POST", "/concerns/"+ref+"/acknowledge", "", "", obj{}); status != http.StatusOK {
			t.Fatalf("%d %v", status, out)
		}
		who := nurse
		who.url = nodes[0].url
		if status, out, _ := who.ask("GET", "/concerns/"+ref, "", "", nil); status != http.StatusOK ||
			out["progress"] != "Being looked at" {
			t.Fatalf("%d %v", status, out)
		}
		break
	}
	// A right taken back at one is gone at the other's next request.
	p, err := nodes[0].Directory.FindLogin(ctx, "lead")
	if err != nil {
		t.Fatal(err)
	}
	word, err := demo.Word(ctx, nodes[0].App, "guardian", nodes[0].Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := nodes[0].Directory.Leave(ctx, p.ID, word); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := lead.ask("GET", "/concerns", "", "", nil); status != http.StatusUnauthorized {
		t.Errorf("after leaving: %d", status)
	}
	time.Sleep(1500 * time.Millisecond) // both sequencers have had a turn
	nodes[1].proven(t)
}
