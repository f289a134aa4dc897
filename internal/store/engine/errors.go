package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"

	"heed/internal/fail"
)

// Words that both engines say.
const (
	WordsFull     = "There is no room to save this now. Nothing was saved"
	WordsReadOnly = "Nothing can be saved now, because the database takes no changes"
	WordsBusy     = "The service is busy." + fail.NotSaved + " Try again in a minute"
	WordsUnknown  = "We do not know whether this was saved. Check before you try again"
)

// Translate gives an error its kind, which kindOf knows of an engine's own. Errors that
// have one keep it.
func Translate(err error, kindOf func(error) fail.Kind) error {
	var known *fail.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	kind := kindOf(err)
	if kind == fail.Broken && BrokenOff(err) {
		kind = fail.Busy
	}
	switch kind {
	case fail.Full:
		return fail.Wrap(fail.Full, err, WordsFull)
	case fail.ReadOnly:
		return fail.Wrap(fail.ReadOnly, err, WordsReadOnly)
	case fail.Busy:
		return fail.Wrap(fail.Busy, err, WordsBusy)
	}
	return err
}

// BrokenOff says that a connection was not there, or went away: the server's, or one that
// a unit itself reads from, which is the same to its caller on both engines.
func BrokenOff(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// Panic is work that panicked, as an error. The value is not kept: it may hold words of a
// record; the stack holds only names of functions.
type Panic struct {
	What  string
	Stack []byte
}

func (p *Panic) Error() string { return "store: panic in a unit of work: " + p.What }

// Caught is the Panic of a recovered value.
func Caught(v any) error {
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(interface{ RuntimeError() }); ok {
		what = fmt.Sprint(e) // a runtime error names an index or a nil, never content
	}
	return &Panic{What: what, Stack: debug.Stack()}
}
