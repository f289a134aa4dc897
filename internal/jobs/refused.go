package jobs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// mailFault is where a notice stopped, without a word of the server's: those name addresses.
type mailFault struct {
	stage string // connect, TLS, log in, sender, recipient, content
	code  int    // the server's number; 0 when it gave none
	why   string // of a connection or of TLS
}

func (f mailFault) String() string {
	s := f.stage
	if f.code != 0 {
		s += fmt.Sprintf(" (%d)", f.code)
	}
	if f.why != "" {
		s += ": " + f.why
	}
	return s
}

var stages = map[gomail.SendErrReason]string{gomail.ErrSMTPMailFrom: "sender", gomail.ErrSMTPRcptTo: "recipient",
	gomail.ErrSMTPData: "content", gomail.ErrSMTPDataClose: "content", gomail.ErrWriteContent: "content",
	gomail.ErrConnCheck: "connect"}

// faultOf reads an error of the connection, or of one message.
func faultOf(err error) mailFault {
	var refused *gomail.SendError
	if errors.As(err, &refused) && stages[refused.Reason] != "" {
		return mailFault{stage: stages[refused.Reason], code: refused.ErrorCode()}
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		f := mailFault{stage: "connect", code: reply.Code}
		if reply.Code == 535 || reply.Code == 534 || reply.Code == 530 {
			f.stage = "log in"
		}
		return f
	}
	if why := tlsReason(err); why != "" {
		return mailFault{stage: "TLS", why: why}
	}
	var network *net.OpError
	var name *net.DNSError
	switch {
	case errors.As(err, &name):
		return mailFault{stage: "connect", why: "no machine has the name of the mail server"}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return mailFault{stage: "connect", why: "the mail server did not answer in time"}
	case errors.As(err, &network):
		return mailFault{stage: "connect", why: "nothing answers at the mail server's address and port"}
	case err != nil && strings.Contains(err.Error(), "AUTH"):
		return mailFault{stage: "log in", why: "the server takes no name and password here"}
	}
	return mailFault{stage: "connect"}
}

// tlsReason is why TLS failed; "" when it did not.
func tlsReason(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var off x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return "the certificate is signed by nobody whom this machine trusts"
	case errors.As(err, &host):
		return "the certificate is for another name than that of --mail-host"
	case errors.As(err, &off) && off.Reason == x509.Expired:
		return "the certificate has ended, or this machine's clock is wrong"
	case errors.As(err, &off):
		return "the certificate is not good for a mail server"
	case errors.As(err, &record):
		return "the server does not speak TLS there"
	case err != nil && strings.Contains(err.Error(), "STARTTLS"):
		return "the server offers no TLS"
	}
	return ""
}

// permanent says that trying again gives the same.
func permanent(err error) bool {
	var refused *gomail.SendError
	return errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 550 && refused.ErrorCode() <= 553
}

// Refused is a person whose notices a mail server refuses for good.
type Refused struct {
	Person id.Person
	At     time.Time
	Stage  string
	Code   int64
}

// RefusedIn are those of an organisation, for its administrators.
func (q *Queue) RefusedIn(tx *store.Tx, org id.Org) ([]Refused, error) {
	return store.All(tx, func(r *Refused) []any { return []any{&r.Person, (*instant)(&r.At), &r.Stage, &r.Code} },
		"select person, at, stage, code from mail_refused where org = $1 order by at", org)
}

// noteRefused writes down whose notice was refused, and has somebody else told.
func (q *Queue) noteRefused(ctx context.Context, tx *store.Tx, l *letter) error {
	_, err := tx.Exec(`insert into mail_refused (person, org, at, stage, code) values ($1, $2, $3, $4, $5)
		on conflict (person) do update set at = excluded.at, stage = excluded.stage, code = excluded.code`,
		l.to, l.org, clock.Micros(tx.Now()), l.fault.stage, l.fault.code)
	if err != nil || q.mail.Instead == nil {
		return err
	}
	to, err := q.mail.Instead(ctx, tx, l.org, l.to)
	if err != nil || to.IsZero() {
		return err
	}
	refused, err := store.All(tx, func(p *id.Person) []any {
		return []any{p}
	}, "select person from mail_refused where person = $1", to)
	if err != nil || len(refused) > 0 { // theirs is refused too: it would go round
		return err
	}
	return q.Mail(tx, Mail{To: to, Org: l.org, Template: l.template})
}

// Test sends one message that says that it is a test, and says in words where it stopped.
func (m *Mailer) Test(ctx context.Context, to string) error {
	if !bare(to) {
		return fail.New(fail.Bad, "Enter an email address, like name@example.com")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.From(m.From), msg.To(to)); err != nil {
		return err
	}
	msg.Subject("Test")
	msg.SetBodyString(gomail.TypeTextPlain, "This is a test of notices. There is nothing to read.\r\n")
	client, err := m.client()
	if err == nil {
		err = client.DialAndSendWithContext(ctx, msg)
	}
	if e := msg.SendError(); e != nil {
		err = e
	}
	if err != nil {
		return fail.Wrap(fail.Refused, err, "The mail server did not take it. It stopped at: %s", faultOf(err))
	}
	return nil
}
