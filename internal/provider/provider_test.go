package provider_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/provider"
	"heed/internal/provider/providertest"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

// house is a service with one provider.
type house struct {
	t    *testing.T
	hand *clock.Hand
	at   *providertest.Provider
	own  *provider.Provider
}

func begin(t *testing.T, change func(*provider.Config)) *house {
	t.Helper()
	h := &house{t: t, hand: clock.NewHand(start)}
	h.at = providertest.New(t, h.hand.Now)
	c := h.at.Config("cis2", "NHS Care Identity")
	if change != nil {
		change(&c)
	}
	book, err := provider.New([]provider.Config{c}, "https://heed.test", h.hand)
	if err != nil {
		t.Fatal(err)
	}
	h.own = book.All()[0]
	return h
}

// logIn begins, goes to the provider and comes back.
func (h *house) logIn(asked provider.Asked) (provider.Shown, error) {
	h.t.Helper()
	proof := provider.Proof{State: "a-state", Nonce: rand.Text(), Verifier: strings.Repeat("v", 43), At: h.hand.Now()}
	to, err := h.own.Ask(ctx, asked, proof)
	if err != nil {
		return provider.Shown{}, err
	}
	back := h.at.Visit(to)
	h.hand.Move(time.Second)
	said := back.Query()
	return h.own.Check(ctx, provider.Answer{Asked: asked, Code: said.Get("code"), State: said.Get("state"),
		Issuer: said.Get("iss"), Error: said.Get("error")}, proof)
}

func TestWhoSomebodyIsElsewhere(t *testing.T) {
	h := begin(t, nil)
	got, err := h.logIn(provider.Asked{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Issuer != h.at.Issuer() || got.Subject != "subject-1" || got.Second ||
		!got.Proved.Equal(start.Add(time.Second)) {
		t.Errorf("%+v", got)
	}
	if _, err := h.logIn(provider.Asked{}); err != nil {
		t.Fatal(err)
	}
	if n := h.at.Fetched("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("the description was fetched %d times", n)
	}
	h.hand.Move(11 * time.Minute)
	if _, err := h.logIn(provider.Asked{}); err != nil || h.at.Fetched("/.well-known/openid-configuration") != 2 {
		t.Errorf("after a while: %v", err)
	}
}

// TestASecondFactorElsewhere: what acr and amr must say is a setting; without one none is believed.
func TestASecondFactorElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		acr, amr []string
		said     string
		by       any
		second   bool
	}{
		"nothing is asked":        {nil, nil, "AAL3_ANY", []string{"mfa"}, false},
		"acr as asked":            {[]string{"AAL2_ANY", "AAL3_ANY"}, nil, "AAL3_ANY", nil, true},
		"a lower acr":             {[]string{"AAL3_ANY"}, nil, "AAL1_USERPASS", nil, false},
		"no acr":                  {[]string{"AAL3_ANY"}, nil, "", []string{"AAL3_ANY"}, false},
		"amr as asked":            {nil, []string{"mfa"}, "", []string{"pwd", "mfa"}, true},
		"amr as one text":         {nil, []string{"mfa"}, "", "mfa", true},
		"a password alone":        {nil, []string{"mfa"}, "", []string{"pwd"}, false},
		"acr without amr":         {[]string{"AAL3_ANY"}, []string{"mfa"}, "AAL3_ANY", []string{"pwd"}, false},
		"both":                    {[]string{"AAL3_ANY"}, []string{"mfa"}, "AAL3_ANY", []string{"mfa"}, true},
		"a part of what is asked": {[]string{"AAL3_ANY"}, nil, "AAL3", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := begin(t, func(p *provider.Config) { p.ACR, p.AMR = c.acr, c.amr })
			h.at.ACR, h.at.AMR = c.said, c.by
			if got, err := h.logIn(provider.Asked{}); err != nil || got.Second != c.second {
				t.Errorf("%+v %v", got, err)
			}
		})
	}
}

