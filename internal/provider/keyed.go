package provider

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"heed/internal/fail"
)

// Some providers (NHS Care Identity) know a service by a key instead of a secret: with each code it
// sends an assertion that it has signed (private_key_jwt; OpenID Connect Core 1.0 section 9, RFC 7523).

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	assertedFor   = 2 * time.Minute // it is made for one request
	leastRSA      = 2048            // bits
)

// clientAlgorithms are those by which a service may sign: as signatures, without what no key here has.
var clientAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512}

// checkClient refuses settings by which the provider would not know the service.
func (c Config) checkClient() error {
	switch {
	case (c.SecretFile == "") == (c.KeyFile == ""):
		return fail.New(fail.Bad, "The provider %s needs either a client_secret_file or a client_key_file", c.ID)
	case c.KeyFile == "" && c.KeyID+c.KeyAlg != "":
		return fail.New(fail.Bad, "client_key_id and client_key_alg of the provider %s belong to a client_key_file", c.ID)
	case c.KeyFile != "" && c.KeyID == "":
		return fail.New(fail.Bad, "The provider %s needs a client_key_id: the kid under which it has the public key", c.ID)
	case c.KeyFile != "" && !slices.Contains(clientAlgorithms, jose.SignatureAlgorithm(c.KeyAlg)):
		return fail.New(fail.Bad, "client_key_alg of the provider %s must be how the provider wants it signed: one of %s",
			c.ID, clientAlgorithms)
	}
	return nil
}

// readKey reads the key by which a provider knows this service, as PKCS #8 in PEM.
func (c Config) readKey() (jose.Signer, error) {
	text, err := c.private("client_key_file", c.KeyFile)
	if err != nil {
		return nil, err
	}
	wrong := func(err error) error {
		return fail.Wrap(fail.Bad, err, "The client_key_file of the provider %s must be one private key in PEM (PKCS #8), "+
			"that fits client_key_alg %s: RSA of %d bits or more, or of the curve of the algorithm", c.ID, c.KeyAlg, leastRSA)
	}
	block, rest := pem.Decode(text)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return nil, wrong(nil)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, wrong(err)
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if key.N.BitLen() < leastRSA {
			return nil, wrong(nil)
		}
	case *ecdsa.PrivateKey:
	default:
		return nil, wrong(nil)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(c.KeyAlg), Key: key},
		(&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", c.KeyID))
	if err == nil {
		_, err = signer.Sign([]byte("{}")) // a key of another kind shows here
	}
	if err != nil {
		return nil, wrong(err)
	}
	return signer, nil
}

// private is what a file holds that nobody else may read.
func (c Config) private(setting, path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fail.Wrap(fail.Bad, err, "The %s of the provider %s cannot be read", setting, c.ID)
	case !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0:
		return nil, fail.New(fail.Refused, "Others can read the %s of the provider %s. Set it right with: chmod 600 %s",
			setting, c.ID, path)
	}
	text, err := os.ReadFile(path)
	if text = bytes.TrimSpace(text); err != nil || len(text) == 0 {
		return nil, fail.Wrap(fail.Bad, err, "The %s of the provider %s is empty, or cannot be read", setting, c.ID)
	}
	return text, nil
}

// asserted is what shows the token endpoint that it is this service which asks; nothing where a secret does.
func (p *Provider) asserted(endpoint string) ([]oauth2.AuthCodeOption, error) {
	if p.signer == nil {
		return nil, nil
	}
	now := p.clock.Now()
	claims, err := json.Marshal(map[string]any{"iss": p.ClientID, "sub": p.ClientID, "aud": endpoint, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(assertedFor).Unix()})
	if err != nil {
		return nil, fmt.Errorf("assert who asks: %w", err)
	}
	signed, err := p.signer.Sign(claims)
	if err != nil {
		return nil, fmt.Errorf("assert who asks: %w", err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		return nil, fmt.Errorf("assert who asks: %w", err)
	}
	return []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("client_assertion_type", assertionType),
		oauth2.SetAuthURLParam("client_assertion", text)}, nil
}
