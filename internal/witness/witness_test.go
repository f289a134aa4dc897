package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/record"
)

// history is a log that can be forked: its leaves and tiles.
type history struct {
	leaves []record.Hash
	key    record.Signer
}

func newHistory(t testing.TB, name string) *history {
	t.Helper()
	key, err := record.NewSigner(name)
	if err != nil {
		t.Fatal(err)
	}
	return &history{key: key}
}

func (h *history) grow(n int, flavour byte) {
	for len(h.leaves) < n {
		h.leaves = append(h.leaves, record.LeafHash([32]byte{flavour, byte(len(h.leaves)), byte(len(h.leaves) >> 8)}))
	}
}

func (h *history) fork(at int) *history {
	return &history{leaves: append([]record.Hash(nil), h.leaves[:at]...), key: h.key}
}

func (h *history) read(path string) ([]byte, error) {
	t, err := record.ParseTilePath(path)
	if err != nil || t.Level > 0 {
		return nil, errors.New("no such tile") // these logs stay below 256 leaves
	}
	var out []byte
	for _, l := range h.leaves[:min(t.Width, len(h.leaves))] {
		out = append(out, l[:]...)
	}
	return out, nil
}

func (h *history) note(t testing.TB) []byte {
	t.Helper()
	var tree record.Tree
	for _, l := range h.leaves {
		tree.Append(l)
	}
	return record.SignCheckpoint(record.Checkpoint{Origin: h.key.Name(), Size: tree.Size(), Root: tree.Root()}, h.key)
}

