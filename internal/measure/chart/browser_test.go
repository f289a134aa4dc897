package chart_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/heedtest"
	"heed/internal/measure/chart"
)

// policy is stricter than that of the program's pages: no style but from files.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"

// TestInBrowser shows every chart under the strict policy at three widths. The kit
// fails on what the policy blocks, on what axe finds and on pages wider than the window.
// HEED_PICTURES names a folder for pictures of what was seen.
func TestInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	mux := http.NewServeMux()
	names := []string{}
	for name, d := range chart.Every(t) {
		names = append(names, name)
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w,
				`<!doctype html><html lang="en"><head><title>Measures: %s</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/page.css"></head><body><main id="maincontent"><h1>Measures</h1>%s</main></body></html>`, name, d.Figure(2))
		})
		mux.HandleFunc("/"+name+".svg", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Content-Type", "image/svg+xml")
			w.Write(d.File(720))
		})
	}
	mux.HandleFunc("/page.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w,
			"body{margin:16px;font-family:Arial,sans-serif}figure{margin:0}table{border-collapse:collapse;width:100%;"+
				"table-layout:fixed;overflow-wrap:anywhere}")
	})
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s := httptest.NewServer(mux)
	defer s.Close()
	browser := heedtest.Start(t)
	for _, width := range []int{heedtest.Phone, heedtest.Tablet, heedtest.Desktop} {
		v := browser.Visitor(t, s.URL, heedtest.Width(width))
		for _, name := range names {
			v.Open("/" + name)
			if !strings.Contains(v.Text(), "Measures") {
				t.Errorf("%s at %d shows nothing", name, width)
			}
		}
	}
	if dir := os.Getenv("HEED_PICTURES"); dir != "" {
		for name, d := range chart.Every(t) {
			if err := os.WriteFile(filepath.Join(dir, name+".svg"), d.File(360), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
