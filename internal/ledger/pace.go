package ledger

import (
	"crypto/rand"
	"fmt"
	"slices"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// steps are the sizes by which the public tree may grow with a beat. It grows by the
// same one with every beat, whatever was written, so that its size tells nobody how
// much that was: what is missing is padded, what is too much waits for the next beat.
var steps = []int64{16, 64, 256, 1024, 4096, 16384}

const (
	// longestWait is how many beats an entry may wait for a public checkpoint. What
	// would wait longer makes the step larger, at once.
	longestWait = 12
	// calm is how many beats a step must have lasted, and half of the next smaller one
	// have been enough, before it becomes that: a week of five minutes each.
	calm = 2016
)

// Step is a change of the step. It is written into the history by Options.Announce.
type Step struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// step is by how much the public tree has grown with the last beat: what the last two
// public checkpoints say.
func step(tx *store.Tx) (int64, error) {
	last, err := store.All(tx, scanInt, `select size from log_checkpoint order by size desc limit 2`)
	if err != nil {
		return 0, fmt.Errorf("read checkpoints: %w", err)
	}
	now := steps[0]
	for _, s := range steps {
		if len(last) == 2 && s <= last[0]-last[1] {
			now = s
		}
	}
	return now, nil
}

// nextStep is the step of the coming beat, before which so many entries wait.
func nextStep(tx *store.Tx, public, waiting int64) (now, next int64, err error) {
	if now, err = step(tx); err != nil {
		return 0, 0, err
	}
	for _, s := range steps {
		if next = s; s >= now && waiting <= s*longestWait {
			break
		}
	}
	if next == now && now > steps[0] {
		lower := steps[slices.Index(steps, now)-1]
		if ok, err := enough(tx, public, now, lower); err != nil || ok {
			return now, lower, err
		}
	}
	return now, next, nil
}

// enough says whether a lower step has been enough for long.
func enough(tx *store.Tx, public, now, lower int64) (bool, error) {
	from := public - calm*now
	beats, err := store.One(tx, scanInt, `select count(*) from log_checkpoint where size > $1`, from)
	if err != nil || beats != calm {
		return false, err
	}
	entries, err := store.One(tx, scanInt,
		`select cast(coalesce(sum(size), 0) as bigint) from log_run where seq >= $1 and n is not null`, from)
	return entries <= calm*lower/2, err
}

// publish makes the checkpoint of the coming beat: padding up to the size that it must
// have, or an older part of the tree when there is more. It is signed once it is shown
// from the tiles that the tree begins with the one that was published last.
func (l *Log) publish(tx *store.Tx, last record.Checkpoint, s *move) error {
	now, next, err := nextStep(tx, last.Size, s.edge.Size()-last.Size)
	if err != nil {
		return err
	}
	if now != next {
		s.changed = &Step{now, next}
	}
	c := record.Checkpoint{Origin: l.o.Origin, Size: last.Size + next}
	if err := s.pad(c.Size - s.edge.Size()); err != nil {
		return err
	}
	read := tileReader(tx, s.tiles)
	if c.Root, err = record.RootFromTiles(read, c.Size, s.edge.Size()); err != nil {
		return fmt.Errorf("read the tree of %d: %w", c.Size, err)
	}
	proof, err := record.ConsistencyProof(read, last.Size, c.Size)
	if err == nil {
		err = record.VerifyConsistency(last.Size, c.Size, proof, last.Root, c.Root)
	}
	if err != nil {
		return unsound(err, "the tree of %d does not begin with the tree of %d that was published", c.Size, last.Size)
	}
	s.public, s.publicSize = record.SignCheckpoint(c, l.signer), c.Size
	return nil
}

// pad appends leaves that stand for nothing.
func (s *move) pad(n int64) error {
	if n <= 0 {
		return nil
	}
	r := run{seq: s.edge.Size(), size: n, blinders: make([]byte, n*record.BlinderSize)}
	rand.Read(r.blinders)
	for leaf := range paddingLeaves(r.blinders) {
		s.append(leaf)
	}
	s.runs = append(s.runs, r)
	return nil
}

// writePublic writes the checkpoint of a step, and the entry that says that the pace has changed.
func (l *Log) writePublic(tx *store.Tx, s move, at int64) error {
	if err := tx.ChangeOne(`insert into log_checkpoint (size, at, note) values ($1, $2, $3)`, s.publicSize, at,
		s.public); err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	if s.changed == nil || l.o.Announce == nil {
		return nil
	}
	if err := l.o.Announce(tx, *s.changed); err != nil {
		return fmt.Errorf("announce a step of %d: %w", s.changed.To, err)
	}
	return nil
}

// everythingPublic says that nothing which has a place waits for a public checkpoint.
func (l *Log) everythingPublic(tx *store.Tx) (bool, error) {
	size, err := store.One(tx, scanInt, `select size from log_state where id = 1`)
	if err != nil {
		return false, fmt.Errorf("read log state: %w", err)
	}
	p, err := readPublished(tx)
	if fail.Is(err, fail.Missing) {
		return size == 0, nil
	}
	return p.size >= size, err
}
