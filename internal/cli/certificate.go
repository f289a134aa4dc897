package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"heed/internal/fail"
	"heed/internal/web"
)

// certificateEvery is how often the files of the certificate are looked at.
const certificateEvery = 10 * time.Second

// certificate is a pair of files that somebody renews while Heed runs. What is
// served is always a pair that fits: when the files do not, the earlier one stays.
type certificate struct {
	certFile, keyFile string
	seen              [2][]byte // the files as they were last read; only renew uses it
	served            atomic.Pointer[tls.Certificate]
}

// newCertificate reads the files for the first time.
func newCertificate(certFile, keyFile string) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	return c, c.renew(context.Background())
}

// config is how Heed speaks TLS with it.
func (c *certificate) config() *tls.Config {
	out := web.TLS()
	out.GetCertificate = c.get
	return out
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.served.Load(), nil
}

// renew serves what the files hold, once they have changed and fit each other.
func (c *certificate) renew(context.Context) error {
	cert, err := os.ReadFile(c.certFile)
	if err != nil {
		return c.unfit(err)
	}
	key, err := os.ReadFile(c.keyFile)
	if err != nil {
		return c.unfit(err)
	}
	if bytes.Equal(cert, c.seen[0]) && bytes.Equal(key, c.seen[1]) {
		return nil
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return c.unfit(err)
	}
	c.seen = [2][]byte{cert, key}
	c.served.Store(&pair)
	return nil
}

func (c *certificate) unfit(err error) error {
	if c.served.Load() == nil && errors.As(err, new(*fs.PathError)) {
		return fail.Wrap(fail.Bad, err, "The certificate %s or its key %s is not there, or this user may not read it",
			c.certFile, c.keyFile)
	}
	if c.served.Load() == nil {
		return fail.Wrap(fail.Bad, err, "The certificate %s and its key %s cannot be used: they must be PEM files that "+
			"belong together", c.certFile, c.keyFile)
	}
	return fail.Wrap(fail.Conflict, err, "The renewed certificate and its key do not fit each other, or cannot be read. "+
		"The earlier pair is still served")
}
