package web_test

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"heed/internal/web"
)

// TestOnlyAuthenticatedEncryption: no suite but those with forward secrecy and AEAD, no TLS before 1.2.
func TestOnlyAuthenticatedEncryption(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.TLS = web.TLS()
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	shake := func(version, suite uint16) error {
		c, err := tls.Dial("tcp", srv.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true,
			MinVersion: tls.VersionTLS10, MaxVersion: version,
			CipherSuites: []uint16{suite}}) //nolint:gosec // a test's own server
		if err == nil {
			err = c.Close()
		}
		return err
	}
	good := map[uint16]bool{}
	for _, id := range web.TLS().CipherSuites {
		good[id] = true
	}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if suite.SupportedVersions[0] == tls.VersionTLS13 {
			continue
		}
		if err := shake(tls.VersionTLS12, suite.ID); err == nil && !good[suite.ID] {
			t.Errorf("%s is spoken", suite.Name)
		}
		if err := shake(tls.VersionTLS11, suite.ID); err == nil {
			t.Errorf("TLS 1.1 is spoken with %s", suite.Name)
		}
	}
	if err := shake(tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256); err != nil {
		t.Errorf("TLS 1.2 with AEAD: %v", err)
	}
	if err := shake(tls.VersionTLS13, 0); err != nil {
		t.Errorf("TLS 1.3: %v", err)
	}
}