// lies are the ways in which an answer can be wrong; each is refused in words, and shows nobody.
var lies = map[string]func(*house){
	"another issuer":  claim("iss", "https://elsewhere.example"),
	"another service": claim("aud", "another-client"),
	"for others too":  claim("aud", []string{providertest.Client, "another-client"}),
	"another party":   claim("azp", "another-client"),
	"another nonce":   claim("nonce", "a nonce of another log-in"),
	"no nonce":        claim("nonce", nil),
	"no subject":      claim("sub", nil),
	"an empty one":    claim("sub", ""),
	"a long one":      claim("sub", strings.Repeat("s", 256)),
	"no time":         claim("iat", nil),
	"no end":          claim("exp", nil),
	"acr of no form":  claim("acr", map[string]string{"is": "AAL3_ANY"}),
	"amr of no form":  claim("amr", 3),
	"not signed": func(h *house) {
		h.at.Forge = func(payload []byte) string {
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." +
				base64.RawURLEncoding.EncodeToString(payload) + "."
		}
	},
	"signed with the secret": func(h *house) {
		h.at.Forge = func(payload []byte) string {
			return providertest.Sign(h.t, []byte(strings.Repeat(providertest.Secret, 4)), jose.HS256, h.at.KeyID(), payload)
		}
	},
	"signed by another": func(h *house) {
		other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			h.t.Fatal(err)
		}
		h.at.Forge = func(payload []byte) string {
			return providertest.Sign(h.t, other, jose.ES256, h.at.KeyID(), payload)
		}
	},
	"no token at all":      func(h *house) { h.at.Forge = func([]byte) string { return "" } },
	"not a token":          func(h *house) { h.at.Forge = func([]byte) string { return "not.a.token" } },
	"no code":              answer("code", ""),
	"another code":         answer("code", "a code that nobody gave"),
	"a long code":          answer("code", strings.Repeat("c", 9000)),
	"it names another":     answer("iss", "https://elsewhere.example"),
	"it says no":           answer("error", "access_denied"),
	"it says no in a word": answer("error", "<script>"),
	"it does not name itself though it says it does": func(h *house) {
		h.at.Describe = func(d map[string]any) { d["authorization_response_iss_parameter_supported"] = true }
	},
}

func claim(name string, v any) func(*house) {
	return func(h *house) { h.at.Claims = func(c map[string]any) { c[name] = v } }
}

func answer(name, v string) func(*house) {
	return func(h *house) { h.at.Answer = func(said url.Values) { said.Set(name, v) } }
}

func TestAProviderThatLies(t *testing.T) {
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			h := begin(t, func(c *provider.Config) { c.ACR = []string{"AAL3_ANY"} })
			lie(h)
			got, err := h.logIn(provider.Asked{})
			if !fail.Is(err, fail.SignIn) || got != (provider.Shown{}) {
				t.Fatalf("%+v %v", got, err)
			}
			if words := fail.Words(err); !strings.Contains(words, "NHS Care Identity") ||
				!strings.Contains(words, "log in another way") || strings.Contains(words, "script") {
				t.Errorf("the words: %s", words)
			}
			if why := errors.Unwrap(err); why == nil || strings.Contains(why.Error(), "subject-1") {
				t.Errorf("for the log: %v", why)
			}
		})
	}
}

// TestClocksThatDiffer: by two minutes in either direction is allowed, by ten refused in words.
func TestClocksThatDiffer(t *testing.T) {
	for _, ahead := range []time.Duration{-10 * time.Minute, -2*time.Minute - 2*time.Second, -2 * time.Minute, 0,
		2 * time.Minute, 2*time.Minute + 2*time.Second, 10 * time.Minute} {
		h := begin(t, nil)
		h.at.Clock = ahead
		_, err := h.logIn(provider.Asked{})
		if ahead.Abs() <= 2*time.Minute && err != nil {
			t.Errorf("%v: %v", ahead, err)
		}
		if ahead.Abs() > 2*time.Minute && (!fail.Is(err, fail.SignIn) || !strings.Contains(fail.Words(err), "clock")) {
			t.Errorf("%v: %v", ahead, err)
		}
	}
	for name, c := range map[string]struct {
		name string
		at   time.Duration
	}{"it has ended": {"exp", -3 * time.Minute}, "it is not good yet": {"nbf", 3 * time.Minute}} {
		h := begin(t, nil)
		claim(c.name, start.Add(c.at).Unix())(h)
		if _, err := h.logIn(provider.Asked{}); !fail.Is(err, fail.SignIn) || !strings.Contains(fail.Words(err), "clock") {
			t.Errorf("%s: %v", name, err)
		}
	}
	back := begin(t, func(c *provider.Config) { c.DatesBack = 300 })
	claim("iat", start.Add(-5*time.Minute).Unix())(back)
	if _, err := back.logIn(provider.Asked{}); err != nil {
		t.Errorf("one that dates back, as its setting says: %v", err)
	}
}

