package attack_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/verify"
)

var ctx = context.Background()

type storeTx = store.Tx

// start is when every house opens: Monday 2 March 2026, 9 in the morning.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// house is the whole program at work for two made-up organisations.
type house struct {
	*app.App
	t      testing.TB
	url    string
	config app.Config
	hand   *clock.Hand
	log    *notebook
	client *http.Client
	leave  func() // closes it before the test ends

	secrets map[string]string // second factors of people who are not the demo's
}

// notebook is a log that can be read while it is written.
type notebook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(p)
}

func (n *notebook) text() string { n.mu.Lock(); defer n.mu.Unlock(); return n.b.String() }

// each opens a house on both engines.
func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, onSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); fn(t, onPostgres(t)) })
}

var founded struct {
	sync.Mutex
	dir string
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, dir := range []string{founded.dir, built.dir} {
		if dir != "" {
			_ = os.RemoveAll(dir)
		}
	}
	os.Exit(code)
}

// folder is a fresh copy of a folder in which both organisations are founded.
func folder(t testing.TB) app.Config {
	t.Helper()
	founded.Lock()
	defer founded.Unlock()
	if founded.dir == "" {
		dir, err := os.MkdirTemp("", "heedattack")
		check(t, err)
		founded.dir = dir
		check(t, demo.People(ctx, demo.Config(filepath.Join(dir, "demo")), start, slog.New(slog.DiscardHandler)))
	}
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	check(t, os.CopyFS(c.Data, os.DirFS(filepath.Join(founded.dir, "demo"))))
	private(t, c.Data)
	return c
}

// private sets the modes that a copy lost.
func private(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	check(t, err)
	for _, e := range entries {
		if !e.IsDir() {
			check(t, os.Chmod(filepath.Join(dir, e.Name()), 0o600))
		}
	}
}

func onSQLite(t testing.TB) *house { t.Helper(); return enter(t, folder(t)) }

func onPostgres(t testing.TB) *house {
	t.Helper()
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	c.DB = storetest.Postgres(t)
	check(t, demo.People(ctx, c, start, slog.New(slog.DiscardHandler)))
	return enter(t, c)
}

