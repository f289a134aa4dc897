package attack_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
)

// onSmallDisk opens a house on a file system of some megabytes, which only root may make.
func onSmallDisk(t *testing.T, size string) (h *house, mount string) {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0700"); err != nil {
		t.Skipf("a small disk cannot be mounted here (%v): run as root, in a place where mounting is allowed", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	from := folder(t)
	c := from
	c.Data, c.ReserveBytes = filepath.Join(dir, "demo"), 1<<20
	check(t, os.Remove(filepath.Join(from.Data, "reserve")))
	check(t, os.CopyFS(c.Data, os.DirFS(from.Data)))
	private(t, c.Data)
	return enter(t, c), dir
}

func fill(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "somebody-elses-file")
	f, err := os.Create(path)
	check(t, err)
	defer f.Close()
	for _, size := range []int{1 << 20, 4 << 10, 512} {
		for {
			if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	return path
}

func within(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	watch := clock.Stopwatch()
	for !ok() {
		if watch() > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("%s after %v", what, watch().Round(time.Millisecond))
}

// ready is "ready", or the kind of what keeps a concern from being taken. Nothing
// runs in the background of most houses, so that this is not asked about it.
func (h *house) ready() string {
	h.t.Helper()
	first, rest, _ := strings.Cut(strings.TrimSpace(h.send("GET", "/readyz/pages", nil, nil).body), "\n")
	if first == "ready" {
		return first
	}
	_, rest, _ = strings.Cut(rest, ": ")
	kind, _, _ := strings.Cut(rest, ".")
	return kind
}

const telephone = "01632 960101" // whom to ring, of the demo

// TestFullDisk is promises D6 and I1 through pages and API: what is new is refused
// with the words given back and a number to ring; reading goes on while the reserve
// lasts and then stops; writing heals without a restart; /readyz tells the truth.
// Seen to fail when an error page did not give the words back.
func TestFullDisk(t *testing.T) {
	h, disk := onSmallDisk(t, "32m")
	const secret = "What only a recorded reader may see"
	ref := h.raise("nurse", secret)
	token, desk := h.token("nurse"), h.token("lead") // first: making one lets time pass
	nurse, lead := h.as("nurse", access.Worker), h.as("lead", access.Lead)
	for path, form := range map[string]url.Values{"/raise/about": {"about": {"patient"}}, "/raise/what": {"what": {"A draft from before"}}} {
		nurse.post(path, form)
	}
	if h.ready() != "ready" {
		t.Fatalf("before: %s", h.ready())
	}
	filler := fill(t, disk)
	within(t, 5*time.Second, "readyz says full", func() bool { return h.ready() == "full" })

	const typed = "He asked me to hide <him>, and I am worried"
	a := nurse.post("/raise/what", url.Values{"what": {typed}})
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "He asked me to hide &lt;him&gt;, and I am worried") || !strings.Contains(a.body, telephone) {
		t.Errorf("a page on a full disk answers %d, words given back %t, number shown %t", a.status, strings.Contains(a.body, "He asked me"), strings.Contains(a.body, telephone))
	}
	if a = nurse.post("/raise/check", nil); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, telephone) {
		t.Errorf("sending on a full disk answers %d", a.status)
	}
	if a = h.call(token, "POST", "/api/v1/concerns", `{"about":"patient","what":"x"}`); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, `"kind":"full"`) || a.header.Get("Retry-After") == "" {
		t.Errorf("the API on a full disk answers %d %s", a.status, a.body)
	}

	// Every page that shows the words has an entry in the ledger; then no page at all.
	before, shown := h.readings(), 0
	for range 3000 {
		if a = h.call(desk, "GET", "/api/v1/concerns/"+string(ref), ""); a.status != http.StatusOK {
			break
		}
		shown++
	}
	t.Logf("%d readings on the reserve", shown)
	if shown < 20 || a.status != http.StatusServiceUnavailable || strings.Contains(a.body, secret) {
		t.Errorf("after %d readings: %d %s", shown, a.status, a.body)
	}
	if a = lead.get("/cases/" + string(ref)); a.status != http.StatusServiceUnavailable || strings.Contains(a.body, secret) {
		t.Errorf("a page without an entry: %d", a.status)
	}
	if got := h.readings() - before; got < shown {
		t.Errorf("%d readings were shown and %d recorded", shown, got)
	}

	check(t, os.Remove(filler))
	within(t, 10*time.Second, "ready again", func() bool { return h.ready() == "ready" })
	if a = nurse.post("/raise/check", nil); a.status != http.StatusSeeOther {
		t.Errorf("after it healed the draft is sent with %d", a.status)
	}
	if !strings.Contains(nurse.get("/mine").body, "HD-") {
		t.Error("what was sent after it healed is not in the list")
	}
	h.unchanged()
}

