package attack_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/store/storetest"
)

// onSmallDisk opens a house on a file system of some megabytes, which only root may make.
func onSmallDisk(t *testing.T, size string) (h *house, mount string) {
	t.Helper()
	return onReserve(t, size, 1<<20)
}

// onReserve is onSmallDisk with a reserve of as many bytes.
func onReserve(t *testing.T, size string, reserve int64) (h *house, mount string) {
	t.Helper()
	dir := storetest.SmallDisk(t, size)
	return onDisk(t, dir, reserve), dir
}

// onDisk opens a house whose folder lies there.
func onDisk(t *testing.T, dir string, reserve int64) *house {
	t.Helper()
	from := folder(t)
	c := from
	c.Data, c.ReserveBytes = filepath.Join(dir, "demo"), reserve
	check(t, os.Remove(filepath.Join(from.Data, "reserve")))
	check(t, os.CopyFS(c.Data, os.DirFS(from.Data)))
	private(t, c.Data)
	check(t, exec.Command("sync", "-f", c.Data).Run()) // the copy was not made durable file by file, as Heed makes its own
	return enter(t, c)
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
	for path, form := range map[string]url.Values{"/raise/about": {"about": {"patient"}},
		"/raise/what": {"what": {"A draft from before"}}} {
		nurse.post(path, form)
	}
	if h.ready() != "ready" {
		t.Fatalf("before: %s", h.ready())
	}
	filler := storetest.FillDisk(t, disk)
	storetest.Within(t, 5*time.Second, "readyz says full", func() bool { return h.ready() == "full" })

	const typed = "He asked me to hide <him>, and I am worried"
	a := nurse.post("/raise/what", url.Values{"what": {typed}})
	if a.status != http.StatusServiceUnavailable ||
		!strings.Contains(a.body, "He asked me to hide &lt;him&gt;, and I am worried") ||
		!strings.Contains(a.body, telephone) {
		t.Errorf("a page on a full disk answers %d, words given back %t, number shown %t", a.status,
			strings.Contains(a.body, "He asked me"), strings.Contains(a.body, telephone))
	}
	if a = nurse.post("/raise/check", nil); a.status != http.StatusServiceUnavailable ||
		!strings.Contains(a.body, telephone) {
		t.Errorf("sending on a full disk answers %d", a.status)
	}
	if a = h.call(token, "POST", "/api/v1/concerns",
		`{"about":"patient","what":"x"}`); a.status != http.StatusServiceUnavailable ||
		!strings.Contains(a.body, `"kind":"full"`) || a.header.Get("Retry-After") == "" {
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
	if a = lead.get("/cases/" + string(ref)); a.status != http.StatusServiceUnavailable ||
		strings.Contains(a.body, secret) {
		t.Errorf("a page without an entry answers %d", a.status)
	}
	if got := h.readings() - before; got < shown {
		t.Errorf("%d readings were shown and %d recorded", shown, got)
	}

	check(t, os.Remove(filler))
	storetest.Within(t, 10*time.Second, "ready again", func() bool { return h.ready() == "ready" })
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
	check(t, app.Init(ctx, app.Config{Data: filepath.Join(other, "x")}, h.hand, nothing, founding,
		func(directory.Organisation, []directory.Enrolment) error { return nil }))
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
	filler := storetest.FillDisk(t, disk)
	storetest.Within(t, 5*time.Second, "readyz says full", func() bool { return h.ready() == "full" })
	run, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); h.Run(run) }()
	defer func() { stop(); <-ended }()
	tick := func(ok func() bool) func() bool {
		return func() bool { h.hand.Move(time.Second); return ok() }
	}
	body := func() string { return h.send("GET", "/readyz", nil, nil).body }
	storetest.Within(t, 20*time.Second, "duties and numbering show", tick(func() bool {
		return strings.Contains(body(), "duties asked for at the start: full.") &&
			strings.Contains(body(), "numbering: busy. The oldest entry has waited")
	}))
	check(t, os.Remove(filler))
	storetest.Within(t, 30*time.Second, "ready again", tick(func() bool { return body() == "ready\n" }))
	if waiting, err := rows(h, `select count(*) from entry_pending`); err != nil || waiting != 0 {
		t.Errorf("%d entries still wait (%v)", waiting, err)
	}
	if !strings.Contains(h.log.text(), "background work failed") {
		t.Errorf("the log says nothing: %s", h.log.text())
	}
}

