package attack_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"heed/internal/app"
	"heed/internal/demo"
	"heed/internal/provider"
	"heed/internal/provider/providertest"
	"heed/internal/store/storetest"
)

// elsewhere opens a house on both engines, in which people may log in at a provider. The nurse's
// account is linked with subject-n.
func elsewhere(t *testing.T, fn func(t *testing.T, h *house, p *providertest.Provider)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var h *house
			p := providertest.New(t, func() time.Time { return h.hand.Now() })
			c := demo.Config(filepath.Join(t.TempDir(), "demo"))
			if engine == "sqlite" {
				c = folder(t)
			} else {
				c.DB = storetest.Postgres(t)
				check(t, demo.People(ctx, c, start, quiet()))
			}
			c.PublicURL = "http://localhost:8430"
			settings := p.Config("cis2", "NHS Care Identity")
			settings.ACR = []string{"AAL3_ANY"}
			c.Providers = []provider.Config{settings}
			h = enter(t, c)
			check(t, h.Directory.LinkAtMachine(ctx, h.person("nurse").ID, p.Issuer(), "subject-n"))
			p.Subject, p.ACR = "subject-n", "AAL3_ANY"
			fn(t, h, p)
		})
	}
}

// browser keeps all cookies and follows nothing by itself.
type browser struct {
	h      *house
	client *http.Client
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	check(h.t, err)
	return &browser{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

func (b *browser) do(method, path string, form url.Values) (int, string, string) {
	b.h.t.Helper()
	r, err := http.NewRequest(method, b.h.url+path, strings.NewReader(form.Encode()))
	check(b.h.t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	resp, err := b.client.Do(r)
	check(b.h.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	check(b.h.t, err)
	return resp.StatusCode, resp.Header.Get("Location"), string(text)
}

// goThere begins and comes back from the provider: it gives where the provider sent the browser.
func (b *browser) goThere(p *providertest.Provider, path string) string {
	b.h.t.Helper()
	status, to, page := b.do("GET", path, nil)
	if status != http.StatusSeeOther || !strings.HasPrefix(to, p.Issuer()) {
		b.h.t.Fatalf("%s leads to %d %s: %s", path, status, to, page)
	}
	return p.Visit(to).RequestURI()
}

func (b *browser) in() bool {
	status, _, _ := b.do("GET", "/mine", nil)
	return status == http.StatusOK
}

// TestLoggingInElsewhereEndToEnd: the whole way through the program to a provider on this
// machine and back, in the person's own role, whatever the token says.
func TestLoggingInElsewhereEndToEnd(t *testing.T) {
	elsewhere(t, func(t *testing.T, h *house, p *providertest.Provider) {
		b := h.browser()
		back := b.goThere(p, "/log-in/with/cis2?next=%2Fmine")
		if status, to, page := b.do("GET", back, nil); status != http.StatusSeeOther || to != "/mine" || !b.in() {
			t.Fatalf("%d %s %s", status, to, page)
		}
		if status, _, _ := b.do("GET", "/inbox", nil); status == http.StatusOK {
			t.Error("the token's role opens a lead's page")
		}
		if _, _, page := b.do("GET", "/account", nil); !strings.Contains(page, "NHS Care Identity") ||
			!strings.Contains(page, "Your account was linked") {
			t.Error("the owner does not see the link")
		}
		if _, _, page := b.do("GET", "/account/elsewhere/cis2/add", nil); strings.Contains(page, "Log in again") {
			t.Error("who has just proved themself at the provider is asked again")
		}
		again := h.browser()
		again.client.Jar = b.client.Jar
		if again.do("GET", back, nil); !again.in() {
			t.Error("a replayed answer logs the person out")
		}
		if replayed := h.browser(); func() bool { replayed.do("GET", back, nil); return replayed.in() }() {
			t.Error("a replayed answer logs in")
		}
		log := h.log.text()
		if !strings.Contains(log, `msg="logged in elsewhere" provider=cis2`) {
			t.Error("no line of the log-in")
		}
		said, err := url.ParseRequestURI(back)
		check(t, err)
		for _, secret := range []string{"subject-n", said.Query().Get("code"), said.Query().Get("state"),
			providertest.Secret, "nurse@example.org"} {
			if strings.Contains(log, secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
		p.ACR = ""
		half := h.browser()
		status, to, _ := half.do("GET", half.goThere(p, "/log-in/with/cis2?next=%2Fmine"), nil)
		if status != http.StatusSeeOther || to != "/log-in/code?next=%2Fmine" || half.in() {
			t.Fatalf("without a second factor there: %d %s", status, to)
		}
		half.do("POST", "/log-in/code", url.Values{"code": {h.code("nurse")}, "next": {"/mine"}})
		if !half.in() {
			t.Error("the code does not log in")
		}
		h.unchanged()
	})
}

// TestALyingProviderLogsNobodyIn: each of its lies ends on the log-in page with the other ways.
func TestALyingProviderLogsNobodyIn(t *testing.T) {
	elsewhere(t, func(t *testing.T, h *house, p *providertest.Provider) {
		say := func(name string, v any) func() {
			return func() { p.Claims = func(c map[string]any) { c[name] = v } }
		}
		other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		check(t, err)
		for what, lie := range map[string]func(){
			"issuer": say("iss", "https://elsewhere.example"), "audience": say("aud", "another"), "nonce": say("nonce", "x"),
			"subject": say("sub", "subject-of-nobody"), "ended": say("exp", start.Add(-time.Hour).Unix()),
			"clock":               func() { p.Clock = 10 * time.Minute },
			"the session is old":  say("auth_time", start.Add(-time.Hour).Unix()),
			"it says not how old": say("auth_time", nil),
			"signature": func() {
				p.Forge = func(b []byte) string { return providertest.Sign(t, other, jose.ES256, p.KeyID(), b) }
			},
			"alg none": func() { p.Forge = func([]byte) string { return "eyJhbGciOiJub25lIn0.e30." } },
			"no":       func() { p.Answer = func(said url.Values) { said.Set("error", "access_denied") } },
		} {
			lie()
			b := h.browser()
			status, _, page := b.do("GET", b.goThere(p, "/log-in/with/cis2"), nil)
			if status != http.StatusUnauthorized || !strings.Contains(page, `name="password"`) || b.in() {
				t.Errorf("%s: %d, in: %t", what, status, b.in())
			}
			p.Claims, p.Forge, p.Answer, p.Clock = nil, nil, nil, 0
		}
		if !strings.Contains(h.log.text(), `msg="a log-in elsewhere was not accepted" provider=cis2`) {
			t.Error("the log does not say why")
		}
		b := h.browser()
		back := b.goThere(p, "/log-in/with/cis2")
		p.Down()
		if status, _, page := b.do("GET", back, nil); status != http.StatusServiceUnavailable || b.in() ||
			!strings.Contains(page, "NHS Care Identity cannot be reached at the moment") ||
			!strings.Contains(page, `name="password"`) {
			t.Errorf("down: %d", status)
		}
		if _, a := h.logIn("nurse", h.code("nurse")); a.status != http.StatusSeeOther {
			t.Errorf("the other way in: %d", a.status)
		}
		h.unchanged()
	})
}

// TestStartingWithAProviderThatIsDown: the program starts, and says so when somebody would log in there.
func TestStartingWithAProviderThatIsDown(t *testing.T) {
	p := providertest.New(t, func() time.Time { return start })
	c := folder(t)
	c.PublicURL, c.Providers = "http://localhost:8430", []provider.Config{p.Config("cis2", "NHS Care Identity")}
	p.Down()
	h := enter(t, c)
	a := h.stranger().get("/log-in/with/cis2")
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "cannot be reached at the moment") ||
		!strings.Contains(a.body, `name="password"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, path := range []string{"/log-in/with/entra", "/log-in/with/entra/back"} {
		if a := h.stranger().get(path); a.status == http.StatusOK || a.status == http.StatusSeeOther {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	c.Providers[0].SecretFile = "/nowhere"
	if _, err := app.Open(ctx, c, h.hand, quiet()); err == nil {
		t.Error("it starts without the provider's secret")
	}
}

// TestAddingSomebodyElsesLogIn: an attacker who has begun to add their own log-in has a victim's
// browser finish it, and the other way round; nothing is added to either.
func TestAddingSomebodyElsesLogIn(t *testing.T) {
	elsewhere(t, func(t *testing.T, h *house, p *providertest.Provider) {
		in := func(login string) *browser {
			b := h.browser()
			b.do("POST", "/log-in", url.Values{"login": {login}, "password": {demo.Password}})
			b.do("POST", "/log-in/code", url.Values{"code": {h.code(login)}})
			if !b.in() {
				t.Fatalf("%s is not in", login)
			}
			return b
		}
		attacker, victim := in("porter"), in("lead")
		p.Subject = "subject-of-the-attacker"
		back := attacker.goThere(p, "/account/elsewhere/cis2/go")
		victim.do("GET", back, nil)
		fresh := victim.goThere(p, "/account/elsewhere/cis2/go")
		attacker.do("GET", fresh, nil)
		for _, login := range []string{"porter", "lead"} {
			if got := h.person(login).Links(); len(got) != 0 {
				t.Errorf("%s: %v", login, got)
			}
		}
		if status, to, _ := attacker.do("GET", attacker.goThere(p, "/account/elsewhere/cis2/go"), nil); status !=
			http.StatusSeeOther || to != "/account" || len(h.person("porter").Links()) != 1 {
			t.Errorf("their own: %d %s", status, to)
		}
		h.hand.Move(10*time.Minute + time.Second)
		if status, _, page := victim.do("GET", "/account/elsewhere/cis2/go", nil); status != http.StatusOK ||
			!strings.Contains(page, "Log in again") {
			t.Errorf("after ten minutes: %d", status)
		}
		h.unchanged()
	})
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
