// Package providertest is a small provider of OpenID Connect on this machine: it sends a
// browser back at once, checks client, code, redirect address and PKCE as a real one does,
// signs with keys that can be changed, and can be made to lie in each way.
//
// Trusted with nothing outside tests. Its people are invented.
package providertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"heed/internal/provider"
)

// Client and Secret are how the service is known to the provider.
const (
	Client = "heed-client"
	Secret = "a secret of the test"
)

// Provider is one that stands on this machine.
type Provider struct {
	t   testing.TB
	srv *httptest.Server
	now func() time.Time

	mu       sync.Mutex
	key      *ecdsa.PrivateKey
	keyID    string
	codes    map[string]url.Values // by code: what was asked with it
	fetched  map[string]int
	clients  map[string]clientKey // by the id of the key
	once     map[string]bool      // assertions that were taken
	Subject  string               // who is logged in there
	Claims   func(map[string]any) // changes what a token says
	Forge    func(payload []byte) string
	Answer   func(url.Values) // changes with what a browser is sent back
	Describe func(map[string]any)
	Serve    http.HandlerFunc // takes every request in place of the provider
	Clock    time.Duration    // by how much the provider's clock is ahead
	ACR      string
	AMR      any
	Lax      bool      // it takes a code again and again, with whatever verifier
	Silent   bool      // it says nothing of when somebody proved who they are
	Proved   time.Time // when the person did so there; the zero time: at each log-in
}

// New starts one; now is the time of the test.
func New(t testing.TB, now func() time.Time) *Provider {
	t.Helper()
	p := &Provider{t: t, now: now, codes: map[string]url.Values{}, fetched: map[string]int{}, Subject: "subject-1"}
	p.ChangeKeys()
	p.srv = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.srv.Close)
	return p
}

// Config are the settings by which the service knows it.
func (p *Provider) Config(id, name string) provider.Config {
	p.t.Helper()
	secret := filepath.Join(p.t.TempDir(), id+".secret")
	if err := os.WriteFile(secret, []byte(Secret+"\n"), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return provider.Config{ID: id, Name: name, Issuer: p.srv.URL, ClientID: Client, SecretFile: secret}
}

// Issuer is the provider's address.
func (p *Provider) Issuer() string { return p.srv.URL }

// Down ends it.
func (p *Provider) Down() { p.srv.Close() }

// Fetched is how often a path was fetched.
func (p *Provider) Fetched(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetched[path]
}

// ChangeKeys signs with another key from now on; the one before is given out no more.
func (p *Provider) ChangeKeys() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key, p.keyID = key, rand.Text()
}

// Visit is a browser that follows where it was sent to log in, and where it is sent back to.
func (p *Provider) Visit(to string) *url.URL {
	p.t.Helper()
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get(to)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		p.t.Fatalf("the provider sends nobody back: %d", resp.StatusCode)
	}
	return back
}

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.fetched[r.URL.Path]++
	instead := p.Serve
	p.mu.Unlock()
	if instead != nil {
		instead(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		p.describe(w)
	case "/authorize":
		p.authorize(w, r)
	case "/token":
		p.token(w, r)
	case "/keys":
		p.mu.Lock()
		defer p.mu.Unlock()
		p.write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: p.keyID, Use: "sig"}}})
	default:
		http.NotFound(w, r)
	}
}

// LeadsAway has the description at another address, to which the first leads.
func (p *Provider) LeadsAway() {
	p.Serve = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/.well-known/openid-configuration" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return
		}
		p.describe(w)
	}
}

// Swells has two megabytes of nothing before the description.
func (p *Provider) Swells() {
	p.Serve = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(strings.Repeat(" ", 2<<20))) // the other side may have gone
		p.describe(w)
	}
}

// SwellsInHeaders has two megabytes of headers before the description.
func (p *Provider) SwellsInHeaders() {
	p.Serve = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Nothing", strings.Repeat("n", 2<<20))
		p.describe(w)
	}
}

