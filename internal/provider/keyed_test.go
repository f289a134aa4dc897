package provider_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"heed/internal/fail"
	"heed/internal/provider"
)

// TestAKeyInPlaceOfASecret: the service shows who it is by what it signs, for this provider, now, once (NHS Care
// Identity takes nothing else). A key is changed by giving the new one to the provider beside the old. Seen to fail
// with another audience, with no id of the key, and when one assertion was sent twice.
func TestAKeyInPlaceOfASecret(t *testing.T) {
	for _, alg := range []jose.SignatureAlgorithm{jose.RS512, jose.ES256} {
		var now, next provider.Config
		h := begin(t, nil)
		h.at.Describe = func(d map[string]any) {
			d["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt"}
		}
		with := func(c provider.Config) {
			t.Helper()
			book, err := provider.New([]provider.Config{c}, "https://heed.test", h.hand)
			if err != nil {
				t.Fatal(err)
			}
			h.own = book.All()[0]
		}
		now = h.at.Keyed("cis2", "NHS Care Identity", "2026-1", alg)
		next = h.at.Keyed("cis2", "NHS Care Identity", "2026-2", alg)
		for _, c := range []provider.Config{now, now, next, now} {
			with(c)
			for range 2 {
				if s, err := h.logIn(provider.Asked{}); err != nil || s.Subject != "subject-1" {
					t.Fatalf("%s with the key %s: %+v %v", alg, c.KeyID, s, err)
				}
			}
		}
		h.at.Forget("2026-1")
		if _, err := h.logIn(provider.Asked{}); !fail.Is(err, fail.SignIn) {
			t.Errorf("%s by a key that was taken away: %v", alg, err)
		}
		with(next)
		if _, err := h.logIn(provider.Asked{}); err != nil {
			t.Errorf("%s by the key in its place: %v", alg, err)
		}
		h.at.Describe = func(d map[string]any) {
			d["token_endpoint_auth_methods_supported"] = []string{"client_secret_basic"}
		}
		with(next)
		if _, err := h.logIn(provider.Asked{}); !fail.Is(err, fail.Busy) {
			t.Errorf("a provider that takes no such key: %v", err)
		}
	}
}

// TestKeysThatDoNotDo: each is refused at the start, in words.
func TestKeysThatDoNotDo(t *testing.T) {
	h := begin(t, nil)
	good, secret := h.at.Keyed("cis2", "NHS Care Identity", "1", jose.RS512), h.at.Config("cis2", "NHS Care Identity")
	curve := h.at.Keyed("cis2", "NHS Care Identity", "2", jose.ES256)
	text, err := os.ReadFile(good.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	file := func(text []byte, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(path, text, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for what, change := range map[string]func(*provider.Config){
		"both":                     func(c *provider.Config) { c.SecretFile = secret.SecretFile },
		"neither":                  func(c *provider.Config) { c.KeyFile = "" },
		"no id":                    func(c *provider.Config) { c.KeyID = "" },
		"no algorithm":             func(c *provider.Config) { c.KeyAlg = "" },
		"none":                     func(c *provider.Config) { c.KeyAlg = "none" },
		"one that both sides hold": func(c *provider.Config) { c.KeyAlg = "HS256" },
		"of another kind":          func(c *provider.Config) { c.KeyFile = curve.KeyFile },
		"of another curve":         func(c *provider.Config) { c.KeyFile, c.KeyAlg = curve.KeyFile, "ES512" },
		"no key":                   func(c *provider.Config) { c.KeyFile = file([]byte("key"), 0o600) },
		"two":                      func(c *provider.Config) { c.KeyFile = file(bytes.Repeat(text, 2), 0o600) },
		"that others can read":     func(c *provider.Config) { c.KeyFile = file(text, 0o644) },
		"that is not there":        func(c *provider.Config) { c.KeyFile += ".away" },
	} {
		c := good
		change(&c)
		if _, err := provider.New([]provider.Config{c}, "https://heed.test", h.hand); !fail.Is(err, fail.Bad) &&
			!fail.Is(err, fail.Refused) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := provider.New([]provider.Config{good}, "https://heed.test", h.hand); err != nil {
		t.Error(err)
	}
}
