package jobs

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"net/mail"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// The notices. Their words are the same for everybody and say nothing of a
// person, a concern or its kind: whoever sees a telephone, a preview or the mail
// server's log learns that there is something to read, which is true of any
// program at work. A new notice is a line here, so that its words are reviewed.
const (
	Waiting = "waiting" // something is waiting
	Answer  = "answer"  // somebody has written to you
	Overdue = "overdue" // a date has passed
	Ready   = "ready"   // there is an account for you
	Account = "account" // how you log in has changed
)

const subject = "You have something to read"

var bodies = map[string]string{
	Waiting: "Something is waiting for you. Sign in to read it:",
	Answer:  "Something is waiting for you. Sign in to read it:",
	// the same words: who raised a concern must not be told by a mail
	// no code: that is told in person
	Ready: "There is an account for you. Whoever looks after accounts tells you a set-up code. With it, set your " +
		"account up here:",
	Account: "Something about your account has changed. Sign in to see what:",
	Overdue: "Something that is waiting for you has passed its date. Sign in to read it:",
}

// paths are where a notice leads, when that is not the first page.
var paths = map[string]string{Ready: "/set-up", Account: "/account"}

// Mail is one notice to one person.
type Mail struct {
	To       id.Person
	Org      id.Org
	Template string // one of those above
}

const mailKind = "mail"

// maxMailAttempts ends a notice that no server has taken for about three days: what
// it is about stands in the person's own list. It counts tries, not time, so that a
// clock that jumps ends nothing.
const maxMailAttempts = 80

// Mailer is a mail server and how to use it. Without one nothing is sent.
type Mailer struct {
	Host           string
	Port           int
	TLS            string // "always" (the default), "if offered" or "never"
	From           string // a bare address
	User, Password string // both or neither
	Link           string // where to sign in; the only thing in a message that is not fixed
	TLSConfig      *tls.Config
	// Address gives a person's address when a message is sent: "" or fail.Missing
	// or fail.Gone means that they have none any more.
	Address func(ctx context.Context, tx *store.Tx, org id.Org, p id.Person) (string, error)
	// Instead names who is told when somebody's notices are refused for good; nobody when zero or nil.
	Instead func(ctx context.Context, tx *store.Tx, org id.Org, p id.Person) (id.Person, error)
}

var tlsPolicies = map[string]gomail.TLSPolicy{
	"": gomail.TLSMandatory, "always": gomail.TLSMandatory, "if offered": gomail.TLSOpportunistic, "never": gomail.NoTLS}

// Check says in words what is wrong with the settings.
func (m *Mailer) Check() error {
	var f fail.Fields
	if m.Host == "" || strings.ContainsAny(m.Host, " \r\n/") {
		f.Add("mail-host", "Enter the name of the mail server")
	}
	if m.Port < 1 || m.Port > 65535 {
		f.Add("mail-port", "--mail-port must be a number from 1 to 65535")
	}
	if _, ok := tlsPolicies[m.TLS]; !ok {
		f.Add("mail-tls", "--mail-tls must be always, if offered or never")
	}
	if !bare(m.From) {
		f.Add("mail-from", "--mail-from must be an email address without a name, such as heed@example.org")
	}
	if (m.User == "") != (m.Password == "") {
		f.Add("mail-user", "Give both --mail-user and --mail-password, or neither")
	}
	if m.Address == nil || strings.ContainsAny(m.Link, "\r\n") {
		f.Add("mail-link", "Enter the address at which people sign in")
	}
	return f.Err()
}

// bare says whether s is one plain address: nothing in it can become a header, a
// second recipient or a name.
func bare(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= 254 &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"<>(),;:\`, r) })
}

// Mail puts a notice into the outbox, in the same commit as what it is about.
// Notices to one person that wait together leave as one message: their number
// tells nothing.
func (q *Queue) Mail(tx *store.Tx, m Mail) error {
	return q.mailAt(tx, m, id.NewEntry(tx.Now()).String(), tx.Now())
}

func (q *Queue) mailAt(tx *store.Tx, m Mail, name string, due time.Time) error {
	if bodies[m.Template] == "" || m.To.IsZero() || m.Org.IsZero() {
		return fail.New(fail.Broken, "jobs: a notice must have a person, an organisation and a known template")
	}
	if q.mail == nil {
		return nil
	}
	return q.Put(tx, Job{Name: mailKind + ":" + name, Kind: mailKind, Org: m.Org,
		Record: m.To.Record(), Due: due, Payload: []byte(m.Template)})
}

// MailSoon puts a notice of which one a minute is enough: it leaves at the end of
// the minute, for all that were asked for in it.
func (q *Queue) MailSoon(tx *store.Tx, m Mail) error {
	end := tx.Now().Truncate(time.Minute).Add(time.Minute)
	return q.mailAt(tx, m, m.To.String()+":"+m.Template+":"+end.Format(time.RFC3339), end)
}

// letter is one message and the notices that it answers for.
type letter struct {
	org      id.Org
	to       id.Person
	template string
	address  string
	jobs     []claimed
	arrived  bool
	fault    mailFault // of what was refused for good; without a stage when nothing was
}

// sendMail sends what waits in the outbox and says how many notices it ended.
func (q *Queue) sendMail(ctx context.Context) (n int, err error) {
	for q.mail != nil {
		mine, err := q.claim(ctx, []string{mailKind}, mailBatch)
		if err != nil || len(mine) == 0 {
			return n, err
		}
		known, failed := q.address(ctx, letters(mine))
		ended, again := q.deliver(ctx, known)
		// What the server has taken is recorded although the program is being stopped.
		ctx := context.WithoutCancel(ctx)
		done, err := q.end(ctx, ended)
		if err != nil {
			return n, err
		}
		n += done
		if err := q.putOff(ctx, append(again, failed...)...); err != nil || len(mine) < mailBatch {
			return n, err
		}
	}
	return n, nil
}

