package attack_test

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // a thief's spelling, not a protection
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"io/fs"
	"mime/quotedprintable"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/emersion/go-smtp"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/backup"
	"heed/internal/demo"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/store/storetest"
	"heed/internal/vault"
)

// canaries are words that stand nowhere but where they are planted.
var canaries = []string{
	"Quillon Thistlemere", "9990001234", "Wścibińska-Żółkiewska", "عبقرينو الزمردي", "🦜🛶🧿🪁", "ZQ9 7XV",
	"xylotomous brindled gantry", "harrowgate-zephyr-1903@example.org", "9990000018",
}

// spellings are one word in the ways in which it may lie about.
func spellings(s string) map[string][]byte {
	out := map[string][]byte{
		"as typed": []byte(s), "lower": []byte(strings.ToLower(s)), "upper": []byte(strings.ToUpper(s)),
		"in an address": []byte(url.QueryEscape(s)), "in a path": []byte(url.PathEscape(s)),
		"in HTML": []byte(html.EscapeString(s)), "hex": []byte(hex.EncodeToString([]byte(s))),
		"HEX":     []byte(strings.ToUpper(hex.EncodeToString([]byte(s)))),
		"quoted":  []byte(strings.Trim(fmt.Sprintf("%+q", s), `"`)),
		"SHA-256": sum(sha256.Sum256([]byte(s))), "SHA-256 in hex": []byte(hex.EncodeToString(sum(sha256.Sum256([]byte(s))))),
		"SHA-1 in hex": []byte(fmt.Sprintf("%x", sha1.Sum([]byte(s)))),
		"MD5 in hex":   []byte(fmt.Sprintf("%x", md5.Sum([]byte(s)))), //nolint:gosec // as above
	}
	for shift := range 3 { // in base64 a word looks like one of three
		enc := base64.StdEncoding.EncodeToString(append(bytes.Repeat([]byte("x"), shift), s...))
		out[fmt.Sprintf("base64+%d", shift)] = []byte(enc[(shift*8+5)/6 : len(enc)-4])
	}
	var le, be []byte
	for _, u := range utf16.Encode([]rune(s)) {
		le, be = append(le, byte(u), byte(u>>8)), append(be, byte(u>>8), byte(u))
	}
	out["UTF-16LE"], out["UTF-16BE"] = le, be
	var qp bytes.Buffer
	w := quotedprintable.NewWriter(&qp)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	out["quoted-printable"] = qp.Bytes()
	if len(s) == 10 { // an NHS number as people write it
		out["in threes"] = []byte(s[:3] + " " + s[3:6] + " " + s[6:])
	}
	if b := []byte(s); len(b) > 14 {
		out["ten bytes of it"] = b[3:13]
	}
	return out
}

func sum[A [32]byte](a A) []byte { b := [32]byte(a); return b[:] }

// scan names every place in which a canary stands.
func scan(where string, content []byte) (found []string) {
	for _, c := range canaries {
		for how, s := range spellings(c) {
			if bytes.Contains(content, s) {
				found = append(found, fmt.Sprintf("%s: %q %s", where, c, how))
			}
		}
	}
	return found
}

func scanFolder(t *testing.T, dir string) (found []string, files int) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		found = append(found, scan(path, []byte(d.Name()))...)
		b, err := os.ReadFile(path)
		found = append(found, scan(path, b)...)
		return err
	}))
	return found, files
}

