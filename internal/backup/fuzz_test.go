package backup

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"heed/internal/id"
	"heed/internal/vault"
)

// FuzzFrames holds that what is inside a backup never ends the program and takes
// no more room than it has itself, whatever lengths it claims.
func FuzzFrames(f *testing.F) {
	var good bytes.Buffer
	w := &frames{w: bufio.NewWriter(&good)}
	w.mark(frameTable)
	w.text("entry")
	w.row([]any{nil, int64(-7), "text", []byte{1, 2}})
	w.mark(frameEnd)
	if err := w.flush(); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add([]byte{frameRow, valueBytes, 0x80, 0x80, 0x80, 0x20}) // claims 64 MiB
	f.Fuzz(func(t *testing.T, in []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := &frames{r: bufio.NewReader(bytes.NewReader(in))}
		for r.err == nil {
			switch r.readMark() {
			case frameTable:
				r.readText()
			case frameRow:
				r.readRow(4)
			case frameEnd:
				return
			}
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+uint64(len(in))*64 {
			t.Errorf("%d bytes took %d", len(in), took)
		}
	})
}

// FuzzOpener holds that no file, whole or not, ends the program; one that was
// changed anywhere is never read to its end.
func FuzzOpener(f *testing.F) {
	org := id.NewOrg(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	path := filepath.Join(f.TempDir(), "heed.key")
	if err := vault.CreateKeyFile(path, org); err != nil {
		f.Fatal(err)
	}
	keys, err := vault.OpenKeyFile(path)
	if err != nil {
		f.Fatal(err)
	}
	key := [32]byte{1}
	wrap, err := keys.Wrap(context.Background(), org, boundTo(org), key)
	if err != nil {
		f.Fatal(err)
	}
	var good bytes.Buffer
	s, err := newSealer(&good, header{Engine: "sqlite", Keys: []wrapped{{org, wrap}}}, key)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := s.Write([]byte("what was saved")); err != nil {
		f.Fatal(err)
	}
	if err := s.close(); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add([]byte(magic + "\x00\x0f\xff\xff{"))
	f.Fuzz(func(t *testing.T, in []byte) {
		o, err := newOpener(context.Background(), bytes.NewReader(in), keys)
		if err != nil {
			return
		}
		if _, err = io.ReadAll(o); err == nil && !bytes.Equal(in, good.Bytes()) {
			t.Error("a file that was changed was read to its end")
		}
	})
}
