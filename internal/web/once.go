package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	"heed/internal/session"
	"heed/internal/store"
)

// Sending a form twice is sending it once. Each form carries a random key; the
// key, the person, the address and all that was typed make a digest, and where
// the form led is kept under it for a day, sealed. The same digest again is
// answered with the same redirect, and the handler is not called. A form that was
// changed after it was sent has another digest: it is a new one, and nothing of it
// is dropped in silence. A route that changes a record answers a second sending itself
// (Route.Itself): where the first led is nobody's business who was barred since.
//
// A handler whose unit of work calls Did has its outcome in the same commit: once
// over any number of machines and crashes. Without Did the outcome is kept after
// the handler: once in one process, and over a crash only if the slice's own
// invariants (version, Key) say so.

// newKey draws the key that makes one form one sending: 128 random bits.
func newKey() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// digest is the form's idempotency key; zero when the form carries none or nobody is signed in.
func (q *Request) digest() (d [32]byte) {
	if q.form == nil || !q.SignedIn() || len(q.form.typed.Get(keyField)) < 16 {
		return d
	}
	h := sha256.New()
	part := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	io.WriteString(h, "heed/once/1\n") //nolint:errcheck // a hash never fails
	h.Write(q.who.Person.Bytes())
	part(q.http.URL.Path)
	for _, name := range sortedKeys(q.form.typed) {
		part(name)
		for _, v := range q.form.typed[name] {
			part("=" + v)
		}
	}
	for _, name := range sortedKeys(q.form.files) {
		part(name)
		part("=" + q.form.files[name].SHA256)
	}
	return [32]byte(h.Sum(nil))
}

// Key is the same for the same form sent again and different for any other: a
// slice may keep it with what it made, as an invariant of its own. "" when the
// form carries no key.
func (q *Request) Key() string {
	d := q.digest()
	if d == [32]byte{} {
		return ""
	}
	return hex.EncodeToString(d[:16])
}

// Did notes in the handler's own commit where this form led. When the form was
// taken already, the unit of work is undone and the kit answers with the first outcome.
func (q *Request) Did(tx *store.Tx, to string) error {
	d := q.digest()
	if d == [32]byte{} {
		return nil
	}
	if err := q.site.o.Sessions.Note(tx, *q.session, d, to); err != nil {
		return err
	}
	q.did = true
	return q.DropDraft(session.HeldName(q.Here()))(tx)
}

// end is what a form's end leaves behind: where it led, unless its route answers a
// second sending itself, and nothing of what was held of it.
func (q *Request) end(tx *store.Tx, to string) error {
	if q.route.Itself {
		return q.DropDraft(session.HeldName(q.Here()))(tx)
	}
	return q.Did(tx, to)
}

// once calls the handler, or answers as it was answered before.
func (s *Site) once(q *Request) (Response, error) {
	digest := q.digest()
	if digest == [32]byte{} || !q.Posted() {
		return q.route.Handler(q)
	}
	ss := s.o.Sessions
	done, err := ss.Turn(q.Context(), digest)
	if err != nil {
		return nil, err
	}
	defer done()
	before := func() (Response, bool) {
		if q.route.Itself {
			return nil, false
		}
		to, err := ss.Outcome(q.Context(), *q.session, digest)
		return SeeOther(to), err == nil
	}
	if r, ok := before(); ok {
		return r, nil
	}
	resp, err := q.route.Handler(q)
	if err != nil {
		if r, ok := before(); ok { // another machine was first
			return r, nil
		}
		return nil, err
	}
	if r, ok := resp.(Redirect); ok {
		if !q.did {
			if err := ss.Do(q.Context(), func(tx *store.Tx) error { return q.end(tx, r.To) }); err != nil {
				s.o.Log.WarnContext(q.Context(), "outcome not kept", "failure", causeText(err))
			}
		}
	}
	return resp, nil
}
