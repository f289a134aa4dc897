// Package backup writes a whole installation into one sealed file and reads it
// back, on either engine: what was saved from SQLite can be restored to
// PostgreSQL and the other way round.
//
// It keeps true: a backup is one consistent moment, taken while people work; a
// backup alone is useless to a thief (it is sealed as a whole with a key that
// only the organisations' key file opens, and what is in it was sealed before);
// a file that was cut, changed, or put together from two is refused whole;
// restoring is all or nothing and only into an empty installation, and when it is
// stopped before the lists are made it goes on with the same file.
//
// The key file and the key store are not in a backup. They have copies and lives
// of their own: that is what lets an erased record stay erased (package vault).
package backup

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

const (
	magic     = "heed backup 2\n"
	chunkSize = 256 << 10
	maxHeader = 1 << 20
	maxChunk  = chunkSize + 64
)

// header stands in clear at the beginning; its hash is bound into every chunk.
type header struct {
	MadeAt time.Time `json:"made_at"`
	Engine string    `json:"engine"`
	Keys   []wrapped `json:"keys"` // the file's key, wrapped for each organisation
}

type wrapped struct {
	Org id.Org `json:"org"`
	Key []byte `json:"key"`
}

// Progress is told how many rows have gone by.
type Progress func(table string, rows int64)

// projections are made by replay and are not saved.
var projections = regexp.MustCompile(`_v\d+$`)

// Write saves the whole store as it is at one moment.
func Write(ctx context.Context, s *store.Store, keys vault.OrgKeys, orgs []id.Org, c clock.Clock, out io.Writer,
	tell Progress) error {
	var fileKey [32]byte
	rand.Read(fileKey[:])
	h := header{MadeAt: c.Now(), Engine: s.Engine()}
	for _, org := range orgs {
		w, err := keys.Wrap(ctx, org, boundTo(org), fileKey)
		if err != nil {
			return err
		}
		h.Keys = append(h.Keys, wrapped{org, w})
	}
	seal, err := newSealer(out, h, fileKey)
	if err != nil {
		return err
	}
	tables, err := s.Tables(ctx)
	if err != nil {
		return err
	}
	f := &frames{w: bufio.NewWriterSize(seal, 64<<10)}
	err = s.View(ctx, func(tx *store.Tx) error {
		for _, t := range tables {
			if projections.MatchString(t) {
				continue
			}
			if err := writeTable(ctx, tx, f, t, tell); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.mark(frameEnd)
	if err := f.flush(); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return seal.close()
}

func writeTable(ctx context.Context, tx *store.Tx, f *frames, table string, tell Progress) error {
	var n int64
	err := tx.CopyOut(table, func(names []string) error {
		f.mark(frameTable)
		f.text(table)
		f.text(strings.Join(names, " "))
		return f.err
	}, func(values []any) error {
		f.row(values)
		if n++; n%10_000 == 0 {
			tell(table, n)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return f.err
	})
	if err == nil {
		tell(table, n)
	}
	return err
}

// Migrations are the note of a restore that is under way.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Read restores a backup into a store that is empty; into one that was left with
// this same backup, before Finish, it has nothing to do. open gives the backup from
// its beginning; it may be asked for more than once.
func Read(ctx context.Context, s *store.Store, keys vault.OrgKeys, open func() (io.ReadCloser, error),
	tell Progress) error {
	return s.Do(ctx, func(tx *store.Tx) error {
		full, err := taken(tx)
		if err != nil {
			return err
		}
		in, err := open()
		if err != nil {
			return fmt.Errorf("open backup: %w", err)
		}
		defer in.Close()
		plain, err := newOpener(ctx, bufio.NewReaderSize(in, 1<<20), keys)
		if err != nil {
			return err
		}
		if full {
			return same(tx, plain.name)
		}
		if err := readTables(ctx, tx, &frames{r: bufio.NewReaderSize(plain, 64<<10)}, tell); err != nil {
			return err
		}
		_, err = tx.Exec(`insert into restore_under_way (backup) values ($1)`, []byte(plain.name))
		return err
	})
}

// taken says whether there is an installation; one that nobody is restoring is refused at once.
func taken(tx *store.Tx) (bool, error) {
	n, err := store.One(tx, scanInt, `select count(*) from key_org`)
	if err != nil || n == 0 {
		return false, err
	}
	if n, err = store.One(tx, scanInt, `select count(*) from restore_under_way`); err == nil && n == 0 {
		err = fail.New(fail.Conflict, "There is an installation here already: restore into an empty folder or an "+
			"empty database")
	}
	return true, err
}

// same refuses another backup than the one that is under way.
func same(tx *store.Tx, name string) error {
	n, err := store.One(tx, scanInt, `select count(*) from restore_under_way where backup = $1`, []byte(name))
	if err == nil && n == 0 {
		err = fail.New(fail.Conflict, "Restoring another backup into this place was stopped: go on with that one, or take "+
			"an empty folder or an empty database")
	}
	return err
}

// Finish notes that what was restored is whole: its lists are made.
func Finish(ctx context.Context, s *store.Store) error {
	var n int64
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		n, err = store.One(tx, scanInt, `select count(*) from restore_under_way`)
		return err
	})
	if err != nil || n == 0 {
		return err
	}
	return s.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`delete from restore_under_way`)
		return err
	})
}

