// Package assets serves the style sheets, scripts and icons of Heed's pages.
//
// What is served is made beforehand, by go generate, from two sources: the
// unmodified files of nhsuk-frontend in third_party (from which the two @font-face
// rules are taken out, because they fetch a licensed font from another host) and
// our own small files: heed.css and those in src. Each is kept compressed in dist; the
// file NAMES there gives the name under which it is served, with the hash of its content.
// Whoever changes a source runs go generate, and so does whoever merges two changes.
//
// What the package keeps true:
//   - Nothing served names another host; no page of Heed fetches anything from elsewhere.
//   - A name that holds a hash always means the same bytes, so browsers may keep them for ever.
//   - Only the files made beforehand can be asked for; there is no path to join.
//   - Everything the scripts do is an addition: every page works without them.
//
// Nothing here is secret, and nothing here is trusted with a decision.
package assets

//go:generate go run ./gen

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

//go:embed dist
var dist embed.FS

// Prefix is where the assets are served.
const Prefix = "/assets/"

// file is one asset, ready to send.
type file struct {
	name string // with the hash, as in an address
	kind string
	gzip []byte
}

// all are the assets by the name with the hash; plain finds them by the one without.
var all = sync.OnceValue(func() (files struct{ byName, plain map[string]*file }) {
	files.byName, files.plain = map[string]*file{}, map[string]*file{}
	names, err := dist.ReadFile("dist/NAMES")
	if err != nil {
		return files // an embedded file can be read
	}
	for line := range strings.Lines(string(names)) {
		name, hashed, _ := strings.Cut(strings.TrimSpace(line), " ")
		content, err := dist.ReadFile("dist/" + name + ".gz")
		if err != nil {
			continue // the tests find a name without a file
		}
		f := &file{name: hashed, kind: kind(name), gzip: content}
		files.byName[hashed], files.plain[name] = f, f
	}
	return files
})

func kind(name string) string {
	switch {
	case strings.HasSuffix(name, ".css"):
		return "text/css; charset=utf-8"
	case strings.HasSuffix(name, ".js"):
		return "text/javascript; charset=utf-8"
	case strings.HasSuffix(name, ".svg"):
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

// Path gives the address of an asset: Path("heed.css") is "/assets/heed.0123456789abcdef.css".
// A name that does not exist gives an address that is answered with 404.
func Path(name string) string {
	if f := all().plain[name]; f != nil {
		return Prefix + f.name
	}
	return Prefix + name
}

// Handler serves the assets under Prefix. The addresses are public and hold nothing about anybody.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := all().byName[strings.TrimPrefix(r.URL.Path, Prefix)]
		if f == nil {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		h.Set("X-Content-Type-Options", "nosniff")
		body := f.gzip
		if takesGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
		} else {
			body = plain(f.gzip) // rare: every browser takes gzip
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(body) // a reader who left is no fault of ours
		}
	})
}

// takesGzip reads Accept-Encoding: gzip is named and not refused with q=0.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, q, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) != "gzip" {
			continue
		}
		q = strings.ReplaceAll(strings.TrimSpace(q), " ", "")
		return q == "" || strings.Trim(strings.TrimPrefix(q, "q="), "0.") != ""
	}
	return false
}

// plain unpacks what go generate packed; it is our own, so it unpacks.
func plain(packed []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	content, err := io.ReadAll(z)
	if err != nil {
		return nil
	}
	return content
}