func (h *history) proof(t testing.TB, from int) []record.Hash {
	t.Helper()
	p, err := record.ConsistencyProof(h.read, int64(from), int64(len(h.leaves)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type scene struct {
	o   Options
	w   *Witness
	srv *httptest.Server
	log *history
}

func newScene(t *testing.T) *scene {
	t.Helper()
	log := newHistory(t, "heed.example/log")
	key, err := record.NewCosigner("witness.example/w1")
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{log: log, o: Options{
		State: filepath.Join(t.TempDir(), "memory"), Signer: key, Initialise: true,
		Logs:  map[string]record.Verifier{"heed.example/log": log.key.Verifier()},
		Clock: clock.NewHand(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)),
	}}
	s.start(t)
	s.o.Initialise = false
	return s
}

func (s *scene) start(t *testing.T) {
	t.Helper()
	var err error
	if s.w, err = Open(s.o); err != nil {
		t.Fatal(err)
	}
	s.srv = httptest.NewServer(s.w.Handler())
	t.Cleanup(s.stop)
}

func (s *scene) stop() {
	s.srv.Close()
	_ = s.w.Close() // a second time at the end of a test
}

func (s *scene) push(t *testing.T, h *history, old int) ([]byte, int64, error) {
	t.Helper()
	return Push(context.Background(), s.srv.Client(), s.srv.URL, s.w.Verifier(), h.note(t), int64(old), h.proof(t, old))
}

func TestSignsWhatGrowsAndNothingElse(t *testing.T) {
	s := newScene(t)
	s.log.grow(16, 0)
	sig, known, err := s.push(t, s.log, 0)
	if err != nil || known != 16 {
		t.Fatal(known, err)
	}
	full, err := record.AddSignatures(s.log.note(t), sig)
	if err != nil {
		t.Fatal(err)
	}
	_, sigs, err := record.OpenCheckpoint(full, s.log.key.Verifier(), s.w.Verifier())
	if err != nil || len(sigs) != 2 || !sigs[1].Time.Equal(s.o.Clock.Now()) {
		t.Fatal(sigs, err)
	}
	s.log.grow(48, 0)
	if _, _, err := s.push(t, s.log, 16); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.push(t, s.log, 48); err != nil {
		t.Fatal("the same once more:", err)
	}

	other := s.log.fork(48)
	other.grow(60, 1)
	shrunk := s.log.fork(32)
	sameSize := s.log.fork(40)
	sameSize.grow(48, 1)
	rewritten := newHistory(t, "heed.example/log")
	rewritten.key = s.log.key
	rewritten.grow(64, 9)
	for name, x := range map[string]struct {
		h     *history
		old   int
		kind  fail.Kind
		known int64
	}{
		"shrunk":                   {shrunk, 32, fail.Stale, 48},
		"shrunk, old size claimed": {shrunk, 16, fail.Stale, 48},
		"another tree of the size": {sameSize, 48, fail.Stale, 48},
		"a log that lags behind":   {other, 16, fail.Stale, 48},
		"rewritten from the start": {rewritten, 48, fail.Conflict, 48},
		"begun again":              {rewritten, 0, fail.Stale, 48},
	} {
		_, known, err := s.push(t, x.h, x.old)
		if !fail.Is(err, x.kind) || known != x.known {
			t.Errorf("%s: known %d, %v", name, known, err)
		}
	}
	// After all that the true log still goes on, once; its fork then does not.
	ours := s.log.fork(48)
	ours.grow(64, 0)
	if _, _, err := s.push(t, ours, 48); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.push(t, other, 48); !fail.Is(err, fail.Stale) {
		t.Fatal(err)
	}
}

func TestProtocolAnswers(t *testing.T) {
	s := newScene(t)
	s.log.grow(20, 0)
	stranger := newHistory(t, "stranger.example/log")
	stranger.grow(3, 0)
	impostor := newHistory(t, "heed.example/log")
	impostor.grow(30, 0)
	if _, _, err := s.push(t, s.log, 0); err != nil {
		t.Fatal(err)
	}
	s.log.grow(30, 0)
	note := string(s.log.note(t))
	proof := string(record.AppendProof(nil, s.log.proof(t, 20)))
	tooLong := strings.Repeat("PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n", 64)
	for name, x := range map[string]struct {
		body   string
		status int
	}{
		"empty":                  {"", 400},
		"no old line":            {"\n" + note, 400},
		"a plus":                 {"old +20\n" + proof + "\n" + note, 400},
		"leading zero":           {"old 020\n" + proof + "\n" + note, 400},
		"no empty line":          {"old 20\n" + proof, 400},
		"64 lines of proof":      {"old 20\n" + tooLong + "\n" + note, 400},
		"not a note":             {"old 20\n" + proof + "\nhello\n", 400},
		"old beyond new":         {"old 31\n\n" + note, 400},
		"unknown log":            {"old 0\n\n" + string(stranger.note(t)), 404},
		"another key, same name": {"old 20\n\n" + string(impostor.note(t)), 403},
		"other size":             {"old 0\n\n" + note, 409},
		"no proof":               {"old 20\n\n" + note, 422},
		"a proof of another":     {"old 20\n" + proof[:45] + proof[45*2:] + "\n" + note, 422},
		"too large":              {"old 20\n" + proof + "\n" + note + strings.Repeat("x", maxRequest), 400},
	} {
		if status, _, _ := post2(t, s, x.body); status != x.status {
			t.Errorf("%s: %d in place of %d", name, status, x.status)
		}
	}
	status, kind, answer := post2(t, s, "old 0\n\n"+note)
	if status != 409 || kind != "text/x.tlog.size" || answer != "20\n" {
		t.Errorf("conflict: %d %s %q", status, kind, answer)
	}
	status, _, answer = post2(t, s, "old 20\n"+proof+"\n"+note)
	if status != 200 || !strings.HasPrefix(answer, "— witness.example/w1 ") || !strings.HasSuffix(answer, "\n") {
		t.Errorf("%d %q", status, answer)
	}
	if a, err := http.Get(s.srv.URL + "/add-checkpoint"); err != nil || a.StatusCode != 405 {
		t.Errorf("GET: %v %v", a, err)
	}
}

func post2(t *testing.T, s *scene, body string) (int, string, string) {
	t.Helper()
	a, err := s.srv.Client().Post(s.srv.URL+"/add-checkpoint", "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, a.Header.Get("Content-Type"), string(b)
}

// TestMemory: what was signed is remembered through a restart; without memory, with a
// damaged or another witness's, it does not start.
func TestMemory(t *testing.T) {
	s := newScene(t)
	s.log.grow(16, 0)
	if _, _, err := s.push(t, s.log, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.o); !fail.Is(err, fail.Conflict) {
		t.Fatal("a second witness on the same memory:", err)
	}
	s.stop()
	s.start(t)
	fork := newHistory(t, "heed.example/log")
	fork.key = s.log.key
	fork.grow(32, 5)
	if _, known, err := s.push(t, fork, 0); !fail.Is(err, fail.Stale) || known != 16 {
		t.Fatal("forgot:", known, err)
	}
	if _, _, err := s.push(t, fork, 16); !fail.Is(err, fail.Conflict) {
		t.Fatal(err)
	}
	got, err := http.Get(s.srv.URL + "/remembered?origin=heed.example/log")
	if err != nil {
		t.Fatal(err)
	}
	remembered, _ := io.ReadAll(got.Body)
	got.Body.Close()
	if c, sigs, err := record.OpenCheckpoint(remembered, s.log.key.Verifier(), s.w.Verifier()); err != nil ||
		c.Size != 16 || len(sigs) != 2 {
		t.Fatal(c, sigs, err)
	}
	s.stop()

	o := s.o
	o.Initialise = true
	if _, err := Open(o); !fail.Is(err, fail.Conflict) {
		t.Fatal("initialised over a memory:", err)
	}
	o.Initialise = false
	if o.Signer, err = record.NewCosigner("witness.example/w1"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(o); !fail.Is(err, fail.Tampered) {
		t.Fatal("another key took the memory:", err)
	}
	whole, err := os.ReadFile(s.o.State)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 7 {
		bad := bytes.Clone(whole)
		bad[i] ^= 1
		if err := os.WriteFile(s.o.State, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if w, err := Open(s.o); !fail.Is(err, fail.Tampered) {
			if err == nil {
				w.Close()
			}
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	if err := os.WriteFile(s.o.State, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.o); !fail.Is(err, fail.Tampered) {
		t.Fatal(err)
	}
	if err := os.Remove(s.o.State); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.o); !fail.Is(err, fail.Missing) || !strings.Contains(fail.Words(err), "retired") {
		t.Fatal("started without a memory:", err)
	}
}

// TestUnwritableMemory: what cannot be remembered is not signed, and then nothing is.
func TestUnwritableMemory(t *testing.T) {
	s := newScene(t)
	s.log.grow(16, 0)
	if _, _, err := s.push(t, s.log, 0); err != nil {
		t.Fatal(err)
	}
	// Somebody else writes the file: what this process knows is no longer so.
	other := s.w.state.with("heed.example/log", memory{Note: s.w.state.Logs["heed.example/log"].Note, At: 1})
	b, err := other.bytes()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.o.State, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s.log.grow(32, 0)
	for range 2 {
		if _, _, err := s.push(t, s.log, 16); !fail.Is(err, fail.Busy) {
			t.Fatal("signed without a memory:", err)
		}
	}
	got, err := os.ReadFile(s.o.State)
	if err != nil || !bytes.Equal(got, b) {
		t.Fatal("the file was overwritten")
	}
}

// TestRace: of many checkpoints of different forks sent at once, those that are
// signed all lie in one history (promise I5).
func TestRace(t *testing.T) {
	s := newScene(t)
	s.log.grow(16, 0)
	if _, _, err := s.push(t, s.log, 0); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	signed := map[string]bool{}
	for i := range 20 {
		fork := s.log.fork(16)
		fork.grow(17+i%3, byte(i+1))
		note := fork.note(t)
		proof := fork.proof(t, 16)
		wg.Go(func() {
			_, _, err := Push(context.Background(), s.srv.Client(), s.srv.URL, s.w.Verifier(), note, 16, proof)
			if err == nil {
				mu.Lock()
				signed[string(note)] = true
				mu.Unlock()
			} else if !fail.Is(err, fail.Stale) && !fail.Is(err, fail.Conflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(signed) != 1 {
		t.Fatalf("%d of 20 histories were signed", len(signed))
	}
}

func TestPushToNobody(t *testing.T) {
	s := newScene(t)
	s.log.grow(4, 0)
	answers := map[string]http.HandlerFunc{
		"unsigned":     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "— witness.example/w1 AAAAAAAA\n") },
		"nothing":      func(http.ResponseWriter, *http.Request) {},
		"markup":       func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"bad conflict": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(409); fmt.Fprint(w, "soon\n") },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, s.srv.URL+"/add-checkpoint", http.StatusTemporaryRedirect)
		},
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < 1000; i++ {
				fmt.Fprint(w, strings.Repeat("x", 10_000))
			}
		},
	}
	for name, h := range answers {
		srv := httptest.NewServer(h)
		_, _, err := Push(context.Background(), srv.Client(), srv.URL, s.w.Verifier(), s.log.note(t), 0, nil)
		if !fail.Is(err, fail.Busy) {
			t.Errorf("%s: %v", name, err)
		}
		srv.Close()
	}
	if _, _, err := Push(context.Background(), nil, "http://127.0.0.1:1", s.w.Verifier(), s.log.note(t), 0,
		nil); !fail.Is(err, fail.Busy) {
		t.Error(err)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte("old 3\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\nnote\n"))
	f.Add([]byte("old 0\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRequest(b)
		if err == nil && !bytes.Equal(r.bytes(), b) {
			t.Fatalf("%q is written back as %q", b, r.bytes())
		}
	})
}

func FuzzState(f *testing.F) {
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = parseState(b) }) // no panic; the checksum refuses nearly all
}
