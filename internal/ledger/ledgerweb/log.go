// Package ledgerweb serves the public face of the log, for witnesses and auditors:
// the signed checkpoint and the tiles that it covers, in C2SP's own paths.
//
// It keeps true: nothing is served beyond the last public checkpoint, so that
// size and time of a request tell nothing of what happened since. Tiles hold
// blinded leaves; they say nothing of anybody. Open to everybody, by design.
package ledgerweb

import (
	"log/slog"
	"net/http"
	"strings"

	"heed/internal/fail"
	"heed/internal/ledger"
)

// Handler serves /log/checkpoint and /log/tile/….
func Handler(l *ledger.Log, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /log/checkpoint", func(w http.ResponseWriter, r *http.Request) {
		note, err := l.Checkpoint(r.Context())
		w.Header().Set("Cache-Control", "no-cache")
		answer(w, log, "text/plain; charset=utf-8", note, err)
	})
	mux.HandleFunc("GET /log/tile/", func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/log/")
		tile, err := l.Tile(r.Context(), path)
		if err == nil && !strings.Contains(path, ".p/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		answer(w, log, "application/octet-stream", tile, err)
	})
	return mux
}

func answer(w http.ResponseWriter, log *slog.Logger, kind string, body []byte, err error) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch {
	case err == nil:
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body)
	case fail.Is(err, fail.Missing), fail.Is(err, fail.Bad):
		http.Error(w, "Page not found", http.StatusNotFound)
	default:
		log.Error("log", "kind", fail.KindOf(err).String())
		http.Error(w, fail.Sentence, http.StatusServiceUnavailable)
	}
}
