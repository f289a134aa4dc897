package provider

import (
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	strict "github.com/go-json-experiment/json"

	"heed/internal/clock"
	"heed/internal/fail"
)

// Config is one provider as the file of --log-in-with names it.
type Config struct {
	ID         string   `json:"id"`   // in addresses: small letters, numbers and hyphens
	Name       string   `json:"name"` // on the button: "Log in with" and this
	Issuer     string   `json:"issuer"`
	ClientID   string   `json:"client_id"`
	SecretFile string   `json:"client_secret_file"` // which nobody else can read
	KeyFile    string   `json:"client_key_file"`    // in its place, for private_key_jwt: which nobody else can read
	KeyID      string   `json:"client_key_id"`      // under which the provider has the public key
	KeyAlg     string   `json:"client_key_alg"`     // RS512, ES256, …: by which it is signed with
	Scopes     []string `json:"scopes"`             // besides openid
	// ACR and AMR are what the provider asserts of a log-in with a second factor: one of each
	// list that is not empty. With neither Heed asks its own second factor.
	ACR []string `json:"acr"`
	AMR []string `json:"amr"`
	// SessionThereCounts lets in, with Heed's own second factor, whoever's session the provider
	// has in that browser. Without it people prove themselves to the provider at each log-in.
	SessionThereCounts bool `json:"session_there_counts"`
	// DatesBack is by how many seconds the provider dates its tokens back.
	DatesBack int `json:"dates_back"`
}

type file struct {
	Providers []Config `json:"providers"`
}

const (
	mostDatesBack = 300 // seconds
	mostName      = 40  // characters
)

func (c Config) backdated() time.Duration { return time.Duration(c.DatesBack) * time.Second }

// Read reads the file of --log-in-with.
func Read(path string) ([]Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "The file %s of --log-in-with cannot be read", path)
	}
	var f file
	if err := strict.Unmarshal(text, &f, strict.RejectUnknownMembers(true)); err != nil {
		return nil, fail.Wrap(fail.Bad, err, "The file %s of --log-in-with does not look right: %s", path, err)
	}
	for _, c := range f.Providers {
		if err := c.check(); err != nil {
			return nil, fail.Wrap(fail.Bad, err, "The file %s of --log-in-with does not look right: %s", path, fail.Words(err))
		}
	}
	return f.Providers, nil
}

var word = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)

// check names what is the matter with a provider's settings.
func (c Config) check() error {
	issuer, err := url.Parse(c.Issuer)
	switch {
	case !word.MatchString(c.ID):
		return fail.New(fail.Bad, "The id %q of a provider must be 1 to 20 small letters, numbers and hyphens", c.ID)
	case strings.TrimSpace(c.Name) == "" || len([]rune(c.Name)) > mostName:
		return fail.New(fail.Bad, "The provider %s needs a name of 1 to %d characters", c.ID, mostName)
	case err != nil || !safe(issuer, issuer) || issuer.RawQuery != "" || issuer.Fragment != "":
		return fail.New(fail.Bad, "The issuer of the provider %s must be an address that begins with https://", c.ID)
	case c.ClientID == "":
		return fail.New(fail.Bad, "The provider %s needs a client_id", c.ID)
	case c.DatesBack < 0 || c.DatesBack > mostDatesBack:
		return fail.New(fail.Bad, "dates_back of the provider %s must be between 0 and %d seconds", c.ID, mostDatesBack)
	}
	if err := c.checkClient(); err != nil {
		return err
	}
	if err := c.said("acr", c.ACR); err != nil {
		return err
	}
	return c.said("amr", c.AMR)
}

// said refuses an empty word: a token that says nothing would say it.
func (c Config) said(name string, all []string) error {
	for i, s := range all {
		if strings.TrimSpace(s) == "" {
			return fail.New(fail.Bad, "Number %d in %s of the provider %s is empty. Write what the provider asserts of a "+
				"log-in with a second factor, or take it out", i+1, name, c.ID)
		}
	}
	return nil
}

// safe says whether an address of a provider may be asked: over TLS, or on this machine alone
// when the issuer is on this machine, for trying out.
func safe(u, issuer *url.URL) bool {
	if u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && here(u) && here(issuer)
}

func here(u *url.URL) bool {
	a, err := netip.ParseAddr(u.Hostname())
	return err == nil && a.IsLoopback()
}

// Book is all providers at whom people may log in.
type Book struct{ all []*Provider }

// New makes the book of those that are configured; origin is the address that people type.
// No provider is asked yet: one that is away keeps nothing from starting.
func New(configs []Config, origin string, clk clock.Clock) (*Book, error) {
	b := &Book{}
	for _, c := range configs {
		if err := c.check(); err != nil {
			return nil, err
		}
		for _, other := range b.all {
			if other.ID == c.ID || other.Issuer == c.Issuer {
				return nil, fail.New(fail.Bad, "The providers %s and %s have the same id or issuer", other.ID, c.ID)
			}
		}
		if origin == "" {
			return nil, fail.New(fail.Bad, "--log-in-with needs --public-url: providers send people back to that address")
		}
		p := &Provider{Config: c, back: origin + "/log-in/with/" + c.ID + "/back", clock: clk, client: client()}
		if err := p.readOwn(); err != nil {
			return nil, err
		}
		b.all = append(b.all, p)
	}
	return b, nil
}

// readOwn reads the secret or the key by which the provider knows this service.
func (p *Provider) readOwn() (err error) {
	if p.KeyFile != "" {
		p.signer, err = p.readKey()
		return err
	}
	text, err := p.private("client_secret_file", p.SecretFile)
	p.secret = string(text)
	return err
}

// All are the providers, in the order of the file; none of no book.
func (b *Book) All() []*Provider {
	if b == nil {
		return nil
	}
	return b.all
}

// Find is the provider with an id, or fail.Missing.
func (b *Book) Find(id string) (*Provider, error) {
	for _, p := range b.All() {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, fail.New(fail.Missing, "Page not found")
}

// list is a claim of one text or of several: providers write both.
type list []string

// UnmarshalJSON reads either form.
func (l *list) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*l = list{one}
		return nil
	}
	var all []string
	if json.Unmarshal(b, &all) != nil {
		return errors.New("neither a text nor several")
	}
	*l = all
	return nil
}
