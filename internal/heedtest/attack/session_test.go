package attack_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/web"
)

// logIn signs somebody in as they do: name and password, then a code.
func (h *house) logIn(login, code string) (*visitor, answer) {
	h.t.Helper()
	v := h.stranger()
	a := v.post("/log-in", url.Values{"login": {login}, "password": {demo.Password}})
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/log-in/code") {
		h.t.Fatalf("the password of %s leads to %d %s", login, a.status, a.header.Get("Location"))
	}
	return v, v.post("/log-in/code", url.Values{"code": {code}})
}

func (v *visitor) in() bool { v.h.t.Helper(); return v.get("/mine").status == http.StatusOK }

// TestSessions: limits by the clock, codes once, values that change and planted ones
// that die (promises A7, A10).
func TestSessions(t *testing.T) {
	h := onSQLite(t)
	code := h.code("lead")
	v, a := h.logIn("lead", code)
	if a.status != http.StatusSeeOther || !v.in() {
		t.Fatalf("signing in: %d", a.status)
	}
	if again, a := h.logIn("lead", code); a.status != http.StatusUnprocessableEntity || again.in() {
		t.Errorf("a code works twice: %d", a.status)
	}
	half := h.stranger()
	half.post("/log-in", url.Values{"login": {"nurse"}, "password": {demo.Password}})
	if half.in() {
		t.Error("a password alone signs in")
	}
	token := h.half(half)
	if half.post("/log-in/code", url.Values{"code": {h.code("nurse")}}); !half.in() || h.half(half) == token {
		t.Error("the value does not change when the code is given")
	}
	if (&visitor{h, "heed-plain=" + token}).in() {
		t.Error("the value from before the code still signs in")
	}
	planted := &visitor{h, "heed-plain=" + strings.Repeat("A", 43)}
	planted.post("/log-in", url.Values{"login": {"porter"}, "password": {demo.Password}})
	planted.post("/log-in/code", url.Values{"code": {h.code("porter")}})
	if !planted.in() || strings.Contains(planted.cookie, "AAAA") ||
		(&visitor{h, "heed-plain=" + strings.Repeat("A", 43)}).in() {
		t.Error("a planted value lives on")
	}

	h.hand.Move(14*time.Minute + 59*time.Second)
	if !v.in() {
		t.Error("ended before 15 minutes without work")
	}
	h.hand.Move(15*time.Minute + time.Second)
	if v.in() {
		t.Error("lives after 15 minutes without work")
	}
	v = h.as("lead", access.Lead)
	for range 48 { // ten minutes each: at work all the time
		h.hand.Move(10 * time.Minute)
		v.get("/mine")
	}
	h.hand.Move(time.Second)
	if v.in() {
		t.Error("lives after 8 hours")
	}
}

func (h *house) half(v *visitor) string { return strings.TrimPrefix(v.cookie, "heed-plain=") }

// TestRightTakenBack: it works on the next request, in twenty sessions at once (promise A11).
func TestRightTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		token, word := h.token("deputy"), h.word("guardian")
		var all []*visitor
		for range 20 {
			all = append(all, h.as("deputy", access.Lead))
		}
		if a := all[0].get("/inbox"); a.status != http.StatusOK {
			t.Fatalf("before: %d", a.status)
		}
		check(t, h.Directory.Revoke(ctx, h.person("deputy").ID, access.Lead, word))
		for i, v := range all {
			if a := v.get("/inbox"); a.status == http.StatusOK {
				t.Fatalf("session %d still has the right", i)
			}
		}
		if a := h.call(token, "GET", "/api/v1/concerns?list=own", ""); a.status != http.StatusUnauthorized {
			t.Errorf("the token still has the right: %d", a.status)
		}
		own, word := h.token("nurse"), h.word("executive") // first: making one lets time pass
		nurse := h.as("nurse", access.Worker)
		check(t, h.Directory.Leave(ctx, h.person("nurse").ID, word))
		if nurse.in() || h.call(own, "GET", "/api/v1/concerns?list=own", "").status != http.StatusUnauthorized {
			t.Error("somebody who left is still in")
		}
	})
}