// TestReadOnlyDisk is promise D6 for a disk that found an error and takes no writes
// any more, through pages and API: what needs an entry is answered 503 in words and
// shows nothing, what was typed is given back, pages without an entry go on; and once
// the disk is repaired and mounted again all goes on without a restart.
// Seen to fail when readers kept the file from before the repair.
func TestReadOnlyDisk(t *testing.T) {
	disk := storetest.NewFailingDisk(t, 48)
	h := onDisk(t, disk.Dir, 1<<20)
	readOnly(t, h, disk.Fail, disk.Repair)
}

// readOnly takes writing away from a house, looks at it from outside, and gives it back.
func readOnly(t *testing.T, h *house, take, give func()) {
	t.Helper()
	const secret, typed = "What only a recorded reader may see", "He asked me to hide <him>, and I am worried"
	ref := h.raise("nurse", secret)
	desk, token := h.token("lead"), h.token("nurse")
	nurse, lead := h.as("nurse", access.Worker), h.as("lead", access.Lead)
	nurse.post("/raise/about", url.Values{"about": {"patient"}})
	nurse.post("/raise/what", url.Values{"what": {"A draft from before"}})
	check(t, h.Ledger.Publish(ctx))
	take()
	before := h.readings()

	a := nurse.post("/raise/what", url.Values{"what": {typed}})
	if a.status != http.StatusServiceUnavailable ||
		!strings.Contains(a.body, "He asked me to hide &lt;him&gt;, and I am worried") ||
		!strings.Contains(a.body, telephone) {
		t.Errorf("a page answers %d, words given back %t, number shown %t", a.status, strings.Contains(a.body, "He asked me"),
			strings.Contains(a.body, telephone))
	}
	if a = nurse.post("/raise/check", nil); a.status != http.StatusServiceUnavailable ||
		!strings.Contains(a.body, telephone) {
		t.Errorf("sending answers %d", a.status)
	}
	if a = h.call(token, "POST", "/api/v1/concerns",
		`{"about":"patient","what":"x"}`); a.status != http.StatusServiceUnavailable ||
		!strings.Contains(a.body, `"kind":"read-only"`) {
		t.Errorf("the API answers %d %s", a.status, a.body)
	}
	for name, a := range map[string]answer{
		"a case": lead.get("/cases/" + string(ref)), "the inbox": lead.get("/inbox"), "my concerns": nurse.get("/mine"),
		"the API": h.call(desk, "GET", "/api/v1/concerns/"+string(ref), ""),
	} {
		if a.status != http.StatusServiceUnavailable || strings.Contains(a.body, secret) || name == "the inbox" &&
			strings.Contains(a.body, string(ref)) {
			t.Errorf("%s, which needs an entry, answers %d", name, a.status)
		}
	}
	for _, path := range []string{"/", "/raise", "/raise/what", "/log-in", "/healthz", "/log/checkpoint"} {
		if a := nurse.get(path); a.status >= 400 {
			t.Errorf("%s, which needs no entry, answers %d", path, a.status)
		}
	}
	storetest.Within(t, 5*time.Second, "readyz says read-only", func() bool { return h.ready() == "read-only" })
	if after := h.readings(); after != before {
		t.Errorf("%d readings were recorded where nothing can be", after-before)
	}

	give()
	storetest.Within(t, 30*time.Second, "ready again", func() bool { return h.ready() == "ready" })
	if a = nurse.post("/raise/check", nil); a.status != http.StatusSeeOther {
		t.Errorf("after it the draft is sent with %d", a.status)
	}
	if !strings.Contains(nurse.get("/mine").body, "HD-") ||
		!strings.Contains(lead.get("/cases/"+string(ref)).body, secret) {
		t.Error("after it something is not there")
	}
	h.unchanged()
}

