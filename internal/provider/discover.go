package provider

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// described is what this service reads of a provider's description of itself (OpenID Connect
// Discovery 1.0, RFC 8414, RFC 9207).
type described struct {
	AuthURL  string   `json:"authorization_endpoint"`
	TokenURL string   `json:"token_endpoint"`
	KeysURL  string   `json:"jwks_uri"`
	Auth     []string `json:"token_endpoint_auth_methods_supported"`
	Issues   bool     `json:"authorization_response_iss_parameter_supported"`
}

// ask is what the provider says of itself: asked when somebody logs in, and anew after a
// while. One that does not answer rests for some seconds, so that whoever comes next is told at once.
func (p *Provider) ask(ctx context.Context) (*known, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if k := p.known; k != nil && !now.Before(k.at) && now.Sub(k.at) < knownFor {
		return k, nil
	}
	if now.Before(p.rests) && p.rests.Sub(now) <= restAfter {
		return nil, p.away(p.why)
	}
	k, err := p.discover(context.WithoutCancel(ctx))
	if err != nil {
		p.rests, p.why = now.Add(restAfter), err
		return nil, p.away(err)
	}
	k.at, p.known = now, k
	return k, nil
}

func (p *Provider) discover(ctx context.Context) (*known, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	found, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, clipped(err)
	}
	var d described
	if err := found.Claims(&d); err != nil {
		return nil, errors.New("its description has another form")
	}
	issuer, err := url.Parse(p.Issuer)
	if err != nil {
		return nil, clipped(err)
	}
	for _, address := range []string{d.AuthURL, d.TokenURL, d.KeysURL} {
		if u, err := url.Parse(address); err != nil || !safe(u, issuer) {
			return nil, errors.New("its description names an address that is not https")
		}
	}
	if p.signer != nil && len(d.Auth) > 0 && !slices.Contains(d.Auth, "private_key_jwt") {
		return nil, errors.New("its description does not name private_key_jwt, and there is a client_key_file")
	}
	style := oauth2.AuthStyleInHeader // what a description that says nothing means
	if p.signer != nil || len(d.Auth) > 0 && !slices.Contains(d.Auth, "client_secret_basic") {
		style = oauth2.AuthStyleInParams
	}
	return &known{saysIssue: d.Issues,
		verifier: found.VerifierContext(ctx, &oidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: signatures,
			SkipExpiryCheck: true}), // timely checks it, by the clock that is given
		oauth: oauth2.Config{ClientID: p.ClientID, ClientSecret: p.secret, RedirectURL: p.back,
			Endpoint: oauth2.Endpoint{AuthURL: d.AuthURL, TokenURL: d.TokenURL, AuthStyle: style},
			Scopes:   append([]string{oidc.ScopeOpenID}, p.Scopes...)}}, nil
}

// client asks providers and nobody else: what it fetches ends soon, is small, and leads nowhere else.
func client() *http.Client {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: fetchWithin,
		MaxConnsPerHost: mostAtOnce, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * fetchWithin,
		MaxResponseHeaderBytes: mostHeaders}
	return &http.Client{Timeout: fetchWithin, Transport: small{t}, CheckRedirect: func(*http.Request,
		[]*http.Request) error {
		return errors.New("it leads to another address")
	}}
}

// small refuses bodies of more than what headers leave of a megabyte.
type small struct{ next http.RoundTripper }

func (s small) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(r)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, mostBody)
	}
	return resp, err
}
