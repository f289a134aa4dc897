package web

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"heed/internal/clock"
)

func TestOnlyNamedProxiesTellTheClientsAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:5", "203.0.113.9", "192.0.2.1"},
		{"10.0.0.1:5", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:5", "198.51.100.1, 203.0.113.9", "203.0.113.9"}, // the first was forged by the second
		{"10.0.0.1:5", "203.0.113.9, 10.2.3.4", "203.0.113.9"},
		{"10.0.0.1:5", "203.0.113.9:50123", "203.0.113.9"}, // as Azure's gateway writes it
		{"10.0.0.1:5", "[2001:db8::9]:50123, 10.2.3.4:80", "2001:db8::9"},
		{"10.0.0.1:5", "[2001:db8::9]", "2001:db8::9"},
		{"10.0.0.1:5", "2001:db8::9", "2001:db8::9"},
		{"10.0.0.1:5", "nonsense", "unread"},
		{"10.0.0.1:5", "203.0.113.9, unknown", "unread"},
		{"10.0.0.1:5", "", "unread"},
		{"[::ffff:10.0.0.1]:5", "203.0.113.9", "203.0.113.9"},
		{"[2001:db8::1]:5", "203.0.113.9", "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		addr, told := clientAddr(r, trusted)
		got := addr.String()
		if !told && got == "10.0.0.1" {
			got = "unread"
		}
		if got != c.want {
			t.Errorf("%s, %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
	if a, b := network(netip.MustParseAddr("2001:db8::1")), network(netip.MustParseAddr("2001:db8::2")); a != b {
		t.Errorf("neighbours count apart: %s, %s", a, b)
	}
}

// TestADeafProxyIsToldOfOnce: a named proxy whose header cannot be read is warned of at the
// first request and never again; one that can be read, and whoever is no proxy, never. Seen
// to fail on a warning at every request.
func TestADeafProxyIsToldOfOnce(t *testing.T) {
	var log bytes.Buffer
	s := &Site{o: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Log: slog.New(slog.NewTextHandler(&log, nil))}}
	ask := func(remote, forwarded string, warned int) {
		t.Helper()
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = remote
		r.Header.Set("X-Forwarded-For", forwarded)
		s.network(&Request{http: r})
		if n := strings.Count(log.String(), "level=WARN"); n != warned {
			t.Errorf("%s, %q: warned %d times, want %d\n%s", remote, forwarded, n, warned, log.String())
		}
	}
	ask("10.0.0.1:5", "203.0.113.9:50123", 0)
	ask("192.0.2.1:5", "nonsense", 0)
	for range 3 {
		ask("10.0.0.1:5", "Rosalind", 1)
		ask("10.0.0.2:5", "", 1)
	}
	if !strings.Contains(log.String(), "X-Forwarded-For") || strings.Contains(log.String(), "Rosalind") {
		t.Errorf("the warning does not say of what, or says what was sent: %s", log.String())
	}
}

func TestASlowHeaderIsCutWithinTenSeconds(t *testing.T) {
	t.Parallel()
	server := Server(http.NotFoundHandler())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener) //nolint:errcheck // ends with the test
	defer server.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(clock.System{}.Now().Add(12 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		if n, ok := err.(net.Error); ok && n.Timeout() {
			t.Fatal("after 12 seconds the connection still waits")
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/raise", "//evil.example", "/\\evil.example", "https://evil.example", "/a?b=c#d",
		"/\t/evil.example", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, p string) {
		if !localPath(p) {
			return
		}
		r := httptest.NewRequest("GET", "https://heed.example/here", nil)
		u, err := r.URL.Parse(strings.ReplaceAll(p, "\\", "/")) // as browsers read it
		if err == nil && (u.Host != "heed.example" || u.Scheme != "https") {
			t.Fatalf("%q leads to %s", p, u)
		}
	})
}