// TestReadOnlyKeys is promise D6 for keys on a disk that takes no writes: what has
// its key goes on, what needs a new one is refused in words with the text given
// back, readyz says so, and no answer to a client names a file of the machine.
// Seen to fail when readyz said ready, and when the API named the key store's path.
func TestReadOnlyKeys(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		disk := storetest.SmallDisk(t, "16m")
		c := folder(t)
		c.KeyStore = filepath.Join(disk, "generations.keys")
		moved := filepath.Join(c.Data, "generations.keys")
		b, err := os.ReadFile(moved)
		check(t, errors.Join(err, os.WriteFile(c.KeyStore, b, 0o600), os.Remove(moved)))
		readOnlyKeys(t, enter(t, c), disk)
	})
	t.Run("postgres", func(t *testing.T) { // whose folder holds nothing but keys, and what it remembers
		disk := storetest.SmallDisk(t, "16m")
		c := demo.Config(filepath.Join(disk, "demo"))
		c.DB = storetest.Postgres(t)
		check(t, demo.People(ctx, c, start, nothing))
		readOnlyKeys(t, enter(t, c), disk)
	})
}

func readOnlyKeys(t *testing.T, h *house, disk string) {
	t.Helper()
	ref := h.raise("nurse", "A worry from before")
	desk, token := h.token("lead"), h.token("nurse")
	storetest.ReadOnly(t, disk, true)
	if got := h.ready(); got != "read-only" {
		t.Errorf("readyz says %q", got)
	}
	reads := func(what string) {
		lead := h.as("lead", access.Lead)
		if a := lead.get("/cases/" + string(ref)); a.status != http.StatusOK ||
			!strings.Contains(a.body, "A worry from before") {
			t.Errorf("%s a case is answered with %d", what, a.status)
		}
		if a := h.call(desk, "GET", "/api/v1/concerns/"+string(ref), ""); a.status != http.StatusOK {
			t.Errorf("%s the API answers %d", what, a.status)
		}
	}
	reads("at once")
	h.hand.Move(25 * time.Hour) // the day's keys are another's: a new draft, a new record need new ones
	reads("a day later")
	nurse := h.as("nurse", access.Worker)
	a := nurse.post("/raise/what", url.Values{"what": {"Typed on a bad day"}})
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "Typed on a bad day") ||
		!strings.Contains(a.body, telephone) {
		t.Errorf("a draft is answered with %d, words given back %t", a.status, strings.Contains(a.body, "Typed on a bad day"))
	}
	b := h.call(token, "POST", "/api/v1/concerns", `{"about":"patient","what":"x"}`)
	if b.status != http.StatusServiceUnavailable || !strings.Contains(b.body, `"kind":"read-only"`) {
		t.Errorf("the API answers %d %s", b.status, b.body)
	}
	if strings.Contains(a.body+b.body, disk) {
		t.Error("an answer names a file of the machine")
	}
	if _, err := app.Open(ctx, h.config, h.hand, nothing); err == nil ||
		!strings.Contains(err.Error(), h.config.KeyStorePath()+" is on a read-only disk") {
		t.Errorf("a start says %v", err)
	}
	storetest.ReadOnly(t, disk, false)
	if a = nurse.post("/raise/about", url.Values{"about": {"patient"}}); a.status != http.StatusSeeOther {
		t.Errorf("after it a draft is answered with %d", a.status)
	}
	if a = h.call(token, "POST", "/api/v1/concerns", `{"about":"patient","what":"x"}`); a.status != http.StatusCreated {
		t.Errorf("after it the API answers %d", a.status)
	}
	if got := h.ready(); got != "ready" {
		t.Errorf("after it readyz says %q", got)
	}
	h.unchanged()
}
