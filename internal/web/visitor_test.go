package web_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/provider"
	"heed/internal/session"
	"heed/internal/spent"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

var migrations = []fs.FS{session.Migrations}

// personKey seals as a vault key does: bound to record, field and version.
type personKey struct {
	aead cipher.AEAD
	rec  id.Record
}

func testKeys(_ *store.Tx, _ id.Org, rec id.Record) (session.Key, error) {
	sum := sha256.Sum256(append([]byte("key of "), rec.Bytes()...))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return personKey{aead, rec}, err
}

func testDays(_ id.Org, rec id.Record, _ time.Time) (session.Key, error) {
	return testKeys(nil, id.Org{}, rec)
}

func (k personKey) place(field string, version int64) []byte {
	return fmt.Appendf(nil, "%s %s %d", k.rec, field, version)
}

func (k personKey) Seal(field string, version int64, plain []byte) []byte {
	nonce := make([]byte, k.aead.NonceSize())
	rand.Read(nonce)
	return append(nonce, k.aead.Seal(nil, nonce, plain, k.place(field, version))...)
}

func (k personKey) Open(field string, version int64, sealed []byte) ([]byte, error) {
	n := k.aead.NonceSize()
	if len(sealed) < n {
		return nil, fail.New(fail.Tampered, "too short")
	}
	return k.aead.Open(nil, sealed[:n], sealed[n:], k.place(field, version))
}

// staff are two made-up people; it counts what reached the check.
type staff struct {
	org     id.Org
	people  map[string]session.Who
	checked int
	added   int
	used    map[string]bool
	left    bool
	since   time.Time // when the password was chosen
	proved  time.Time // what a provider says of that
	junk    struct{ now, most atomic.Int32 }
}

func newStaff() *staff {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := &staff{org: id.NewOrg(now), people: map[string]session.Who{}, used: map[string]bool{}}
	for login, name := range map[string]string{"amara": "Amara Nwosu", "dilys": "Dilys Penhaligon"} {
		s.people[login] = session.Who{Person: id.NewPerson(now), Name: name, Org: s.org, OrgName: "Northmoor NHS Trust",
			Role: "worker", RoleName: "Ward staff",
			Roles: []session.RoleChoice{{Role: "worker", Name: "Ward staff"},
				{Role: "safeguarding_lead", Name: "Safeguarding lead"}}}
	}
	return s
}

func (s *staff) CheckPassword(_ context.Context, login, password string) (id.Person, error) {
	s.checked++
	if who, ok := s.people[login]; ok && password == "right horse battery" {
		return who.Person, nil
	}
	return id.Person{}, fail.New(fail.SignIn, "no")
}

func (s *staff) CheckCode(_ context.Context, person id.Person, code string) error {
	if !strings.HasPrefix(code, "123") || s.used[code+person.String()] {
		return fail.New(fail.SignIn, "no")
	}
	s.used[code+person.String()] = true
	return nil
}

func (s *staff) CheckAll(ctx context.Context, login, password, code string) (id.Person, error) {
	who, ok := s.people[login]
	if !ok || s.CheckCode(ctx, who.Person, code) != nil {
		return id.Person{}, fail.New(fail.SignIn, "no")
	}
	return s.CheckPassword(ctx, login, password)
}

func (s *staff) AskPasskey(context.Context) (json.RawMessage, error) {
	return json.RawMessage(`{}`), nil
}

func (s *staff) CheckPasskey(_ context.Context, answer []byte) (id.Person, error) {
	if who, ok := s.people[string(answer)]; ok {
		return who.Person, nil
	}
	return id.Person{}, fail.New(fail.SignIn, "Try again with one of your passkeys")
}

func (s *staff) AskProvider(_ context.Context, a provider.Asked) (string, error) {
	return "https://login.example/?state=" + url.QueryEscape(a.Browser), nil
}

func (s *staff) CheckProvider(_ context.Context, a provider.Answer) (session.Elsewhere, error) {
	who, ok := s.people[a.Code]
	if !ok || a.State != a.Browser {
		n := s.junk.now.Add(1)
		defer s.junk.now.Add(-1)
		s.junk.most.Store(max(s.junk.most.Load(), n))
		time.Sleep(time.Millisecond) // the provider is asked
		return session.Elsewhere{}, fail.New(fail.SignIn, "Begin again")
	}
	return session.Elsewhere{Person: who.Person, SecondFactor: a.Issuer == "second", Proved: s.proved}, nil
}

func (s *staff) add(_ context.Context, a access.Actor, answer provider.Answer) error {
	if a.Person.IsZero() || answer.State != answer.Browser {
		return fail.New(fail.SignIn, "Begin again")
	}
	s.added++
	return nil
}

func (s *staff) Who(_ context.Context, person id.Person, role string) (session.Who, error) {
	for _, who := range s.people {
		if who.Person == person && !s.left {
			if role != "" {
				who.Role = role
			}
			who.Since = s.since
			return who, nil
		}
	}
	return session.Who{}, fail.New(fail.SignIn, "Log in to continue")
}

// house is a site with sessions, and a clock that is moved by hand.
type house struct {
	t        *testing.T
	hand     *clock.Hand
	staff    *staff
	store    *store.Store
	sessions *session.Keeper
	spent    *spent.Book // shared by all machines
	notes    *notes
	handler  http.Handler
}

