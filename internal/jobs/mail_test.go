package jobs_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// letter is one message as a server took it.
type letter struct {
	from string
	to   []string
	raw  string
}

// post is a real SMTP server in this process.
type post struct {
	mu     sync.Mutex
	got    []letter
	refuse func(to string) error // nil: takes everything
	after  func()                // called when a message has been taken
	port   int
	roots  *x509.CertPool
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{p: p}, nil }

type session struct {
	p *post
	l letter
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.l = letter{from: from}; return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.refuse != nil {
		if err := s.p.refuse(to); err != nil {
			return err
		}
	}
	s.l.to = append(s.l.to, to)
	return nil
}
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.l.raw = string(raw)
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.got = append(s.p.got, s.l)
	if s.p.after != nil {
		s.p.after()
	}
	return nil
}
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (p *post) taken() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter(nil), p.got...)
}

// openPost starts the server; withTLS gives it a certificate for "localhost".
func openPost(t *testing.T, withTLS bool) *post {
	t.Helper()
	p := &post{}
	srv := smtp.NewServer(p)
	srv.Domain, srv.ReadTimeout, srv.WriteTimeout = "localhost", 10*time.Second, 10*time.Second
	if withTLS {
		srv.TLSConfig = p.certificate(t)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p.port = l.Addr().(*net.TCPAddr).Port
	var wg sync.WaitGroup
	wg.Go(func() { srv.Serve(l) })
	t.Cleanup(func() { srv.Close(); wg.Wait() })
	return p
}

func (p *post) certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"},
		DNSNames:  []string{"localhost"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	p.roots = x509.NewCertPool()
	p.roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// office is a queue with a mail server and people with addresses.
type office struct {
	world
	post      *post
	org       id.Org
	addresses map[id.Person]string
	log       *strings.Builder
}

func eachOffice(t *testing.T, withTLS bool, change func(*jobs.Mailer), fn func(t *testing.T, o office)) {
	t.Helper()
	hand := clock.NewHand(t0)
	storetest.EachClock(t, migrations, hand, func(t *testing.T, s *store.Store) {
		hand.Set(t0)
		o := office{post: openPost(t, withTLS), org: id.NewOrg(t0), addresses: map[id.Person]string{},
			log: &strings.Builder{}}
		m := &jobs.Mailer{Host: "localhost", Port: o.post.port, TLS: "never", From: "notices@heed.example",
			Link: "https://heed.example/",
			Address: func(_ context.Context, _ *store.Tx, org id.Org, p id.Person) (string, error) {
				if a, ok := o.addresses[p]; ok && org == o.org {
					return a, nil
				}
				return "", fail.New(fail.Missing, "Not found")
			}}
		if withTLS {
			m.TLS, m.TLSConfig = "always", &tls.Config{RootCAs: o.post.roots, ServerName: "localhost"}
		}
		if change != nil {
			change(m)
		}
		must(t, m.Check())
		o.world = world{s, jobs.New(s, jobs.Options{Clock: hand, Mail: m, Log: slog.New(slog.NewTextHandler(o.log, nil))}),
			hand}
		fn(t, o)
	})
}

func (o office) person(address string) id.Person {
	p := id.NewPerson(t0)
	o.addresses[p] = address
	return p
}

func (o office) tell(t *testing.T, to id.Person, template string) {
	t.Helper()
	must(t, o.Do(context.Background(), func(tx *store.Tx) error {
		return o.q.Mail(tx, jobs.Mail{To: to, Org: o.org, Template: template})
	}))
}

func TestMailSaysNothing(t *testing.T) {
	eachOffice(t, true, nil, func(t *testing.T, o office) {
		nurse := o.person("amina.khan@trust.example")
		o.tell(t, nurse, jobs.Answer)
		o.work(t, 1)
		o.work(t, 0)
		got := o.post.taken()
		if len(got) != 1 || got[0].from != "notices@heed.example" || len(got[0].to) != 1 ||
			got[0].to[0] != "amina.khan@trust.example" {
			t.Fatalf("%+v", got)
		}
		m, err := mail.ReadMessage(strings.NewReader(got[0].raw))
		must(t, err)
		body, err := io.ReadAll(m.Body)
		must(t, err)
		if want := "Something is waiting for you. Sign in to read " +
			"it:\r\n\r\nhttps://heed.example/\r\n"; string(body) != want {
			t.Errorf("body %q", body)
		}
		if m.Header.Get("Subject") != "You have something to read" || m.Header.Get("Date") == "" {
			t.Errorf("headers %v", m.Header)
		}
		for name := range m.Header {
			switch name {
			case "From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Content-Transfer-Encoding":
			default:
				t.Errorf("the header %s is nobody's business: %s", name, m.Header.Get(name))
			}
		}
		for _, word := range []string{"Amina", "oncern", "afeguard", "revent", "nswer", nurse.String(), o.org.String()} {
			if strings.Contains(got[0].raw, word) {
				t.Errorf("the message holds %q:\n%s", word, got[0].raw)
			}
		}
	})
}

func TestNoticesThatWaitTogetherAreOneMessage(t *testing.T) {
	eachOffice(t, false, nil, func(t *testing.T, o office) {
		a, b := o.person("a@trust.example"), o.person("b@trust.example")
		for range 30 {
			o.tell(t, a, jobs.Waiting)
		}
		o.tell(t, b, jobs.Waiting)
		o.tell(t, a, jobs.Overdue)
		o.work(t, 32)
		if got := o.post.taken(); len(got) != 3 {
			t.Errorf("%d messages", len(got))
		}
	})
}

func TestMailIsTriedAgain(t *testing.T) {
	eachOffice(t, false, nil, func(t *testing.T, o office) {
		busy := true
		o.post.refuse = func(to string) error {
			switch {
			case strings.HasPrefix(to, "gone"):
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such person"}
			case strings.HasPrefix(to, "busy") && busy:
				return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
			}
			return nil
		}
		for _, who := range []string{"gone@trust.example", "busy@trust.example", "good@trust.example"} {
			o.tell(t, o.person(who), jobs.Waiting)
		}
		left := id.NewPerson(t0)
		o.tell(t, left, jobs.Waiting) // has no address any more
		o.work(t, 3)
		if got := o.post.taken(); len(got) != 1 || got[0].to[0] != "good@trust.example" {
			t.Errorf("%+v", got)
		}
		o.work(t, 0)
		busy = false
		o.hand.Move(10 * time.Second)
		o.work(t, 1)
		if got := o.post.taken(); len(got) != 2 || got[1].to[0] != "busy@trust.example" {
			t.Errorf("%+v", got)
		}
	})
}

func TestMailWaitsForAServerThatIsAway(t *testing.T) {
	eachOffice(t, false, func(m *jobs.Mailer) { m.Host = "127.0.0.1"; m.Port = 1 }, func(t *testing.T, o office) {
		o.tell(t, o.person("a@trust.example"), jobs.Waiting)
		for range 10 {
			o.work(t, 0)
			o.hand.Move(time.Hour)
		}
	})
}

// One person's record that cannot be read holds up nobody else's mail.
func TestOneUnreadableAddressStopsNobody(t *testing.T) {
	broken := id.NewPerson(t0)
	eachOffice(t, false, func(m *jobs.Mailer) {
		known := m.Address
		m.Address = func(ctx context.Context, tx *store.Tx, org id.Org, p id.Person) (string, error) {
			if p == broken {
				return "", fail.New(fail.Tampered, "planted")
			}
			return known(ctx, tx, org, p)
		}
	}, func(t *testing.T, o office) {
		o.tell(t, broken, jobs.Waiting)
		o.tell(t, o.person("a@trust.example"), jobs.Waiting)
		o.work(t, 1)
		if got := o.post.taken(); len(got) != 1 {
			t.Errorf("%d messages", len(got))
		}
		must(t, o.View(context.Background(), func(tx *store.Tx) error {
			st, err := o.q.Standing(tx)
			if st.LastMail.IsZero() {
				t.Error("the last mail has no time")
			}
			st.LastMail = time.Time{}
			if st != (jobs.Standing{}) { // one try so far, due again in ten seconds
				t.Errorf("%+v", st)
			}
			return err
		}))
	})
}

// A server that offers no TLS gets nothing when TLS is always; nor does one whose certificate is not trusted.
func TestMailNeverLeavesInTheClearUnlessToldSo(t *testing.T) {
	for name, change := range map[string]func(*jobs.Mailer){
		"no TLS offered":    func(m *jobs.Mailer) { m.TLS = "always" },
		"no TLS, default":   func(m *jobs.Mailer) { m.TLS = "" },
		"unknown authority": func(m *jobs.Mailer) { m.TLSConfig = &tls.Config{ServerName: "localhost"} },
	} {
		t.Run(name, func(t *testing.T) {
			eachOffice(t, name == "unknown authority", change, func(t *testing.T, o office) {
				o.tell(t, o.person("a@trust.example"), jobs.Waiting)
				o.work(t, 0)
				if got := o.post.taken(); len(got) != 0 {
					t.Errorf("%d messages left", len(got))
				}
			})
		})
	}
}

// A crash between the server's yes and our commit sends the message again, under the same Message-ID.
func TestMailIsSentAtLeastOnceAndKnownBySign(t *testing.T) {
	eachOffice(t, false, nil, func(t *testing.T, o office) {
		o.tell(t, o.person("a@trust.example"), jobs.Waiting)
		o.post.after = func() { // our commit never happens: the row is another worker's by then
			must(t, o.Do(context.Background(), func(tx *store.Tx) error {
				_, err := tx.Exec("update job set lease = $1", []byte("somebody else's"))
				return err
			}))
		}
		o.work(t, 1)
		o.post.mu.Lock()
		o.post.after = nil
		o.post.mu.Unlock()
		o.hand.Move(3 * time.Minute)
		o.work(t, 1)
		o.work(t, 0)
		got := o.post.taken()
		if len(got) != 2 || messageID(t, got[0]) != messageID(t, got[1]) {
			t.Errorf("%d messages", len(got))
		}
	})
}

func messageID(t *testing.T, l letter) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(l.raw))
	must(t, err)
	return m.Header.Get("Message-Id")
}

