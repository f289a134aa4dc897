package attack_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/store/storetest"
)

// TestKilledWhileReading kills the real program under 8 readers, each of a concern of their own,
// 40 times on SQLite and 10 on PostgreSQL: after each kill every answer of which a word came out
// has its entry, and at most one more is there, whose answer was on its way (promise I1). Seen to
// fail when one entry in a hundred was not written.
func TestKilledWhileReading(t *testing.T) {
	t.Parallel()
	for engine, kills := range map[string]int{"sqlite": 40, "postgres": 10} {
		t.Run(engine, func(t *testing.T) {
			db := ""
			if engine == "postgres" {
				db = storetest.Postgres(t)
			}
			c, _ := installation(t, db)
			token := tokenOf(t, c, "nurse")
			addr := freeAddr(t)
			s := run(t, c, addr)
			k := &ledgerOfKeys{sent: map[string]int{}, acked: map[string]string{}}
			refs, there := make([]string, 8), make([]int, 8)
			for i := range refs {
				for watch := clock.Stopwatch(); refs[i] == "" && watch() < time.Minute; {
					refs[i] = k.send(t, http.DefaultClient, s.url, token, fmt.Sprintf("read-while-killed-%d", i))
				}
			}
			all := 0
			for round := range kills {
				met := make([]int, len(refs))
				var some atomic.Bool
				var readers sync.WaitGroup
				for i, ref := range refs {
					readers.Go(func() { met[i] = readUntilItStops(s.url, token, ref, &some) })
				}
				for watch := clock.Stopwatch(); !some.Load() && watch() < 20*time.Second; {
					time.Sleep(time.Millisecond)
				}
				time.Sleep(aMoment())
				check(t, s.cmd.Process.Kill())
				_ = s.cmd.Wait()
				readers.Wait()
				for i, ref := range refs {
					now := counted(t, c, `select count(*) from entry where version = 0 and record =
						(select record from room_record_v1 where reference = $1)`, ref)
					if wrote := now - there[i]; wrote < met[i] || wrote > met[i]+1 {
						t.Errorf("kill %d: words came out %d times, and %d readings were written", round, met[i], wrote)
					}
					there[i], all = now, all+met[i]
				}
				s = run(t, c, addr)
			}
			if all < kills {
				t.Errorf("words came out only %d times", all)
			}
			t.Logf("%d kills, words came out %d times", kills, all)
		})
	}
}

// readUntilItStops opens a concern again and again, and counts the answers of which any word
// of it came out, whole or not.
func readUntilItStops(base, token, ref string, some *atomic.Bool) (met int) {
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for {
		r, err := http.NewRequest("GET", base+"/api/v1/concerns/"+ref, nil)
		if err != nil {
			return met
		}
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := client.Do(r)
		if err != nil {
			return met
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if strings.Contains(string(b), "Heard under load") {
			met++
			some.Store(true)
		}
		if err != nil || resp.StatusCode != http.StatusOK {
			return met
		}
	}
}

func tokenOf(t *testing.T, c app.Config, login string) string {
	t.Helper()
	a, err := app.Open(ctx, c, clock.System{}, nothing)
	check(t, err)
	defer a.Close()
	w, err := demo.Word(ctx, a, login, clock.System{}.Now())
	check(t, err)
	token, err := a.Directory.IssueToken(ctx, w, "test", time.Hour)
	check(t, err)
	return token
}
