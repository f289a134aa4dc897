package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func get(t *testing.T, method, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// names are the assets without their hashes.
func names() []string { return slices.Collect(maps.Keys(all().plain)) }

func TestServedForEver(t *testing.T) {
	if len(names()) < 10 {
		t.Fatalf("only %d assets", len(names()))
	}
	for _, name := range names() {
		res := get(t, "GET", Path(name), "gzip, br")
		packed := body(t, res)
		if res.StatusCode != 200 || res.Header.Get("Content-Encoding") != "gzip" ||
			res.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", name, res.StatusCode, res.Header)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		if !strings.Contains(Path(name), hex.EncodeToString(sum[:8])) {
			t.Errorf("%s is not named after its content: %s", name, Path(name))
		}
		bare := get(t, "GET", Path(name), "")
		if !bytes.Equal(body(t, bare), content) || bare.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: without gzip it differs", name)
		}
		if len(content) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, path := range []string{"/assets/", "/assets/heed.css", "/assets/../assets.go", "/assets/dist/heed.css",
		"/assets/nhsuk.0000000000000000.css", "/"} {
		if res := get(t, "GET", path, "gzip"); res.StatusCode != 404 || res.Header.Get("Cache-Control") != "" {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	if res := get(t, "POST", Path("heed.css"), "gzip"); res.StatusCode != 405 {
		t.Errorf("POST: %d", res.StatusCode)
	}
	if res := get(t, "HEAD", Path("heed.css"), "gzip"); res.StatusCode != 200 || len(body(t, res)) != 0 {
		t.Errorf("HEAD: %d", res.StatusCode)
	}
	if Path("missing.css") != "/assets/missing.css" {
		t.Error("a missing asset has an address that is served")
	}
}

func TestTakesGzip(t *testing.T) {
	for accept, want := range map[string]bool{"gzip": true, "deflate, gzip;q=0.5": true, "gzip;q=0": false,
		"gzip; q=0.0": false, "": false, "br": false, "x-gzip": false} {
		if takesGzip(accept) != want {
			t.Errorf("%q: %v", accept, !want)
		}
	}
}

var outside = regexp.MustCompile(`https?://[^\s"'` + "`" + `)]+`)

// TestNothingIsFetchedFromElsewhere reads every style sheet and script for addresses.
func TestNothingIsFetchedFromElsewhere(t *testing.T) {
	allowed := []string{"http://www.w3.org/"} // names of namespaces, never fetched
	for _, name := range names() {
		content := string(body(t, get(t, "GET", Path(name), "")))
	next:
		for _, address := range outside.FindAllString(content, -1) {
			for _, a := range allowed {
				if strings.HasPrefix(address, a) {
					continue next
				}
			}
			t.Errorf("%s names %s", name, address)
		}
		if strings.Contains(content, "@font-face") || strings.Contains(content, "@import") ||
			strings.Contains(content, "sourceMappingURL") {
			t.Errorf("%s fetches something", name)
		}
		for _, m := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(content, -1) {
			if res := get(t, "GET", Prefix+m[1], "gzip"); res.StatusCode != 200 {
				t.Errorf("%s names %s, which is not served", name, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`(?:from|import\()\s*'\./([^']*)'`).FindAllStringSubmatch(content, -1) {
			if res := get(t, "GET", Prefix+m[1], "gzip"); res.StatusCode != 200 {
				t.Errorf("%s imports %s, which is not served", name, m[1])
			}
		}
	}
}

// TestMadeFromTheirSources makes the assets again and compares what is within; how well they are packed may differ.
func TestMadeFromTheirSources(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the maker")
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	for _, dir := range []string{"internal/web/assets/src", "third_party/nhsuk-frontend"} {
		if err := os.MkdirAll(filepath.Join(work, filepath.Dir(dir)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(root, dir), filepath.Join(work, dir)); err != nil {
			t.Fatal(err)
		}
	}
	here := filepath.Join(work, "internal/web/assets")
	if err := os.Symlink(filepath.Join(root, "internal/web/assets/heed.css"),
		filepath.Join(here, "heed.css")); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(work, "gen")
	if out, err := exec.Command("go", "build", "-o", bin, "./gen").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(bin)
	cmd.Dir = here
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	made, err := os.ReadFile(filepath.Join(here, "dist", "NAMES"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("dist/NAMES")
	if err != nil {
		t.Fatal(err)
	}
	// The names hold the hashes, so equal names are equal files; TestServedForEver compares files and names.
	if string(made) != string(kept) {
		t.Errorf("not made from what is here: run go generate ./internal/web/assets\n%s", made)
	}
	files, err := os.ReadDir("dist")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(names())+1 {
		t.Errorf("%d files kept for %d names", len(files), len(names()))
	}
}

// TestLogicalProperties: right and left would be wrong for a language that runs the other way.
func TestLogicalProperties(t *testing.T) {
	css, err := os.ReadFile("heed.css")
	if err != nil {
		t.Fatal(err)
	}
	physical := regexp.MustCompile(`(?m)^\s*((margin|padding|border)-(left|right|top|bottom)[a-z-]*|left|right|top|bottom|float:\s*(left|right)|text-align:\s*(left|right)|width|height|(max|min)-(width|height))\s*[:;].*$`)
	for _, m := range physical.FindAllString(string(css), -1) {
		t.Errorf("not logical: %s", strings.TrimSpace(m))
	}
}

// TestFirstPageIsSmall: all that a first page fetches besides itself, as sent. The page itself has about 8 KB.
func TestFirstPageIsSmall(t *testing.T) {
	total := 0
	for _, name := range []string{"nhsuk.css", "heed.css", "nhsuk.js", "heed.js", "leave.js", "timeout.js", "icon.svg"} {
		total += len(body(t, get(t, "GET", Path(name), "gzip")))
	}
	t.Logf("assets of a first page: %d bytes", total)
	if total > 52_000 {
		t.Errorf("%d bytes", total)
	}
}

// TestThirdPartyIsUnmodified checks each file of nhsuk-frontend against its hash.
func TestThirdPartyIsUnmodified(t *testing.T) {
	dir := "../../../third_party/nhsuk-frontend"
	sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for line := range strings.Lines(string(sums)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s is modified", name)
		}
		files++
	}
	if files < 40 {
		t.Errorf("only %d files are listed", files)
	}
}