// letters gathers notices to one person in one template.
func letters(all []claimed) (out []*letter) {
	for _, c := range all {
		i := slices.IndexFunc(out, func(l *letter) bool {
			return l.org == c.Org && l.to == c.Record.Person() && l.template == string(c.Payload)
		})
		if i < 0 {
			i = len(out)
			out = append(out, &letter{org: c.Org, to: c.Record.Person(), template: string(c.Payload)})
		}
		out[i].jobs = append(out[i].jobs, c)
	}
	return out
}

// address looks up where each letter goes, now. failed are the notices of people
// whose record cannot be read: they are tried again, and stop nobody else's.
func (q *Queue) address(ctx context.Context, all []*letter) (known []*letter, failed []claimed) {
	for _, l := range all {
		err := q.store.View(ctx, func(tx *store.Tx) (err error) {
			l.address, err = q.mail.Address(ctx, tx, l.org, l.to)
			return err
		})
		if err == nil || fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) {
			known = append(known, l)
			continue
		}
		q.log.Warn("mail: an address cannot be read", "kind", fail.KindOf(err).String())
		failed = append(failed, l.jobs...)
	}
	return known, failed
}

// deliver sends over one connection, and sorts the letters into those that have come
// to an end and the notices to try again.
func (q *Queue) deliver(ctx context.Context, all []*letter) (ended []*letter, again []claimed) {
	var messages []*gomail.Msg
	var sent []*letter
	for _, l := range all {
		m, err := q.message(l)
		if err != nil {
			l.fault = mailFault{stage: "address"}
			q.log.Warn("mail: a person has no address that can be used", "person", l.to.String(), "notices", len(l.jobs))
			ended = append(ended, l)
			continue
		}
		messages, sent = append(messages, m), append(sent, l)
	}
	if len(messages) == 0 {
		return ended, nil
	}
	ctx, cancel := context.WithTimeout(ctx, leaseLength/2)
	defer cancel()
	client, err := q.mail.client()
	if err == nil {
		err = client.DialAndSendWithContext(ctx, messages...)
	}
	for i, l := range sent {
		failed := messages[i].SendError()
		if failed == nil {
			failed = err
		}
		switch {
		case messages[i].IsDelivered():
			q.lastMail.Store(clock.Micros(q.clock.Now()))
			l.arrived = true
			ended = append(ended, l)
		case permanent(failed), l.jobs[0].attempts >= maxMailAttempts:
			l.fault = faultOf(failed)
			q.log.Warn("mail: a notice was given up", "person", l.to.String(), "stopped", l.fault.String(), "attempts",
				l.jobs[0].attempts)
			ended = append(ended, l)
		default:
			q.log.Warn("mail: a notice is tried again", "person", l.to.String(), "stopped", faultOf(failed).String(), "attempts",
				l.jobs[0].attempts)
			again = append(again, l.jobs...)
		}
	}
	return ended, again
}

// end takes notices out of the outbox, unless they were asked for again meanwhile,
// and writes down whose were refused. It gives how many it took out.
func (q *Queue) end(ctx context.Context, ended []*letter) (n int, err error) {
	if len(ended) == 0 {
		return 0, nil
	}
	err = q.store.Do(ctx, func(tx *store.Tx) error {
		n = 0
		for _, l := range ended {
			for _, c := range l.jobs {
				if _, err := tx.Exec("delete from job where name = $1 and lease = $2", []byte(c.Name), c.lease); err != nil {
					return err
				}
				n++
			}
			if l.arrived {
				if _, err := tx.Exec("delete from mail_refused where person = $1", l.to); err != nil {
					return err
				}
			} else if l.address != "" { // who has left has none, and nobody is told of that
				if err := q.noteRefused(ctx, tx, l); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return n, err
}

// answerWithin is how long a mail server may say nothing.
const answerWithin = 10 * time.Second

func (m *Mailer) client() (*gomail.Client, error) {
	_, domain, _ := strings.Cut(m.From, "@")
	options := []gomail.Option{gomail.WithPort(m.Port), gomail.WithTLSPolicy(tlsPolicies[m.TLS]),
		gomail.WithTimeout(answerWithin), gomail.WithHELO(domain)} // our machine's name is nobody's business
	if m.TLSConfig != nil {
		options = append(options, gomail.WithTLSConfig(m.TLSConfig))
	}
	if m.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.User),
			gomail.WithPassword(m.Password))
	}
	return gomail.NewClient(m.Host, options...)
}

// message writes a letter. Its Message-ID comes from the notice, so that a second
// sending of the same is known as such.
func (q *Queue) message(l *letter) (*gomail.Msg, error) {
	if !bare(l.address) || bodies[l.template] == "" {
		return nil, fail.New(fail.Bad, "This person has no address that can be used")
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(q.mail.From); err != nil {
		return nil, err
	}
	if err := m.To(l.address); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(q.mail.From, "@")
	sum := sha256.Sum256([]byte(l.jobs[0].Name))
	m.SetMessageIDWithValue(hex.EncodeToString(sum[:16]) + "@" + domain)
	m.SetDateWithValue(q.clock.Now())
	m.Subject(subject)
	m.SetBodyString(gomail.TypeTextPlain, bodies[l.template]+"\r\n\r\n"+q.mail.Link+paths[l.template]+"\r\n")
	return m, nil
}