// TestProvedJustNow: nobody is taken by a session that they, or somebody else at that machine, have
// at the provider, unless a setting says so; and then it is no second factor. Seen to fail: both
// were so unless a setting said otherwise.
func TestProvedJustNow(t *testing.T) {
	earlier := func(h *house) { h.at.Proved = start.Add(-time.Minute) }
	silent := func(h *house) { h.at.Silent = true }
	claimed := claim("auth_time", start.Add(-time.Hour).Unix())
	tomorrow := claim("auth_time", start.Add(24*time.Hour).Unix())
	for name, c := range map[string]struct {
		there  bool // a session there counts
		asked  provider.Asked
		change func(*house)
		ok     bool
		second bool
	}{
		"as shipped":                          {false, provider.Asked{}, earlier, true, true},
		"as shipped, and it says nothing":     {false, provider.Asked{}, silent, false, false},
		"as shipped, and it does not ask":     {false, provider.Asked{}, claimed, false, false},
		"as shipped, and it says a day ahead": {false, provider.Asked{}, tomorrow, false, false},
		"a session there":                     {true, provider.Asked{}, earlier, true, false},
		"none, so that it asks":               {true, provider.Asked{}, func(*house) {}, true, true},
		"a session there, a day ahead":        {true, provider.Asked{}, tomorrow, true, false},
		"it says nothing":                     {true, provider.Asked{}, silent, true, false},
		"now":                                 {true, provider.Asked{Fresh: true}, earlier, true, true},
		"now, and it says nothing":            {true, provider.Asked{Fresh: true}, silent, false, false},
		"now, and it does not ask":            {true, provider.Asked{Fresh: true}, claimed, false, false},
		"now, and it says a day ahead":        {true, provider.Asked{Fresh: true}, tomorrow, false, false},
	} {
		h := begin(t, func(p *provider.Config) { p.SessionThereCounts, p.ACR = c.there, []string{"AAL3_ANY"} })
		h.at.ACR = "AAL3_ANY"
		c.change(h)
		got, err := h.logIn(c.asked)
		if (err == nil) != c.ok || err != nil && !fail.Is(err, fail.SignIn) || got.Second != c.second {
			t.Errorf("%s: %+v %v", name, got, err)
		}
		if asked := !c.there || c.asked.Fresh; err == nil && got.Proved.IsZero() == asked {
			t.Errorf("%s: proved at %v", name, got.Proved)
		}
	}
}

func TestAProviderThatChangesItsKeys(t *testing.T) {
	h := begin(t, nil)
	for range 3 {
		if _, err := h.logIn(provider.Asked{}); err != nil {
			t.Fatal(err)
		}
		h.at.ChangeKeys()
	}
}

