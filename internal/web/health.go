package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"heed/internal/fail"
)

// Healthz says that the program runs and answers. It looks at nothing.
func Healthz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { plainText(w, http.StatusOK, "ok\n") })
}

// Standing is something that must go on, and why it does not.
type Standing struct {
	Name string
	Err  error // nil: it goes on
}

// Readyz says "ready", or which parts do not go on: a line for each with its name,
// the kind of failure ("full", "read-only", "busy"), and words that name nobody,
// because the page is open to everybody.
func Readyz(ask func(context.Context) []Standing) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var lines strings.Builder
		for _, p := range ask(r.Context()) {
			if p.Err != nil {
				fmt.Fprintf(&lines, "%s: %s. %s\n", p.Name, fail.KindOf(p.Err), p.Words())
			}
		}
		if lines.Len() > 0 {
			plainText(w, http.StatusServiceUnavailable, "not ready\n"+lines.String())
			return
		}
		plainText(w, http.StatusOK, "ready\n")
	})
}

// Words say why it does not go on: each of what has failed.
func (p Standing) Words() string {
	all := fail.AllWords(p.Err)
	for i := range all {
		if all[i] == fail.Sentence {
			all[i] = "The program's own log says why"
		}
	}
	return strings.Join(all, ". ")
}

func plainText(w http.ResponseWriter, status int, body string) {
	SecureHeaders(w.Header())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(body)) //nolint:errcheck // the asker has gone
}
