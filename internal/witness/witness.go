// Package witness is both sides of the C2SP tlog-witness protocol: a witness that
// remembers the largest tree it has seen of other installations' logs and signs
// only trees that begin with it, and the call by which a log asks for that.
//
// A log that nobody outside remembers can be rewritten by whoever holds all its
// keys, or put back to an older copy. A witness takes that away. It learns sizes
// and roots, which say nothing of anybody.
//
// What a witness keeps true:
//
//   - It never signs two trees of one log of which neither begins with the other.
//   - It remembers before it answers: the state file is written whole, made durable
//     and put in place of the old one first.
//   - It never forgets and goes on. Without its state file it refuses to start; a
//     witness that has lost its memory is retired: a new name and key are made for
//     the next, so that nobody takes the old signatures for the new one's.
//   - When it does not know what is on its disk it stops answering until restarted.
//
// Trust: a log and its network are trusted with nothing. The witness's machine is
// trusted with remembering: who can change the state file and holds the witness's
// key can make it sign a second history of a log whose keys he holds too. He
// cannot make a history for a log whose keys he has not. Therefore witnesses are run
// by somebody with another master than the log's, and there may be several.
package witness

import (
	"fmt"
	"log/slog"
	"sync"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/record"
)

// Options say who the witness is and what it watches.
type Options struct {
	// State is the path of the file that is the witness's memory.
	State string
	// Initialise makes a new memory, once, and refuses when there is one already.
	Initialise bool
	// Signer is the witness's own key: record.NewCosigner.
	Signer record.Signer
	// Logs are the logs it watches: origin to the log's public key. A log that is
	// taken off the list stays in memory.
	Logs  map[string]record.Verifier
	Clock clock.Clock
	Log   *slog.Logger
}

// Witness is a running witness. Safe for concurrent use.
type Witness struct {
	o    Options
	lock *fileLock

	mu    sync.Mutex // one answer at a time: check, remember and sign are one act
	state state
	lost  error // set once, when it is not known what the state file holds
}

// Open starts a witness. It refuses without its memory (fail.Missing), with a
// memory that is damaged, of another witness, or that a log's key did not sign
// (fail.Tampered), and when another process is using it (fail.Conflict).
func Open(o Options) (*Witness, error) {
	if !o.Signer.Verifier().Witness() {
		return nil, fail.New(fail.Bad, "Give the witness a key of its own, made for a witness")
	}
	for origin, v := range o.Logs {
		if v.Witness() || v.IsZero() || v.Name() != origin {
			return nil, fail.New(fail.Bad, "The key given for log %q is not the public key of that log", origin)
		}
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	lock, err := lockFile(o.State + ".lock")
	if err != nil {
		return nil, err
	}
	w := &Witness{o: o, lock: lock}
	if err := w.begin(); err != nil {
		lock.release()
		return nil, err
	}
	return w, nil
}

func (w *Witness) begin() error {
	if w.o.Initialise {
		w.state = state{Witness: w.o.Signer.Verifier(), Logs: map[string]memory{}}
		return w.state.create(w.o.State)
	}
	s, err := readState(w.o.State)
	if err != nil {
		return err
	}
	if s.Witness != w.o.Signer.Verifier() {
		return fail.New(fail.Tampered, "The memory in %s belongs to the witness %s, and this key is another's", w.o.State,
			s.Witness.Name())
	}
	for origin, v := range w.o.Logs {
		m, ok := s.Logs[origin]
		if !ok {
			continue
		}
		if c, _, err := record.OpenCheckpoint([]byte(m.Note), v); err != nil || c.Origin != origin {
			return fail.Wrap(fail.Tampered, err, "What %s remembers of the log %s was not signed by that log's key",
				w.o.State, origin)
		}
	}
	w.state = s
	return nil
}

// Close gives the state file free for another process.
func (w *Witness) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lost == nil {
		w.lost = fail.New(fail.Busy, "The witness has been closed")
	}
	return w.lock.release()
}

// Verifier is the witness's public key, for the logs and auditors that will trust it.
func (w *Witness) Verifier() record.Verifier { return w.o.Signer.Verifier() }