// TestCanaries plants words in every field and looks for them in all that the
// program writes (promises C1, C4): its folder, a backup, the dump, the log, mails,
// addresses and titles. The control shows that the scan would find them.
func TestCanaries(t *testing.T) {
	t.Parallel()
	t.Run("control", func(t *testing.T) {
		dir := t.TempDir()
		for i, c := range canaries {
			for how, s := range spellings(c) {
				check(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d-%s", i, strings.ReplaceAll(how, " ", "-"))),
					append([]byte("before "), s...), 0o600))
			}
		}
		found, files := scanFolder(t, dir)
		if len(found) < files {
			t.Errorf("of %d files the scan finds %d", files, len(found))
		}
	})
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			post := postbox(t)
			c := folderFor(t, engine)
			c.Mail = post.mailer()
			h := enter(t, c)
			seen := plant(t, h)
			if n, err := h.Jobs.Work(ctx); err != nil || n == 0 {
				t.Fatalf("%d jobs done: %v", n, err)
			}
			if post.text() == "" {
				t.Error("no mail was sent: nothing was proved of it")
			}
			found := scan("mail", []byte(post.text()))
			found = append(found, scan("log", []byte(h.log.text()))...)
			found = append(found, scan("addresses and titles", []byte(seen))...)
			found = append(found, scan("backup", backedUp(t, h))...)
			if engine == "postgres" {
				dump, err := exec.Command(pgDump(t), "--dbname="+c.DB, "--no-owner", "--inserts").Output()
				check(t, err)
				if !bytes.Contains(dump, []byte("room_record_v1")) {
					t.Error("the dump is empty")
				}
				found = append(found, scan("dump", unhexed(dump))...)
				found = append(found, scan("dump", dump)...)
			}
			inFolder, files := scanFolder(t, c.Data)
			if files < 3 {
				t.Errorf("only %d files", files)
			}
			for _, f := range append(found, inFolder...) {
				t.Error(f)
			}
			h.unchanged()
		})
	}
}

func folderFor(t *testing.T, engine string) app.Config {
	t.Helper()
	if engine == "sqlite" {
		return folder(t)
	}
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	c.DB = storetest.Postgres(t)
	check(t, demo.People(ctx, c, start, nothing))
	return c
}

// plant sends canaries through every page and operation that takes words, in right
// and in wrong requests, and gives all addresses and titles that came back.
func plant(t *testing.T, h *house) string {
	t.Helper()
	var seen strings.Builder
	title := regexp.MustCompile(`(?s)<title>.*?</title>`)
	note := func(a answer) answer {
		seen.WriteString(a.header.Get("Location") + "\n" + title.FindString(a.body) + "\n" + fmt.Sprint(a.header) + "\n")
		return a
	}
	all := strings.Join(canaries, " — ")
	token, desk := h.token("nurse"), h.token("lead") // first: making one lets time pass
	nurse, lead := h.as("nurse", access.Worker), h.as("lead", access.Lead)
	for _, step := range []struct {
		path string
		form url.Values
	}{
		{"/raise/about", url.Values{"about": {"patient"}}},
		{"/raise/what", url.Values{"what": {all + " <script>alert(1)</script>"}}},
		{"/raise/when", url.Values{"when-day": {"1"}, "when-month": {"3"}, "when-year": {"2026"}, "over": {canaries[6]},
			"where": {canaries[5]}}},
		{"/raise/person", url.Values{"name": {canaries[0]}, "about_age": {canaries[4]}, "number": {"999 000 0018"}}},
		{"/raise/done-so-far", url.Values{"spoken": {"manager"}, "knows": {"no"}}},
		{"/raise/contact", url.Values{"reach": {canaries[7]}}},
		{"/raise/what", url.Values{"what": {strings.Repeat(all, 60)}}},
		{"/raise/person", url.Values{"name": {all}, "number": {canaries[1]}}}, // refused
		{"/raise/what", url.Values{"what": {all + " <script>alert(1)</script>"}}}, {"/raise/check", url.Values{}},
	} {
		note(nurse.post(step.path, step.form))
	}
	mine := note(nurse.get("/mine"))
	ref := id.Reference(reference.FindString(mine.body))
	if ref == "" {
		t.Fatalf("nothing was raised: %d", mine.status)
	}
	note(nurse.post("/mine/"+string(ref)+"/add", url.Values{"words": {all}}))
	note(nurse.post("/raise/what", url.Values{"what": {"A draft: " + all}}))
	base := "/cases/" + string(ref)
	for _, step := range []struct {
		path string
		form url.Values
	}{
		{"/acknowledge", url.Values{"words": {all}}}, {"/triage", url.Values{"decision": {"open_case"}, "reasons": {all}}},
		{"/notes", url.Values{"words": {all}}},
		{"/emergency", url.Values{"with": {canaries[0]}, "what": {all}, "why": {all}}},
		{"/feedback", url.Values{"result": {"told"}, "words": {all}}}, {"/close", url.Values{"reasons": {all}}},
		{"/triage", url.Values{"decision": {all}, "reasons": {strings.Repeat(all, 60)}}},
		{"/correct", url.Values{"of": {all}, "words": {all}}}, {"/reason", url.Values{"reason": {all}}},
	} {
		note(lead.post(base+step.path, step.form))
	}
	for _, path := range []string{"", "/notes", "/decisions", "/timeline", "/access"} {
		a := note(lead.get(base + path))
		if path == "" && !strings.Contains(a.body, html.EscapeString(canaries[2])) {
			t.Error("the words are not on the page for which they were written")
		}
		if strings.Contains(a.body, "<script>alert") {
			t.Errorf("markup is alive at %s", path)
		}
	}
	note(h.call(token, "POST", "/api/v1/concerns",
		`{"about":"patient","what":"`+all+`","person":{"name":"`+canaries[0]+`"}}`))
	note(h.call(token, "POST", "/api/v1/concerns", `{"about":"`+all+`","`+canaries[0]+`":"x"}`))
	note(h.call(desk, "POST", "/api/v1/concerns/"+string(ref)+"/add_note", `{"words":"`+all+`"}`))
	note(h.call(canaries[7], "GET", "/api/v1/concerns?list=all", ""))
	for _, path := range []string{"/mine/" + url.PathEscape(canaries[0]), "/inbox?list=" + url.QueryEscape(all), "/" +
		url.PathEscape(canaries[6]), "/assets/" + url.PathEscape(canaries[6])} {
		lead.get(path) // the address is the sender's own
	}
	h.send("POST", "/log-in", map[string]string{"Content-Type": "application/x-www-form-urlencoded",
		"User-Agent": canaries[6], "Referer": "https://example.org/" + canaries[5], "X-Forwarded-For": canaries[1]},
		strings.NewReader(url.Values{"login": {canaries[0]}, "password": {canaries[6]}, "_key": {newKey()}}.Encode()))
	nurse.cookie = strings.Replace(nurse.cookie, "=", "="+"x", 1)
	note(nurse.post("/mine/"+string(ref)+"/add", url.Values{"words": {all}})) // after the end of a session
	return seen.String()
}