// TestCrossSite: every form refuses what another site makes a browser send (promise A9).
func TestCrossSite(t *testing.T) {
	h := onSQLite(t)
	v := h.as("lead", access.Lead)
	tried := 0
	for _, r := range h.routes() {
		method, pattern, _ := strings.Cut(r, " ")
		if method != "POST" || strings.HasPrefix(pattern, "/api/") {
			continue
		}
		path := holes.ReplaceAllString(strings.Replace(pattern, "{ref}", string(h.raise("nurse", "x")), 1), "x")
		for name, header := range map[string]map[string]string{"by fetch metadata": {"Sec-Fetch-Site": "cross-site"},
			"same site, another host": {"Sec-Fetch-Site": "same-site"}, "by origin": {"Origin": "https://elsewhere.example"},
			"no origin": {"Origin": "null"}} {
			header["Cookie"], header["Content-Type"] = v.cookie, "application/x-www-form-urlencoded"
			if a := h.send("POST", path, header, strings.NewReader(forms[pattern].Encode())); a.status != http.StatusForbidden {
				t.Errorf("%s %s: %d", pattern, name, a.status)
			}
			tried++
		}
	}
	if tried < 80 || !v.in() {
		t.Errorf("%d tried; still signed in: %t", tried, v.in())
	}
}

// TestHeaders: every answer of every route carries the headers (promise W8).
func TestHeaders(t *testing.T) {
	h := onSQLite(t)
	lead, ref := h.as("lead", access.Lead), string(h.raise("nurse", "x"))
	want := map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
	for _, r := range append(h.routes(), "GET /no-such-page", "GET /assets/no", "GET /log/none", "GET /api/none",
		"PUT /mine", "GET /cases/%zz", "GET /mine/"+strings.Repeat("x", 3000)) {
		method, pattern, _ := strings.Cut(r, " ")
		path := holes.ReplaceAllString(strings.NewReplacer("{ref}", ref, "{reference}", ref, "{$}", "").Replace(pattern), "x")
		if strings.Contains(path, "%zz") { // no client of ours sends that: on the wire
			continue
		}
		for _, v := range []*visitor{h.stranger(), {h, lead.cookie}} {
			a := h.send(method, path, map[string]string{"Cookie": v.cookie, "Content-Type": "application/x-www-form-urlencoded"},
				nil)
			for name, value := range want {
				if got := a.header.Get(name); got != value {
					t.Errorf("%s: %s is %q", r, name, got)
				}
			}
			if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") ||
				!strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: policy is %q", r, csp)
			}
			if cc := a.header.Get("Cache-Control"); a.status != http.StatusNotFound && !strings.HasPrefix(path, "/assets/") &&
				!strings.HasPrefix(path, "/log/") && cc != "no-store" {
				t.Errorf("%s: Cache-Control is %q", r, cc)
			}
			if a.header.Get("Server") != "" || a.header.Get("X-Powered-By") != "" {
				t.Errorf("%s: says what it runs on", r)
			}
		}
		if strings.HasPrefix(pattern, "/log-out") || strings.HasPrefix(pattern, "/leave") {
			lead = h.as("lead", access.Lead)
		}
	}
	a := h.stranger().post("/demo/people", url.Values{"be": {h.person("nurse").ID.String() + " worker"}})
	if c := a.header.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") ||
		!strings.Contains(c, "Path=/") {
		t.Errorf("the cookie is %s", c)
	}
}