func scanInt(n *int64) []any { return []any{n} }

// intake gives the rows of one table back, some at a time.
type intake struct {
	tx    *store.Tx
	table string
	names []string
	rows  []any // row after row
	n     int64
	tell  Progress

	passed bool // the table was withdrawn
}

const together = 256 // rows

// withdrawn are tables of earlier versions, which their backups list: what stood there nothing asks for any more.
var withdrawn = []string{"concern_retry", "erasure"}

func (in *intake) begin(table string, names []string) error {
	if err := in.end(); err != nil {
		return err
	}
	in.table, in.names, in.n, in.passed = table, names, 0, slices.Contains(withdrawn, table)
	if in.passed {
		return nil
	}
	have, err := in.tx.Columns(table)
	if err != nil {
		return err
	}
	for _, n := range names {
		if !slices.Contains(have, n) {
			return fail.New(fail.Bad, "The backup was made by a newer version of Heed: this version does not know all "+
				"of its tables")
		}
	}
	return in.tx.Clear(table)
}

func (in *intake) put(row []any) error {
	if in.passed {
		return nil
	}
	in.rows = append(in.rows, row...)
	in.n++
	if len(in.rows) < together*len(in.names) {
		return nil
	}
	return in.flush()
}

func (in *intake) flush() error {
	rows := in.rows
	in.rows = in.rows[:0]
	if len(rows) == 0 {
		return nil
	}
	in.tell(in.table, in.n)
	return in.tx.Restore(in.table, in.names, rows)
}

func (in *intake) end() error { return in.flush() }

func readTables(ctx context.Context, tx *store.Tx, f *frames, tell Progress) error {
	in := &intake{tx: tx, tell: tell}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		mark := f.readMark()
		switch {
		case f.err != nil:
			return damaged(f.err)
		case mark == frameEnd:
			if err := in.end(); err != nil {
				return err
			}
			return f.atEnd()
		case mark == frameTable:
			table, names := f.readText(), strings.Fields(f.readText())
			if f.err != nil {
				return damaged(f.err)
			}
			if err := in.begin(table, names); err != nil {
				return err
			}
		case mark == frameRow && in.table != "":
			row := f.readRow(len(in.names))
			if f.err != nil {
				return damaged(f.err)
			}
			if err := in.put(row); err != nil {
				return err
			}
		default:
			return damaged(errors.New("unknown frame"))
		}
	}
}

func damaged(err error) error {
	if k := fail.KindOf(err); k != fail.Broken {
		return err
	}
	return fail.Wrap(fail.Tampered, err, "The backup is damaged or was cut short: use another copy. Nothing was restored")
}

func boundTo(org id.Org) []byte { return append([]byte("heed/backup/1\n"), org.Bytes()...) }

// sealer cuts what is written into chunks and seals each in its place: number and
// header are bound in, and the last is marked as last.
type sealer struct {
	out  io.Writer
	key  *record.RecordKey
	name string
	n    int64
	buf  []byte
}

