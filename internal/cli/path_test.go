package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"log/slog"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"

	"github.com/pquerna/otp/totp"
)

// visitor is a browser without scripts.
type visitor struct {
	t    *testing.T
	base string
	http *http.Client
}

func visit(t *testing.T, base string) visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return visitor{t, base, &http.Client{Jar: jar}}
}

var hidden = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
var attribute = regexp.MustCompile(`(name|value)="([^"]*)"`)

// send fills in the form of a page and gives where it led and what stands there.
func (v visitor) send(path string, fields map[string]string) (at, page string) {
	v.t.Helper()
	_, form := v.do(http.MethodGet, path, nil)
	values := url.Values{}
	for _, tag := range hidden.FindAllString(form, -1) {
		x := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
			x[m[1]] = m[2]
		}
		values.Set(x["name"], x["value"])
	}
	for k, f := range fields {
		values.Set(k, f)
	}
	return v.do(http.MethodPost, path, values)
}

func (v visitor) do(method, path string, values url.Values) (at, page string) {
	v.t.Helper()
	q, err := http.NewRequest(method, v.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if values != nil {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Origin", v.base)
	}
	resp, err := v.http.Do(q)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp.Request.URL.Path, string(body)
}

// TestAnOperatorGetsPeopleToWork is the whole way: init, the grantors enrol on the
// page, the operator adds people with their words, and they log in and raise.
func TestAnOperatorGetsPeopleToWork(t *testing.T) {
	data := filepath.Join(t.TempDir(), "heed")
	run := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := Run(context.Background(), args, strings.NewReader(""), &out, &errs); code != 0 {
			t.Fatalf("heed %s: %d %s", args[0], code, errs.String())
		}
		return out.String()
	}
	said := run("init", "--data", data, "--name=Test Trust", "--lead-name=Lena", "--lead-phone=01632960101",
		"--grantor=guardian, Gwen Sample, guardian@example.org, caldicott_guardian",
		"--grantor=executive, Ed Example, executive@example.org, executive_lead")
	log := slog.New(slog.DiscardHandler)
	a, err := app.Open(context.Background(), app.Config{Data: data, Plain: true}, clock.System{}, log)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(func() { srv.Close(); _ = a.Close() })

	secrets := map[string]string{}
	code := func(login string, steps int) string {
		c, err := totp.GenerateCode(secrets[login],
			clock.System{}.Now().Add(clock.FromMicros(int64(steps)*30e6).Sub(clock.FromMicros(0))))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	enrol := func(login, oneTime string) {
		t.Helper()
		v := visit(t, srv.URL)
		secrets[login], _, err = directory.SecondFor("", "")
		if err != nil {
			t.Fatal(err)
		}
		if at, page := v.send("/set-up", map[string]string{"login": login, "password-once": "wrong", "password": password,
			"secret": secrets[login], "code": code(login, 0)}); at != "/set-up" ||
			!strings.Contains(page, "do not belong together") {
			t.Errorf("%s with a wrong code came to %s", login, at)
		}
		at, page := v.send("/set-up", map[string]string{"login": login, "password-once": oneTime, "password": password,
			"secret": secrets[login], "code": code(login, 0)})
		recovery := regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){4}`).FindAllString(page, -1)
		if !strings.Contains(page, "Your account is set up") || len(recovery) != 4 {
			t.Fatalf("%s came to %s: %.3000s", login, at, page)
		}
	}
	for _, m := range codeLine.FindAllStringSubmatch(said, -1) {
		enrol(m[1], m[2])
	}
	last := func(s string) string { f := strings.Fields(s); return f[len(f)-1] }
	t.Setenv("HEED_WORD_1", password+" "+code("guardian", 0))
	t.Setenv("HEED_WORD_2", password+" "+code("executive", 0))
	enrol("lead", last(run("user", "add", "--data", data, "--login=lead", "--name=Lena Sample", "--role=safeguarding_lead",
		"--grantor=guardian", "--grantor=executive")))
	enrol("nurse", last(run("user", "add", "--data", data, "--login=nurse", "--name=Nadia Example")))

	for _, login := range []string{"lead", "nurse"} {
		v := visit(t, srv.URL)
		if at, _ := v.send("/log-in", map[string]string{"login": login, "password": "a wrong password"}); at != "/log-in" {
			t.Errorf("%s with a wrong password came to %s", login, at)
		}
		at, page := v.send("/log-in", map[string]string{"login": login, "password": password})
		if at != "/log-in/code" {
			t.Fatalf("%s came to %s: %.3000s", login, at, page)
		}
		if at, page = v.send("/log-in/code", map[string]string{"code": code(login, 0)}); strings.HasPrefix(at, "/log-in") {
			t.Fatalf("%s came to %s: %.3000s", login, at, page)
		}
		if at, page = v.do(http.MethodGet, "/", nil); !strings.Contains(page, "Log out") &&
			!strings.Contains(page, "Sign out") {
			t.Errorf("%s is not signed in at %s", login, at)
		}
	}
	t.Setenv("HEED_WORD", password+" "+code("nurse", 1))
	token := last(run("token", "new", "--data", data, "--login=nurse"))
	q, err := http.NewRequest(http.MethodPost, srv.URL+"/api/v1/concerns",
		strings.NewReader(`{"about":"patient","what":"A worry"}`))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Idempotency-Key", "operator-path-1")
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Errorf("the nurse raises: %s", resp.Status)
	}
}
