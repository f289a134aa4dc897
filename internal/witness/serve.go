package witness

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// sizeType is the content type of a 409 (C2SP tlog-witness).
const sizeType = "text/x.tlog.size"

// Handler answers POST /add-checkpoint, by C2SP tlog-witness, and
// GET /remembered?origin=… with the last checkpoint that was signed of a log.
func (w *Witness) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", w.serveAdd)
	mux.HandleFunc("GET /remembered", w.serveRemembered)
	return mux
}

// Server is an HTTP server of the witness that slow clients cannot hold up.
func (w *Witness) Server(addr string) *http.Server {
	return &http.Server{
		Addr: addr, Handler: w.Handler(),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
}

func (w *Witness) serveAdd(rw http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, q.Body, maxRequest))
	if err != nil {
		http.Error(rw, "too large or cut", http.StatusBadRequest)
		return
	}
	r, err := parseRequest(body)
	if err != nil {
		http.Error(rw, "not an add-checkpoint request", http.StatusBadRequest)
		return
	}
	line, err := w.add(r)
	var no *refusal
	switch {
	case err == nil:
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = rw.Write(line) // who went away asks again
	case errors.As(err, &no) && no.status == http.StatusConflict:
		rw.Header().Set("Content-Type", sizeType)
		rw.WriteHeader(no.status)
		_, _ = fmt.Fprintf(rw, "%d\n", no.known)
	case errors.As(err, &no):
		http.Error(rw, no.words, no.status)
	default:
		http.Error(rw, "the witness cannot sign now", http.StatusServiceUnavailable)
	}
}

func (w *Witness) serveRemembered(rw http.ResponseWriter, q *http.Request) {
	note, err := w.Remembered(q.URL.Query().Get("origin"))
	if err != nil {
		http.Error(rw, "no checkpoint of that log", http.StatusNotFound)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	_, _ = rw.Write(note)
}
