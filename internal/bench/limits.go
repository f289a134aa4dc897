package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/store"
)

// migrations are the one table of the raw insert.
//
//go:embed migrations/*.sql
var migrations embed.FS

// fsyncs is how often a second this disk makes 4 KB durable at the end of a file.
func (b *Bench) fsyncs() (float64, error) {
	f, err := os.Create(filepath.Join(b.Dir, "fsync"))
	if err != nil {
		return 0, fmt.Errorf("make file: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	block := bytes.Repeat([]byte{7}, 4096)
	took := clock.Stopwatch()
	n := 0
	for ; took() < time.Second; n++ {
		if _, err := f.Write(block); err != nil {
			return 0, fmt.Errorf("write: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return float64(n) / took().Seconds(), nil
}

// inserts is how many rows of 2 KB a second one transaction takes into one table,
// with nothing of Heed above the store.
func inserts(ctx context.Context, o store.Options) (float64, error) {
	o.Migrations, o.Log = []fs.FS{migrations}, slog.New(slog.DiscardHandler)
	s, err := store.Open(ctx, o)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	const rows = 5000
	body := bytes.Repeat([]byte{7}, 2048)
	took := clock.Stopwatch()
	err = s.Do(ctx, func(tx *store.Tx) error {
		for range rows {
			if _, err := tx.Exec(`insert into bench_raw (id, body) values ($1, $2)`, id.NewEntry(tx.Now()), body); err != nil {
				return err
			}
		}
		return nil
	})
	return rows / took().Seconds(), err
}

// hashes is how many leaves and nodes of a tree a second all cores hash.
func hashes(cores int) float64 {
	const each = 500000
	var all sync.WaitGroup
	took := clock.Stopwatch()
	for range cores {
		all.Go(func() {
			var block [65]byte
			for range each {
				sum := sha256.Sum256(block[:])
				copy(block[1:], sum[:])
			}
		})
	}
	all.Wait()
	return float64(cores) * each / took().Seconds()
}
