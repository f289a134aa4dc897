package web

import (
	"context"
	"net/http"

	"heed/internal/fail"
)

// Healthz says that the program runs and answers. It looks at nothing.
func Healthz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
}

// Readyz says whether the service can take a concern now: it asks each function
// in turn and tells the kind of the first failure ("full", "read-only", "broken"),
// never its words.
func Readyz(ask ...func(context.Context) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, ready := range ask {
			if err := ready(r.Context()); err != nil {
				plain(w, http.StatusServiceUnavailable, fail.KindOf(err).String()+"\n")
				return
			}
		}
		plain(w, http.StatusOK, "ready\n")
	})
}

func plain(w http.ResponseWriter, status int, body string) {
	SecureHeaders(w.Header())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(body)) //nolint:errcheck // the asker has gone
}
