package api

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/field"
)

// FuzzDecode: whatever is sent, the answer is a value or words of our own: never a
// panic, never an echo of what was sent.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"about":"patient","what":"x"}`, `{"answers":{"zqxmarker":1}}`,
		`{"person":{"zqxmarker":1}}`, `{"what":"a","what":"zqxmarker"}`, "{\"what\":\"\xff\"}", `[]`, `{"of":1e999}`,
		strings.Repeat(`{"a":`, 40), `{} zqxmarker`, `{"what":"\ud800"}`, "\ufeff{}", `{"spoken":["zqxmarker",1]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for name, err := range map[string]error{"answers": tried[field.Answers](body)} {
			if err == nil {
				continue
			}
			p := problemOf(err)
			if p.Status < 400 || p.Status >= 500 || fail.KindOf(err) == fail.Broken {
				t.Errorf("%s: %d %v", name, p.Status, err)
			}
			for _, e := range p.Errors {
				if strings.Contains(e.Field+e.Message, "zqxmarker") {
					t.Errorf("%s: echo: %v", name, e)
				}
			}
			if strings.Contains(p.Title, "zqxmarker") {
				t.Errorf("%s: echo: %s", name, p.Title)
			}
		}
	})
}

// Whoever only read is told nothing of saving. Seen to fail.
func TestBusyWhileReading(t *testing.T) {
	for method, saved := range map[string]bool{"GET": false, "POST": true} {
		w := httptest.NewRecorder()
		(&API{Parts: Parts{Log: slog.New(slog.DiscardHandler)}}).problem(w, httptest.NewRequest(method, "/", nil),
			fail.New(fail.Busy, "The service is busy.%s Try again in a minute", fail.NotSaved))
		if is := strings.Contains(w.Body.String(), "saved"); is != saved || !strings.Contains(w.Body.String(), "is busy. ") {
			t.Errorf("%s: %s", method, w.Body)
		}
	}
}

func tried[In any](body string) error {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	_, err := decode[In](httptest.NewRecorder(), r)
	return err
}
