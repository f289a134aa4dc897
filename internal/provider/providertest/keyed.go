package providertest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"heed/internal/provider"
)

// clientKey is a public key by which the provider knows the service.
type clientKey struct {
	key crypto.PublicKey
	alg jose.SignatureAlgorithm
}

// Keyed are the settings by which the service knows it when it shows who it is by a key of its own
// (private_key_jwt). The provider has the public key under this id, beside those from before.
func (p *Provider) Keyed(id, name, keyID string, alg jose.SignatureAlgorithm) provider.Config {
	p.t.Helper()
	var key crypto.Signer
	var err error
	if alg[0] == 'E' {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		p.t.Fatal(err)
	}
	path := filepath.Join(p.t.TempDir(), id+".pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.clients == nil {
		p.clients, p.once = map[string]clientKey{}, map[string]bool{}
	}
	p.clients[keyID] = clientKey{key.Public(), alg}
	return provider.Config{ID: id, Name: name, Issuer: p.srv.URL, ClientID: Client, KeyFile: path, KeyID: keyID,
		KeyAlg: string(alg)}
}

// Forget takes a key of the service away.
func (p *Provider) Forget(keyID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.clients, keyID)
}

// asserted says whether a request shows by a known key that the service makes it, now, and once. Needs mu.
func (p *Provider) asserted(form url.Values) bool {
	if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" ||
		form.Has("client_secret") {
		return false
	}
	signed, err := jose.ParseSigned(form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.RS512, jose.ES256})
	if err != nil || len(signed.Signatures) != 1 {
		return false
	}
	head := signed.Signatures[0].Header
	known, ok := p.clients[head.KeyID]
	if !ok || head.Algorithm != string(known.alg) {
		return false
	}
	payload, err := signed.Verify(known.key)
	if err != nil {
		return false
	}
	var c struct {
		Iss, Sub, Aud, Jti string
		Iat, Exp           int64
	}
	now := p.now().Add(p.Clock)
	if json.Unmarshal(payload, &c) != nil || c.Iss != Client || c.Sub != Client || c.Aud != p.srv.URL+"/token" ||
		c.Jti == "" || p.once[c.Jti] || !now.Before(time.Unix(c.Exp, 0)) || c.Exp-c.Iat > 300 ||
		!slices.Contains([]string{"", Client}, form.Get("client_id")) {
		return false
	}
	p.once[c.Jti] = true
	return true
}