func TestAnAddressIsNothingButAnAddress(t *testing.T) {
	eachOffice(t, false, nil, func(t *testing.T, o office) {
		for _, bad := range []string{
			"", "a@trust.example\r\nBcc: b@other.example", "a@trust.example\nSubject: x", "Amina <a@trust.example>",
			"a@trust.example, b@other.example",
			"a@trust.example>\r\nRCPT TO:<b@other.example", "a b@trust.example", `"a\r\nx"@trust.example`, "a@", "@b",
			"é@trust.example",
			"a@trust.example\x00", strings.Repeat("a", 250) + "@trust.example", "a@trust.example (note)",
			"group:a@trust.example;",
		} {
			o.tell(t, o.person(bad), jobs.Waiting)
		}
		o.work(t, 15)
		if got := o.post.taken(); len(got) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestMailSettings(t *testing.T) {
	good := jobs.Mailer{Host: "mail.trust.example", Port: 587, From: "notices@trust.example",
		Link:    "https://heed.trust.example/",
		Address: func(context.Context, *store.Tx, id.Org, id.Person) (string, error) { return "", nil }}
	must(t, good.Check())
	for field, change := range map[string]func(*jobs.Mailer){
		"mail-host": func(m *jobs.Mailer) { m.Host = "" },
		"mail-port": func(m *jobs.Mailer) { m.Port = 70000 },
		"mail-tls":  func(m *jobs.Mailer) { m.TLS = "sometimes" },
		"mail-from": func(m *jobs.Mailer) { m.From = "Heed <notices@trust.example>" },
		"mail-user": func(m *jobs.Mailer) { m.User = "heed" },
		"mail-link": func(m *jobs.Mailer) { m.Link = "https://x\r\nBcc: y" },
	} {
		m := good
		change(&m)
		if err := m.Check(); fail.FieldsOf(err).For(field) == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// Without a mail server nothing is kept to be sent; an unknown notice is a mistake in the program.
func TestWithoutAMailServerNothingWaits(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		must(t, w.Do(context.Background(), func(tx *store.Tx) error {
			return w.q.Mail(tx, jobs.Mail{To: id.NewPerson(t0), Org: id.NewOrg(t0), Template: jobs.Waiting})
		}))
		w.work(t, 0)
		err := w.Do(context.Background(), func(tx *store.Tx) error {
			return w.q.Mail(tx, jobs.Mail{To: id.NewPerson(t0), Org: id.NewOrg(t0), Template: "hello"})
		})
		if !fail.Is(err, fail.Broken) {
			t.Errorf("unknown notice: %v", err)
		}
	})
}

// TestWhoseMailIsRefused: a refusal for good names the person by id, the stage and the
// server's number, never the address; another lead is told; the administrator sees
// it until a notice arrives. Seen to fail when only "given up" was said.
func TestWhoseMailIsRefused(t *testing.T) {
	var lead, other id.Person
	eachOffice(t, false, func(m *jobs.Mailer) {
		m.Instead = func(_ context.Context, _ *store.Tx, _ id.Org, p id.Person) (id.Person, error) {
			if p == lead {
				return other, nil
			}
			return lead, nil // whose own is refused: it must not go round
		}
	}, func(t *testing.T, o office) {
		o.post.refuse = func(to string) error {
			if strings.HasPrefix(to, "gone") {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1},
					Message: "no such user gone@trust.example"}
			}
			return nil
		}
		lead, other = o.person("gone@trust.example"), o.person("here@trust.example")
		o.tell(t, lead, jobs.Waiting)
		o.work(t, 1)
		o.work(t, 1) // the other lead's
		if got := o.post.taken(); len(got) != 1 || got[0].to[0] != "here@trust.example" {
			t.Errorf("%v were told", got)
		}
		said := o.log.String()
		if !strings.Contains(said, lead.String()) || !strings.Contains(said, "recipient (550)") ||
			strings.Contains(said, "@trust.example") {
			t.Errorf("the log says %s", said)
		}
		refused := func() (all []jobs.Refused) {
			must(t, o.View(context.Background(), func(tx *store.Tx) (err error) {
				all, err = o.q.RefusedIn(tx, o.org)
				return err
			}))
			return all
		}
		if all := refused(); len(all) != 1 || all[0].Person != lead || all[0].Code != 550 || all[0].Stage != "recipient" {
			t.Errorf("the administrator sees %+v", all)
		}
		o.addresses[other] = "gone-too@trust.example"
		o.tell(t, other, jobs.Waiting)
		o.work(t, 1)
		o.work(t, 0) // the lead's own is refused: nobody is told in a circle
		o.addresses[lead] = "back@trust.example"
		o.tell(t, lead, jobs.Waiting)
		o.work(t, 1)
		if all := refused(); len(all) != 1 || all[0].Person != other {
			t.Errorf("after the address was put right: %+v", all)
		}
	})
}

// TestMailTestSaysWhereItStopped in words: connection, TLS, recipient.
func TestMailTestSaysWhereItStopped(t *testing.T) {
	p := openPost(t, true)
	good := jobs.Mailer{Host: "localhost", Port: p.port, TLS: "always", From: "notices@heed.example",
		TLSConfig: &tls.Config{RootCAs: p.roots, ServerName: "localhost"}}
	must(t, good.Test(context.Background(), "a@trust.example"))
	plain := openPost(t, false)
	refusing := openPost(t, false)
	refusing.refuse = func(string) error { return &smtp.SMTPError{Code: 550, Message: "no"} }
	for want, change := range map[string]func(*jobs.Mailer){
		"signed by nobody whom this machine trusts": func(m *jobs.Mailer) {
			m.TLSConfig = &tls.Config{ServerName: "localhost"}
		},
		"for another name": func(m *jobs.Mailer) { m.TLSConfig = &tls.Config{RootCAs: p.roots, ServerName: "other"} },
		"offers no TLS":    func(m *jobs.Mailer) { m.Port = plain.port },
		"nothing answers":  func(m *jobs.Mailer) { m.Port = 1 },
		"recipient (550)":  func(m *jobs.Mailer) { m.Port, m.TLS = refusing.port, "never" },
	} {
		m := good
		change(&m)
		err := m.Test(context.Background(), "a@trust.example")
		if !strings.Contains(fail.Words(err), want) || strings.Contains(fail.Words(err), "a@trust") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