func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	hand := clock.NewHand(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	storetest.EachClock(t, migrations, hand, func(t *testing.T, s *store.Store) {
		h := &house{t: t, hand: hand, staff: newStaff(), store: s, spent: spent.InMemory(hand), notes: &notes{}}
		h.sessions = session.New(session.Options{Store: s, Keys: testKeys, Days: testDays, Accounts: h.staff, Clock: hand,
			Spent: h.spent})
		site, err := web.New(web.Options{Plain: true, Clock: hand, Log: slog.New(slog.DiscardHandler), Sessions: h.sessions,
			Settings: web.Settings{OrgName: "Northmoor NHS Trust", Phone: "0300 123 4567",
				LeaveTo: "https://intranet.example/"},
			Elsewhere: []web.Elsewhere{{ID: "cis2", Name: "NHS Care Identity"}}, AddElsewhere: h.staff.add},
			h.notes.privatePart())
		if err != nil {
			t.Fatal(err)
		}
		h.handler = site.Handler()
		fn(t, h)
	})
}

// privatePart is the notes part behind the login.
func (n *notes) privatePart() web.Part {
	p := n.part()
	for i := range p.Routes {
		p.Routes[i].Access = web.SignedIn
	}
	p.Routes = append(p.Routes, web.Get("/notes/elsewhere", web.SignedIn, "Add a log-in elsewhere",
		func(q *web.Request) (web.Response, error) { return q.AddElsewhere("cis2") }),
		web.Get("/notes/recent", web.SignedIn, "Whether it was a moment ago", func(q *web.Request) (web.Response, error) {
			return web.Page{Title: "Recent", Body: web.Stack(nhs.Para(fmt.Sprint("recent: ", q.LoggedInRecently(),
				", own: ", q.Actor().Own)))}, nil
		}))
	p.Routes = append(p.Routes, web.Post("/notes/renew", web.SignedIn, "Draw the session anew",
		func(q *web.Request) (web.Response, error) { return web.SeeOther("/notes"), q.RenewSession() }),
		web.Post("/notes/guess", web.Public, "Guess", func(q *web.Request) (web.Response, error) {
			return web.SeeOther("/"), q.Guess("a word", func() error {
				if q.Form().Value("word") != "right" {
					return fail.New(fail.SignIn, "wrong")
				}
				return nil
			})
		}))
	p.Routes = append(p.Routes, web.Post("/notes/only-post", web.SignedIn, "Add", n.save),
		web.Get("/notes/choose", web.SignedIn, "Choose", choose), web.Post("/notes/choose", web.SignedIn, "Choose", n.save))
	return p
}

// choose is a form with words and each kind of choice.
func choose(q *web.Request) (web.Response, error) {
	f := q.Form()
	return web.Page{Title: "Choose", Body: f.Ask(web.Question{Fields: []web.Component{
		f.Input(nhs.Input{Name: "note", Label: nhs.Label{Text: "Note"}}),
		f.Radios(nhs.Radios{Name: "way", Legend: nhs.Legend{Text: "Way"}, Items: []nhs.Radio{{Value: "share", Text: "Share"},
			{Value: "not", Text: "Not"}}}),
		f.Checkboxes(nhs.Checkboxes{Name: "boxes", Legend: nhs.Legend{Text: "Boxes"},
			Items: []nhs.Checkbox{{Value: "a", Text: "A"}, {Value: "b", Text: "B"}}}),
		f.Select(nhs.Select{Name: "list", Label: nhs.Label{Text: "List"}, Items: []nhs.Option{{Value: "0", Text: "0"},
			{Value: "1", Text: "1"}}}),
	}})}, nil
}

// visitor is one browser: it keeps cookies and follows nothing by itself.
type visitor struct {
	h       *house
	cookies map[string]string
	addr    string
	forward string
	last    *httptest.ResponseRecorder
}

func (h *house) visitor() *visitor {
	return &visitor{h: h, cookies: map[string]string{}, addr: "192.0.2.10:5555"}
}

func (v *visitor) do(method, path string, form url.Values) *visitor {
	v.h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.RemoteAddr = v.addr
	if v.forward != "" {
		r.Header.Set("X-Forwarded-For", v.forward)
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	v.last = httptest.NewRecorder()
	v.h.handler.ServeHTTP(v.last, r)
	for _, c := range v.last.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
			continue
		}
		v.cookies[c.Name] = c.Value
	}
	return v
}

func (v *visitor) get(path string) *visitor { v.h.t.Helper(); return v.do("GET", path, nil) }

func (v *visitor) post(path string, pairs ...string) *visitor {
	v.h.t.Helper()
	form := url.Values{}
	for pair := range slices.Chunk(pairs, 2) {
		form.Add(pair[0], pair[1])
	}
	return v.do("POST", path, form)
}

// wants checks the last answer's status and words.
func (v *visitor) wants(status int, words ...string) *visitor {
	v.h.t.Helper()
	wants(v.h.t, v.last, status, words...)
	return v
}

// to checks where the last answer leads.
func (v *visitor) to(path string) *visitor {
	v.h.t.Helper()
	if got := v.last.Header().Get("Location"); got != path {
		v.h.t.Fatalf("led to %q (status %d), want %q", got, v.last.Code, path)
	}
	return v
}

func (v *visitor) lacks(words ...string) *visitor {
	v.h.t.Helper()
	for _, w := range words {
		if strings.Contains(v.last.Body.String(), w) {
			v.h.t.Errorf("page holds %q", w)
		}
	}
	return v
}

var hiddenField = regexp.MustCompile(`name="(_[a-z]+)" value="([^"]*)"`)

// hidden are the kit's own fields of the page that was opened last.
func (v *visitor) hidden() (pairs []string) {
	for _, m := range hiddenField.FindAllStringSubmatch(v.last.Body.String(), -1) {
		pairs = append(pairs, m[1], m[2])
	}
	return pairs
}

// logIn goes the whole way; code is used up by it.
func (v *visitor) logIn(login, code string) *visitor {
	v.h.t.Helper()
	v.post("/log-in", "login", login, "password", "right horse battery").wants(303)
	return v.post("/log-in/code", "code", code).wants(303)
}