func (p *Provider) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

func (p *Provider) describe(w http.ResponseWriter) {
	d := map[string]any{"issuer": p.srv.URL, "authorization_endpoint": p.srv.URL + "/authorize",
		"token_endpoint": p.srv.URL + "/token", "jwks_uri": p.srv.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"ES256"}}
	if p.Describe != nil {
		p.Describe(d)
	}
	p.write(w, d)
}

// authorize has whoever is logged in there go back at once.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	if asked.Get("client_id") != Client || asked.Get("response_type") != "code" ||
		asked.Get("code_challenge_method") != "S256" || !strings.Contains(asked.Get("scope"), "openid") {
		http.Error(w, "this is not how a log-in is asked for", http.StatusBadRequest)
		return
	}
	back, err := url.Parse(asked.Get("redirect_uri"))
	if err != nil {
		http.Error(w, "no address to go back to", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	asked.Set("subject", p.Subject)
	p.codes[code] = asked
	p.mu.Unlock()
	said := url.Values{"code": {code}, "state": {asked.Get("state")}}
	if p.Answer != nil {
		p.Answer(said)
	}
	back.RawQuery = said.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// token changes a code, once, for an ID token.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	p.mu.Lock()
	byKey := p.clients != nil && p.asserted(r.PostForm)
	asked, known := p.codes[r.PostForm.Get("code")]
	if !p.Lax {
		delete(p.codes, r.PostForm.Get("code"))
	}
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	unescaped, _ := url.QueryUnescape(secret)
	switch {
	case !byKey && (p.clients != nil || id != Client || secret != Secret && unescaped != Secret), !known,
		asked.Get("redirect_uri") != r.PostForm.Get("redirect_uri"),
		!p.Lax && asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]):
		w.WriteHeader(http.StatusBadRequest)
		p.write(w, map[string]string{"error": "invalid_grant"})
		return
	}
	p.write(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300,
		"id_token": p.sign(p.claims(asked))})
}

func (p *Provider) claims(asked url.Values) map[string]any {
	now := p.now().Add(p.Clock)
	c := map[string]any{"iss": p.srv.URL, "sub": asked.Get("subject"), "aud": Client, "iat": now.Unix(),
		"exp": now.Add(5 * time.Minute).Unix(), "nonce": asked.Get("nonce"),
		"email": "nurse@example.org", "roles": []string{"safeguarding_lead", "administrator"}}
	if p.ACR != "" {
		c["acr"] = p.ACR
	}
	if p.AMR != nil {
		c["amr"] = p.AMR
	}
	if !p.Silent {
		at := now
		if !p.Proved.IsZero() && asked.Get("prompt") != "login" {
			at = p.Proved
		}
		c["auth_time"] = at.Unix()
	}
	if p.Claims != nil {
		p.Claims(c)
	}
	return maps.Collect(func(yield func(string, any) bool) {
		for k, v := range c {
			if v != nil && !yield(k, v) {
				return
			}
		}
	})
}

func (p *Provider) sign(c map[string]any) string {
	payload, err := json.Marshal(c)
	if err != nil {
		p.t.Error(err)
	}
	if p.Forge != nil {
		return p.Forge(payload)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return Sign(p.t, p.key, jose.ES256, p.keyID, payload)
}

// KeyID names the key that is given out now.
func (p *Provider) KeyID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keyID
}

// Sign makes a token by any key.
func Sign(t testing.TB, key any, by jose.SignatureAlgorithm, keyID string, payload []byte) string {
	options := (&jose.SignerOptions{}).WithHeader("kid", keyID)
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: by, Key: key}, options)
	if err != nil {
		t.Error(err)
		return ""
	}
	signed, err := s.Sign(payload)
	if err != nil {
		t.Error(err)
		return ""
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Error(err)
	}
	return text
}