// readings is how many readings the ledger holds.
func (h *house) readings() int {
	h.t.Helper()
	n, err := rows(h, `select count(*) from entry where version = 0`)
	check(h.t, err)
	return n
}

// TestKeyGone: a key that is not where it belongs shows at /readyz, a start without
// it or with another one is refused in words.
func TestKeyGone(t *testing.T) {
	h := onSQLite(t)
	for _, path := range []string{h.config.KeyFilePath(), h.config.KeyStorePath()} {
		check(t, os.Rename(path, path+".away"))
		if got := h.ready(); got != "missing" {
			t.Errorf("without %s readyz says %q", filepath.Base(path), got)
		}
		_, err := app.Open(ctx, h.config, h.hand, nothing)
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("without %s it starts: %v", filepath.Base(path), err)
		}
		check(t, os.Rename(path+".away", path))
	}
	if got := h.ready(); got != "ready" {
		t.Errorf("with its keys: %q", got)
	}
	other := t.TempDir()
	check(t, app.Init(ctx, app.Config{Data: filepath.Join(other, "x")}, h.hand, nothing, founding, func(directory.Organisation, []directory.Enrolment) error { return nil }))
	b, err := os.ReadFile(filepath.Join(other, "x", "heed.key"))
	check(t, err)
	check(t, os.WriteFile(h.config.KeyFilePath(), b, 0o600))
	if _, err := app.Open(ctx, h.config, h.hand, nothing); err == nil {
		t.Error("it starts with the key of another installation")
	} else {
		t.Log(err)
	}
}

// TestWorkThatBeganOnAFullDisk is promise D20 for a disk that is full at the start:
// the work in the background says so, and goes on by itself once there is room.
// Seen to fail when what failed at the start ended the background for good.
func TestWorkThatBeganOnAFullDisk(t *testing.T) {
	h, disk := onSmallDisk(t, "32m")
	h.raise("nurse", "A worry that waits for its number")
	filler := fill(t, disk)
	within(t, 5*time.Second, "readyz says full", func() bool { return h.ready() == "full" })
	run, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); h.Run(run) }()
	defer func() { stop(); <-ended }()
	tick := func(ok func() bool) func() bool {
		return func() bool { h.hand.Move(time.Second); return ok() }
	}
	body := func() string { return h.send("GET", "/readyz", nil, nil).body }
	within(t, 20*time.Second, "duties and numbering show", tick(func() bool {
		return strings.Contains(body(), "duties asked for at the start: full.") && strings.Contains(body(), "numbering: busy. The oldest entry has waited")
	}))
	check(t, os.Remove(filler))
	within(t, 30*time.Second, "ready again", tick(func() bool { return body() == "ready\n" }))
	if waiting, err := rows(h, `select count(*) from entry_pending`); err != nil || waiting != 0 {
		t.Errorf("%d entries still wait (%v)", waiting, err)
	}
	if !strings.Contains(h.log.text(), "background work failed") {
		t.Errorf("the log says nothing: %s", h.log.text())
	}
}
