package ledger

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// Migrations are the ledger's tables, numbered 02xx.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Author is who acts, in which role, and which rule allowed it.
type Author struct {
	Person id.Person // zero for the system itself
	Role   string
	Rule   string // id of the policy that allowed it; an entry without one is not taken
}

// Event is what is to be said: a kind in the past tense ("concern.raised") and its data.
type Event struct {
	Kind string
	Data any // marshalled to JSON; nil for none
}

// Entry is what was said, opened and authenticated.
type Entry struct {
	ID      id.Entry
	Org     id.Org
	Record  id.Record
	Version int64 // 0 for a reading
	At      time.Time
	Kind    string
	Author  Author
	Data    json.RawMessage
}

// DefaultBeat is the pause between public checkpoints.
const DefaultBeat = 5 * time.Minute

// Options say how a log signs and when.
type Options struct {
	Origin    string        // the log's name, first line of every checkpoint; the signer's name
	SignerKey string        // text form of the Ed25519 key
	Beat      time.Duration // between public checkpoints; DefaultBeat when 0
	Tick      time.Duration // between turns of the sequencer; default 1 second
	Clock     clock.Clock
	Log       *slog.Logger
	Witnesses []Witness
	Quorum    int // how many of them must sign what is public; all when 0
	// Announce writes the entry that says by how much the public tree grows from now
	// on, in the commit of the first beat that does; nil for none.
	Announce func(*store.Tx, Step) error
	// Folder is where the log keeps what the database must not be believed about:
	// what was signed last, for itself and for the public, and leaves that wait too
	// long for their place. Without one nothing is kept.
	Folder string
}

// Log is the ledger of one installation. Safe for concurrent use. It keeps no
// state of the tree in memory but what it must begin with: every turn reads the
// tree, checks it and goes on from there, so that recovery and daily work are the
// same path.
type Log struct {
	store    *store.Store
	vault    *vault.Vault
	o        Options
	signer   record.Signer
	verifier record.Verifier
	trouble  atomic.Pointer[fail.Error] // set once, when the log must not be signed any more
	push     chan struct{}              // a new checkpoint waits for the witnesses
	fresh    fresh
	outside  outside
	patience map[string]*patience // by turn
	beaten   int64                // the published size at this process's last beat; Run's own
}

// Open checks the signing key. It reads nothing from the database; the first turn of Run does.
func Open(s *store.Store, v *vault.Vault, o Options) (*Log, error) {
	signer, err := record.ParseSigner(o.SignerKey)
	if err != nil {
		return nil, fmt.Errorf("read the log's signing key: %w", err)
	}
	if o.Origin == "" || o.Origin != signer.Name() {
		return nil, fmt.Errorf("the log's signing key is named otherwise than its origin")
	}
	o.Beat = cmp.Or(o.Beat, DefaultBeat)
	o.Tick = cmp.Or(o.Tick, time.Second)
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	l := &Log{store: s, vault: v, o: o, signer: signer, verifier: signer.Verifier(), push: make(chan struct{}, 1)}
	l.outside.failed = map[string]error{}
	l.fresh = fresh{folder: o.Folder, uptime: clock.Stopwatch(), waiting: map[[32]byte]*wait{}}
	l.patience = map[string]*patience{turnNumber: {limit: 5 * time.Second}, turnWitness: {limit: o.Beat}}
	return l, nil
}

// Trouble is nil, or why this process has stopped numbering and signing: the
// tree, its tiles and what was last signed do not agree, or a witness holds
// another history. Entries go on being written; a person must look.
func (l *Log) Trouble() error {
	if e := l.trouble.Load(); e != nil {
		return e
	}
	return nil
}