// TestAProviderThatIsAway: said in words and at once, and taken up when it is back.
func TestAProviderThatIsAway(t *testing.T) {
	away := func(h *house, what string) {
		h.t.Helper()
		if _, err := h.logIn(provider.Asked{}); !fail.Is(err, fail.Busy) || !strings.Contains(fail.Words(err),
			"NHS Care Identity cannot be reached at the moment. Log in another way") {
			h.t.Errorf("%s: %v", what, err)
		}
	}
	for name, serve := range map[string]http.HandlerFunc{
		"an error":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"another form": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"of another": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"issuer":"https://elsewhere.example"}`))
		},
	} {
		h := begin(t, nil)
		h.at.Serve = serve
		away(h, name)
		h.at.Serve = nil
		away(h, name+", a moment later") // it rests, so that nobody waits for it again
		h.hand.Move(16 * time.Second)
		if _, err := h.logIn(provider.Asked{}); err != nil {
			t.Errorf("%s, and back again: %v", name, err)
		}
	}
	for _, address := range []string{"http://elsewhere.example/token", "ftp://127.0.0.1/", "",
		"https://a:b@elsewhere.example"} {
		h := begin(t, nil)
		h.at.Describe = func(d map[string]any) { d["token_endpoint"] = address }
		if _, err := h.own.Ask(ctx, provider.Asked{}, provider.Proof{}); !fail.Is(err, fail.Busy) {
			t.Errorf("%s: %v", address, err)
		}
	}
	// A true description, but somewhere else, or of more than a megabyte.
	for _, lie := range []func(*providertest.Provider){(*providertest.Provider).LeadsAway,
		(*providertest.Provider).Swells, (*providertest.Provider).SwellsInHeaders} {
		h := begin(t, nil)
		lie(h.at)
		if _, err := h.own.Ask(ctx, provider.Asked{}, provider.Proof{}); !fail.Is(err, fail.Busy) {
			t.Errorf("it is taken: %v", err)
		}
	}
	h := begin(t, nil)
	h.at.Down()
	away(h, "down")

	half := begin(t, nil)
	proof := provider.Proof{State: "s", Nonce: "n", Verifier: strings.Repeat("v", 43), At: start}
	if _, err := half.own.Ask(ctx, provider.Asked{}, proof); err != nil {
		t.Fatal(err)
	}
	half.at.Down()
	if _, err := half.own.Check(ctx, provider.Answer{Code: "c"}, proof); !fail.Is(err, fail.Busy) {
		t.Errorf("down between the two: %v", err)
	}
}

// TestSettingsOfProviders: what is wrong is named before anything starts.
func TestSettingsOfProviders(t *testing.T) {
	at := providertest.New(t, clock.NewHand(start).Now)
	good := at.Config("cis2", "NHS Care Identity")
	open := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(open, []byte("s"), 0o644); err != nil {
		t.Fatal(err)
	}
	for words, change := range map[string]func(*provider.Config){
		"must be 1 to 20 small letters":           func(c *provider.Config) { c.ID = "../x" },
		"needs a name":                            func(c *provider.Config) { c.Name = " " },
		"begins with https://":                    func(c *provider.Config) { c.Issuer = "http://elsewhere.example" },
		"must be an address":                      func(c *provider.Config) { c.Issuer = "https://" },
		"needs a client_id":                       func(c *provider.Config) { c.ClientID = "" },
		"cannot be read":                          func(c *provider.Config) { c.SecretFile += ".away" },
		"chmod 600":                               func(c *provider.Config) { c.SecretFile = open },
		"dates_back of the provider cis2 must be": func(c *provider.Config) { c.DatesBack = 301 },
		"Number 2 in acr of the provider cis2":    func(c *provider.Config) { c.ACR = []string{"AAL3_ANY", ""} },
		"Number 1 in amr of the provider cis2":    func(c *provider.Config) { c.AMR = []string{" "} },
	} {
		c := good
		change(&c)
		if _, err := provider.New([]provider.Config{c}, "https://heed.test", clock.System{}); err == nil ||
			!strings.Contains(fail.Words(err), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
	if _, err := provider.New([]provider.Config{good}, "", clock.System{}); err == nil {
		t.Error("without a public address")
	}
	other := good
	other.ID = "entra"
	if _, err := provider.New([]provider.Config{good, other}, "https://heed.test", clock.System{}); err == nil {
		t.Error("two with one issuer")
	}
	path := filepath.Join(t.TempDir(), "providers.json")
	const most = `{"providers":[{"id":"cis2","name":"N","issuer":"https://x.example","client_id":"h",` +
		`"client_secret_file":"/s",`
	for text, ok := range map[string]bool{
		most + `"acr":["AAL3_ANY"],"session_there_counts":true}]}`: true,
		most + `"acr":["AAL3_ANY"],"every_time":true}]}`:           false,
		most + `"acr":[""]}]}`:                                     false,
		`{"providers":[{"id":"cis2","acr_values":["AAL3_ANY"]}]}`:  false,
		`{"providers":[{"id":"cis2","id":"entra"}]}`:               false,
		`{`: false,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if all, err := provider.Read(path); (err == nil) != ok || ok && len(all) != 1 ||
			err != nil && !strings.Contains(fail.Words(err), path) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