// TestWire: what no browser sends (promise W9), on the server as it is served.
func TestWire(t *testing.T) {
	h := onSQLite(t)
	srv := web.Server(h.Handler())
	srv.ReadHeaderTimeout = time.Second // the real one is 10 seconds; see below
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	go srv.Serve(l) //nolint:errcheck // ends with the test
	t.Cleanup(func() { _ = srv.Close() })
	if real := web.Server(nil); real.ReadHeaderTimeout > 10*time.Second || real.ReadHeaderTimeout <= 0 ||
		real.ReadTimeout <= 0 || real.IdleTimeout <= 0 || real.MaxHeaderBytes > 64<<10 {
		t.Errorf("limits of the server: %+v", real)
	}
	say := func(text string, wait time.Duration) (status int, left string) {
		t.Helper()
		c, err := net.Dial("tcp", l.Addr().String())
		check(t, err)
		defer c.Close()
		_, _ = c.Write([]byte(text))
		_ = c.SetReadDeadline(clock.System{}.Now().Add(wait))
		r := bufio.NewReader(c)
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return 0, ""
		}
		_ = resp.Body.Close()
		rest, _ := r.Peek(12)
		return resp.StatusCode, string(rest)
	}
	const host = "Host: heed\r\n"
	for name, c := range map[string]string{
		"two lengths": "POST /log-in HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 5\r\n\r\na=b",
		"length and chunks": "POST /log-in HTTP/1.1\r\n" + host +
			"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /mine HTTP/1.1\r\n" + host + "\r\n",
		"unknown coding":         "POST /log-in HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\nx",
		"negative length":        "POST /log-in HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
		"space before the colon": "GET / HTTP/1.1\r\n" + host + "X-A : b\r\n\r\n",
		"folded header":          "GET / HTTP/1.1\r\n X: y\r\n" + host + "\r\n",
		"no host":                "GET / HTTP/1.1\r\n\r\n", "two hosts": "GET / HTTP/1.1\r\n" + host + "Host: other\r\n\r\n",
		"NUL in a header": "GET / HTTP/1.1\r\n" + host + "X: a\x00b\r\n\r\n", "bad version": "GET / HTTP/9.9\r\n" + host +
			"\r\n", "bad escape": "GET /cases/%zz HTTP/1.1\r\n" + host + "\r\n",
		"long header": "GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", 100<<10) + "\r\n\r\n",
		"bad chunk":   "POST /log-in HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
	} {
		if status, left := say(c, 5*time.Second); status >= 500 && status != http.StatusNotImplemented &&
			status != http.StatusHTTPVersionNotSupported || status == http.StatusOK || strings.HasPrefix(left, "HTTP/1.1 ") &&
			status < 400 {
			t.Errorf("%s: %d, then %q", name, status, left)
		}
	}
	// An unread body never becomes a request.
	inner := "GET /statement HTTP/1.1\r\n" + host + "\r\n"
	if _, left := say(fmt.Sprintf("POST /no-such-page HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s", host, len(inner),
		inner), 2*time.Second); strings.HasPrefix(left, "HTTP/1.1 200") {
		t.Error("a body was taken for a request")
	}
	watch := clock.Stopwatch() // a client that never ends its header is cut
	c, err := net.Dial("tcp", l.Addr().String())
	check(t, err)
	defer c.Close()
	_, _ = c.Write([]byte("GET / HTTP/1.1\r\n" + host + "X-Slow: "))
	_ = c.SetReadDeadline(clock.System{}.Now().Add(10 * time.Second))
	_, err = bufio.NewReader(c).ReadByte()
	for err == nil {
		_, err = c.Read(make([]byte, 512))
	}
	if took := watch(); took > 5*time.Second {
		t.Errorf("a slow header is cut after %v", took)
	}
}

// TestSlowClients: a hundred that never end their headers, and a hundred that never end
// their forms, are in nobody's way (promise W10 at gate size; no times, the machine is shared).
func TestSlowClients(t *testing.T) {
	h := onSQLite(t)
	srv := web.Server(h.Handler())
	srv.ReadHeaderTimeout, srv.ReadTimeout = 3*time.Second, 3*time.Second
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	go srv.Serve(l) //nolint:errcheck // ends with the test
	t.Cleanup(func() { _ = srv.Close() })
	var slow []net.Conn
	for _, begun := range []string{"GET / HTTP/1.1\r\nHost: heed\r\nX-Slow: ",
		"POST /log-in HTTP/1.1\r\nHost: heed\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
			"1000\r\n\r\nlogin="} {
		for range 100 {
			c, err := net.Dial("tcp", l.Addr().String())
			check(t, err)
			defer c.Close()
			_, err = c.Write([]byte(begun))
			check(t, err)
			slow = append(slow, c)
		}
	}
	for range 40 {
		resp, err := h.client.Get("http://" + l.Addr().String() + "/statement")
		check(t, err)
		if _ = resp.Body.Close(); resp.StatusCode != http.StatusOK {
			t.Errorf("others are answered %d", resp.StatusCode)
		}
	}
	for i, c := range slow {
		_ = c.SetReadDeadline(clock.System{}.Now().Add(30 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("slow client %d is not cut", i)
		}
	}
}

// TestJunkForPasskeysLocksNobodyOut: nobody guesses a passkey, so that answers which are none keep
// nobody of that network from logging in with a password.
func TestJunkForPasskeysLocksNobodyOut(t *testing.T) {
	h := onSQLite(t)
	for range 40 { // more than the tries of a network
		if a := h.stranger().post("/log-in/passkey", url.Values{"passkey": {"{}"}}); a.status < http.StatusBadRequest {
			t.Errorf("junk is answered with %d", a.status)
		}
	}
	a := h.stranger().post("/log-in", url.Values{"login": {"nurse"}, "password": {demo.Password}})
	if a.status == http.StatusTooManyRequests {
		t.Errorf("after junk for passkeys a password is not looked at: %d", a.status)
	}
}