// enter opens an installation that is there.
func enter(t testing.TB, c app.Config) *house {
	t.Helper()
	h := &house{t: t, config: c, hand: clock.NewHand(start), log: &notebook{}, secrets: map[string]string{}}
	a, err := app.Open(ctx, c, h.hand, slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	check(t, err)
	h.App = a
	srv := httptest.NewServer(a.Handler())
	h.url = srv.URL
	h.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}, Timeout: 30 * time.Second}
	h.leave = sync.OnceFunc(func() {
		srv.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(h.leave)
	return h
}

// visitor is one browser: what it holds is one cookie.
type visitor struct {
	h      *house
	cookie string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request as it stands.
func (h *house) send(method, path string, header map[string]string, body io.Reader) answer {
	h.t.Helper()
	r, err := http.NewRequest(method, h.url+path, body)
	check(h.t, err)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := h.client.Do(r)
	check(h.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	check(h.t, err)
	return answer{resp.StatusCode, resp.Header, string(b)}
}

func (v *visitor) send(method, path string, form url.Values) answer {
	v.h.t.Helper()
	header := map[string]string{}
	if v.cookie != "" {
		header["Cookie"] = v.cookie
	}
	var body io.Reader
	if method == http.MethodPost {
		header["Content-Type"], header["Sec-Fetch-Site"] = "application/x-www-form-urlencoded", "same-origin"
		if form == nil {
			form = url.Values{}
		}
		if !form.Has("_key") {
			form.Set("_key", newKey())
		}
		body = strings.NewReader(form.Encode())
	}
	a := v.h.send(method, path, header, body)
	if c := cookieOf(a); c != "" {
		v.cookie = c
	}
	return a
}

func (v *visitor) get(path string) answer { v.h.t.Helper(); return v.send("GET", path, nil) }
func (v *visitor) post(path string, form url.Values) answer {
	v.h.t.Helper()
	return v.send("POST", path, form)
}

func cookieOf(a answer) string {
	c, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return c
}

func newKey() string { return id.NewEntry(time.Unix(1, 0)).String() + "key" }

// stranger is nobody who is signed in.
func (h *house) stranger() *visitor { return &visitor{h: h} }

// as is somebody of the demo in a role.
func (h *house) as(login string, role access.Role) *visitor {
	h.t.Helper()
	v := h.stranger()
	a := v.post("/demo/people", url.Values{"be": {h.person(login).ID.String() + " " + string(role)}})
	if a.status != http.StatusSeeOther || v.cookie == "" {
		h.t.Fatalf("%s cannot be %s: %d", login, role, a.status)
	}
	return v
}

func (h *house) person(login string) directory.Person {
	h.t.Helper()
	p, err := h.Directory.FindLogin(ctx, login)
	check(h.t, err)
	return p
}

func (h *house) actor(login string) access.Actor {
	h.t.Helper()
	a, err := h.person(login).Actor("", true)
	check(h.t, err)
	return a
}

// word is somebody's own word; it uses up a code, so time moves on.
func (h *house) word(login string) directory.Word {
	h.t.Helper()
	h.hand.Move(time.Minute)
	w, err := h.Directory.GiveWord(ctx, login, demo.Password, h.code(login))
	check(h.t, err)
	return w
}

// code is somebody's one-time code of now.
func (h *house) code(login string) string {
	h.t.Helper()
	code, err := demo.Code(login, h.hand.Now())
	if secret := h.secrets[login]; secret != "" {
		code, err = totp.GenerateCode(secret, h.hand.Now())
	}
	check(h.t, err)
	return code
}

func (h *house) token(login string) string {
	h.t.Helper()
	token, err := h.Directory.IssueToken(ctx, h.word(login), "test", 30*24*time.Hour)
	check(h.t, err)
	return token
}

// call is a request to the API.
func (h *house) call(token, method, path, body string) answer {
	h.t.Helper()
	header := map[string]string{"Content-Type": "application/json"}
	if token != "" {
		header["Authorization"] = "Bearer " + token
	}
	if method == "GET" {
		return h.send(method, path, header, nil)
	}
	return h.send(method, path, header, strings.NewReader(body))
}

// raise raises a concern and gives its reference.
func (h *house) raise(login, what string) id.Reference {
	h.t.Helper()
	r, err := h.Concerns.Raise(ctx, h.actor(login), room.Beginning{Answers: field.Said("about", "patient", "what", what)})
	check(h.t, err)
	return r.Reference
}

func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	check(h.t, h.Store.Do(ctx, func(tx *store.Tx) error { _, err := tx.Exec(query, args...); return err }))
}

// proven is what a check of the whole installation finds, lists too.
func (h *house) differences() []string {
	h.t.Helper()
	if _, err := h.Ledger.Sequence(ctx); err != nil {
		return []string{err.Error()}
	}
	v, err := app.LogVerifier(h.config)
	check(h.t, err)
	r, err := verify.Store(ctx, h.Store, verify.Options{KeyFile: h.config.KeyFilePath(), KeyStore: h.config.KeyStorePath(),
		Log: v, Fields: app.SealedFields(), Rows: app.RowTables()})
	check(h.t, err)
	var out []string
	for _, d := range r.Differences {
		out = append(out, d.String())
	}
	_, err = app.CheckRows(ctx, h.config, h.Store, func(s string) { out = append(out, s) })
	check(h.t, err)
	return out
}

func (h *house) unchanged() {
	h.t.Helper()
	for _, d := range h.differences() {
		h.t.Errorf("altered: %s", d)
	}
}

var (
	reference = regexp.MustCompile(`HD-[0-9A-Z]{4}-[0-9A-Z]{4}`)
	formKey   = regexp.MustCompile(`(name="_key" value=")[^"]*`)
)

// plain is an answer without what is random in every one.
func (a answer) plain() string {
	return reference.ReplaceAllString(formKey.ReplaceAllString(a.body, "$1"), "HD-REF")
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// nothing is a log that nobody reads.
var nothing = slog.New(slog.DiscardHandler)