func newSealer(out io.Writer, h header, key [32]byte) (*sealer, error) {
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("write backup header: %w", err)
	}
	k, err := record.OpenKey(key)
	if err != nil {
		return nil, fmt.Errorf("key of backup: %w", err)
	}
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(head)))
	for _, b := range [][]byte{[]byte(magic), size[:], head} {
		if _, err := out.Write(b); err != nil {
			return nil, fmt.Errorf("write backup: %w", err)
		}
	}
	return &sealer{out: out, key: k, name: nameOf(head)}, nil
}

func nameOf(head []byte) string { sum := sha256.Sum256(head); return fmt.Sprintf("backup:%x:", sum) }

func (s *sealer) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		room := chunkSize - len(s.buf)
		take := min(room, len(p))
		s.buf, p = append(s.buf, p[:take]...), p[take:]
		if len(s.buf) == chunkSize {
			if err := s.emit("more"); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (s *sealer) emit(which string) error {
	sealed := s.key.Seal(record.Place{Field: s.name + which, Version: s.n}, s.buf)
	s.n++
	s.buf = s.buf[:0]
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(sealed)))
	if _, err := s.out.Write(append(size[:], sealed...)); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return nil
}

func (s *sealer) close() error { return s.emit("last") }

// opener is the other way round.
type opener struct {
	in   io.Reader
	key  *record.RecordKey
	name string
	n    int64
	buf  []byte
	last bool
}

func newOpener(ctx context.Context, in io.Reader, keys vault.OrgKeys) (*opener, error) {
	start := make([]byte, len(magic)+4)
	if _, err := io.ReadFull(in, start); err != nil || string(start[:len(magic)]) != magic {
		return nil, fail.New(fail.Bad, "This file is not a backup of Heed, or was made by an early version, which alone "+
			"can read it")
	}
	size := binary.BigEndian.Uint32(start[len(magic):])
	if size > maxHeader {
		return nil, damaged(errors.New("header too long"))
	}
	head := make([]byte, size)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, damaged(err)
	}
	var h header
	if err := json.Unmarshal(head, &h); err != nil {
		return nil, damaged(err)
	}
	key, err := fileKey(ctx, h, keys)
	if err != nil {
		return nil, err
	}
	k, err := record.OpenKey(key)
	if err != nil {
		return nil, damaged(err)
	}
	return &opener{in: in, key: k, name: nameOf(head)}, nil
}

func fileKey(ctx context.Context, h header, keys vault.OrgKeys) ([32]byte, error) {
	var last error = fail.New(fail.Tampered, "The backup names no organisation")
	for _, w := range h.Keys {
		key, err := keys.Unwrap(ctx, w.Org, boundTo(w.Org), w.Key)
		if err == nil {
			return key, nil
		}
		last = err
	}
	return [32]byte{}, fail.Wrap(fail.Tampered, last, "The key file does not open this backup: use the key file of the "+
		"installation that made it")
}

func (o *opener) Read(p []byte) (int, error) {
	for len(o.buf) == 0 {
		if o.last {
			if n, err := io.ReadFull(o.in, make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
				return 0, damaged(errors.New("something follows the last chunk"))
			}
			return 0, io.EOF
		}
		if err := o.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, o.buf)
	o.buf = o.buf[n:]
	return n, nil
}

func (o *opener) next() error {
	var size [4]byte
	if _, err := io.ReadFull(o.in, size[:]); err != nil {
		return damaged(io.ErrUnexpectedEOF)
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxChunk {
		return damaged(errors.New("chunk too long"))
	}
	sealed := make([]byte, n)
	if _, err := io.ReadFull(o.in, sealed); err != nil {
		return damaged(err)
	}
	plain, err := o.key.Open(record.Place{Field: o.name + "more", Version: o.n}, sealed)
	if err != nil {
		if plain, err = o.key.Open(record.Place{Field: o.name + "last", Version: o.n}, sealed); err != nil {
			return damaged(err)
		}
		o.last = true
	}
	o.n++
	o.buf = plain
	return nil
}
