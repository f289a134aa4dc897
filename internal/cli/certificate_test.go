package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
)

// pair writes a certificate of that name with its key.
func pair(t *testing.T, name, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	now := clock.System{}.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		DNSNames:  []string{"localhost"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	check(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	check(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestItIsServedWithAuthenticatedEncryptionOnly: the program speaks as web.TLS says.
func TestItIsServedWithAuthenticatedEncryptionOnly(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pair(t, "first", cert, key)
	c, err := newCertificate(cert, key)
	check(t, err)
	l, err := tls.Listen("tcp", "127.0.0.1:0", c.config())
	check(t, err)
	defer l.Close()
	go func() {
		for {
			served, err := l.Accept()
			if err != nil {
				return
			}
			_ = served.(*tls.Conn).Handshake() //nolint:errcheck // the other side says what came of it
			_ = served.Close()
		}
	}()
	for suite, spoken := range map[uint16]bool{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: true,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: false} {
		on, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{suite}}) //nolint:gosec // a test's own server
		if err == nil {
			err = on.Close()
		}
		if (err == nil) != spoken {
			t.Errorf("%s: %v", tls.CipherSuiteName(suite), err)
		}
	}
}

// TestARenewedCertificateIsServed without a restart; one that does not fit changes nothing and is told.
func TestARenewedCertificateIsServed(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pair(t, "first", cert, key)
	c, err := newCertificate(cert, key)
	check(t, err)
	served := func() string {
		p, err := c.get(nil)
		check(t, err)
		return p.Leaf.Subject.CommonName
	}
	renew := func() error { return c.renew(context.Background()) }
	check(t, renew())
	if served() != "first" {
		t.Errorf("%s is served", served())
	}
	pair(t, "second", cert, key)
	check(t, renew())
	if served() != "second" {
		t.Errorf("%s is served after it was renewed", served())
	}
	pair(t, "third", cert, filepath.Join(dir, "elsewhere"))
	for range 2 { // it goes on being told
		if err := renew(); !fail.Is(err, fail.Conflict) ||
			!strings.Contains(fail.Words(err), "earlier pair is still served") {
			t.Errorf("a pair that does not fit: %v", err)
		}
	}
	check(t, os.Remove(key))
	if err := renew(); err == nil || served() != "second" {
		t.Errorf("without a key: %v, and %s is served", err, served())
	}
	pair(t, "fourth", cert, key)
	check(t, renew())
	if served() != "fourth" {
		t.Errorf("%s is served after it was put right", served())
	}
}