// Remembered gives the last checkpoint that the witness signed of a log, with its
// cosignature: what heed verify --since takes. fail.Missing when it has signed none.
func (w *Witness) Remembered(origin string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, ok := w.state.Logs[origin]
	if !ok {
		return nil, fail.New(fail.Missing, "This witness has seen no checkpoint of that log")
	}
	return []byte(m.Note), nil
}

// refusal is why a checkpoint is not signed, in the protocol's terms.
type refusal struct {
	status int
	known  int64 // for 409: the size last signed
	words  string
}

func (r *refusal) Error() string { return r.words }

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status: status, words: fmt.Sprintf(format, args...)}
}

// add is add-checkpoint: the checks in the order of C2SP tlog-witness.
func (w *Witness) add(r request) ([]byte, error) {
	peek, err := record.PeekCheckpoint(r.note)
	if err != nil {
		return nil, refuse(400, "not a checkpoint")
	}
	v, ok := w.o.Logs[peek.Origin]
	if !ok {
		return nil, refuse(404, "unknown log")
	}
	c, _, err := record.OpenCheckpoint(r.note, v)
	if err != nil {
		return nil, refuse(403, "not signed by the log")
	}
	if r.old > c.Size {
		return nil, refuse(400, "the old size is larger than the checkpoint's")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lost != nil {
		return nil, w.lost
	}
	if err := w.check(c, r); err != nil {
		return nil, err
	}
	return w.sign(c, r.note)
}

// check compares a checkpoint with what is remembered.
func (w *Witness) check(c record.Checkpoint, r request) error {
	last := record.Checkpoint{Origin: c.Origin, Root: record.EmptyRoot()}
	if m, ok := w.state.Logs[c.Origin]; ok {
		var err error
		if last, err = record.PeekCheckpoint([]byte(m.Note)); err != nil {
			return fail.Wrap(fail.Tampered, err, "The witness's memory of this log cannot be read")
		}
	}
	if c.Size < last.Size {
		w.o.Log.Error("a log shows an older history than it has shown before", "log", c.Origin, "size", c.Size,
			"signed", last.Size)
	}
	if r.old != last.Size {
		return &refusal{status: 409, known: last.Size, words: "another size was signed last"}
	}
	if c.Size == last.Size && c.Root != last.Root {
		w.o.Log.Error("a log shows two trees of one size", "log", c.Origin, "size", c.Size)
		return &refusal{status: 409, known: last.Size, words: "another tree of this size was signed"}
	}
	if err := record.VerifyConsistency(last.Size, c.Size, r.proof, last.Root, c.Root); err != nil {
		w.o.Log.Warn("a log's proof does not hold", "log", c.Origin, "from", last.Size, "to", c.Size)
		return refuse(422, "the consistency proof does not hold")
	}
	return nil
}

// sign remembers, then signs.
func (w *Witness) sign(c record.Checkpoint, note []byte) ([]byte, error) {
	now := w.o.Clock.Now()
	line, err := record.Cosign(note, w.o.Signer, now)
	if err != nil {
		return nil, fmt.Errorf("cosign: %w", err)
	}
	kept, err := keep(note, w.o.Logs[c.Origin], line)
	if err != nil {
		return nil, fmt.Errorf("cosign: %w", err)
	}
	next := w.state.with(c.Origin, memory{Note: string(kept), At: clock.Micros(now)})
	if err := next.replace(w.o.State, w.state); err != nil {
		w.lost = fail.Wrap(fail.Unknown, err, "The witness does not know what its memory holds and must be started again")
		w.o.Log.Error("the witness could not write its memory", "why", err)
		return nil, w.lost
	}
	w.state = next
	return line, nil
}

// keep is the checkpoint as it is remembered: the log's signature and this
// witness's, without whatever else came with it.
func keep(note []byte, v record.Verifier, line []byte) ([]byte, error) {
	text, sigs, err := record.OpenNote(note, v)
	if err != nil {
		return nil, err
	}
	out := append(append([]byte(nil), text...), '\n')
	for _, s := range sigs {
		out = append(out, s.Line...)
	}
	return append(out, line...), nil
}
