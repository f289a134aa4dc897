package attack_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/imports"
	"heed/internal/store/storetest"
	"heed/internal/tabular"
)

// big is a file of as many organisations, of about a hundred bytes each.
func (h *house) big(rows int) *imports.Preview {
	h.t.Helper()
	var all strings.Builder
	all.WriteString("name,type,country,postcode\n")
	for i := range rows {
		fmt.Fprintf(&all, "Organisation %d of %s,voluntary_provider,England,SW1A 1AA\n", i, strings.Repeat("care ", 10))
	}
	file, err := tabular.Open(strings.NewReader(all.String()))
	check(h.t, err)
	now := h.hand.Now()
	p, err := h.Bodies.Preview(ctx, h.actor("lead").Org, imports.Asked{File: file, AsOf: now, Today: now})
	check(h.t, err)
	return p
}

// TestAnImportThatDoesNotFit: it is refused in words that say what to do, before the disk is full, and leaves nothing;
// everybody else's work goes on, and one that fits is taken after it. Seen to fail when an import went on until the
// disk was full.
func TestAnImportThatDoesNotFit(t *testing.T) {
	h, _ := onReserve(t, "64m", 8<<20)
	org, p := h.actor("lead").Org, h.big(400_000)
	_, err := h.Bodies.Confirm(ctx, org, directory.Operator(), p, p.Code, nil)
	if !fail.Is(err, fail.Full) || !strings.Contains(fail.Words(err), "Make room on that disk, then import") {
		t.Fatalf("an import that does not fit: %v", err)
	}
	if got := h.ready(); got != "ready" {
		t.Errorf("after it readyz says %q", got)
	}
	if n, err := rows(h, `select count(*) from directory_body`); err != nil || n != 0 {
		t.Errorf("%d rows lie there still (%v)", n, err)
	}
	h.raise("nurse", "A worry from after")
	p = h.big(100_000)
	_, err = h.Bodies.Confirm(ctx, org, directory.Operator(), p, p.Code, nil)
	check(t, err)
	h.unchanged()
}

// TestADiskIsFilledUnderAnImport: it is refused in words that say what to do, and what was staged is swept away with
// the reserve's help. Heed starts on the full disk, what is there is read and written down; the file gives the room
// of what was swept back, so that the reserve is whole again and people write. Seen to fail when sweeping was refused
// as other work is, and when the file kept its room.
func TestADiskIsFilledUnderAnImport(t *testing.T) {
	h, disk := onReserve(t, "64m", 8<<20)
	ref := h.raise("nurse", "A worry from before")
	desk := h.token("lead")
	p := h.big(400_000)
	filled := false
	_, err := h.Bodies.Confirm(ctx, h.actor("lead").Org, directory.Operator(), p, p.Code, func(n int64) {
		if n > 200_000 && !filled {
			storetest.FillDisk(t, disk)
			filled = true
		}
	})
	if !fail.Is(err, fail.Full) || !strings.Contains(fail.Words(err), "Make room on that disk, then import") {
		t.Fatalf("an import under which the disk is filled: %v", err)
	}
	if n, err := rows(h, `select count(*) from directory_body`); err != nil || n != 0 {
		t.Errorf("%d rows lie there still (%v)", n, err)
	}
	reads := func(h *house) {
		t.Helper()
		if a := h.call(desk, "GET", "/api/v1/concerns/"+string(ref), ""); a.status != http.StatusOK {
			t.Errorf("a reading is answered with %d %s", a.status, a.body)
		}
	}
	reads(h)
	h.leave()
	storetest.FillDisk(t, disk) // also what the log had
	h = enter(t, h.config)
	reads(h)
	storetest.Within(t, 30*time.Second, "ready again", func() bool { return h.ready() == "ready" })
	info, err := os.Stat(filepath.Join(h.config.Data, "reserve"))
	check(t, err)
	if info.Size() != h.config.ReserveBytes {
		t.Errorf("the reserve is %d bytes", info.Size())
	}
	h.raise("nurse", "A worry from after")
	h.unchanged()
}

// TestStartOnAFullDisk: what the folder remembers of its database is not written then, and that stops no start. Seen
// to fail when it did.
func TestStartOnAFullDisk(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		h, disk := onSmallDisk(t, "32m")
		startOnAFullDisk(t, h, disk)
	})
	t.Run("postgres", func(t *testing.T) { // whose folder holds nothing but keys, and what it remembers
		disk := storetest.SmallDisk(t, "16m")
		c := demo.Config(filepath.Join(disk, "demo"))
		c.DB = storetest.Postgres(t)
		check(t, demo.People(ctx, c, start, nothing))
		startOnAFullDisk(t, enter(t, c), disk)
	})
}

func startOnAFullDisk(t *testing.T, h *house, disk string) {
	t.Helper()
	ref := h.raise("nurse", "A worry from before")
	desk := h.token("lead")
	reads := func() {
		t.Helper()
		if a := h.call(desk, "GET", "/api/v1/concerns/"+string(ref), ""); a.status != http.StatusOK {
			t.Errorf("a reading is answered with %d", a.status)
		}
	}
	storetest.FillDisk(t, disk)
	reads() // and it is written down, so that there is something to remember
	h.leave()
	storetest.FillDisk(t, disk)
	h = enter(t, h.config)
	reads()
}