func backedUp(t *testing.T, h *house) []byte {
	t.Helper()
	keys, err := vault.OpenKeyFile(h.config.KeyFilePath())
	check(t, err)
	all, err := h.Directory.Organisations(ctx)
	check(t, err)
	var orgs []id.Org
	for _, o := range all {
		orgs = append(orgs, o.ID)
	}
	var b bytes.Buffer
	check(t, backup.Write(ctx, h.Store, keys, orgs, h.hand, &b, func(string, int64) {}))
	return b.Bytes()
}

func pgDump(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if len(found) == 0 {
		t.Skip("pg_dump is not installed: the dump is not scanned")
	}
	return slices.Max(found)
}

// unhexed is a dump with its bytes as bytes.
func unhexed(dump []byte) []byte {
	return regexp.MustCompile(`\\x[0-9a-f]{2,}`).ReplaceAllFunc(dump, func(h []byte) []byte {
		b, err := hex.DecodeString(string(h[2:]))
		if err != nil {
			return h
		}
		return b
	})
}

// box is a mail server that keeps what it is given.
type box struct {
	mu   sync.Mutex
	all  bytes.Buffer // guarded by mu
	addr *net.TCPAddr
}

func postbox(t *testing.T) *box {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	b := &box{addr: l.Addr().(*net.TCPAddr)}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &letterbox{b}, nil }))
	s.Domain = "localhost"
	go s.Serve(l) //nolint:errcheck // ends with the test
	t.Cleanup(func() { _ = s.Close() })
	return b
}

func (b *box) mailer() jobs.Mailer {
	return jobs.Mailer{Host: "127.0.0.1", Port: b.addr.Port, TLS: "never", From: "heed@example.org"}
}

func (b *box) text() string { b.mu.Lock(); defer b.mu.Unlock(); return b.all.String() }

type letterbox struct{ *box }

func (l *letterbox) write(s string) { l.mu.Lock(); defer l.mu.Unlock(); l.all.WriteString(s + "\n") }

func (l *letterbox) Mail(from string, _ *smtp.MailOptions) error { l.write(from); return nil }
func (l *letterbox) Rcpt(to string, _ *smtp.RcptOptions) error   { l.write(to); return nil }
func (l *letterbox) Reset()                                      {}
func (l *letterbox) Logout() error                               { return nil }
func (l *letterbox) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	l.write(string(b))
	return err
}
